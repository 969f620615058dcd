//! Patterns: ripgrep's engine, or a backtracking one for `-P`.

use super::options::{Case, Config, Mode};
use grep_matcher::{Captures, LineTerminator, Match, Matcher};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};

/// Largest compiled pattern, in bytes.
const REGEX_BYTES_MAX: usize = 100 << 20;

/// The matcher of `rg`.
pub fn build(config: &Config) -> Result<RegexMatcher, String> {
    let mut builder = RegexMatcherBuilder::new();
    builder
        .case_smart(config.case == Case::Smart)
        .case_insensitive(config.case == Case::Insensitive)
        .multi_line(true)
        .unicode(config.unicode)
        .octal(false)
        .word(config.word)
        .whole_line(config.whole_line)
        .fixed_strings(config.fixed)
        .size_limit(REGEX_BYTES_MAX);
    if config.multi_line {
        builder.dot_matches_new_line(config.dot_all);
        if config.crlf {
            builder.crlf(true).line_terminator(None);
        }
    } else {
        builder
            .line_terminator(Some(b'\n'))
            .dot_matches_new_line(false);
        if config.crlf {
            builder.crlf(true);
        }
        if config.null_data {
            builder.line_terminator(Some(0));
        }
    }
    if config.mode != Mode::Json && !config.text && !config.binary {
        builder.ban_byte(None);
    }
    builder.build_many(&config.patterns).map_err(|error| {
        let text = error.to_string();
        if text.contains("literal") && text.contains("\\n") {
            return format!(
                "{text}\n\nConsider enabling multiline mode with the --multiline flag (or -U for \
                 short).\nWhen multiline mode is enabled, new line characters can be matched."
            );
        }
        text
    })
}

/// A matcher that backtracks: look-around and back-references.
pub struct Perl {
    regex: fancy_regex::Regex,
    names: Vec<Option<String>>,
}

/// Places of groups.
pub struct Groups(Vec<Option<Match>>);

impl Captures for Groups {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, index: usize) -> Option<Match> {
        self.0.get(index).copied().flatten()
    }
}

impl Perl {
    /// Compiles the patterns.
    pub fn new(config: &Config) -> Result<Perl, String> {
        let parts: Vec<String> = config
            .patterns
            .iter()
            .map(|pattern| {
                if config.fixed {
                    fancy_regex::escape(pattern).into_owned()
                } else {
                    pattern.clone()
                }
            })
            .collect();
        let mut whole = match parts.as_slice() {
            [one] => one.clone(),
            parts => parts
                .iter()
                .map(|part| format!("(?:{part})"))
                .collect::<Vec<_>>()
                .join("|"),
        };
        if config.word {
            whole = format!("(?<!\\w)(?:{whole})(?!\\w)");
        } else if config.whole_line {
            whole = format!("^(?:{whole})$");
        }
        let upper = config
            .patterns
            .iter()
            .any(|text| text.chars().any(char::is_uppercase));
        let mut flags = "m".to_owned();
        if config.case == Case::Insensitive || config.case == Case::Smart && !upper {
            flags.push('i');
        }
        if config.multi_line && config.dot_all {
            flags.push('s');
        }
        let regex = fancy_regex::Regex::new(&format!("(?{flags}:{whole})"))
            .map_err(|error| format!("PCRE2: error compiling pattern: {error}"))?;
        let names = regex
            .capture_names()
            .map(|name| name.map(str::to_owned))
            .collect();
        Ok(Perl { regex, names })
    }
}

/// The longest valid text around a place, and where it starts.
fn valid(haystack: &[u8], at: usize) -> (usize, &str) {
    match std::str::from_utf8(haystack) {
        Ok(text) => (0, text),
        Err(_) => {
            let mut start = 0;
            for chunk in haystack.utf8_chunks() {
                let end = start + chunk.valid().len();
                if end >= at {
                    return (start, chunk.valid());
                }
                start = end + chunk.invalid().len();
            }
            (haystack.len(), "")
        }
    }
}

/// Too many ways to match were tried.
#[derive(Debug)]
pub struct GaveUp;

impl std::fmt::Display for GaveUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PCRE2: error matching: match limit exceeded")
    }
}

impl Matcher for Perl {
    type Captures = Groups;
    type Error = GaveUp;

    fn find_at(&self, haystack: &[u8], at: usize) -> Result<Option<Match>, GaveUp> {
        let mut at = at;
        loop {
            let (start, text) = valid(haystack, at);
            let from = at.saturating_sub(start).min(text.len());
            let from = (from..=text.len()).find(|from| text.is_char_boundary(*from));
            let found = self.regex.find_from_pos(text, from.unwrap_or(text.len()));
            if let Some(found) = found.map_err(|_| GaveUp)? {
                return Ok(Some(Match::new(start + found.start(), start + found.end())));
            }
            at = start + text.len() + 1;
            if at > haystack.len() {
                return Ok(None);
            }
        }
    }

    fn new_captures(&self) -> Result<Groups, GaveUp> {
        Ok(Groups(vec![None; self.names.len()]))
    }

    fn capture_count(&self) -> usize {
        self.names.len()
    }

    fn capture_index(&self, name: &str) -> Option<usize> {
        self.names
            .iter()
            .position(|known| known.as_deref() == Some(name))
    }

    fn captures_at(&self, haystack: &[u8], at: usize, groups: &mut Groups) -> Result<bool, GaveUp> {
        let Some(whole) = self.find_at(haystack, at)? else {
            return Ok(false);
        };
        let (start, text) = valid(haystack, whole.start());
        let from = whole.start().saturating_sub(start);
        let captures = self.regex.captures_from_pos(text, from);
        let Some(captures) = captures.map_err(|_| GaveUp)? else {
            return Ok(false);
        };
        for (index, place) in groups.0.iter_mut().enumerate() {
            let group = captures.get(index);
            *place = group.map(|group| Match::new(start + group.start(), start + group.end()));
        }
        Ok(true)
    }

    fn line_terminator(&self) -> Option<LineTerminator> {
        None
    }
}
