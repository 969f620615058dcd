//! Unified diffs, file by file.

use std::fmt::Write as _;

use super::html::escape;

/// One file of a patch.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct FileDiff<'a> {
    pub(super) name: String,
    pub(super) added: usize,
    pub(super) removed: usize,
    lines: Vec<&'a str>,
}

/// The files of a patch as git writes it.
pub(super) fn files(patch: &str) -> Vec<FileDiff<'_>> {
    let mut files: Vec<FileDiff<'_>> = Vec::new();
    // Lines of a hunk that are still to come, in the old and in the new file:
    // within them a line that looks like a header is none.
    let (mut old, mut new) = (0_usize, 0_usize);
    for line in patch.lines() {
        let in_hunk = old > 0 || new > 0;
        if !in_hunk && line.starts_with("diff --git ") {
            files.push(FileDiff {
                name: name_of(line),
                added: 0,
                removed: 0,
                lines: Vec::new(),
            });
            continue;
        }
        if files.is_empty() {
            files.push(FileDiff {
                name: String::new(),
                added: 0,
                removed: 0,
                lines: Vec::new(),
            });
        }
        let Some(file) = files.last_mut() else {
            continue;
        };
        if in_hunk {
            match line.as_bytes().first() {
                Some(b'+') => {
                    new = new.saturating_sub(1);
                    file.added += 1;
                }
                Some(b'-') => {
                    old = old.saturating_sub(1);
                    file.removed += 1;
                }
                Some(b'\\') => {}
                _ => (old, new) = (old.saturating_sub(1), new.saturating_sub(1)),
            }
        } else if let Some(counts) = hunk(line) {
            (old, new) = counts;
        } else if file.name.is_empty()
            && let Some(name) = line.strip_prefix("+++ ")
        {
            file.name = name.to_owned();
        }
        file.lines.push(line);
    }
    files
}

impl FileDiff<'_> {
    /// The lines, coloured by what they do.
    pub(super) fn html(&self) -> String {
        let mut out = String::from("<pre class=\"diff\">");
        for line in &self.lines {
            let class = match line.as_bytes().first() {
                _ if line.starts_with("+++ ") || line.starts_with("--- ") => "head",
                Some(b'+') => "add",
                Some(b'-') => "del",
                Some(b'@') => "hunk",
                Some(b' ') | None => "same",
                _ => "head",
            };
            let _ = writeln!(out, "<span class=\"{class}\">{}</span>", escape(line));
        }
        out.push_str("</pre>");
        out
    }
}

/// `diff --git a/x b/x`: the second of two names of one length.
fn name_of(line: &str) -> String {
    let names = line.trim_start_matches("diff --git ");
    let middle = names.len() / 2;
    let second = names.get(middle..).map(str::trim_start).unwrap_or(names);
    let second = second.trim_matches('"');
    second.strip_prefix("b/").unwrap_or(second).to_owned()
}

/// Lines of the old and the new file in the hunk that this line opens.
fn hunk(line: &str) -> Option<(usize, usize)> {
    let ranges = line.strip_prefix("@@ -")?.split(" @@").next()?;
    let (old, new) = ranges.split_once(" +")?;
    let length = |range: &str| match range.split_once(',') {
        Some((_, length)) => length.parse().ok(),
        None => Some(1),
    };
    Some((length(old)?, length(new)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "\
diff --git a/a b.txt b/a b.txt
index 1..2 100644
--- a/a b.txt
+++ b/a b.txt
@@ -1,2 +1,3 @@
 same
-old
--- looks like a header
+++ so does this
+<new>
diff --git a/new b/new
new file mode 100644
--- /dev/null
+++ b/new
@@ -0,0 +1 @@
+x
\\ No newline at end of file
";

    #[test]
    fn files_are_told_apart_and_counted() {
        let found: Vec<(String, usize, usize)> = files(PATCH)
            .into_iter()
            .map(|file| (file.name, file.added, file.removed))
            .collect();
        assert_eq!(
            found,
            [("a b.txt".to_owned(), 2, 2), ("new".to_owned(), 1, 0)]
        );
    }

    #[test]
    fn lines_are_escaped() {
        let html: String = files(PATCH).iter().map(FileDiff::html).collect();
        assert!(
            html.contains("<span class=\"add\">+&lt;new&gt;</span>"),
            "{html}"
        );
    }

    #[test]
    fn anything_else_is_shown_as_it_is() {
        let found = files("no patch\n@@ -x +y @@\n\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].html().contains("no patch"));
        assert!(files("").is_empty());
    }
}
