//! Times by path: set, kept, now, of a link itself and of what it leads to.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    scratch::write(dir, "file", b"")?;
    path_symlink("file", dir, "link")?;
    let file = path_filestat_get(dir, 0, "file")?;
    let link = path_filestat_get(dir, 0, "link")?;
    path_filestat_set_times(dir, 0, "link", 0, 200, SET_MTIME)?;
    let after = path_filestat_get(dir, 0, "link")?;
    same((after.modified, after.accessed), (200, link.accessed))?;
    same(
        path_filestat_get(dir, FOLLOW, "link")?.modified,
        file.modified,
    )?;
    path_filestat_set_times(dir, FOLLOW, "link", 300, 400, SET_ATIME | SET_MTIME)?;
    let after = path_filestat_get(dir, 0, "file")?;
    same((after.accessed, after.modified), (300, 400))?;
    same(path_filestat_get(dir, 0, "link")?.modified, 200)?;
    path_filestat_set_times(dir, 0, "file", 0, 0, SET_MTIME_NOW)?;
    let after = path_filestat_get(dir, 0, "file")?;
    same(after.accessed, 300)?;
    holds(after.modified >= file.modified, "it is now")?;
    refused(path_filestat_set_times(dir, 0, "no", 0, 0, 0), &[NOENT])
}
