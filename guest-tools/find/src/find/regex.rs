//! `-regex`: whole paths against an expression of one of several syntaxes.

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use wardian_applet::text::utf8_locale;
use wardian_posix_regex::{Syntax, translate};

/// Largest compiled expression, in bytes.
const NFA_BYTES_MAX: usize = 64 << 20;

/// How an expression is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Emacs: `\(`, `\|`, but `+` and `?`; no classes, no intervals.
    Emacs,
    /// POSIX basic.
    Basic,
    /// POSIX basic without GNU's additions.
    MinimalBasic,
    /// POSIX extended.
    Extended,
}

/// Names for `-regextype`, in the order in which they are listed.
pub const KINDS: &[(&str, Kind)] = &[
    ("findutils-default", Kind::Emacs),
    ("ed", Kind::Basic),
    ("emacs", Kind::Emacs),
    ("gnu-awk", Kind::Extended),
    ("grep", Kind::Basic),
    ("posix-awk", Kind::Extended),
    ("awk", Kind::Extended),
    ("posix-basic", Kind::Basic),
    ("posix-egrep", Kind::Extended),
    ("egrep", Kind::Extended),
    ("posix-extended", Kind::Extended),
    ("posix-minimal-basic", Kind::MinimalBasic),
    ("sed", Kind::Basic),
];

/// A compiled expression.
pub enum Matcher {
    /// By automaton.
    Automaton(Box<Regex>),
    /// By backtracking, for back-references.
    Backtracking(Box<fancy_regex::Regex>),
}

impl Matcher {
    /// Compiles an expression.
    ///
    /// # Errors
    /// The message for a malformed one.
    pub fn new(pattern: &[u8], kind: Kind, fold: bool) -> Result<Matcher, &'static str> {
        let unicode = utf8_locale();
        let syntax = Syntax {
            extended: matches!(kind, Kind::Extended | Kind::Emacs),
            unicode,
            zero: true,
        };
        let emacs;
        let pattern = if kind == Kind::Emacs {
            emacs = from_emacs(pattern);
            &emacs
        } else {
            pattern
        };
        let translated = translate(pattern, &syntax, 0).map_err(|error| error.0)?;
        let whole = format!("\\A(?:{})\\z", translated.regex);
        if translated.back_references {
            let flags = if fold { "(?i)" } else { "" };
            return fancy_regex::Regex::new(&format!("{flags}{whole}"))
                .map(|regex| Matcher::Backtracking(Box::new(regex)))
                .map_err(|_| "Invalid back reference");
        }
        let settings = Regex::config()
            .utf8_empty(false)
            .nfa_size_limit(Some(NFA_BYTES_MAX))
            .onepass(false)
            .dfa(false);
        let flags = syntax::Config::new()
            .unicode(unicode)
            .utf8(false)
            .case_insensitive(fold);
        Regex::builder()
            .configure(settings)
            .syntax(flags)
            .build(&whole)
            .map(|regex| Matcher::Automaton(Box::new(regex)))
            .map_err(|_| "Regular expression too big")
    }

    /// Whether the whole path matches.
    ///
    /// # Errors
    /// The message: too many ways to match were tried.
    pub fn matches(&self, path: &[u8]) -> Result<bool, &'static str> {
        match self {
            Matcher::Automaton(regex) => Ok(regex.is_match(path)),
            Matcher::Backtracking(regex) => {
                let text = String::from_utf8_lossy(path);
                regex
                    .is_match(&text)
                    .map_err(|_| "the regular expression exceeded the limit for back-references")
            }
        }
    }
}

/// Emacs' syntax as extended syntax.
fn from_emacs(pattern: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(pattern.len() + 8);
    let mut at = 0;
    // Whether an operator here would have nothing to repeat.
    let mut start = true;
    while let Some(&byte) = pattern.get(at) {
        at += 1;
        let next = pattern.get(at).copied();
        match (byte, next) {
            (b'\\', Some(letter @ (b'(' | b'|'))) => {
                at += 1;
                out.push(letter);
                start = true;
                continue;
            }
            (b'\\', Some(b')')) => {
                at += 1;
                out.push(b')');
            }
            (b'\\', Some(letter @ (b'{' | b'}'))) => {
                at += 1;
                out.extend([b'\\', letter]);
            }
            (b'\\', Some(letter)) => {
                at += 1;
                out.extend([b'\\', letter]);
            }
            (b'(' | b')' | b'|' | b'{' | b'}', _) => out.extend([b'\\', byte]),
            (b'*' | b'+' | b'?', _) if start => out.extend([b'\\', byte]),
            (b'^', _) if !start => out.extend_from_slice(b"\\^"),
            (b'^', _) => {
                out.push(b'^');
                continue;
            }
            (b'$', next) => {
                let after = &pattern[at..];
                let anchor =
                    next.is_none() || after.starts_with(b"\\)") || after.starts_with(b"\\|");
                out.extend_from_slice(if anchor { b"$" } else { b"\\$" });
            }
            (b'[', _) => at += push_set(&mut out, &pattern[at..]),
            _ => out.push(byte),
        }
        start = false;
    }
    out
}

/// Adds a set after its `[`, where `[:` has no meaning; gives its length.
fn push_set(out: &mut Vec<u8>, body: &[u8]) -> usize {
    let negated = usize::from(body.first() == Some(&b'^'));
    let first = negated + usize::from(body.get(negated) == Some(&b']'));
    let Some(end) = body.iter().skip(first).position(|byte| *byte == b']') else {
        out.push(b'[');
        return 0;
    };
    let end = first + end;
    let members = &body[negated..end];
    out.push(b'[');
    out.extend_from_slice(&body[..negated]);
    // A bracket first and no class: POSIX reads `[[:` otherwise.
    if let Some(at) = members
        .windows(2)
        .position(|pair| pair[0] == b'[' && b":.=".contains(&pair[1]))
    {
        out.extend_from_slice(&members[..at]);
        out.extend_from_slice(&members[at + 1..]);
        out.push(b'[');
    } else {
        out.extend_from_slice(members);
    }
    out.push(b']');
    end + 1
}

#[cfg(test)]
mod tests {
    use super::{Kind, Matcher};

    fn check(kind: Kind, pattern: &str, path: &str, expected: bool) {
        let matcher = Matcher::new(pattern.as_bytes(), kind, false).unwrap();
        assert_eq!(
            matcher.matches(path.as_bytes()),
            Ok(expected),
            "{pattern} {path}"
        );
    }

    #[test]
    fn emacs_syntax_has_its_own_operators() {
        check(Kind::Emacs, "./[ab]+\\(x\\|y\\)?", "./abx", true);
        check(Kind::Emacs, "a(b)", "a(b)", true);
        check(Kind::Emacs, "a\\{2\\}", "aa", false);
        check(Kind::Emacs, ".*[[:lower:]]", "d/x", false);
        check(Kind::Emacs, ".*[[:lower:]]", "d/x:]", true);
        check(Kind::Basic, "a\\{2\\}", "aa", true);
        check(Kind::Extended, "(a)\\1", "aa", true);
        check(Kind::Emacs, "a.b", "a\nb", true);
    }
}
