//! The direction of dependencies inside the engine, down only:
//! sandbox -> process -> wasi -> fd, with runtime below process.

use std::path::Path;

use super::code::code;
use super::finding::{Finding, TextFile};

const ENGINE: &str = "engine/src";
/// Each part of the engine and the parts above it, which it must not name.
const ABOVE: &[(&str, &[&str])] = &[
    ("fd", &["wasi", "process", "sandbox"]),
    ("wasi", &["process", "sandbox"]),
    ("runtime", &["process", "sandbox"]),
    ("process", &["sandbox"]),
];

/// Finds paths from one part of the engine into one above it.
pub fn check(file: &TextFile) -> Vec<Finding> {
    let Ok(inside) = file.path.strip_prefix(ENGINE) else {
        return Vec::new();
    };
    let modules = modules(inside);
    let above = ABOVE
        .iter()
        .find(|(part, _)| modules.first() == Some(part))
        .map(|(_, above)| *above);
    let (Some(above), true) = (above, file.is_rust()) else {
        return Vec::new();
    };
    let code = code(&file.text);
    let mut findings = Vec::new();
    for (at, name) in crate_names(&code, modules.len()) {
        if above.contains(&name) {
            let line = code[..at].matches('\n').count() + 1;
            let part = modules[0];
            findings.push(file.finding(
                line,
                format!("{part} lies below {name} and must not use it"),
            ));
        }
    }
    findings
}

/// The modules that a file of the engine is in: `fd/pipe.rs` is `fd`, `pipe`.
fn modules(path: &Path) -> Vec<&str> {
    path.iter()
        .filter_map(|part| part.to_str())
        .map(|part| part.strip_suffix(".rs").unwrap_or(part))
        .filter(|part| *part != "mod")
        .collect()
}

/// Names right below the crate's root that paths in the code start with, and
/// where: of `crate::fd`, `crate::{fd, wasi::Table}` and `super::super::fd`.
fn crate_names(code: &str, depth: usize) -> Vec<(usize, &str)> {
    let to_root = "super::".repeat(depth);
    let mut names = Vec::new();
    for root in ["crate::", &to_root] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let path = &code[at + root.len()..];
            match path.strip_prefix('{') {
                Some(group) => names.extend(group_names(group).map(|name| (at, name))),
                None => names.push((at, first_word(path))),
            }
        }
    }
    names
}

/// The first names of the paths in a group, whose `{` has been read.
fn group_names(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 1;
    let end = group.find(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    let group = &group[..end.unwrap_or(group.len())];
    let mut depth = 0;
    group
        .split(move |c| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            c == ',' && depth == 0
        })
        .map(|path| first_word(path.trim_start()))
}

fn first_word(path: &str) -> &str {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
    &path[..end.unwrap_or(path.len())]
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
        assert_eq!(found, expected, "{path}: {text}");
    }

    #[test]
    fn upward_paths_are_found_however_they_are_written() {
        lines("engine/src/fd/pipe.rs", "use crate::wasi::Table;", &[1]);
        lines("engine/src/wasi/poll.rs", "\nuse crate::process;", &[2]);
        lines(
            "engine/src/runtime.rs",
            "fn f(x: &crate::sandbox::Sandbox) {}",
            &[1],
        );
        lines(
            "engine/src/process/mod.rs",
            "use super::sandbox::Limits;",
            &[1],
        );
        lines(
            "engine/src/fd/a/b.rs",
            "use super::super::super::wasi;",
            &[1],
        );
        lines(
            "engine/src/fd/pipe.rs",
            "use crate::{clock::{A, B},\n fd::C, process::D};",
            &[1],
        );
    }

    #[test]
    fn downward_paths_and_mentions_are_fine() {
        lines(
            "engine/src/process/a.rs",
            "use crate::{fd, wasi::{self, process_exit}};",
            &[],
        );
        lines(
            "engine/src/wasi/a.rs",
            "// crate::process\nuse crate::fd::processes;",
            &[],
        );
        lines("engine/src/sandbox/a.rs", "use crate::process;", &[]);
        lines("engine/src/fd/a.rs", "use super::wasi;", &[]);
        lines("harness/src/fd/a.rs", "use crate::sandbox;", &[]);
    }
}
