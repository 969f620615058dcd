//! Opening without following refuses links, to files and to directories.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let open = |lookup, oflags| path_open(dir, lookup, "link", oflags, (0, 0), 0);
    path_create_directory(dir, "target")?;
    path_symlink("target", dir, "link")?;
    refused(open(0, O_DIRECTORY), &[LOOP, NOTDIR])?;
    refused(open(0, 0), &[LOOP])?;
    fd_close(open(FOLLOW, O_DIRECTORY)?)?;
    // With a slash at its end the path names the directory.
    path_open(dir, 0, "link/", O_DIRECTORY, (0, 0), 0)?;
    path_remove_directory(dir, "target")?;
    scratch::write(dir, "target", b"")?;
    refused(open(0, O_DIRECTORY), &[LOOP, NOTDIR])?;
    refused(open(0, 0), &[LOOP])?;
    refused(open(FOLLOW, O_DIRECTORY), &[NOTDIR])?;
    fd_close(open(FOLLOW, 0)?)?;
    refused(open(1 << 1, 0), &[INVAL])
}
