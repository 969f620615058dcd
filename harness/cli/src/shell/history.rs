//! Where the history of `wardian shell` is kept: on the host, out of reach of
//! the sandbox, for the user's eyes only.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use crate::data_directory::data_directory;

/// The history's file, made if it is not there; none if the user has no data
/// directory or it cannot be written.
pub fn file() -> Option<PathBuf> {
    let path = data_directory().ok()?.join("shell_history");
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(0o600);
    options.open(&path).ok().map(|_| path)
}
