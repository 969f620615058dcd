//! Patterns of names: regular expressions, globs, or fixed text.

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

/// How a pattern is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Regular expression.
    Regex,
    /// `-g`.
    Glob,
    /// `-F`.
    Fixed,
}

/// Compiled patterns, all of which have to match.
pub struct Pattern(Vec<Regex>);

impl Pattern {
    /// Compiles patterns; without `fold`, case matters if a pattern has an
    /// upper-case letter.
    ///
    /// # Errors
    /// The message for a malformed one.
    pub fn new(texts: &[String], kind: Kind, fold: Option<bool>) -> Result<Pattern, String> {
        let sensitive = texts.iter().any(|text| has_upper(text));
        let fold = fold.unwrap_or(!sensitive);
        let mut regexes = Vec::new();
        for text in texts.iter().filter(|text| !text.is_empty()) {
            let regex = match kind {
                Kind::Regex => text.clone(),
                Kind::Fixed => regex_automata_escape(text),
                Kind::Glob => globset::GlobBuilder::new(text)
                    .literal_separator(true)
                    .build()
                    .map_err(|error| error.to_string())?
                    .regex()
                    .to_owned(),
            };
            let flags = syntax::Config::new()
                .utf8(false)
                .case_insensitive(fold)
                .dot_matches_new_line(true);
            let compiled = Regex::builder()
                .configure(Regex::config().utf8_empty(false).onepass(false).dfa(false))
                .syntax(flags)
                .build(&regex)
                .map_err(|error| message(&error))?;
            regexes.push(compiled);
        }
        Ok(Pattern(regexes))
    }

    /// Whether all match somewhere in the text.
    pub fn matches(&self, text: &[u8]) -> bool {
        self.0.iter().all(|regex| regex.is_match(text))
    }
}

fn message(error: &regex_automata::meta::BuildError) -> String {
    let note = "\n\nNote: You can use the '--fixed-strings' option to search for a literal string \
                instead of a regular expression. Alternatively, you can also use the '--glob' \
                option to match on a glob pattern.";
    match error.syntax_error() {
        Some(error) => format!("{error}{note}"),
        None => format!("{error}{note}"),
    }
}

/// Whether a letter outside escapes is upper case.
fn has_upper(text: &str) -> bool {
    let mut escaped = false;
    text.chars().any(|c| {
        let counts = !escaped && c.is_uppercase();
        escaped = !escaped && c == '\\';
        counts
    })
}

fn regex_automata_escape(text: &str) -> String {
    let mut out = String::new();
    wardian_posix_regex::push_literal(&mut out, text.as_bytes(), true);
    out
}
