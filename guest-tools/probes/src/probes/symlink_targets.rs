//! Links lead to files and directories below, and through one another.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    path_create_directory(dir, "sub")?;
    scratch::write(dir, "sub/file", b"data")?;
    path_symlink("sub", dir, "to-sub")?;
    path_symlink("to-sub/file", dir, "to-file")?;
    path_symlink("../sub/file", dir, "sub/round")?;
    for path in ["to-file", "to-sub/file", "sub/round"] {
        let fd = path_open(dir, FOLLOW, path, 0, (R_READ, 0), 0)?;
        same(fd_filestat_get(fd)?.size, 4)?;
    }
    let sub = path_open(dir, FOLLOW, "to-sub", O_DIRECTORY, (0, 0), 0)?;
    path_open(sub, 0, "file", 0, (R_READ, 0), 0)?;
    // Out of the directory a link leads nowhere.
    path_symlink("../../..", dir, "out")?;
    refused(
        path_open(dir, FOLLOW, "out", 0, (0, 0), 0),
        &[PERM, NOTCAPABLE],
    )?;
    refused(path_filestat_get(dir, 0, "out/dev"), &[PERM, NOTCAPABLE])
}
