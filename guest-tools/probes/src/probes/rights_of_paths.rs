//! A directory without the right to a call refuses it; what is opened through it
//! has no right that it does not pass on.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    scratch::write(dir, "file", b"data")?;
    path_create_directory(dir, "sub")?;
    let held = fd_fdstat_get(dir)?;
    fd_fdstat_set_rights(dir, held.base & !R_PATH_CREATE_DIRECTORY, held.inheriting)?;
    refused(path_create_directory(dir, "more"), &[NOTCAPABLE])?;
    fd_fdstat_set_rights(dir, R_PATH_OPEN, held.inheriting & !R_WRITE)?;
    refused(path_unlink_file(dir, "file"), &[NOTCAPABLE])?;
    refused(path_filestat_get(dir, 0, "file"), &[NOTCAPABLE])?;
    refused(path_rename(dir, "file", dir, "moved"), &[NOTCAPABLE])?;
    refused(path_symlink("file", dir, "link"), &[NOTCAPABLE])?;
    refused(path_link(dir, 0, "file", dir, "link"), &[NOTCAPABLE])?;
    refused(path_remove_directory(dir, "sub"), &[NOTCAPABLE])?;
    refused(path_readlink(dir, "file", &mut [0; 9]), &[NOTCAPABLE])?;
    let times = path_filestat_set_times(dir, 0, "file", 0, 0, SET_ATIME);
    refused(times, &[NOTCAPABLE])?;
    refused(fd_readdir(dir, &mut [0; 99], 0), &[NOTCAPABLE, BADF])?;
    refused(scratch::file(dir, "new"), &[NOTCAPABLE])?;

    let fd = path_open(dir, 0, "file", 0, (R_FILE, 0), 0)?;
    same(fd_fdstat_get(fd)?.base & (R_READ | R_WRITE), R_READ)?;
    refused(fd_write(fd, &[b"x"]), &[BADF, NOTCAPABLE])?;
    let sub = path_open(dir, 0, "sub", O_DIRECTORY, (held.base, held.inheriting), 0)?;
    same(fd_fdstat_get(sub)?.inheriting & R_WRITE, 0)?;

    fd_fdstat_set_rights(dir, 0, 0)?;
    refused(path_open(dir, 0, "file", 0, (R_READ, 0), 0), &[NOTCAPABLE])
}
