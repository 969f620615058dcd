//! `O_CREAT` opens what is there, with `O_EXCL` it refuses.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    scratch::write(dir, "file", b"data")?;
    let open = |name, oflags| path_open(dir, 0, name, oflags, (R_FILE, 0), 0);
    fd_close(open("file", O_CREAT)?)?;
    same(scratch::read(dir, "file")?, b"data".to_vec())?;
    refused(open("file", O_CREAT | O_EXCL), &[EXIST])?;
    refused(open("missing", 0), &[NOENT])?;
    refused(open("missing/file", O_CREAT), &[NOENT])?;
    refused(open("missing/", O_CREAT), &[ISDIR, NOENT, INVAL])?;
    refused(open("file/below", 0), &[NOTDIR])?;
    refused(open("file", O_DIRECTORY), &[NOTDIR])?;
    refused(open("file", 1 << 4), &[INVAL])?;
    refused(path_open(dir, 0, "file", 0, (0, 0), 1 << 5), &[INVAL])?;
    path_create_directory(dir, "sub")?;
    refused(open("sub", O_CREAT | O_EXCL), &[EXIST])?;
    refused(open("sub", 0), &[ISDIR])?;
    path_open(dir, 0, "sub", 0, (R_READ, 0), 0)?;
    refused(path_open(99, 0, "file", 0, (0, 0), 0), &[BADF])
}
