//! `FDFLAGS_APPEND` sends each write to the end until it is taken off.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let fd = path_open(dir, 0, "file", O_CREAT, (R_FILE, 0), APPEND)?;
    same(fd_fdstat_get(fd)?.flags, APPEND as u16)?;
    fd_write(fd, &[b"one"])?;
    fd_seek(fd, 0, SEEK_SET)?;
    fd_write(fd, &[b"two"])?;
    same(fd_tell(fd)?, 6)?;
    same(scratch::read(dir, "file")?, b"onetwo".to_vec())?;
    // The offset stays where it is; Linux writes at the end, POSIX where asked.
    fd_pwrite(fd, &[b"!"], 0)?;
    same(fd_tell(fd)?, 6)?;
    fd_fdstat_set_flags(fd, 0)?;
    same(fd_fdstat_get(fd)?.flags, 0)?;
    fd_seek(fd, 0, SEEK_SET)?;
    fd_write(fd, &[b"ONE"])?;
    same(&scratch::read(dir, "file")?[..6], &b"ONEtwo"[..])?;
    refused(fd_fdstat_set_flags(fd, 32), &[INVAL])?;
    refused(fd_fdstat_set_flags(99, 0), &[BADF])
}
