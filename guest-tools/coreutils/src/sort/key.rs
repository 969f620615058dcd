//! Where a key lies in a line, and how two keys compare.

use super::number;
use crate::ls;
use md5::{Digest, Md5};
use memchr::memchr;
use std::cmp::Ordering;

/// Stands for the end of the line in [`Key::end_word`], and for no first field.
pub const NONE: usize = usize::MAX;

/// How the texts of a key compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// By bytes.
    Bytes,
    /// `-n`.
    Number,
    /// `-g`.
    General,
    /// `-h`.
    Size,
    /// `-M`.
    Month,
    /// `-V`.
    Version,
    /// `-R`.
    Random,
}

/// A key: where it starts and ends, and its order.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Fields before it; [`NONE`]: it starts where the line does.
    pub start_word: usize,
    /// Characters skipped then.
    pub start_char: usize,
    /// Fields before its end; [`NONE`]: it ends where the line does.
    pub end_word: usize,
    /// Characters taken then; 0: the whole field.
    pub end_char: usize,
    /// Skip blanks at the start.
    pub skip_start: bool,
    /// Skip blanks before counting characters at the end.
    pub skip_end: bool,
    /// Only blanks, letters and digits count.
    pub dictionary: bool,
    /// Only what prints counts.
    pub printing: bool,
    /// Lower case counts as upper case.
    pub fold: bool,
    /// Descending.
    pub reverse: bool,
    /// The order.
    pub order: Order,
}

impl Key {
    /// The whole line by bytes.
    pub const LINE: Key = Key {
        start_word: NONE,
        start_char: 0,
        end_word: NONE,
        end_char: 0,
        skip_start: false,
        skip_end: false,
        dictionary: false,
        printing: false,
        fold: false,
        reverse: false,
        order: Order::Bytes,
    };

    /// Whether it has no ordering options of its own.
    pub fn is_plain(&self) -> bool {
        self.order == Order::Bytes && !self.transforms() && !self.skip_start && !self.skip_end
    }

    /// Whether bytes are changed or left out before comparison.
    pub fn transforms(&self) -> bool {
        self.dictionary || self.printing || self.fold
    }

    /// The key's text in a line.
    pub fn slice<'a>(&self, line: &'a [u8], tab: Option<u8>) -> &'a [u8] {
        let end = self.end_of(line, tab);
        let start = self.start_of(line, tab);
        line.get(start..end).unwrap_or_default()
    }

    /// Where the key starts in a line.
    pub fn start_of(&self, line: &[u8], tab: Option<u8>) -> usize {
        let mut at = 0;
        if self.start_word != NONE {
            for _ in 0..self.start_word {
                if at >= line.len() {
                    break;
                }
                at = match tab {
                    Some(tab) => memchr(tab, &line[at..]).map_or(line.len(), |n| at + n + 1),
                    None => after_word(line, at),
                };
            }
        }
        if self.skip_start {
            at = after_blanks(line, at);
        }
        at.saturating_add(self.start_char).min(line.len())
    }

    /// Where the key ends in a line.
    pub fn end_of(&self, line: &[u8], tab: Option<u8>) -> usize {
        if self.end_word == NONE {
            return line.len();
        }
        let mut words = self.end_word + usize::from(self.end_char == 0);
        let mut at = 0;
        while at < line.len() && words > 0 {
            words -= 1;
            at = match tab {
                Some(tab) => match memchr(tab, &line[at..]) {
                    Some(n) if words > 0 || self.end_char > 0 => at + n + 1,
                    Some(n) => at + n,
                    None => line.len(),
                },
                None => after_word(line, at),
            };
        }
        if self.end_char > 0 {
            if self.skip_end {
                at = after_blanks(line, at);
            }
            at = at.saturating_add(self.end_char).min(line.len());
        }
        at
    }

    fn kept(&self, byte: u8) -> Option<u8> {
        if self.dictionary && !(is_blank(byte) || byte.is_ascii_alphanumeric())
            || self.printing && !self.dictionary && !matches!(byte, 0x20..=0x7e)
        {
            return None;
        }
        Some(if self.fold {
            byte.to_ascii_uppercase()
        } else {
            byte
        })
    }

    fn kept_text(&self, text: &[u8]) -> Vec<u8> {
        text.iter().filter_map(|byte| self.kept(*byte)).collect()
    }

    /// A number by which two keys' order is decided unless it is the same.
    pub fn prefix(&self, text: &[u8], salt: [u8; 16]) -> u64 {
        let prefix = match self.order {
            Order::Bytes if self.transforms() => {
                let mut kept = text.iter().filter_map(|byte| self.kept(*byte));
                (0..8).fold(0, |sum, _| sum << 8 | u64::from(kept.next().unwrap_or(0)))
            }
            Order::Bytes => match text.first_chunk::<8>() {
                Some(head) => u64::from_be_bytes(*head),
                None => {
                    let mut head = [0; 8];
                    head[..text.len()].copy_from_slice(text);
                    u64::from_be_bytes(head)
                }
            },
            Order::Number => number::number_prefix(text),
            Order::General => number::general(text),
            Order::Size => number::size_prefix(text),
            Order::Month => number::month(text),
            Order::Version => 0,
            Order::Random if self.transforms() => {
                (scatter(&self.kept_text(text), salt) >> 64) as u64
            }
            Order::Random => (scatter(text, salt) >> 64) as u64,
        };
        if self.reverse { !prefix } else { prefix }
    }

    /// Whether the prefix alone decides.
    pub fn prefix_is_all(&self) -> bool {
        matches!(self.order, Order::Month)
    }

    /// Compares two keys' texts.
    pub fn compare(&self, a: &[u8], b: &[u8], salt: [u8; 16]) -> Ordering {
        let order = match self.order {
            Order::Bytes if self.transforms() => {
                let a = a.iter().filter_map(|byte| self.kept(*byte));
                a.cmp(b.iter().filter_map(|byte| self.kept(*byte)))
            }
            Order::Bytes => a.cmp(b),
            Order::Number => number::compare_numbers(a, b),
            Order::General => number::compare_general(a, b),
            Order::Size => number::compare_sizes(a, b),
            Order::Month => number::month(a).cmp(&number::month(b)),
            Order::Version | Order::Random if self.transforms() => {
                let plain = Key {
                    dictionary: false,
                    printing: false,
                    fold: false,
                    reverse: false,
                    ..*self
                };
                plain.compare(&self.kept_text(a), &self.kept_text(b), salt)
            }
            Order::Version => ls::version::compare(a, b),
            Order::Random => scatter(a, salt)
                .cmp(&scatter(b, salt))
                .then_with(|| a.cmp(b)),
        };
        if self.reverse { order.reverse() } else { order }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n')
}

fn after_blanks(line: &[u8], mut at: usize) -> usize {
    while line.get(at).copied().is_some_and(is_blank) {
        at += 1;
    }
    at
}

fn after_word(line: &[u8], at: usize) -> usize {
    let mut at = after_blanks(line, at);
    while line.get(at).is_some_and(|byte| !is_blank(*byte)) {
        at += 1;
    }
    at
}

/// A number that depends on every byte and on the salt, as GNU's `sort` has it.
fn scatter(text: &[u8], salt: [u8; 16]) -> u128 {
    let digest = Md5::new_with_prefix(salt).chain_update(text).finalize();
    digest
        .iter()
        .fold(0, |sum, byte| sum << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::Key;

    fn slice(start: (usize, usize), end: (usize, usize), tab: Option<u8>) -> String {
        let key = Key {
            start_word: start.0,
            start_char: start.1,
            end_word: end.0,
            end_char: end.1,
            ..Key::LINE
        };
        String::from_utf8_lossy(key.slice(b"one two:three  four", tab)).into_owned()
    }

    #[test]
    fn keys_are_found_as_gnu_finds_them() {
        assert_eq!(slice((1, 0), (1, 0), None), " two:three");
        assert_eq!(slice((1, 0), (1, 0), Some(b':')), "three  four");
        assert_eq!(slice((0, 2), (1, 2), None), "e t");
        assert_eq!(slice((0, 0), (0, 0), Some(b':')), "one two");
        assert_eq!(slice((5, 0), (5, 0), None), "");
    }
}
