//! `O_CREAT` opens what is there, with `O_EXCL` it refuses; it makes nothing of a
//! name that a slash follows.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    scratch::write(dir, "file", b"data")?;
    path_create_directory(dir, "sub")?;
    let open = |name, oflags| path_open(dir, 0, name, oflags, (R_FILE, 0), 0);
    fd_close(open("file", O_CREAT)?)?;
    same(scratch::read(dir, "file")?, b"data".to_vec())?;
    refused(open("file", O_CREAT | O_EXCL), &[EXIST])?;
    refused(open("missing", 0), &[NOENT])?;
    refused(open("missing/file", O_CREAT), &[NOENT])?;
    for slash in ["missing/", "file/", "sub/"] {
        refused(open(slash, O_CREAT), &[ISDIR])?;
        refused(open(slash, O_CREAT | O_EXCL), &[ISDIR])?;
    }
    refused(open("missing/name/", O_CREAT), &[NOENT])?;
    refused(open("file/name/", O_CREAT), &[NOTDIR])?;
    refused(open("./", O_CREAT | O_EXCL), &[EXIST])?;
    refused(open("file/below", 0), &[NOTDIR])?;
    refused(open("file", O_DIRECTORY), &[NOTDIR])?;
    refused(open("file", 1 << 4), &[INVAL])?;
    refused(path_open(dir, 0, "file", 0, (0, 0), 1 << 5), &[INVAL])?;
    refused(open("sub", O_CREAT | O_EXCL), &[EXIST])?;
    refused(open("sub", 0), &[ISDIR])?;
    path_open(dir, 0, "sub", 0, (R_READ, 0), 0)?;
    refused(path_open(99, 0, "file", 0, (0, 0), 0), &[BADF])
}
