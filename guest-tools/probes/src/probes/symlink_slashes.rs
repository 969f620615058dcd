//! A link's own name has no slash at its end, and is new.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let link = |name: &str| path_symlink("source", dir, name);
    refused(link("target/"), &[NOENT])?;
    link("target")?;
    path_unlink_file(dir, "target")?;
    path_create_directory(dir, "target")?;
    refused(link("target/"), &[EXIST])?;
    refused(link("target"), &[EXIST])?;
    path_remove_directory(dir, "target")?;
    scratch::write(dir, "target", b"")?;
    refused(link("target/"), &[NOTDIR, EXIST])?;
    refused(link("target"), &[EXIST])?;
    refused(link("missing/name"), &[NOENT])?;
    refused(path_symlink("/absolute", dir, "name"), &[PERM])?;
    refused(path_symlink("", dir, "name"), &[NOENT, INVAL])?;
    refused(path_symlink(&"t".repeat(5000), dir, "name"), &[NAMETOOLONG])
}
