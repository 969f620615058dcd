//! Matching by backtracking, for patterns with back-references: explores all
//! ways to match from a start and keeps the longest.
//!
//! A search that takes long remembers where it has been, so that no way is gone
//! twice. There is no number of steps after which it would give up and find nothing:
//! what ends it are the limits on processor time and memory, which are told.

use super::program::{Program, Step, TooBig};
use regex_automata::util::look::{Look as Place, LookMatcher};
use regex_syntax::hir::{Hir, Look};
use std::collections::HashSet;

/// Choices from one start before they are remembered: most searches need fewer.
const FORGOTTEN: usize = 10_000;

/// Start and end of a part of a text.
pub type Span = (usize, usize);

/// Which texts a back-reference takes for the one that its group matched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fold {
    /// Only the same bytes.
    None,
    /// Letters of ASCII in either case.
    Ascii,
    /// Characters in either case.
    Unicode,
}

/// A compiled pattern with back-references.
pub struct Matcher {
    program: Program,
    fold: Fold,
    looks: LookMatcher,
    slots: Vec<Option<usize>>,
    stack: Vec<Choice>,
    best: Vec<Option<usize>>,
    /// Slots that decide how a search goes on: of the groups referred to, of loops.
    deciding: Vec<usize>,
    /// Instruction, position and deciding slots of the choices made from a start.
    visited: HashSet<Box<[usize]>>,
}

enum Choice {
    /// Go on here, from this position.
    Try(usize, usize),
    /// Put back what a slot held.
    Restore(usize, Option<usize>),
}

impl Matcher {
    /// Compiles a pattern with this many groups of its own, whose lines end with
    /// this byte.
    ///
    /// # Errors
    /// The pattern is too big.
    pub fn new(hir: &Hir, groups: usize, line_end: u8, fold: Fold) -> Result<Matcher, TooBig> {
        let program = Program::new(hir, groups)?;
        let mut looks = LookMatcher::new();
        looks.set_line_terminator(line_end);
        let mut deciding: Vec<usize> = program
            .steps
            .iter()
            .flat_map(|step| match step {
                Step::Reference(group) => 2 * group..2 * group + 2,
                Step::Progress(slot) => *slot..*slot + 1,
                _ => 0..0,
            })
            .collect();
        deciding.sort_unstable();
        deciding.dedup();
        Ok(Matcher {
            deciding,
            visited: HashSet::new(),
            slots: vec![None; program.slots],
            program,
            fold,
            looks,
            stack: Vec::new(),
            best: Vec::new(),
        })
    }

    /// The leftmost match, the longest from its start. `next` gives the first
    /// place at or after another that a match may start at.
    pub fn captures(
        &mut self,
        text: &[u8],
        from: usize,
        mut next: impl FnMut(usize) -> Option<usize>,
        out: &mut Vec<Option<Span>>,
    ) -> bool {
        let mut at = from;
        while at <= text.len() {
            let Some(start) = next(at) else {
                return false;
            };
            if self.longest_from(text, start) {
                out.clear();
                let pairs = self.best[..2 * self.program.groups].chunks_exact(2);
                out.extend(pairs.map(|pair| Some((pair[0]?, pair[1]?))));
                return true;
            }
            at = start + 1;
        }
        false
    }

    /// Leaves the longest match from `start` in `best`; whether there is one.
    fn longest_from(&mut self, text: &[u8], start: usize) -> bool {
        self.slots.fill(None);
        self.stack.clear();
        self.visited.clear();
        let mut choices = 0;
        self.stack.push(Choice::Try(0, start));
        let mut longest = None;
        while let Some(choice) = self.stack.pop() {
            match choice {
                Choice::Restore(slot, old) => self.slots[slot] = old,
                Choice::Try(step, at) => {
                    let Some(end) = self.follow(text, step, at, &mut choices) else {
                        continue;
                    };
                    if longest.is_none_or(|longest| end > longest) {
                        longest = Some(end);
                        self.best.clone_from(&self.slots);
                        (self.best[0], self.best[1]) = (Some(start), Some(end));
                    }
                    if end == text.len() {
                        break;
                    }
                }
            }
        }
        longest.is_some()
    }

    /// Follows instructions until a match, whose end it gives, or a failure.
    fn follow(
        &mut self,
        text: &[u8],
        mut step: usize,
        mut at: usize,
        choices: &mut usize,
    ) -> Option<usize> {
        loop {
            match &self.program.steps[step] {
                Step::Match => return Some(at),
                Step::Byte(byte) => {
                    if text.get(at) != Some(byte) {
                        return None;
                    }
                    at += 1;
                }
                Step::Bytes(ranges) => {
                    let byte = text.get(at)?;
                    if !ranges
                        .iter()
                        .any(|(low, high)| (low..=high).contains(&byte))
                    {
                        return None;
                    }
                    at += 1;
                }
                Step::Chars(ranges) => {
                    let c = char_at(text, at)?;
                    let found = ranges.binary_search_by(|(low, high)| {
                        if *high < c {
                            std::cmp::Ordering::Less
                        } else if *low > c {
                            std::cmp::Ordering::Greater
                        } else {
                            std::cmp::Ordering::Equal
                        }
                    });
                    found.ok()?;
                    at += c.len_utf8();
                }
                Step::Look(look) => {
                    if !self.looks.matches(place(*look), text, at) {
                        return None;
                    }
                }
                Step::Save(slot) => {
                    let slot = *slot;
                    self.stack.push(Choice::Restore(slot, self.slots[slot]));
                    self.slots[slot] = Some(at);
                }
                Step::Progress(slot) => {
                    if self.slots[*slot] == Some(at) {
                        return None;
                    }
                }
                Step::Split(first, second) => {
                    *choices += 1;
                    if *choices > FORGOTTEN {
                        // Another way to this choice leads to the same ends, and the
                        // first is kept.
                        let slots = self.deciding.iter();
                        let slots = slots.map(|slot| self.slots[*slot].unwrap_or(usize::MAX));
                        let choice = [step, at].into_iter().chain(slots).collect();
                        if !self.visited.insert(choice) {
                            return None;
                        }
                    }
                    self.stack.push(Choice::Try(*second, at));
                    step = *first;
                    continue;
                }
                Step::Jump(target) => {
                    step = *target;
                    continue;
                }
                Step::Reference(group) => {
                    let (start, end) = (self.slots[2 * group]?, self.slots[2 * group + 1]?);
                    at += self.fold.prefix(text.get(start..end)?, &text[at..])?;
                }
            }
            step += 1;
        }
    }
}

impl Fold {
    /// How many bytes of a text are the same as all of a part, if it starts so.
    fn prefix(self, part: &[u8], text: &[u8]) -> Option<usize> {
        if text.starts_with(part) {
            return Some(part.len());
        }
        match self {
            Fold::None => None,
            Fold::Ascii => {
                let same = text.get(..part.len())?.eq_ignore_ascii_case(part);
                same.then_some(part.len())
            }
            Fold::Unicode => {
                let (mut of_part, mut of_text) = (0, 0);
                while of_part < part.len() {
                    let (a, b) = match (char_at(part, of_part), char_at(text, of_text)) {
                        (Some(a), Some(b)) => (a, b),
                        // What is no character is the same as itself only.
                        _ if part[of_part] == *text.get(of_text)? => {
                            (of_part, of_text) = (of_part + 1, of_text + 1);
                            continue;
                        }
                        _ => return None,
                    };
                    if a != b && !a.to_uppercase().eq(b.to_uppercase()) {
                        return None;
                    }
                    of_part += a.len_utf8();
                    of_text += b.len_utf8();
                }
                Some(of_text)
            }
        }
    }
}

fn char_at(text: &[u8], at: usize) -> Option<char> {
    let rest = text.get(at..(at + 4).min(text.len()))?;
    match rest.first()? {
        byte if byte.is_ascii() => Some(char::from(*byte)),
        _ => rest.utf8_chunks().next()?.valid().chars().next(),
    }
}

fn place(look: Look) -> Place {
    match look {
        Look::Start => Place::Start,
        Look::End => Place::End,
        Look::StartLF => Place::StartLF,
        Look::EndLF => Place::EndLF,
        Look::StartCRLF => Place::StartCRLF,
        Look::EndCRLF => Place::EndCRLF,
        Look::WordAscii => Place::WordAscii,
        Look::WordAsciiNegate => Place::WordAsciiNegate,
        Look::WordUnicode => Place::WordUnicode,
        Look::WordUnicodeNegate => Place::WordUnicodeNegate,
        Look::WordStartAscii => Place::WordStartAscii,
        Look::WordEndAscii => Place::WordEndAscii,
        Look::WordStartUnicode => Place::WordStartUnicode,
        Look::WordEndUnicode => Place::WordEndUnicode,
        Look::WordStartHalfAscii => Place::WordStartHalfAscii,
        Look::WordEndHalfAscii => Place::WordEndHalfAscii,
        Look::WordStartHalfUnicode => Place::WordStartHalfUnicode,
        Look::WordEndHalfUnicode => Place::WordEndHalfUnicode,
    }
}

#[cfg(test)]
mod tests {
    use super::Fold;

    #[test]
    fn a_part_is_found_again_in_either_case() {
        let prefix =
            |fold: Fold, part: &str, text: &str| fold.prefix(part.as_bytes(), text.as_bytes());
        assert_eq!(prefix(Fold::None, "ab", "abc"), Some(2));
        assert_eq!(prefix(Fold::None, "ab", "aBc"), None);
        assert_eq!(prefix(Fold::Ascii, "ab", "aBc"), Some(2));
        assert_eq!(prefix(Fold::Ascii, "ab", "a"), None);
        assert_eq!(prefix(Fold::Ascii, "\u{e9}", "\u{c9}"), None);
        assert_eq!(prefix(Fold::Unicode, "\u{e9}x", "\u{c9}Xy"), Some(3));
        assert_eq!(prefix(Fold::Unicode, "k", "\u{e9}"), None);
        assert_eq!(Fold::Unicode.prefix(b"\xffa", b"\xffA"), Some(2));
        assert_eq!(Fold::Unicode.prefix(b"\xff", b"\xfe"), None);
        assert_eq!(prefix(Fold::Unicode, "", ""), Some(0));
    }
}
