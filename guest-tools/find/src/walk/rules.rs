//! Files with rules for what to leave out, in git's syntax.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::PathBuf;
use wardian_applet::sys;

/// A path for the standard library.
pub fn path_of(bytes: &[u8]) -> PathBuf {
    use std::ffi::OsString;
    #[cfg(unix)]
    use std::os::unix::ffi::OsStringExt;
    #[cfg(target_os = "wasi")]
    use std::os::wasi::ffi::OsStringExt;
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}

/// The rules in the file `name` of a directory, for paths that start with the
/// directory's; `None` without such a file or without rules.
pub fn read(directory: &[u8], name: &[u8]) -> Option<Gitignore> {
    let file = [directory, b"/", name].concat();
    let text = sys::read_file(&file).ok()?;
    parse(directory, &text, false)
}

/// Rules from a text.
pub fn parse(directory: &[u8], text: &[u8], fold: bool) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new(path_of(directory));
    builder.case_insensitive(fold).ok()?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    for line in text.split(|byte| *byte == b'\n') {
        if let Ok(line) = std::str::from_utf8(line) {
            // A malformed rule leaves nothing out.
            let _ = builder.add_line(None, line.strip_suffix('\r').unwrap_or(line));
        }
    }
    builder.build().ok().filter(|rules| !rules.is_empty())
}
