//! `unsafe` stays in files that say so in their name.

use super::code::code;
use super::finding::{Finding, TextFile};

/// Finds `unsafe` outside `*_unsafe.rs`.
pub fn check(file: &TextFile) -> Vec<Finding> {
    let stem = file.path.file_stem().unwrap_or_default().to_string_lossy();
    if !file.is_rust() || stem.ends_with("_unsafe") || !file.text.contains("unsafe") {
        return Vec::new();
    }
    code(&file.text)
        .lines()
        .enumerate()
        .filter(|(_, line)| {
            line.split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| word == "unsafe")
        })
        .map(|(index, _)| file.finding(index + 1, "`unsafe` belongs in a file named *_unsafe.rs"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn lines(path: &str, text: &str, expected: &[usize]) {
        let file = TextFile {
            path: path.into(),
            text: text.into(),
        };
        let found: Vec<usize> = check(&file).iter().map(|found| found.line).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn blocks_and_attributes_are_found_and_mentions_are_not() {
        lines("a.rs", "//! x\nfn f() {\n unsafe { g() }\n}", &[3]);
        lines("a.rs", "#[unsafe(no_mangle)]", &[1]);
        lines(
            "a.rs",
            "// unsafe\nlet x = \"unsafe\";\n#![deny(unsafe_code)]",
            &[],
        );
        lines("map_unsafe.rs", "unsafe { g() }", &[]);
        lines("a.md", "unsafe", &[]);
    }
}
