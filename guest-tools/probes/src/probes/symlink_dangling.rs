//! A link to nothing opens as nothing, makes its target with `O_CREAT`, and is
//! itself what calls that do not follow see.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    path_symlink("target", dir, "link")?;
    let open = |lookup, oflags| path_open(dir, lookup, "link", oflags, (R_FILE, 0), 0);
    refused(open(0, O_DIRECTORY), &[NOTDIR, LOOP])?;
    refused(open(0, 0), &[LOOP])?;
    refused(open(FOLLOW, 0), &[NOENT])?;
    refused(open(FOLLOW, O_CREAT | O_EXCL), &[EXIST])?;
    same(path_filestat_get(dir, 0, "link")?.filetype, SYMLINK)?;
    refused(path_filestat_get(dir, FOLLOW, "link"), &[NOENT])?;
    refused(path_create_directory(dir, "link"), &[EXIST])?;
    fd_close(open(FOLLOW, O_CREAT)?)?;
    same(path_filestat_get(dir, 0, "target")?.filetype, REGULAR)
}
