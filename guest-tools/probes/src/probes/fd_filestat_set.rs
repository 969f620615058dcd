//! Sizes and times set through a descriptor are there to read.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let fd = scratch::file(dir, "file")?;
    same(fd_filestat_get(fd)?.size, 0)?;
    fd_filestat_set_size(fd, 100)?;
    let before = fd_filestat_get(fd)?;
    same(
        (before.size, before.filetype, before.nlink),
        (100, REGULAR, 1),
    )?;
    let modified = before.modified - 100;
    fd_filestat_set_times(fd, modified, modified, SET_MTIME)?;
    let after = fd_filestat_get(fd)?;
    same(
        (after.accessed, after.modified),
        (before.accessed, modified),
    )?;
    fd_filestat_set_times(fd, 7, 8, SET_ATIME | SET_MTIME)?;
    let after = fd_filestat_get(fd)?;
    same((after.accessed, after.modified, after.size), (7, 8, 100))?;
    fd_filestat_set_times(fd, 7, 8, SET_ATIME_NOW | SET_MTIME_NOW)?;
    holds(
        fd_filestat_get(fd)?.modified >= before.modified,
        "it is now",
    )?;
    for both in [SET_ATIME | SET_ATIME_NOW, SET_MTIME | SET_MTIME_NOW, 16] {
        refused(fd_filestat_set_times(fd, 1, 1, both), &[INVAL])?;
    }
    fd_filestat_set_size(fd, 10)?;
    same(fd_filestat_get(fd)?.size, 10)?;
    refused(fd_filestat_set_size(fd, u64::MAX), &[FBIG, INVAL])?;
    same(fd_filestat_get(fd)?.size, 10)
}
