//! Directories are renamed with slashes at the end of either name.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    path_create_directory(dir, "a")?;
    for (from, to) in [("a/", "b"), ("b", "a/"), ("a/", "b/"), ("b", "a")] {
        path_rename(dir, from, dir, to)?;
    }
    path_remove_directory(dir, "a")?;
    Ok(())
}
