//! Offsets move from the start, the end and where they are, beyond the end but
//! never before the start.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let fd = scratch::file(dir, "file")?;
    same(fd_tell(fd)?, 0)?;
    fd_write(fd, &[&[1; 100]])?;
    same(fd_tell(fd)?, 100)?;
    same(fd_seek(fd, -50, SEEK_CUR)?, 50)?;
    same(fd_seek(fd, 0, SEEK_SET)?, 0)?;
    same(fd_seek(fd, 1000, SEEK_CUR)?, 1000)?;
    let mut buffer = [0; 100];
    same(fd_read(fd, &mut [&mut buffer])?, 0)?;
    refused(fd_seek(fd, -2000, SEEK_CUR), &[INVAL])?;
    refused(fd_seek(fd, -1, SEEK_SET), &[INVAL])?;
    refused(fd_seek(fd, i64::MAX, SEEK_END), &[INVAL])?;
    refused(fd_seek(fd, 0, 3), &[INVAL])?;
    same(fd_tell(fd)?, 1000)?;
    same(fd_seek(fd, -10, SEEK_END)?, 90)?;
    same(fd_read(fd, &mut [&mut buffer])?, 10)?;
    same(fd_seek(fd, i64::MAX, SEEK_SET)?, i64::MAX as u64)?;
    refused(fd_write(fd, &[b"x"]), &[FBIG])?;
    same(fd_filestat_get(fd)?.size, 100)?;
    refused(fd_seek(1, 0, SEEK_CUR), &[SPIPE])?;
    refused(fd_tell(1), &[SPIPE])?;
    refused(fd_seek(99, 0, SEEK_CUR), &[BADF])?;
    refused(fd_tell(99), &[BADF])
}
