//! `fd_renumber` may put a directory in the place of a preopened one.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let base = scratch::open()?;
    path_create_directory(base, "dir")?;
    let dir = path_open(base, 0, "dir", O_DIRECTORY, (R_READDIR, R_FILE), 0)?;
    let before = fd_filestat_get(dir)?;
    fd_renumber(dir, 3)?;
    let after = fd_filestat_get(3)?;
    same((after.dev, after.ino), (before.dev, before.ino))?;
    refused(fd_fdstat_get(dir), &[BADF])?;
    // It is no preopened directory any more.
    refused(fd_prestat_get(3), &[BADF])?;
    fd_close(3)?;
    path_remove_directory(base, "dir")?;
    Ok(())
}
