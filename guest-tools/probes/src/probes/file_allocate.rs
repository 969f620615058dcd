//! `fd_allocate` grows a file and never shrinks it.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let fd = scratch::file(dir, "file")?;
    for (offset, length, size) in [(0, 100, 100), (10, 10, 100), (90, 20, 110)] {
        fd_allocate(fd, offset, length)?;
        same(fd_filestat_get(fd)?.size, size)?;
    }
    refused(fd_allocate(fd, u64::MAX, 1), &[FBIG, INVAL])?;
    refused(fd_allocate(fd, 1, u64::MAX), &[FBIG, INVAL])?;
    refused(fd_allocate(fd, 0, 0), &[INVAL])?;
    refused(fd_allocate(99, 0, 1), &[BADF])?;
    same(fd_filestat_get(fd)?.size, 110)?;
    let reader = path_open(dir, 0, "file", 0, (R_READ, 0), 0)?;
    refused(fd_allocate(reader, 0, 1), &[BADF, NOTCAPABLE])
}
