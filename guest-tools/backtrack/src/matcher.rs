//! Matching by backtracking, for patterns with back-references: explores all
//! ways to match from a start and keeps the longest.
//!
//! A search that takes long remembers where it has been, so that no way is gone
//! twice. There is no number of steps after which it would give up and find nothing:
//! what ends it are the limits on processor time and memory, which are told.

use super::automaton::{Automaton, Settings};
use super::program::{Program, Step};
use super::regex::Span;
use super::translate::{ANY_BYTE, Error, REFERENCE_START};
use regex_automata::util::look::{Look as Place, LookMatcher};
use regex_syntax::hir::Look;
use std::collections::HashSet;

/// Choices from one start before they are remembered: most searches need fewer.
const FORGOTTEN: usize = 10_000;

/// A compiled pattern with back-references.
pub struct Backtracker {
    program: Program,
    /// Matches wherever the pattern does, and more: tells where to try.
    candidates: Box<Automaton>,
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

impl Backtracker {
    /// Compiles a pattern that was translated with named references.
    pub fn new(pattern: &str, groups: usize, settings: Settings) -> Result<Backtracker, Error> {
        let program = Program::new(&settings.parse(pattern)?, groups)?;
        let wider = without_references(pattern);
        let mut looks = LookMatcher::new();
        looks.set_line_terminator(settings.lines.unwrap_or(b'\n'));
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
        Ok(Backtracker {
            deciding,
            visited: HashSet::new(),
            slots: vec![None; program.slots],
            program,
            candidates: Box::new(Automaton::new(wider, settings)?),
            looks,
            stack: Vec::new(),
            best: Vec::new(),
        })
    }

    /// The leftmost match at or after `from`, the longest from its start.
    pub fn captures_at(&mut self, text: &[u8], from: usize, out: &mut Vec<Option<Span>>) -> bool {
        let mut at = from;
        while at <= text.len() {
            let Some((start, _)) = self.candidates.find_at(text, at) else {
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
                    let part = text.get(start..end)?;
                    if !text[at..].starts_with(part) {
                        return None;
                    }
                    at += part.len();
                }
            }
            step += 1;
        }
    }
}

/// The pattern with any text at all in place of its back-references.
fn without_references(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once(REFERENCE_START) {
        out.push_str(before);
        out.push_str("(?:");
        out.push_str(ANY_BYTE);
        out.push_str("*)");
        let end = after
            .find(ANY_BYTE)
            .map_or(after.len(), |at| at + ANY_BYTE.len() + 1);
        rest = after.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
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
