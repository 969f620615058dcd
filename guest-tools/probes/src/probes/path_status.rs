//! Status by path: of files, of directories, of links and of what they lead to.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    path_create_directory(dir, "sub")?;
    scratch::write(dir, "sub/file", b"12345")?;
    path_symlink("sub/file", dir, "to-file")?;
    path_symlink("sub", dir, "to-sub")?;
    for (path, unfollowed, followed) in [
        ("sub", DIRECTORY, DIRECTORY),
        ("sub/file", REGULAR, REGULAR),
        ("to-file", SYMLINK, REGULAR),
        ("to-sub", SYMLINK, DIRECTORY),
        ("to-sub/file", REGULAR, REGULAR),
        (".", DIRECTORY, DIRECTORY),
    ] {
        same(path_filestat_get(dir, 0, path)?.filetype, unfollowed)?;
        same(path_filestat_get(dir, FOLLOW, path)?.filetype, followed)?;
    }
    same(path_filestat_get(dir, FOLLOW, "to-file")?.size, 5)?;
    same(
        path_filestat_get(dir, 0, "to-file")?.size,
        "sub/file".len() as u64,
    )?;
    refused(path_filestat_get(dir, 0, "missing"), &[NOENT])?;
    refused(path_filestat_get(dir, 0, "sub/file/x"), &[NOTDIR])?;
    refused(path_filestat_get(dir, 2, "sub"), &[INVAL])?;
    refused(path_filestat_get(1, 0, "sub"), &[NOTDIR])
}
