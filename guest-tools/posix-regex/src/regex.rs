//! The regular expression that tools use: compiled once, then asked for matches
//! in texts of bytes.

use super::automaton::{Automaton, Settings};
use super::back_references::Backtracker;
use super::translate::{Dialect, Error, References, translate_in};
use memchr::memmem;

pub use wardian_backtrack::Span;

/// How a pattern is read. [`Options::default`]: basic, bytes, one piece of text.
#[derive(Clone, Copy, Default, Debug)]
pub struct Options {
    /// Extended instead of basic.
    pub extended: bool,
    /// Case does not matter.
    pub ignore_case: bool,
    /// Text is UTF-8: `.` and classes stand for characters. Bytes that are not
    /// UTF-8 match nothing but themselves.
    pub unicode: bool,
    /// `^` and `$` match at newlines too, and `.` and `[^x]` do not match one.
    pub multi_line: bool,
    /// Texts are many lines that end with this byte (newline or NUL); a match
    /// lies within one of them, as for `grep`. Without it, a newline is a
    /// character like others, as for `sed`, `awk` and `expr`.
    pub lines: Option<u8>,
    /// `*` and its like without an operand are an error if extended, as POSIX
    /// has it and `sed` does. Otherwise they are taken as they come.
    pub strict: bool,
    /// Without GNU's operators: `\w` and the like, and in a basic expression
    /// `\+`, `\?` and `\|`, are the characters behind the backslash.
    pub posix: bool,
    /// A `)` that closes nothing is a character, even if strict.
    pub plain_close: bool,
}

/// A compiled regular expression. Searches take it mutable: they keep their
/// working memory in it.
pub struct Regex {
    engine: Engine,
    groups: usize,
}

enum Engine {
    Literal(Box<memmem::Finder<'static>>),
    Automaton(Box<Automaton>),
    /// Unicode's tables are large. What is only ASCII is searched without them.
    Both(Box<Both>),
    Backtracker(Box<Backtracker>, Vec<Option<Span>>),
}

struct Both {
    ascii: Automaton,
    unicode: Option<Automaton>,
    pattern: String,
    settings: Settings,
    /// Address, size and nature of the last text.
    seen: (usize, usize, bool),
}

impl Regex {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with the pattern, in the C library's words.
    pub fn new(pattern: &[u8], options: &Options) -> Result<Regex, Error> {
        let dialect = Dialect {
            extended: options.extended,
            unicode: options.unicode,
            lines: options.lines,
            multi_line: options.multi_line,
            strict: options.strict,
            posix: options.posix,
            plain_close: options.plain_close,
            references: References::Named,
        };
        let settings = Settings {
            ignore_case: options.ignore_case,
            unicode: options.unicode,
            lines: options.lines,
        };
        let translated = translate_in(pattern, &dialect, 0)?;
        let groups = translated.groups;
        let literal = translated.literal.filter(|_| !options.ignore_case);
        let engine = if let Some(literal) = literal {
            Engine::Literal(Box::new(memmem::Finder::new(&literal).into_owned()))
        } else if translated.back_references {
            let engine = Backtracker::new(&translated.regex, groups, settings)?;
            Engine::Backtracker(Box::new(engine), Vec::new())
        } else if options.unicode && needs_tables(pattern, options) {
            let dialect = Dialect {
                unicode: false,
                ..dialect
            };
            let plain = translate_in(pattern, &dialect, 0)?.regex;
            let bytes = Settings {
                unicode: false,
                ..settings
            };
            Engine::Both(Box::new(Both {
                ascii: Automaton::new(plain, bytes)?,
                unicode: None,
                pattern: translated.regex,
                settings,
                seen: (0, 0, false),
            }))
        } else {
            Engine::Automaton(Box::new(Automaton::new(translated.regex, settings)?))
        };
        Ok(Regex { engine, groups })
    }

    /// The number of groups, without the whole match.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// The text that the pattern stands for, if it is nothing but that.
    pub fn literal(&self) -> Option<&[u8]> {
        match &self.engine {
            Engine::Literal(finder) => Some(finder.needle()),
            _ => None,
        }
    }

    /// Whether searches take time in proportion to the text: all patterns but
    /// those with back-references.
    pub fn is_automaton(&self) -> bool {
        !matches!(self.engine, Engine::Backtracker(..))
    }

    /// Whether the text has a match.
    pub fn is_match(&mut self, text: &[u8]) -> bool {
        match &mut self.engine {
            Engine::Literal(finder) => finder.find(text).is_some(),
            Engine::Automaton(engine) => engine.is_match(text, 0),
            Engine::Both(both) => both.choose(text, 0).is_match(text, 0),
            Engine::Backtracker(engine, slots) => engine.captures_at(text, 0, slots),
        }
    }

    /// The leftmost match that starts at or after `from`, the longest from its
    /// start. What lies before `from` counts as text before it: `^` matches at
    /// 0, not at `from`. Nothing if `from` lies past the end.
    pub fn find_at(&mut self, text: &[u8], from: usize) -> Option<Span> {
        match &mut self.engine {
            Engine::Literal(finder) => {
                let at = from + finder.find(text.get(from..)?)?;
                Some((at, at + finder.needle().len()))
            }
            _ if from > text.len() => None,
            Engine::Automaton(engine) => engine.find_at(text, from),
            Engine::Both(both) => both.choose(text, from).find_at(text, from),
            Engine::Backtracker(engine, slots) => {
                let found = engine.captures_at(text, from, slots);
                slots.first().copied().flatten().filter(|_| found)
            }
        }
    }

    /// As [`Regex::find_at`], with the groups: `groups[0]` becomes the match,
    /// `groups[n]` what the n-th group matched last, `None` if it took no part.
    /// Whether there is a match; if not, `groups` holds nothing of use.
    pub fn captures_at(
        &mut self,
        text: &[u8],
        from: usize,
        groups: &mut Vec<Option<Span>>,
    ) -> bool {
        if from > text.len() {
            return false;
        }
        if self.groups > 0 {
            return match &mut self.engine {
                Engine::Automaton(engine) => engine.captures_at(text, from, groups),
                Engine::Both(both) => both.choose(text, from).captures_at(text, from, groups),
                Engine::Backtracker(engine, _) => engine.captures_at(text, from, groups),
                Engine::Literal(_) => false,
            };
        }
        let found = self.find_at(text, from);
        groups.clear();
        groups.push(found);
        found.is_some()
    }
}

impl Both {
    /// The engine for this text. Searches further on in a text follow one from
    /// its start, so that the text is looked at only once.
    fn choose(&mut self, text: &[u8], from: usize) -> &mut Automaton {
        let (address, size) = (text.as_ptr().addr(), text.len());
        if from == 0 || (self.seen.0, self.seen.1) != (address, size) {
            self.seen = (address, size, text.is_ascii());
        }
        if self.seen.2 {
            return &mut self.ascii;
        }
        if self.unicode.is_none() {
            // It can only fail by its size; then bytes have to do.
            self.unicode = Automaton::new(self.pattern.clone(), self.settings).ok();
        }
        self.unicode.as_mut().unwrap_or(&mut self.ascii)
    }
}

/// Whether the pattern has a class or an assertion that Unicode has a large
/// table for. Patterns with other than ASCII have no form in bytes.
fn needs_tables(pattern: &[u8], options: &Options) -> bool {
    let classes = options.ignore_case
        || memmem::find(pattern, b"[:").is_some()
        || pattern
            .windows(2)
            .any(|pair| matches!(pair, [b'\\', b'w' | b'W' | b'b' | b'B' | b'<' | b'>']));
    pattern.is_ascii() && classes
}

#[cfg(test)]
mod tests {
    use super::{Options, Regex, Span};

    fn groups(pattern: &str, extended: bool, text: &str) -> Option<Vec<Option<Span>>> {
        let options = Options {
            extended,
            unicode: true,
            ..Options::default()
        };
        let mut regex = Regex::new(pattern.as_bytes(), &options).unwrap();
        let mut groups = Vec::new();
        let found = regex.captures_at(text.as_bytes(), 0, &mut groups);
        assert_eq!(found, regex.is_match(text.as_bytes()));
        let whole = regex.find_at(text.as_bytes(), 0);
        assert_eq!(whole, found.then(|| groups[0]).flatten());
        found.then_some(groups)
    }

    fn spans(spans: &[Span]) -> Option<Vec<Option<Span>>> {
        Some(spans.iter().map(|span| Some(*span)).collect())
    }

    #[test]
    fn the_longest_match_wins() {
        assert_eq!(groups("a|ab|abc", true, "xabcd"), spans(&[(1, 4)]));
        assert_eq!(groups("a?(ab)?", true, "ab"), spans(&[(0, 2), (0, 2)]));
        assert_eq!(
            groups("(a|ab)(c|bcd)$", true, "abcd"),
            spans(&[(0, 4), (0, 1), (1, 4)])
        );
        assert_eq!(groups("x*", false, "aax"), spans(&[(0, 0)]));
        assert_eq!(groups("[0-9]+\\.[0-9]*", true, "a12.34b"), spans(&[(1, 6)]));
    }

    #[test]
    fn a_search_with_very_many_ways_finds_what_there_is() {
        // Each of them has 2^n ways and more to fail.
        let a = "a".repeat(300);
        assert_eq!(groups("^(a*)*\\1b", true, &a), None);
        assert_eq!(groups("^(a|aa)+(x*)\\2$", true, &format!("{a}b")), None);
        let found = groups("^(a|aa)+(b)\\2$", true, &format!("{a}bb")).unwrap();
        assert_eq!(found[0], Some((0, 302)));
        assert_eq!(found[2], Some((300, 301)));
        let found = groups("(a*)*(.)\\2", true, &format!("{a}cc")).unwrap();
        assert_eq!(found[0], Some((0, 302)));
    }

    #[test]
    fn back_references_match_what_the_group_matched() {
        assert_eq!(
            groups("\\(.\\)\\1", false, "abccd"),
            spans(&[(2, 4), (2, 3)])
        );
        assert_eq!(groups("(a*)b\\1", true, "aabaa"), spans(&[(0, 5), (0, 2)]));
        assert_eq!(groups("^(.*)\\n\\1$", true, "ab\nab"), None);
        assert_eq!(
            groups("^(.*)\n\\1$", true, "ab\nab"),
            spans(&[(0, 5), (0, 2)])
        );
        assert_eq!(
            groups("(a)(b)?\\1*", true, "aaa").map(|g| g[0]),
            Some(Some((0, 3)))
        );
    }

    #[test]
    fn back_references_may_name_no_group_of_another_branch() {
        let options = Options {
            extended: true,
            ..Options::default()
        };
        let fits = |pattern: &str| Regex::new(pattern.as_bytes(), &options).is_ok();
        assert!(!fits("(a)|\\1") && !fits("((a)|\\2)") && !fits("(a\\1)"));
        assert!(fits("(a)((b)|\\1)") && fits("((a)|(b))\\2\\3") && fits("x|(a)\\1"));
    }

    #[test]
    fn back_references_know_case_as_the_pattern_does() {
        let find = |unicode: bool, text: &str| {
            let options = Options {
                extended: true,
                ignore_case: true,
                unicode,
                ..Options::default()
            };
            let mut regex = Regex::new(b"(.)\\1", &options).unwrap();
            regex.find_at(text.as_bytes(), 0)
        };
        assert_eq!(find(false, "xaA"), Some((1, 3)));
        assert_eq!(find(true, "a\u{e9}\u{c9}"), Some((1, 5)));
        assert_eq!(find(true, "ab"), None);
    }

    #[test]
    fn a_text_is_one_piece_unless_told() {
        assert_eq!(groups("a.b", false, "a\nb"), spans(&[(0, 3)]));
        assert_eq!(groups("^b", false, "a\nb"), None);
        assert_eq!(groups("[^x]b$", false, "a\nb"), spans(&[(1, 3)]));
        let options = Options {
            multi_line: true,
            ..Options::default()
        };
        let mut regex = Regex::new(b"^b", &options).unwrap();
        assert_eq!(regex.find_at(b"a\nb", 0), Some((2, 3)));
        assert_eq!(regex.find_at(b"a\nb", 3), None);
        let mut regex = Regex::new(b"a.b", &options).unwrap();
        assert_eq!(regex.find_at(b"a\nb", 0), None);
    }

    #[test]
    fn characters_are_utf_8_where_asked() {
        assert_eq!(groups(".", false, "\u{e9}"), spans(&[(0, 2)]));
        assert_eq!(groups("[[:alpha:]]*", false, "a\u{e9}1"), spans(&[(0, 3)]));
        assert_eq!(groups("\\w\\b", false, "a\u{e9} 1"), spans(&[(1, 3)]));
        let mut regex = Regex::new(b".", &Options::default()).unwrap();
        assert_eq!(regex.find_at(b"\xe9", 0), Some((0, 1)));
    }

    #[test]
    fn hostile_patterns_end() {
        let options = Options {
            extended: true,
            ..Options::default()
        };
        let mut regex = Regex::new(b"^(((a*)*)*)*\\1x", &options).unwrap();
        assert_eq!(regex.find_at(&[b'a'; 40], 0), None);
        assert!(Regex::new(&[b'('; 10_000], &options).is_err());
        assert!(Regex::new(b"((((a{1000}){1000}){1000}){1000})", &options).is_err());
    }
}
