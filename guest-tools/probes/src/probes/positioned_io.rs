//! `fd_pread` and `fd_pwrite` leave the offset alone and take several buffers.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let fd = scratch::file(dir, "file")?;
    same(fd_pwrite(fd, &[&[0, 1], &[], &[2, 3]], 0)?, 4)?;
    let (mut left, mut right) = ([9; 3], [9; 3]);
    same(fd_pread(fd, &mut [&mut left, &mut right], 0)?, 4)?;
    same((left, right), ([0, 1, 2], [3, 9, 9]))?;
    same(fd_pread(fd, &mut [&mut left], 2)?, 2)?;
    same(left, [2, 3, 2])?;
    same(fd_pread(fd, &mut [&mut left], 4)?, 0)?;
    same(fd_pread(fd, &mut [&mut left], 1 << 40)?, 0)?;
    same(fd_pread(fd, &mut [], 0)?, 0)?;
    same(fd_pwrite(fd, &[&[7]], 6)?, 1)?;
    let mut all = [9; 8];
    same(fd_pread(fd, &mut [&mut all], 0)?, 7)?;
    same(all, [0, 1, 2, 3, 0, 0, 7, 9])?;
    same(fd_tell(fd)?, 0)?;
    refused(fd_pwrite(fd, &[&[7]], u64::MAX), &[FBIG, INVAL])?;
    refused(fd_pread(99, &mut [&mut all], 0), &[BADF])?;
    refused(fd_pwrite(99, &[&all], 0), &[BADF])?;
    refused(fd_pread(1, &mut [&mut all], 0), &[SPIPE, BADF])?;
    refused(fd_pwrite(1, &[&all], 0), &[SPIPE])?;

    let reader = path_open(dir, 0, "file", 0, (R_READ | R_SEEK, 0), 0)?;
    refused(fd_pwrite(reader, &[&[7]], 0), &[BADF, NOTCAPABLE])?;
    let writer = path_open(dir, 0, "file", 0, (R_WRITE | R_SEEK, 0), 0)?;
    refused(fd_pread(writer, &mut [&mut all], 0), &[BADF, NOTCAPABLE])
}
