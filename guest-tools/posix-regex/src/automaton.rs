//! Searching with the automata of `regex-automata`: the start of a match from
//! the meta engine, its longest end from a lazy DFA, its groups from a search
//! within.

use super::greedy;
use super::regex::Span;
use super::translate::Error;
use regex_automata::hybrid::dfa;
use regex_automata::meta;
use regex_automata::nfa::thompson::{self, pikevm};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::Hir;

/// Largest compiled pattern, in bytes.
const NFA_BYTES_MAX: usize = 64 << 20;

/// How a translated pattern is compiled.
#[derive(Clone, Copy)]
pub struct Settings {
    pub ignore_case: bool,
    pub unicode: bool,
    /// What ends a line, if `^` and `$` match at lines.
    pub lines: Option<u8>,
}

/// A compiled pattern without back-references.
pub struct Automaton {
    pattern: String,
    settings: Settings,
    finder: (meta::Regex, meta::Cache),
    /// The finder's end is the longest one already.
    greedy: bool,
    longest: Option<Longest>,
    groups: Option<Groups>,
}

enum Longest {
    Lazy(Box<(dfa::DFA, dfa::Cache)>),
    /// Where the lazy DFA cannot go: Unicode's word boundaries.
    Slow(Box<(pikevm::PikeVM, pikevm::Cache)>),
    /// Too large: the finder's end has to do.
    Without,
}

struct Groups {
    plain: (meta::Regex, meta::Cache),
    /// The pattern up to the end of the text.
    whole: Option<(meta::Regex, meta::Cache)>,
    slots: Vec<Option<NonMaxUsize>>,
}

impl Settings {
    pub fn parse(&self, pattern: &str) -> Result<Hir, Error> {
        syntax::parse_with(pattern, &self.syntax()).map_err(|_| INVALID)
    }

    fn syntax(&self) -> syntax::Config {
        syntax::Config::new()
            .unicode(self.unicode)
            .utf8(false)
            .multi_line(self.lines.is_some())
            .line_terminator(self.lines.unwrap_or(b'\n'))
            .case_insensitive(self.ignore_case)
    }

    fn build(
        &self,
        hir: &Hir,
        captures: thompson::WhichCaptures,
    ) -> Result<(meta::Regex, meta::Cache), Error> {
        let config = meta::Regex::config()
            .utf8_empty(false)
            .which_captures(captures)
            .nfa_size_limit(Some(NFA_BYTES_MAX))
            .line_terminator(self.lines.unwrap_or(b'\n'))
            .onepass(matches!(captures, thompson::WhichCaptures::All))
            .dfa(false);
        let regex = meta::Regex::builder()
            .configure(config)
            .build_from_hir(hir)
            .map_err(|error| match error.size_limit() {
                Some(_) => TOO_BIG,
                None => INVALID,
            })?;
        let cache = regex.create_cache();
        Ok((regex, cache))
    }

    fn thompson(&self) -> thompson::Config {
        thompson::Config::new()
            .utf8(false)
            .nfa_size_limit(Some(NFA_BYTES_MAX))
    }
}

const INVALID: Error = Error("Invalid regular expression");
const TOO_BIG: Error = Error("Regular expression too big");

impl Automaton {
    /// Compiles a translated pattern.
    pub fn new(pattern: String, settings: Settings) -> Result<Automaton, Error> {
        let hir = settings.parse(&pattern)?;
        let finder = settings.build(&hir, thompson::WhichCaptures::Implicit)?;
        Ok(Automaton {
            greedy: greedy::is_longest(&hir),
            pattern,
            settings,
            finder,
            longest: None,
            groups: None,
        })
    }

    /// Whether there is a match at or after `from`.
    pub fn is_match(&mut self, text: &[u8], from: usize) -> bool {
        let (regex, cache) = &mut self.finder;
        let input = Input::new(text).range(from..).earliest(true);
        regex.search_half_with(cache, &input).is_some()
    }

    /// The leftmost match at or after `from`, the longest from its start.
    pub fn find_at(&mut self, text: &[u8], from: usize) -> Option<Span> {
        let (regex, cache) = &mut self.finder;
        let found = regex.search_with(cache, &Input::new(text).range(from..))?;
        let (start, end) = (found.start(), found.end());
        if self.greedy || end == text.len() {
            return Some((start, end));
        }
        let end = self.longest_end(text, start).unwrap_or(end);
        Some((start, end))
    }

    /// As [`Automaton::find_at`], with all groups.
    pub fn captures_at(&mut self, text: &[u8], from: usize, out: &mut Vec<Option<Span>>) -> bool {
        if self.greedy {
            let Some(groups) = self.groups() else {
                return false;
            };
            let input = Input::new(text).range(from..);
            return search(&mut groups.plain, &mut groups.slots, &input, out);
        }
        let Some((start, end)) = self.find_at(text, from) else {
            return false;
        };
        let (pattern, settings) = (self.pattern.clone(), self.settings);
        let Some(groups) = self.groups() else {
            return false;
        };
        let input = Input::new(text).range(start..).anchored(Anchored::Yes);
        if search(&mut groups.plain, &mut groups.slots, &input, out) && out[0] == Some((start, end))
        {
            return true;
        }
        if groups.whole.is_none() {
            let hir = settings.parse(&format!("(?:{pattern})\\z"));
            groups.whole = hir
                .and_then(|hir| settings.build(&hir, thompson::WhichCaptures::All))
                .ok();
        }
        // The match's end becomes the text's end. What looks at the text behind
        // it sees less, but the match as a whole is known.
        let input = Input::new(&text[..end])
            .range(start..)
            .anchored(Anchored::Yes);
        let found = match &mut groups.whole {
            Some(whole) => search(whole, &mut groups.slots, &input, out),
            None => false,
        };
        if !found {
            out.iter_mut().for_each(|slot| *slot = None);
            out[0] = Some((start, end));
        }
        true
    }

    fn longest_end(&mut self, text: &[u8], start: usize) -> Option<usize> {
        let longest = match &mut self.longest {
            Some(longest) => longest,
            none => none.insert(Longest::new(&self.pattern, &self.settings)),
        };
        let input = Input::new(text).range(start..).anchored(Anchored::Yes);
        if let Longest::Lazy(lazy) = longest {
            let (dfa, cache) = &mut **lazy;
            match dfa.try_search_fwd(cache, &input) {
                Ok(found) => return found.map(|half| half.offset()),
                Err(_) => *longest = Longest::slow(&self.pattern, &self.settings),
            }
        }
        match longest {
            Longest::Slow(slow) => {
                let (vm, cache) = &mut **slow;
                let mut slots = [None; 2];
                vm.search_slots(cache, &input, &mut slots)?;
                slots[1].map(NonMaxUsize::get)
            }
            _ => None,
        }
    }

    fn groups(&mut self) -> Option<&mut Groups> {
        if self.groups.is_none() {
            let hir = self.settings.parse(&self.pattern).ok()?;
            let plain = self.settings.build(&hir, thompson::WhichCaptures::All);
            let plain = plain.ok()?;
            let slots = vec![None; plain.0.group_info().slot_len()];
            self.groups = Some(Groups {
                plain,
                whole: None,
                slots,
            });
        }
        self.groups.as_mut()
    }
}

fn search(
    engine: &mut (meta::Regex, meta::Cache),
    slots: &mut [Option<NonMaxUsize>],
    input: &Input<'_>,
    out: &mut Vec<Option<Span>>,
) -> bool {
    slots.fill(None);
    if engine
        .0
        .search_slots_with(&mut engine.1, input, slots)
        .is_none()
    {
        return false;
    }
    out.clear();
    out.extend(slots.chunks_exact(2).map(|pair| match pair {
        [Some(start), Some(end)] => Some((start.get(), end.get())),
        _ => None,
    }));
    true
}

impl Longest {
    fn new(pattern: &str, settings: &Settings) -> Longest {
        let config = dfa::DFA::config()
            .match_kind(MatchKind::All)
            .unicode_word_boundary(true)
            .skip_cache_capacity_check(true);
        let dfa = dfa::DFA::builder()
            .configure(config)
            .thompson(settings.thompson())
            .syntax(settings.syntax())
            .build(pattern);
        match dfa {
            Ok(dfa) => {
                let cache = dfa.create_cache();
                Longest::Lazy(Box::new((dfa, cache)))
            }
            Err(_) => Longest::slow(pattern, settings),
        }
    }

    fn slow(pattern: &str, settings: &Settings) -> Longest {
        let vm = pikevm::PikeVM::builder()
            .configure(pikevm::PikeVM::config().match_kind(MatchKind::All))
            .thompson(settings.thompson())
            .syntax(settings.syntax())
            .build(pattern);
        match vm {
            Ok(vm) => {
                let cache = vm.create_cache();
                Longest::Slow(Box::new((vm, cache)))
            }
            Err(_) => Longest::Without,
        }
    }
}
