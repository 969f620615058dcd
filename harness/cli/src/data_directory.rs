//! Where this program keeps what outlives a command: snapshots, for one.

use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use anyhow::{Context, bail};

/// `$WARDIAN_HOME`, else `wardian` below `$XDG_DATA_HOME` or `~/.local/share`.
/// Made, for its owner only, if it is not there.
pub fn data_directory() -> anyhow::Result<PathBuf> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let path = absolute("WARDIAN_HOME")
        .or_else(|| absolute("XDG_DATA_HOME").map(|path| path.join("wardian")))
        .or_else(|| absolute("HOME").map(|path| path.join(".local/share/wardian")));
    let Some(path) = path else {
        bail!("no place to keep data: set WARDIAN_HOME to an absolute path");
    };
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&path)
        .with_context(|| format!("cannot make the directory {}", path.display()))?;
    Ok(path)
}
