//! Hard links share one node; only files and links get them, and only new names.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let file = scratch::file(dir, "file")?;
    path_create_directory(dir, "sub")?;
    let sub = path_open(dir, 0, "sub", O_DIRECTORY, (R_READDIR, R_FILE), 0)?;
    for (place, name) in [(dir, "link"), (sub, "link")] {
        path_link(dir, 0, "file", place, name)?;
        let linked = path_open(place, 0, name, 0, (R_FILE, 0), 0)?;
        same(fd_filestat_get(linked)?, fd_filestat_get(file)?)?;
        same(fd_fdstat_get(linked)?, fd_fdstat_get(file)?)?;
        same(fd_filestat_get(file)?.nlink, 2)?;
        fd_close(linked)?;
        path_unlink_file(place, name)?;
    }
    same(fd_filestat_get(file)?.nlink, 1)?;
    refused(path_link(dir, 0, "file", dir, "file"), &[EXIST])?;
    refused(path_link(dir, 0, "file", dir, "sub"), &[EXIST])?;
    refused(path_link(dir, 0, "sub", dir, "link"), &[PERM])?;
    refused(path_link(dir, 0, "file", dir, "link/"), &[NOENT])?;
    refused(path_link(dir, 0, "no", dir, "link"), &[NOENT])?;
    path_symlink("nowhere", dir, "symlink")?;
    path_link(dir, 0, "symlink", dir, "link")?;
    same(path_filestat_get(dir, 0, "link")?.filetype, SYMLINK)?;
    refused(path_link(dir, 0, "file", dir, "symlink"), &[EXIST])?;
    refused(
        path_link(dir, FOLLOW, "symlink", dir, "new"),
        &[INVAL, NOENT],
    )?;
    path_symlink("loop", dir, "loop")?;
    path_link(dir, 0, "loop", dir, "loop-2")?;
    Ok(())
}
