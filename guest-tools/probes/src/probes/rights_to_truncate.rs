//! Truncating while opening takes the directory's right to set sizes by path, not
//! the right to set them by descriptor.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    scratch::write(dir, "file", b"data")?;
    let held = fd_fdstat_get(dir)?;
    same(held.base & R_FD_FILESTAT_SET_SIZE, 0)?;
    same(
        held.base & R_PATH_FILESTAT_SET_SIZE,
        R_PATH_FILESTAT_SET_SIZE,
    )?;
    let truncate = || path_open(dir, 0, "file", O_TRUNC, (0, 0), 0);
    fd_close(truncate()?)?;
    same(scratch::read(dir, "file")?, Vec::new())?;
    let inheriting = held.inheriting & !R_FD_FILESTAT_SET_SIZE;
    fd_fdstat_set_rights(dir, held.base, inheriting)?;
    fd_close(truncate()?)?;
    fd_fdstat_set_rights(dir, held.base & !R_PATH_FILESTAT_SET_SIZE, inheriting)?;
    refused(truncate(), &[PERM, NOTCAPABLE])
}
