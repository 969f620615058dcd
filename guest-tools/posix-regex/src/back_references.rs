//! Patterns with back-references: the backtracking matcher, where an automaton
//! for a wider pattern says that it is worth trying.

use super::automaton::{Automaton, Settings};
use super::translate::Error;
use wardian_backtrack::{Fold, Matcher, Span, TooBig, without_references};

/// A compiled pattern with back-references.
pub struct Backtracker {
    matcher: Matcher,
    /// Matches wherever the pattern does, and more: tells where to try.
    candidates: Box<Automaton>,
}

impl Backtracker {
    /// Compiles a pattern that was translated with named references.
    pub fn new(pattern: &str, groups: usize, settings: Settings) -> Result<Backtracker, Error> {
        let hir = settings.parse(pattern)?;
        let fold = match (settings.ignore_case, settings.unicode) {
            (false, _) => Fold::None,
            (true, false) => Fold::Ascii,
            (true, true) => Fold::Unicode,
        };
        let line_end = settings.lines.unwrap_or(b'\n');
        let matcher = Matcher::new(&hir, groups, line_end, fold)
            .map_err(|TooBig| Error("Regular expression too big"))?;
        let wider = without_references(pattern);
        Ok(Backtracker {
            matcher,
            candidates: Box::new(Automaton::new(wider, settings)?),
        })
    }

    /// The leftmost match at or after `from`, the longest from its start.
    pub fn captures_at(&mut self, text: &[u8], from: usize, out: &mut Vec<Option<Span>>) -> bool {
        let candidates = &mut self.candidates;
        let next = |at| candidates.find_at(text, at).map(|(start, _)| start);
        self.matcher.captures(text, from, next, out)
    }
}
