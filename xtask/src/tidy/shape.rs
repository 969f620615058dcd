//! Rules about a source file's shape: its opening, its length, its name.

use super::finding::{Finding, TextFile};

const MOST_LINES: usize = 600;
const MANY_LINES: usize = 400;
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc"];

/// Every file opens by saying what it is for.
pub fn opening(file: &TextFile) -> Vec<Finding> {
    if !file.is_rust() || file.text.starts_with("//! ") {
        return Vec::new();
    }
    vec![file.finding(1, "open the file with `//!` and its purpose")]
}

/// Files stay short enough to be read at once. A tests module at the end does
/// not count.
pub fn length(file: &TextFile) -> Vec<Finding> {
    if !file.is_rust() || file.is_test() {
        return Vec::new();
    }
    let lines: Vec<&str> = file.text.lines().collect();
    let count = lines
        .windows(2)
        .position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod tests"))
        .unwrap_or(lines.len());
    if count > MOST_LINES {
        vec![file.finding(
            0,
            format!("{count} lines, {MOST_LINES} at most: split it by idea"),
        )]
    } else if count > MANY_LINES {
        vec![file.warning(format!("{count} lines, better below {MANY_LINES}"))]
    } else {
        Vec::new()
    }
}

/// A module's name says what is in it.
pub fn name(file: &TextFile) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let empty = file
        .path
        .iter()
        .filter_map(|part| part.to_str())
        .find(|part| EMPTY_NAMES.contains(&part.strip_suffix(".rs").unwrap_or(part)));
    let Some(part) = empty else {
        return Vec::new();
    };
    vec![file.finding(
        0,
        format!("{part} says nothing: name the module for what it holds"),
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: impl Into<String>) -> TextFile {
        TextFile {
            path: path.into(),
            text: text.into(),
        }
    }

    #[test]
    fn sources_open_with_their_purpose() {
        assert!(opening(&file("a.rs", "//! Reads.\nfn main() {}")).is_empty());
        assert!(opening(&file("a.md", "# Title")).is_empty());
        for text in ["", "fn main() {}", "// Reads.", "//!\n"] {
            assert_eq!(opening(&file("a.rs", text)).len(), 1, "{text:?}");
        }
    }

    #[test]
    fn long_files_fail_and_longish_ones_warn() {
        let lines = |count| "x\n".repeat(count);
        assert!(length(&file("a.rs", lines(400))).is_empty());
        assert!(length(&file("a.rs", lines(401)))[0].only_warns);
        assert!(!length(&file("a.rs", lines(601)))[0].only_warns);
        assert!(length(&file("crate/tests/a.rs", lines(601))).is_empty());
        assert!(length(&file("a_tests.rs", lines(601))).is_empty());
        let with_tests = lines(300) + "#[cfg(test)]\nmod tests {\n" + &lines(900);
        assert!(length(&file("a.rs", with_tests)).is_empty());
    }

    #[test]
    fn names_that_say_nothing_are_refused() {
        assert_eq!(name(&file("a/utils.rs", "")).len(), 1);
        assert_eq!(name(&file("a/common/b.rs", "")).len(), 1);
        assert!(name(&file("a/utility.rs", "")).is_empty());
    }
}
