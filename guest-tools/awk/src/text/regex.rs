//! A compiled regular expression: leftmost, then longest match.

use super::pattern::{Pattern, translate};
use memchr::memmem::Finder;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind, meta};
use std::cell::{OnceCell, RefCell};

/// Largest compiled pattern, in bytes.
const NFA_BYTES_MAX: usize = 16 << 20;

/// Failed attempts at a start before a linear search takes over.
const ATTEMPTS_MAX: usize = 24;

/// A compiled regular expression.
pub struct Regex {
    source: Vec<u8>,
    fold: bool,
    utf8: bool,
    pattern: String,
    engine: Engine,
    /// Finds starts in linear time; made when first needed.
    linear: OnceCell<Option<Box<meta::Regex>>>,
    /// Finds groups; made when first needed.
    groups: OnceCell<Option<Box<meta::Regex>>>,
}

enum Engine {
    /// One text, perhaps anchored.
    Literal {
        finder: Box<Finder<'static>>,
        at_start: bool,
        at_end: bool,
    },
    /// Everything else. Text that is ASCII throughout takes the small automaton;
    /// the one of whole characters is made when first needed.
    Automaton(Box<Automaton>, OnceCell<Option<Box<Automaton>>>),
}

struct Automaton {
    dfa: DFA,
    cache: RefCell<Cache>,
    /// Whether a match can only be at the start of the text.
    anchored: bool,
    /// Bytes that a match can start with; `None` if what is before matters.
    first: Option<Box<[bool; 256]>>,
}

impl Regex {
    /// Compiles a pattern; `fold`: without regard to case.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(source: &[u8], fold: bool, utf8: bool) -> Result<Regex, &'static str> {
        let Pattern {
            regex,
            literal,
            at_start,
            at_end,
        } = translate(source, utf8)?;
        let engine = match literal {
            Some(text) if !fold => Engine::Literal {
                finder: Box::new(Finder::new(&text).into_owned()),
                at_start,
                at_end,
            },
            _ => {
                let bytes = translate(source, false)?.regex;
                let small = Automaton::new(&bytes, fold, false)?;
                Engine::Automaton(Box::new(small), OnceCell::new())
            }
        };
        Ok(Regex {
            source: source.to_vec(),
            fold,
            utf8,
            pattern: regex,
            engine,
            linear: OnceCell::new(),
            groups: OnceCell::new(),
        })
    }

    /// The pattern as written.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// Whether it was compiled without regard to case.
    pub fn fold(&self) -> bool {
        self.fold
    }

    /// The automaton for a text.
    fn automaton<'a>(
        &self,
        small: &'a Automaton,
        wide: &'a OnceCell<Option<Box<Automaton>>>,
        text: &[u8],
    ) -> &'a Automaton {
        if !self.utf8 || text.is_ascii() {
            return small;
        }
        let make = || {
            let made = Automaton::new(&self.pattern, self.fold, true);
            made.ok().map(Box::new)
        };
        wide.get_or_init(make).as_deref().unwrap_or(small)
    }

    /// Whether the text has a match.
    pub fn is_match(&self, text: &[u8]) -> bool {
        match &self.engine {
            Engine::Literal {
                finder,
                at_start,
                at_end,
            } => match (at_start, at_end) {
                (false, false) => finder.find(text).is_some(),
                (true, false) => text.starts_with(finder.needle()),
                (false, true) => text.ends_with(finder.needle()),
                (true, true) => text == finder.needle(),
            },
            Engine::Automaton(small, wide) => {
                let automaton = self.automaton(small, wide, text);
                let cache = &mut *automaton.cache.borrow_mut();
                let input = Input::new(text).earliest(true);
                match automaton.dfa.try_search_fwd(cache, &input) {
                    Ok(found) => found.is_some(),
                    Err(_) => self.linear().is_some_and(|regex| regex.is_match(text)),
                }
            }
        }
    }

    /// The first match in `text` that starts at `from` or later: start and end.
    pub fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        match &self.engine {
            Engine::Literal {
                finder,
                at_start,
                at_end,
            } => {
                let needle = finder.needle();
                let start = match (at_start, at_end) {
                    (false, false) => from + finder.find(text.get(from..)?)?,
                    (true, false) => (from == 0 && text.starts_with(needle)).then_some(0)?,
                    (true, true) => (from == 0 && text == needle).then_some(0)?,
                    (false, true) => {
                        let start = text.len().checked_sub(needle.len())?;
                        (start >= from && text.ends_with(needle)).then_some(start)?
                    }
                };
                Some((start, start + needle.len()))
            }
            Engine::Automaton(small, wide) => {
                let automaton = self.automaton(small, wide, text);
                match automaton.find(text, from) {
                    Ok(found) => found,
                    Err(at) => self.find_linear(automaton, text, at),
                }
            }
        }
    }

    fn find_linear(
        &self,
        automaton: &Automaton,
        text: &[u8],
        from: usize,
    ) -> Option<(usize, usize)> {
        let found = self.linear()?.find(Input::new(text).range(from..))?;
        let end = automaton.longest_at(text, found.start()).ok().flatten();
        Some((found.start(), end.unwrap_or(found.end())))
    }

    fn linear(&self) -> Option<&meta::Regex> {
        let make = || self.meta(&self.pattern);
        self.linear.get_or_init(make).as_deref()
    }

    fn meta(&self, pattern: &str) -> Option<Box<meta::Regex>> {
        let config = meta::Regex::config()
            .utf8_empty(false)
            .nfa_size_limit(Some(NFA_BYTES_MAX));
        let built = meta::Regex::builder()
            .configure(config)
            .syntax(syntax_config(self.fold, self.utf8))
            .build(pattern);
        built.ok().map(Box::new)
    }

    /// Bounds of the groups of the match at `start..end`, that of the whole first.
    pub fn groups(&self, text: &[u8], start: usize, end: usize) -> Vec<Option<(usize, usize)>> {
        let make = || self.meta(&format!("(?:{})$", self.pattern));
        let whole = vec![Some((start, end))];
        let Some(regex) = self.groups.get_or_init(make).as_deref() else {
            return whole;
        };
        let mut captures = regex.create_captures();
        let input = Input::new(&text[..end])
            .range(start..)
            .anchored(Anchored::Yes);
        regex.search_captures(&input, &mut captures);
        if !captures.is_match() {
            return whole;
        }
        let span = |span: regex_automata::Span| (span.start, span.end);
        captures.iter().map(|group| group.map(span)).collect()
    }
}

fn syntax_config(fold: bool, utf8: bool) -> syntax::Config {
    syntax::Config::new()
        .unicode(utf8)
        .utf8(false)
        .case_insensitive(fold)
}

impl Automaton {
    fn new(pattern: &str, fold: bool, utf8: bool) -> Result<Automaton, &'static str> {
        let limits = thompson::Config::new()
            .utf8(false)
            .which_captures(thompson::WhichCaptures::None)
            .nfa_size_limit(Some(NFA_BYTES_MAX));
        let nfa = thompson::Compiler::new()
            .configure(limits)
            .syntax(syntax_config(fold, utf8))
            .build(pattern)
            .map_err(|error| match error.size_limit() {
                Some(_) => "Regular expression too big",
                None => "Invalid regular expression",
            })?;
        let anchored = nfa.is_always_start_anchored();
        let plain = nfa.look_set_any().is_empty();
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .unicode_word_boundary(true)
            .skip_cache_capacity_check(true);
        let dfa = DFA::builder()
            .configure(config)
            .build_from_nfa(nfa)
            .map_err(|_| "Invalid regular expression")?;
        let mut cache = dfa.create_cache();
        let first = if plain {
            first_bytes(&dfa, &mut cache)
        } else {
            None
        };
        Ok(Automaton {
            dfa,
            cache: RefCell::new(cache),
            anchored,
            first,
        })
    }

    /// The first match, or where to go on with a linear search.
    fn find(&self, text: &[u8], from: usize) -> Result<Option<(usize, usize)>, usize> {
        let mut at = from;
        let mut attempts = 0;
        while at <= text.len() {
            if self.anchored && at > 0 {
                return Ok(None);
            }
            if let Some(first) = &self.first {
                let rest = &text[at..];
                let skip = rest.iter().position(|byte| first[usize::from(*byte)]);
                at += skip.unwrap_or(rest.len());
            }
            match self.longest_at(text, at) {
                Ok(Some(end)) => return Ok(Some((at, end))),
                Ok(None) => {}
                Err(()) => return Err(at),
            }
            at += 1;
            attempts += 1;
            if attempts > ATTEMPTS_MAX {
                return Err(at);
            }
        }
        Ok(None)
    }

    fn longest_at(&self, text: &[u8], at: usize) -> Result<Option<usize>, ()> {
        let input = Input::new(text).range(at..).anchored(Anchored::Yes);
        let cache = &mut *self.cache.borrow_mut();
        let found = self.dfa.try_search_fwd(cache, &input).map_err(|_| ())?;
        Ok(found.map(|half| half.offset()))
    }
}

fn first_bytes(dfa: &DFA, cache: &mut Cache) -> Option<Box<[bool; 256]>> {
    let input = Input::new(b"").anchored(Anchored::Yes);
    let start = dfa.start_state_forward(cache, &input).ok()?;
    let mut first = Box::new([false; 256]);
    for byte in 0..=255u8 {
        let next = dfa.next_state(cache, start, byte).ok()?;
        first[usize::from(byte)] = !next.is_dead();
    }
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::Regex;

    fn find(pattern: &str, text: &str) -> Option<(usize, usize)> {
        let regex = Regex::new(pattern.as_bytes(), false, true).unwrap();
        regex.find(text.as_bytes(), 0)
    }

    #[test]
    fn leftmost_and_then_longest() {
        assert_eq!(find("a|ab|abc", "xabcd"), Some((1, 4)));
        assert_eq!(find("(foo|foobar)(bar)?", "foobarbar"), Some((0, 9)));
        assert_eq!(find("x*", "aaa"), Some((0, 0)));
        assert_eq!(find("abcd|c", "abcx"), Some((2, 3)));
        assert_eq!(find("x.*y|z", &("x".repeat(99) + "z")), Some((99, 100)));
    }

    #[test]
    fn escapes_and_brackets_are_those_of_awk() {
        assert_eq!(find(r"[\]\/a]+", "x]/a"), Some((1, 4)));
        assert_eq!(find(r"\.\/", "a./"), Some((1, 3)));
        assert_eq!(find(r"a{2}", "baab"), Some((1, 3)));
        assert_eq!(find(r"{", "a{"), Some((1, 2)));
        assert_eq!(find(r"^b", "a\nb"), None);
        assert_eq!(find(r"a.b", "a\nb"), Some((0, 3)));
        assert_eq!(find(r"\yfoo\y", "a foo"), Some((2, 5)));
        assert_eq!(find(r"[é]+", "aéé"), Some((1, 5)));
        assert!(Regex::new(b"(", false, true).is_err());
    }
}
