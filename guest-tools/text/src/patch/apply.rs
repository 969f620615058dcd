//! Applying the hunks of one patch to the lines of one file.

use super::hunk::Hunk;
use super::locate::{Needle, Source};

/// What became of a hunk.
pub enum Outcome {
    /// Applied: where in the new file, with how much fuzz, how far off.
    Applied {
        at: usize,
        fuzz: usize,
        offset: isize,
    },
    /// Found nowhere: where it was expected.
    Failed { at: usize },
}

/// Which of the texts the lines belong to that are put.
#[derive(Clone, Copy)]
enum Side {
    Both,
    Old,
    New,
}

/// A file's text being made anew.
pub struct Applier<'a> {
    source: Source<'a>,
    max_fuzz: usize,
    /// Old lines that are settled.
    frozen: usize,
    /// How far the last hunk was from its place.
    offset: isize,
    /// Lines added less lines removed so far.
    growth: isize,
    /// The new text.
    pub output: Vec<u8>,
    /// Both texts are kept, for the preprocessor to choose by this name.
    pub define: Option<Vec<u8>>,
}

impl<'a> Applier<'a> {
    /// For this text.
    pub fn new(bytes: &'a [u8], loose: bool, max_fuzz: usize) -> Applier<'a> {
        Applier {
            source: Source::new(bytes, loose),
            max_fuzz,
            frozen: 0,
            offset: 0,
            growth: 0,
            output: Vec::with_capacity(bytes.len()),
            define: None,
        }
    }

    /// Where a hunk fits, with as little fuzz as possible. `accept` is asked
    /// about each amount of fuzz at which it does not.
    pub fn find(
        &self,
        hunk: &Hunk<'_>,
        mut instead: impl FnMut(usize) -> Option<usize>,
    ) -> Option<(usize, usize)> {
        let needle = needle(hunk);
        let most = needle.context.0.max(needle.context.1).min(self.max_fuzz);
        for fuzz in 0..=most {
            let found = self.source.locate(&needle, self.offset, self.frozen, fuzz);
            if let Some(at) = found.or_else(|| instead(fuzz)) {
                return Some((at, fuzz));
            }
        }
        None
    }

    /// Where a hunk fits with this much fuzz.
    pub fn find_with(&self, hunk: &Hunk<'_>, fuzz: usize) -> Option<usize> {
        self.source
            .locate(&needle(hunk), self.offset, self.frozen, fuzz)
    }

    /// Puts a hunk's new text in place of its old text at a line.
    pub fn apply(&mut self, hunk: &Hunk<'_>, at: usize, fuzz: usize) -> Outcome {
        self.offset = at as isize - hunk.first() as isize;
        let mut next = at.saturating_sub(1);
        if next < self.frozen && hunk.count(0) > 0 || next > self.source.lines.len() {
            return self.fail(hunk);
        }
        let placed = at as isize + self.growth;
        self.copy(next);
        let mut side = Side::Both;
        for (mark, line) in &hunk.lines {
            self.turn(&mut side, *mark);
            match mark {
                b'+' => self.put(line),
                b'-' => {
                    if self.define.is_some()
                        && let Some(own) = self.source.lines.get(next).copied()
                    {
                        self.put(own);
                    }
                    next += 1;
                }
                // Context stays as the file has it.
                _ => {
                    if let Some(own) = self.source.lines.get(next).copied() {
                        self.put(own);
                    }
                    next += 1;
                }
            }
        }
        self.turn(&mut side, b' ');
        self.frozen = next.min(self.source.lines.len());
        self.growth += hunk.count(1) as isize - hunk.count(0) as isize;
        Outcome::Applied {
            at: placed.max(0) as usize,
            fuzz,
            offset: self.offset,
        }
    }

    /// Goes on to lines with this mark, with a line for the preprocessor.
    fn turn(&mut self, side: &mut Side, mark: u8) {
        let Some(name) = self.define.clone() else {
            return;
        };
        let (next, line): (Side, Vec<u8>) = match (*side, mark) {
            (Side::Both, b'-') => (Side::Old, [b"#ifndef ", &name[..], b"\n"].concat()),
            (Side::Both, b'+') => (Side::New, [b"#ifdef ", &name[..], b"\n"].concat()),
            (Side::Old, b'+') => (Side::New, b"#else\n".to_vec()),
            (Side::Old | Side::New, b' ') => (Side::Both, b"#endif\n".to_vec()),
            (Side::New, b'-') => {
                let text = [b"#endif\n#ifndef ", &name[..], b"\n"].concat();
                (Side::Old, text)
            }
            _ => return,
        };
        *side = next;
        self.put(&line);
    }

    /// Leaves a hunk out.
    pub fn fail(&mut self, hunk: &Hunk<'_>) -> Outcome {
        let at = hunk.first() as isize + self.growth;
        Outcome::Failed {
            at: at.max(0) as usize,
        }
    }

    /// Adds what is left of the old text.
    pub fn finish(&mut self) {
        self.copy(self.source.lines.len());
    }

    /// Lines added less lines removed so far.
    pub fn growth(&self) -> isize {
        self.growth
    }

    /// Whether the file is empty.
    pub fn is_empty(&self) -> bool {
        self.source.lines.is_empty()
    }

    fn copy(&mut self, to: usize) {
        let lines = self.source.lines.get(self.frozen..to).unwrap_or_default();
        for line in lines {
            complete(&mut self.output);
            self.output.extend_from_slice(line);
        }
        self.frozen = self.frozen.max(to);
    }

    fn put(&mut self, line: &[u8]) {
        complete(&mut self.output);
        self.output.extend_from_slice(line);
    }
}

/// Ends a line that lacked its newline, before another one follows.
fn complete(output: &mut Vec<u8>) {
    if output.last().is_some_and(|byte| *byte != b'\n') {
        output.push(b'\n');
    }
}

fn needle<'h>(hunk: &Hunk<'h>) -> Needle<'h> {
    Needle {
        lines: hunk.side(0),
        first: hunk.first(),
        context: hunk.context(),
    }
}
