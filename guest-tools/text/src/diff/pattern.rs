//! The regular expressions of `-I`, `-F` and `-p`.

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use wardian_applet::text::utf8_locale;
use wardian_posix_regex::{Syntax, translate};

/// Largest compiled pattern, in bytes.
const NFA_BYTES_MAX: usize = 16 << 20;

/// One or more basic regular expressions.
pub struct Pattern {
    sources: Vec<Vec<u8>>,
    regex: Regex,
}

impl Pattern {
    /// Compiles the alternatives.
    ///
    /// # Errors
    /// The message for a malformed one.
    pub fn new(sources: Vec<Vec<u8>>) -> Result<Pattern, String> {
        let unicode = utf8_locale();
        let how = Syntax {
            extended: false,
            unicode,
            zero: false,
        };
        let mut all = String::new();
        for source in &sources {
            let one = translate(source, &how, 0).map_err(|error| error.0.to_owned())?;
            if !all.is_empty() {
                all.push('|');
            }
            all.push_str("(?:");
            all.push_str(&one.regex);
            all.push(')');
        }
        let regex = Regex::builder()
            .configure(
                Regex::config()
                    .nfa_size_limit(Some(NFA_BYTES_MAX))
                    .utf8_empty(false),
            )
            .syntax(syntax::Config::new().utf8(false).unicode(unicode))
            .build(&all)
            .map_err(|_| "Regular expression too big".to_owned())?;
        Ok(Pattern { sources, regex })
    }

    /// This and one more.
    ///
    /// # Errors
    /// The message if it is malformed.
    pub fn or(old: Option<Pattern>, source: Vec<u8>) -> Result<Pattern, String> {
        let mut sources = old.map_or(Vec::new(), |old| old.sources);
        sources.push(source);
        Pattern::new(sources)
    }

    /// Whether it matches within the line.
    pub fn is_in(&self, line: &[u8]) -> bool {
        self.regex.is_match(line)
    }
}
