//! Text that has no place in the project: folders of one machine.

use super::finding::{Finding, TextFile};

/// Written in two parts, so that this file does not break its own rule.
pub const MACHINE_FOLDERS: &[&str] = &[concat!("/ro", "ot/"), concat!("/wo", "rk/")];

/// Finds the folders in any text file.
pub fn check(file: &TextFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for word in MACHINE_FOLDERS {
            if line.contains(word) {
                findings
                    .push(file.finding(index + 1, format!("{word} is a folder of one machine")));
            }
        }
    }
    findings
}
