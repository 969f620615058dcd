//! After "command not found": what there is instead. Models and people ask for
//! commands by the names that other systems have.

use super::Shell;
use crate::sys::{self, Fd};

/// Least likeness (0 to 1) of a name that is offered, and most names.
const LIKE: f64 = 0.7;
const MOST: usize = 5;

impl Shell {
    /// A line on standard error that names commands like the one that is missing,
    /// or says how to see all. Only where nothing but people and models reads it: a
    /// script that looks at its own messages gets what bash writes.
    pub fn offer(&mut self, name: &[u8], fds: &[(u32, Fd)]) {
        let Some((_, errors)) = fds.iter().find(|(child, _)| *child == 2) else {
            return;
        };
        if !sys::is_embedders(*errors) {
            return;
        }
        let mut line = b"wardian: ".to_vec();
        let like = self.commands_like(name);
        if like.is_empty() {
            line.extend_from_slice(b"`ls /bin` lists the commands that there are");
        } else {
            line.extend_from_slice(b"like it there is ");
            line.extend_from_slice(like.join(", ").as_bytes());
            line.extend_from_slice(b"; `ls /bin` lists all");
        }
        line.push(b'\n');
        let _ = sys::write_all(*errors, &line);
    }

    /// The commands of PATH whose names are most like this one, best first.
    fn commands_like(&mut self, name: &[u8]) -> Vec<String> {
        let Ok(name) = std::str::from_utf8(name) else {
            return Vec::new();
        };
        let path = self.get_text(b"PATH").unwrap_or_default();
        let entries = path
            .split(|byte| *byte == b':')
            .filter_map(|directory| sys::read_dir(directory).ok())
            .flatten();
        let mut like: Vec<(f64, String)> = entries
            .filter_map(|entry| String::from_utf8(entry.name).ok())
            .map(|entry| (likeness(name, &entry), entry))
            .filter(|(likeness, _)| *likeness >= LIKE)
            .collect();
        like.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        like.dedup_by(|a, b| a.1 == b.1);
        like.into_iter().take(MOST).map(|(_, name)| name).collect()
    }
}

/// One for the same name; a version's digits at the end do not count (`grep2`).
fn likeness(wanted: &str, there: &str) -> f64 {
    let bare = wanted.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let likeness = |name| strsim::normalized_damerau_levenshtein(name, there);
    likeness(wanted).max(if bare.is_empty() { 0.0 } else { likeness(bare) })
}

#[cfg(test)]
mod tests {
    use super::{LIKE, likeness};

    #[test]
    fn slips_are_alike_and_other_words_are_not() {
        for (wanted, there) in [
            ("grpe", "grep"),
            ("sort2", "sort"),
            ("gerp", "grep"),
            ("egrepp", "egrep"),
        ] {
            assert!(likeness(wanted, there) >= LIKE, "{wanted} {there}");
        }
        for (wanted, there) in [("python3", "printf"), ("make", "mkdir"), ("gcc", "cut")] {
            assert!(likeness(wanted, there) < LIKE, "{wanted} {there}");
        }
    }
}
