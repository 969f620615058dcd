//! `ARCHITECTURE.md` names files and folders that exist.

use super::finding::{Finding, TextFile};
use crate::checkout::Checkout;

const MAP: &str = "ARCHITECTURE.md";

/// Finds paths in backticks that lead nowhere.
pub fn check(checkout: &Checkout, files: &[TextFile]) -> Vec<Finding> {
    let Some(map) = files.iter().find(|file| file.path.as_os_str() == MAP) else {
        let map = TextFile {
            path: MAP.into(),
            text: String::new(),
        };
        return vec![map.warning("there is no such file yet")];
    };
    let mut findings = Vec::new();
    for (index, line) in map.text.lines().enumerate() {
        for path in paths(line) {
            if !checkout.path(path).exists() {
                findings.push(map.finding(index + 1, format!("{path} does not exist")));
            }
        }
    }
    findings
}

/// The texts in backticks that are paths in the checkout: they end in `.rs` or
/// `/` and are neither absolute (a guest's) nor patterns.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    line.split('`')
        .skip(1)
        .step_by(2)
        .filter(|text| text.ends_with(".rs") || text.ends_with('/'))
        .filter(|text| !text.starts_with('/') && !text.contains("://"))
        .filter(|text| !text.contains(|c: char| c.is_whitespace() || "*?{}<>[]$".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_the_checkout_are_looked_at() {
        let line = "`engine/` has `engine/src/lib.rs`, `*_unsafe.rs`, `/proc/`, `Cargo.toml`, x/";
        assert_eq!(
            paths(line).collect::<Vec<_>>(),
            ["engine/", "engine/src/lib.rs"]
        );
    }
}
