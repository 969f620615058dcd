//! Files and links are unlinked, never directories, never with a slash.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    path_create_directory(dir, "sub")?;
    refused(path_unlink_file(dir, "sub"), &[ISDIR])?;
    refused(path_unlink_file(dir, "sub/"), &[ISDIR])?;
    scratch::write(dir, "file", b"")?;
    refused(path_unlink_file(dir, "file/"), &[NOTDIR])?;
    refused(path_unlink_file(dir, "missing"), &[NOENT])?;
    path_symlink("file", dir, "link")?;
    path_unlink_file(dir, "link")?;
    same(path_filestat_get(dir, 0, "file")?.filetype, REGULAR)?;
    path_unlink_file(dir, "file")?;
    refused(path_unlink_file(dir, "."), &[ISDIR, INVAL, BUSY])?;
    refused(path_unlink_file(dir, "sub/.."), &[ISDIR, INVAL, BUSY])
}
