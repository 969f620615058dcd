//! Changes between two files, and their grouping into hunks.

use super::changed;
use super::options::{Blanks, Config};
use super::text::{Text, classes, content};

/// Lines of the one file that lines of the other stand in place of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// First line of either file, counted from 0.
    pub start: [usize; 2],
    /// Number of lines of either file.
    pub count: [usize; 2],
    /// Whether it is of no interest (`-B`, `-I`).
    pub ignored: bool,
}

impl Change {
    /// The line after the last.
    pub fn end(&self, f: usize) -> usize {
        self.start[f] + self.count[f]
    }
}

/// Finds all changes.
pub fn changes(texts: [&Text; 2], config: &Config) -> Vec<Change> {
    let classes = classes(texts, config);
    let [old, new] = &classes.sides;
    let marks = changed::find([old, new], classes.count, config.minimal);
    let mut found = Vec::new();
    let mut at = [0, 0];
    loop {
        let start = at;
        for f in 0..2 {
            while marks[f].get(at[f]) == Some(&true) {
                at[f] += 1;
            }
        }
        if start != at {
            let mut change = Change {
                start: start.map(|line| line + classes.first),
                count: [at[0] - start[0], at[1] - start[1]],
                ignored: false,
            };
            change.ignored = is_trivial(texts, &change, config);
            found.push(change);
        }
        if at[0] >= old.len() && at[1] >= new.len() {
            return found;
        }
        at = [at[0] + 1, at[1] + 1];
    }
}

/// Whether all lines of the change are such as `-B` and `-I` name.
fn is_trivial(texts: [&Text; 2], change: &Change, config: &Config) -> bool {
    if !config.ignore_blank_lines && config.ignore_regex.is_none() {
        return false;
    }
    let space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let blank = |line: &[u8]| match config.blanks {
        _ if !config.ignore_blank_lines => false,
        Blanks::Matter | Blanks::TabsIgnored => line.is_empty(),
        _ => line.iter().all(space),
    };
    let matched = |line: &[u8]| {
        config
            .ignore_regex
            .as_ref()
            .is_some_and(|regex| regex.is_in(line))
    };
    (0..2).all(|f| {
        let lines = texts[f].lines(change.start[f]..change.end(f));
        lines.map(content).all(|line| blank(line) || matched(line))
    })
}

/// Groups changes whose surroundings meet. The groups follow each other.
pub fn groups(changes: &[Change], context: usize) -> impl Iterator<Item = &[Change]> {
    changes.chunk_by(move |a, b| {
        let near = match b.ignored {
            true => context,
            false => context.saturating_mul(2).saturating_add(1),
        };
        b.start[0] - a.end(0) < near
    })
}
