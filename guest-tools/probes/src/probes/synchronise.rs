//! Files, and only they and directories, can be synchronised; the flags for it stay.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let fd = path_open(dir, 0, "file", O_CREAT, (R_FILE, 0), SYNC | DSYNC)?;
    same(fd_fdstat_get(fd)?.flags, (SYNC | DSYNC) as u16)?;
    fd_write(fd, &[b"data"])?;
    fd_sync(fd)?;
    fd_datasync(fd)?;
    refused(fd_sync(0), &[INVAL])?;
    refused(fd_datasync(1), &[INVAL])?;
    refused(fd_sync(99), &[BADF])?;
    refused(fd_datasync(99), &[BADF])
}
