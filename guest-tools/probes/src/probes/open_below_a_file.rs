//! A descriptor of a file is no place to open files in.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let file = scratch::file(dir, "file")?;
    let result = path_open(file, 0, "below", O_CREAT, (R_FILE, 0), 0);
    refused(result, &[NOTDIR])?;
    refused(path_create_directory(file, "below"), &[NOTDIR])?;
    refused(path_unlink_file(file, "below"), &[NOTDIR])
}
