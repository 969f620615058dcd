//! Where the history of `wardian shell` is kept: on the host, out of reach of
//! the sandbox, for the user's eyes only.

use std::ffi::OsString;
use std::fs::{DirBuilder, OpenOptions};
use std::path::{Path, PathBuf};

/// The history's file, made if it is not there; none if the user has no data
/// directory or it cannot be written.
pub fn file() -> Option<PathBuf> {
    let path = directory(|name| std::env::var_os(name))?.join("shell_history");
    prepare(&path).ok().map(|()| path)
}

fn directory(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let data = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else {
        let below = match cfg!(target_os = "macos") {
            true => "Library/Application Support",
            false => ".local/share",
        };
        absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(below)))
    };
    data.map(|data| data.join("wardian"))
}

fn prepare(path: &Path) -> std::io::Result<()> {
    let (mut directory, mut file) = (DirBuilder::new(), OpenOptions::new());
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        directory.mode(0o700);
        file.mode(0o600);
    }
    if let Some(parent) = path.parent() {
        directory.recursive(true).create(parent)?;
    }
    file.append(true).create(true).open(path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn it_lies_in_the_data_directory() {
        let with = |set: &'static [(&str, &str)]| {
            directory(move |name| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| value.into())
            })
        };
        assert_eq!(
            with(&[("XDG_DATA_HOME", "/data"), ("HOME", "/home/a")]),
            Some("/data/wardian".into())
        );
        assert_eq!(
            with(&[("XDG_DATA_HOME", "data"), ("HOME", "/home/a")]),
            Some("/home/a/.local/share/wardian".into())
        );
        assert_eq!(with(&[]), None);
    }
}
