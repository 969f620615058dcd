//! Paths by their text, as POSIX reads them (XBD 4.16) where no links matter.

/// `path` as an absolute one, seen from `cwd`, without `.`, `..` and doubled
/// slashes. `..` at the root stays there.
pub fn resolve_path(cwd: &str, path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    let above = if path.starts_with('/') { "" } else { cwd };
    for name in above.split('/').chain(path.split('/')) {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve_path;

    #[test]
    fn resolves() {
        for (cwd, path, wanted) in [
            ("/w", "a", "/w/a"),
            ("/w", "./a//b/../c", "/w/a/c"),
            ("/w", "/x/", "/x"),
            ("/w/v", "../../..", "/"),
            ("/", "", "/"),
        ] {
            assert_eq!(resolve_path(cwd, path), wanted, "{cwd} {path}");
        }
    }
}
