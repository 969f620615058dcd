//! POSIX basic regular expressions for tools other than grep.

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use wardian_posix_regex::{Syntax, translate};

/// A basic regular expression over bytes, leftmost-first; `None`: not valid,
/// or with references back.
pub fn basic_regex(pattern: &[u8]) -> Option<Regex> {
    let unicode = crate::text::utf8_locale();
    let syntax = Syntax {
        extended: false,
        unicode,
        zero: false,
    };
    let translated = translate(pattern, &syntax, 0).ok()?;
    if translated.back_references {
        return None;
    }
    Regex::builder()
        .configure(Regex::config().utf8_empty(false))
        .syntax(
            syntax::Config::new()
                .unicode(unicode)
                .utf8(false)
                .dot_matches_new_line(true),
        )
        .build(&translated.regex)
        .ok()
}

/// Matches a basic regular expression at the start of a text: its end, and the
/// first group's text if the pattern has groups. `Err`: a message.
pub fn match_start<'a>(
    pattern: &[u8],
    text: &'a [u8],
) -> Result<(Option<usize>, Option<&'a [u8]>), &'static str> {
    let unicode = crate::text::utf8_locale();
    let syntax = Syntax {
        extended: false,
        unicode,
        zero: false,
    };
    let translated = translate(pattern, &syntax, 0).map_err(|error| error.0)?;
    let groups = translated.groups > 0;
    let found = |range: Option<(usize, usize)>, group: Option<(usize, usize)>| {
        let part = group
            .and_then(|(from, to)| text.get(from..to))
            .unwrap_or_default();
        (range.map(|range| range.1), groups.then_some(part))
    };
    let anchored = format!("\\A(?:{})", translated.regex);
    if translated.back_references {
        // Bytes as the characters of their numbers, so that offsets can be told.
        let wide: String = text.iter().map(|byte| char::from(*byte)).collect();
        let regex = fancy_regex::Regex::new(&anchored).map_err(|_| "Invalid regular expression")?;
        let captures = regex
            .captures(&wide)
            .map_err(|_| "Regular expression too big")?;
        let offset = |at: usize| wide[..at].chars().count();
        let range = |index: usize| {
            let group = captures.as_ref()?.get(index)?;
            Some((offset(group.start()), offset(group.end())))
        };
        return Ok(found(range(0), range(1)));
    }
    let regex = Regex::builder()
        .configure(Regex::config().utf8_empty(false))
        .syntax(
            syntax::Config::new()
                .unicode(unicode)
                .utf8(false)
                .dot_matches_new_line(true),
        )
        .build(&anchored)
        .map_err(|_| "Invalid regular expression")?;
    let mut captures = regex.create_captures();
    regex.captures(text, &mut captures);
    let range = |index: usize| captures.get_group(index).map(|span| (span.start, span.end));
    Ok(found(range(0), range(1)))
}
