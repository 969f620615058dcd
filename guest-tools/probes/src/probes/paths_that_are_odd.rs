//! Dots, slashes, absolute paths, NUL and paths that lead out of the directory.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    path_create_directory(dir, "dir")?;
    path_create_directory(dir, "dir/nested")?;
    scratch::write(dir, "dir/nested/file", b"")?;
    let open = |path: &str| path_open(dir, 0, path, 0, (0, 0), 0);
    refused(open("/dir/nested/file"), &[PERM, NOTCAPABLE])?;
    open("dir/.//nested/../../dir/nested/../nested///./file")?;
    open("./dir")?;
    open(".")?;
    refused(open("dir/nested/file\0"), &[INVAL, ILSEQ])?;
    refused(open("dir/nested/file/"), &[NOTDIR])?;
    refused(open("dir/nested/file///"), &[NOTDIR])?;
    refused(open("dir/nested/file/."), &[NOTDIR])?;
    refused(open("dir/nested/file/.."), &[NOTDIR])?;
    open("dir/nested/")?;
    open("dir/nested///")?;
    refused(
        open("dir/nested/../../../x/dir/nested/file"),
        &[PERM, NOTCAPABLE],
    )?;
    refused(open(".."), &[PERM, NOTCAPABLE])?;
    refused(open("../fs-tests.dir"), &[PERM, NOTCAPABLE])?;
    refused(open(""), &[NOENT])?;
    refused(open("missing/.."), &[NOENT])?;
    refused(open(&"n".repeat(256)), &[NAMETOOLONG])?;
    refused(open(&"./".repeat(1 << 16)), &[NAMETOOLONG])?;
    refused(path_create_directory(dir, &"n".repeat(256)), &[NAMETOOLONG])?;
    path_create_directory(dir, &"n".repeat(255))?;
    Ok(())
}
