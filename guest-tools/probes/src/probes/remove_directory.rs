//! Only empty directories are removed as directories, with or without a slash.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    path_create_directory(dir, "sub")?;
    refused(path_create_directory(dir, "sub"), &[EXIST])?;
    refused(path_create_directory(dir, "missing/sub"), &[NOENT])?;
    path_remove_directory(dir, "sub")?;
    path_create_directory(dir, "sub/")?;
    path_remove_directory(dir, "sub/")?;
    scratch::write(dir, "file", b"")?;
    refused(path_remove_directory(dir, "file"), &[NOTDIR])?;
    refused(path_remove_directory(dir, "file/"), &[NOTDIR])?;
    refused(path_remove_directory(dir, "missing"), &[NOENT])?;
    path_create_directory(dir, "sub")?;
    path_create_directory(dir, "sub/nested")?;
    refused(path_remove_directory(dir, "sub"), &[NOTEMPTY])?;
    refused(path_remove_directory(dir, "sub/."), &[INVAL])?;
    path_remove_directory(dir, "sub/nested")?;
    path_symlink("sub", dir, "link")?;
    refused(path_remove_directory(dir, "link"), &[NOTDIR])?;
    path_remove_directory(dir, "sub")?;
    Ok(())
}
