//! Finding matches in a text of many lines.

use super::options::{Config, Kind};
use super::perl;
use crate::text::utf8_locale;
use memchr::memmem;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind, nfa::thompson};
use wardian_posix_regex::{Syntax, push_literal, translate};

/// What is said of a Perl pattern that the engine does not take.
const UNKNOWN: &str = "unmatched or unsupported construct in pattern";

/// Most groups that a pattern may open.
const GROUPS_MAX: usize = 250_000;

/// Largest compiled pattern, in bytes.
const NFA_BYTES_MAX: usize = 64 << 20;

/// Most steps back in one search, as many as PCRE allows.
const BACKTRACKS_MAX: usize = 10_000_000;

/// A compiled set of patterns.
pub struct Matcher {
    engine: Engine,
    /// Finds the longest match from a start; POSIX asks for it where the
    /// match itself is shown.
    longest: Option<(Box<DFA>, Box<Cache>)>,
    end: u8,
    /// Whether a search took too many steps: what [`Matcher::find`] gives is
    /// then no answer.
    pub gave_up: bool,
}

enum Engine {
    /// No pattern: nothing matches.
    Nothing,
    /// Every line matches.
    Everything,
    Literal(Box<memmem::Finder<'static>>),
    Regex(Box<Regex>),
    /// Backtracking, for back-references and look-around; line by line.
    Backtracking(Box<fancy_regex::Regex>),
}

impl Matcher {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// The message for a malformed pattern.
    pub fn new(config: &Config, warn: &mut dyn FnMut(&str)) -> Result<Matcher, String> {
        let end = config.end;
        let matcher = |engine, longest| Matcher {
            engine,
            longest,
            end,
            gave_up: false,
        };
        let patterns = config.patterns.as_slice();
        if patterns.is_empty() {
            return Ok(matcher(Engine::Nothing, None));
        }
        if config.kind == Kind::Perl && patterns.len() > 1 {
            return Err("the -P option only supports a single pattern".to_owned());
        }
        let unicode = utf8_locale();
        let plain = !config.ignore_case && !config.word && !config.line;
        if plain && patterns.iter().any(Vec::is_empty) && !config.shows_matches() {
            return Ok(matcher(Engine::Everything, None));
        }
        let mut regex = String::new();
        let (mut groups, mut back_references) = (0, false);
        for (index, pattern) in patterns.iter().enumerate() {
            if index > 0 {
                regex.push('|');
            }
            let alone = plain && patterns.len() == 1 && !pattern.is_empty();
            match config.kind {
                Kind::Fixed => {
                    if alone {
                        return Ok(matcher(literal(pattern), None));
                    }
                    push_literal(&mut regex, pattern, unicode);
                }
                Kind::Perl => {
                    let text =
                        std::str::from_utf8(pattern).map_err(|_| "invalid UTF-8 in pattern")?;
                    if alone && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                        return Ok(matcher(literal(pattern), None));
                    }
                    regex.push_str("(?:");
                    regex.push_str(&perl::translate(text)?);
                    // A comment that a pattern may end with under `x`.
                    if perl::commented(text) {
                        regex.push('\n');
                    }
                    regex.push(')');
                }
                Kind::Basic | Kind::Extended => {
                    let syntax = Syntax {
                        extended: config.kind == Kind::Extended,
                        unicode,
                        zero: end == 0,
                    };
                    // GNU's gives up on such patterns too, in these words.
                    if memchr::memchr_iter(b'(', pattern).count() > GROUPS_MAX {
                        return Err("stack overflow".to_owned());
                    }
                    let part =
                        translate(pattern, &syntax, groups).map_err(|error| error.0.to_owned())?;
                    if let Some(text) = part.literal.as_ref().filter(|_| alone) {
                        return Ok(matcher(literal(text), None));
                    }
                    if part.literal.is_none() {
                        part.warnings.iter().for_each(|text| warn(text));
                    }
                    groups += part.groups;
                    back_references |= part.back_references;
                    regex.push_str("(?:");
                    regex.push_str(&part.regex);
                    regex.push(')');
                }
            }
        }
        let wrapped = |word_start: &str, word_end: &str| {
            if config.line {
                format!("^(?:{regex})$")
            } else if config.word {
                format!("{word_start}(?:{regex}){word_end}")
            } else {
                regex.clone()
            }
        };
        if !back_references {
            let regex = wrapped("\\b{start-half}", "\\b{end-half}");
            match automaton(&regex, config, unicode) {
                Ok(engine) => {
                    let posix = config.kind != Kind::Perl && config.shows_matches();
                    let longest = if posix {
                        longest(&regex, config, unicode)
                    } else {
                        None
                    };
                    return Ok(matcher(Engine::Regex(Box::new(engine)), longest));
                }
                Err(message) if config.kind != Kind::Perl => return Err(message),
                Err(_) => {}
            }
        }
        let flags = if config.ignore_case { "(?i)" } else { "" };
        let regex = format!("{flags}{}", wrapped("(?<!\\w)", "(?!\\w)"));
        let built = fancy_regex::RegexBuilder::new(&regex)
            .backtrack_limit(BACKTRACKS_MAX)
            .build();
        let engine = built.map_err(|error| match error {
            fancy_regex::Error::CompileError(fancy_regex::CompileError::InvalidBackref(_))
            | fancy_regex::Error::ParseError(_, fancy_regex::ParseError::InvalidBackref) => {
                "reference to non-existent subpattern".to_owned()
            }
            fancy_regex::Error::ParseError(_, error) => match error {
                fancy_regex::ParseError::UnclosedOpenParen => "missing closing parenthesis",
                fancy_regex::ParseError::InvalidClass => {
                    "missing terminating ] for character class"
                }
                fancy_regex::ParseError::TargetNotRepeatable => {
                    "quantifier does not follow a repeatable item"
                }
                fancy_regex::ParseError::TrailingBackslash => "\\ at end of pattern",
                _ => UNKNOWN,
            }
            .to_owned(),
            _ => UNKNOWN.to_owned(),
        })?;
        Ok(matcher(Engine::Backtracking(Box::new(engine)), None))
    }

    /// The first match in `text[from..]` that starts within it: start and end.
    /// `text` may have many lines; a match lies within one.
    pub fn find(&mut self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        match &self.engine {
            Engine::Nothing => None,
            Engine::Everything => (from <= text.len()).then_some((from, from)),
            Engine::Literal(finder) => {
                let at = from + finder.find(text.get(from..)?)?;
                Some((at, at + finder.needle().len()))
            }
            Engine::Regex(regex) => {
                let found = regex.find(Input::new(text).range(from..))?;
                let start = found.start();
                let longest = self.longest.as_mut().and_then(|(dfa, cache)| {
                    let input = Input::new(text).range(start..).anchored(Anchored::Yes);
                    let found = dfa.try_search_fwd(cache, &input).ok()??;
                    Some(found.offset())
                });
                Some((start, longest.unwrap_or(found.end())))
            }
            Engine::Backtracking(regex) => match find_in_lines(regex, text, from, self.end) {
                Ok(found) => found,
                Err(GaveUp) => {
                    self.gave_up = true;
                    None
                }
            },
        }
    }
}

fn literal(text: &[u8]) -> Engine {
    Engine::Literal(Box::new(memmem::Finder::new(text).into_owned()))
}

fn syntax_config(config: &Config, unicode: bool) -> syntax::Config {
    syntax::Config::new()
        .unicode(unicode)
        .utf8(false)
        .multi_line(true)
        .line_terminator(config.end)
        .case_insensitive(config.ignore_case)
}

fn automaton(regex: &str, config: &Config, unicode: bool) -> Result<Regex, String> {
    let settings = Regex::config()
        .utf8_empty(false)
        .which_captures(thompson::WhichCaptures::Implicit)
        .nfa_size_limit(Some(NFA_BYTES_MAX))
        .line_terminator(config.end)
        .onepass(false)
        .dfa(false);
    Regex::builder()
        .configure(settings)
        .syntax(syntax_config(config, unicode))
        .build(regex)
        .map_err(|error| match error.size_limit() {
            Some(_) => "Regular expression too big".to_owned(),
            None => "Invalid regular expression".to_owned(),
        })
}

fn longest(regex: &str, config: &Config, unicode: bool) -> Option<(Box<DFA>, Box<Cache>)> {
    // Unicode word boundaries work on ASCII text only; elsewhere the search
    // gives up, and the leftmost-first match stands.
    let settings = DFA::config()
        .match_kind(MatchKind::All)
        .unicode_word_boundary(true)
        .skip_cache_capacity_check(true);
    let dfa = DFA::builder()
        .configure(settings)
        .thompson(
            thompson::Config::new()
                .utf8(false)
                .nfa_size_limit(Some(NFA_BYTES_MAX)),
        )
        .syntax(syntax_config(config, unicode))
        .build(regex)
        .ok()?;
    let cache = dfa.create_cache();
    Some((Box::new(dfa), Box::new(cache)))
}

/// A search took too many steps.
struct GaveUp;

/// Matches line by line, on text that the backtracking engine can read: UTF-8,
/// or else each byte as the character of that number.
fn find_in_lines(
    regex: &fancy_regex::Regex,
    text: &[u8],
    from: usize,
    end: u8,
) -> Result<Option<(usize, usize)>, GaveUp> {
    let mut start = memchr::memrchr(end, &text[..from]).map_or(0, |at| at + 1);
    let mut from = from;
    while from <= text.len() {
        let stop = memchr::memchr(end, &text[from..]).map_or(text.len(), |at| from + at);
        let line = &text[start..stop];
        let found = match std::str::from_utf8(line) {
            Ok(line) => find_from(regex, line, from - start)?,
            Err(_) => {
                let wide: String = line.iter().map(|byte| char::from(*byte)).collect();
                let at: usize = wide.chars().take(from - start).map(char::len_utf8).sum();
                find_from(regex, &wide, at)?.map(|(a, b)| {
                    let count = |to: usize| wide.get(..to).map_or(0, |t| t.chars().count());
                    (count(a), count(b))
                })
            }
        };
        if let Some((a, b)) = found {
            return Ok(Some((start + a, start + b)));
        }
        (start, from) = (stop + 1, stop + 1);
    }
    Ok(None)
}

fn find_from(
    regex: &fancy_regex::Regex,
    line: &str,
    from: usize,
) -> Result<Option<(usize, usize)>, GaveUp> {
    let Some(from) = (from..=line.len()).find(|at| line.is_char_boundary(*at)) else {
        return Ok(None);
    };
    let found = regex.find_from_pos(line, from).map_err(|_| GaveUp)?;
    Ok(found.map(|found| (found.start(), found.end())))
}
