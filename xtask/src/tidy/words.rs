//! Text that has no place in the project: folders of one machine.

use super::finding::{Finding, TextFile};

/// Written in two parts, so that this file does not break its own rule.
pub const MACHINE_FOLDERS: &[&str] = &[concat!("/ro", "ot/"), concat!("/wo", "rk/")];

/// Finds paths that begin with one of the folders, in any text file.
pub fn check(file: &TextFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for folder in MACHINE_FOLDERS {
            if names(line, folder) {
                let message = format!("{folder} is a folder of one machine");
                findings.push(file.finding(index + 1, message));
            }
        }
    }
    findings
}

/// Whether a path in the line begins with the folder; in the midst of a path
/// its name means nothing.
fn names(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "_-.~}".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_a_path_counts() {
        for folder in MACHINE_FOLDERS {
            assert!(names(&format!("see {folder}x"), folder));
            assert!(names(&format!("--dir={folder}"), folder));
            assert!(!names(&format!("see /home/user{folder}x"), folder));
            assert!(!names(folder.trim_end_matches('/'), folder));
        }
    }
}
