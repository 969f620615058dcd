//! Contradicting flags of times are refused and change nothing.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let fd = scratch::file(dir, "file")?;
    let before = fd_filestat_get(fd)?;
    for which in [SET_ATIME | SET_ATIME_NOW, SET_MTIME | SET_MTIME_NOW, 1 << 4] {
        refused(fd_filestat_set_times(fd, 100, 200, which), &[INVAL])?;
        let result = path_filestat_set_times(dir, 0, "file", 100, 200, which);
        refused(result, &[INVAL])?;
    }
    let after = fd_filestat_get(fd)?;
    same(
        (after.accessed, after.modified),
        (before.accessed, before.modified),
    )?;
    path_filestat_set_times(dir, 0, "file", 100, 200, 0)?;
    same(fd_filestat_get(fd)?.modified, before.modified)
}
