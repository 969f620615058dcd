//! `fd_fdstat_set_rights` takes rights away and never gives any.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let fd = scratch::file(dir, "file")?;
    fd_write(fd, &[b"data"])?;
    let held = fd_fdstat_get(fd)?;
    fd_fdstat_set_rights(fd, held.base, held.inheriting)?;
    let gone = R_READ | R_WRITE;
    fd_fdstat_set_rights(fd, held.base & !gone, held.inheriting)?;
    let now = fd_fdstat_get(fd)?;
    same(now.base, held.base & !gone)?;
    let mut buffer = [0; 4];
    refused(fd_read(fd, &mut [&mut buffer]), &[BADF, NOTCAPABLE])?;
    refused(fd_write(fd, &[b"more"]), &[BADF, NOTCAPABLE])?;
    refused(fd_fdstat_set_rights(fd, held.base, 0), &[NOTCAPABLE])?;
    refused(fd_fdstat_set_rights(fd, now.base, R_READ), &[NOTCAPABLE])?;
    refused(fd_fdstat_set_rights(fd, 1 << 63, 0), &[INVAL, NOTCAPABLE])?;
    fd_seek(fd, 0, SEEK_SET)?;
    fd_fdstat_set_rights(fd, 0, 0)?;
    refused(fd_seek(fd, 1, SEEK_SET), &[NOTCAPABLE])?;
    refused(fd_tell(fd), &[NOTCAPABLE])?;
    refused(fd_fdstat_set_rights(99, 0, 0), &[BADF])?;
    // The number still names and closes the file.
    same(fd_fdstat_get(fd)?.base, 0)?;
    fd_close(fd)?;
    Ok(())
}
