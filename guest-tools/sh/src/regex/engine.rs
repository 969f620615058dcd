//! What searches a text for a translated expression: an automaton, or where the
//! expression refers back to a group the backtracking matcher.

use super::translate::Translated;
use regex_automata::nfa::thompson;
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};
use wardian_backtrack::{Fold, Matcher, Span};

/// Bytes of the largest automaton.
const NFA_MAX: usize = 16 << 20;

/// An expression ready to be searched for.
pub enum Engine {
    Automaton(Box<Automaton>),
    Backtracking(Box<Matcher>),
}

pub struct Automaton {
    vm: PikeVM,
    cache: pikevm::Cache,
    /// Where several ends are possible: the same, going on after a match.
    longest: Option<(PikeVM, pikevm::Cache)>,
}

impl Engine {
    /// None: the expression is wrong, or too large.
    pub fn new(translated: &Translated, bytes: bool, fold: bool) -> Option<Engine> {
        let config = syntax::Config::new()
            .utf8(false)
            .unicode(!bytes)
            .case_insensitive(fold)
            .dot_matches_new_line(true);
        if translated.references > 0 {
            let hir = syntax::parse_with(&translated.regex, &config).ok()?;
            let fold = match (fold, bytes) {
                (false, _) => Fold::None,
                (true, true) => Fold::Ascii,
                (true, false) => Fold::Unicode,
            };
            let matcher = Matcher::new(&hir, translated.groups, b'\n', fold).ok()?;
            return Some(Engine::Backtracking(Box::new(matcher)));
        }
        let vm = PikeVM::builder()
            .syntax(config)
            .thompson(
                thompson::Config::new()
                    .utf8(false)
                    .nfa_size_limit(Some(NFA_MAX)),
            )
            .build(&translated.regex)
            .ok()?;
        let longest = match translated.has_choices {
            true => PikeVM::builder()
                .configure(pikevm::Config::new().match_kind(MatchKind::All))
                .build_from_nfa(vm.get_nfa().clone())
                .ok()
                .map(|vm| (vm.clone(), vm.create_cache())),
            false => None,
        };
        Some(Engine::Automaton(Box::new(Automaton {
            cache: vm.create_cache(),
            vm,
            longest,
        })))
    }

    /// Where the match and its groups are, if there is one.
    pub fn groups(&mut self, text: &[u8]) -> Option<Vec<Option<Span>>> {
        match self {
            Engine::Automaton(automaton) => automaton.groups(text),
            Engine::Backtracking(matcher) => groups(matcher, text),
        }
    }
}

impl Automaton {
    fn groups(&mut self, text: &[u8]) -> Option<Vec<Option<Span>>> {
        let mut captures = self.vm.create_captures();
        self.vm.captures(&mut self.cache, text, &mut captures);
        let found = captures.get_match()?;
        // POSIX wants the longest of the leftmost matches.
        if found.end() < text.len()
            && let Some((vm, cache)) = &mut self.longest
        {
            let input = Input::new(text)
                .range(found.start()..)
                .anchored(Anchored::Yes);
            let mut other = vm.create_captures();
            vm.captures(cache, input, &mut other);
            if other
                .get_match()
                .is_some_and(|other| other.end() > found.end())
            {
                captures = other;
            }
        }
        let groups = (0..captures.group_len()).map(|group| {
            let span = captures.get_group(group)?;
            Some((span.start, span.end))
        });
        Some(groups.collect())
    }
}

fn groups(matcher: &mut Matcher, text: &[u8]) -> Option<Vec<Option<Span>>> {
    let mut groups = Vec::new();
    // A match starts where a character does.
    let mut start = 0;
    let next = |from: usize| {
        while start < from {
            start += crate::text::char_len(&text[start..]);
        }
        Some(start)
    };
    let found = matcher.captures(text, 0, next, &mut groups);
    found.then_some(groups)
}
