//! Where the words of the index occur.

use super::Settings;
use super::words::Words;
use crate::cli::Context;
use crate::text::quote;

/// A file that is indexed.
pub struct Input {
    /// Its name in references.
    pub label: Vec<u8>,
    pub text: Vec<u8>,
    /// Lines of the inputs before it, and up to its end.
    pub lines_before: usize,
    pub lines_end: usize,
}

/// A word in its context: places in the text of an input.
pub struct Occurrence {
    pub input: usize,
    pub key: usize,
    pub size: usize,
    pub left: usize,
    pub right: usize,
    /// The number of its line, or where its reference starts.
    pub reference: usize,
}

/// Looks for words in one input.
pub struct Scan<'a> {
    pub settings: &'a Settings,
    pub words: &'a mut Words,
    /// Lines so far, of all inputs.
    pub lines: usize,
    /// Size of the longest word.
    pub longest: usize,
    /// Size of the longest reference.
    pub reference_width: usize,
}

/// White space, as the C locale has it.
pub fn blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

/// The first place from `at` on that is no white space, or the end.
pub fn skip_blanks(text: &[u8], mut at: usize, end: usize) -> usize {
    while at < end && blank(text[at]) {
        at += 1;
    }
    at
}

/// The first place from `at` on that is white space, or the end.
pub fn skip_filled(text: &[u8], mut at: usize, end: usize) -> usize {
    while at < end && !blank(text[at]) {
        at += 1;
    }
    at
}

/// The end of what is before `at`, without white space.
pub fn trim_end(text: &[u8], mut at: usize, start: usize) -> usize {
    while at > start && blank(text[at - 1]) {
        at -= 1;
    }
    at
}

impl Scan<'_> {
    /// Adds the occurrences in an input.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn run(
        &mut self,
        context: &Context<'_>,
        input: &Input,
        index: usize,
        found: &mut Vec<Occurrence>,
    ) -> Result<(), i32> {
        let text = input.text.as_slice();
        let (automatic, references) = (self.settings.automatic, self.settings.references);
        let (mut line, mut scan, mut reference) = (0, 0, 0);
        if references {
            scan = skip_filled(text, 0, text.len());
            reference = scan;
            scan = skip_blanks(text, scan, text.len());
        }
        let mut cursor = 0;
        while cursor < text.len() {
            let mut left = cursor;
            let mut next = text.len();
            if let Some(ends) = &mut self.words.ends
                && let Some((start, stop)) = ends.find_at(&text[cursor..], 0)
            {
                // GNU's takes a match at the very start for an empty one.
                if start == 0 {
                    let pattern = self.settings.sentence_pattern();
                    let text = b"error: regular expression has a match of length zero: ";
                    context.say(&[text.as_slice(), &quote::always(pattern)].concat());
                    return Err(1);
                }
                next = cursor + stop;
            }
            let right = trim_end(text, next, left);
            while let Some((start, stop)) = self.words.find(text, cursor.min(right), right) {
                cursor = stop;
                if start == stop {
                    cursor += 1;
                    continue;
                }
                self.longest = self.longest.max(stop - start);
                if references {
                    while scan < start {
                        scan += 1;
                        if text[scan - 1] == b'\n' {
                            self.lines += 1;
                            line = scan;
                            scan = skip_filled(text, scan, text.len());
                            reference = scan - line;
                        }
                    }
                    if scan > start {
                        continue;
                    }
                }
                if !self.words.counts(&text[start..stop]) {
                    continue;
                }
                let mut place = 0;
                if automatic {
                    while scan < start {
                        scan += 1;
                        if text[scan - 1] == b'\n' {
                            self.lines += 1;
                            line = scan;
                            scan = skip_filled(text, scan, text.len());
                        }
                    }
                    place = self.lines;
                } else if references {
                    place = line;
                    self.reference_width = self.reference_width.max(reference);
                }
                if references && line == left {
                    left = skip_filled(text, left, right);
                    left = skip_blanks(text, left, right);
                }
                found.push(Occurrence {
                    input: index,
                    key: start,
                    size: stop - start,
                    left,
                    right,
                    reference: place,
                });
            }
            cursor = next;
        }
        Ok(())
    }
}
