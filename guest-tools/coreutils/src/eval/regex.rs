//! POSIX basic regular expressions of tools other than grep.

use wardian_posix_regex::{Options, Regex};

/// A basic regular expression over one piece of text.
///
/// # Errors
/// A message for a malformed one.
pub fn basic_regex(pattern: &[u8]) -> Result<Regex, &'static str> {
    let options = Options {
        unicode: crate::text::utf8_locale(),
        ..Options::default()
    };
    Regex::new(pattern, &options).map_err(|error| error.0)
}

/// Matches a basic regular expression at the start of a text: its end, and the
/// first group's text if the pattern has groups. `Err`: a message.
pub fn match_start<'a>(
    pattern: &[u8],
    text: &'a [u8],
) -> Result<(Option<usize>, Option<&'a [u8]>), &'static str> {
    let mut regex = basic_regex(pattern)?;
    let mut groups = Vec::new();
    let found = regex.captures_at(text, 0, &mut groups);
    // A match further on means that there is none at the start.
    let found = found && matches!(groups[0], Some((0, _)));
    let span = |index: usize| groups.get(index).copied().flatten().filter(|_| found);
    let part = (regex.groups() > 0).then(|| match span(1) {
        Some((start, end)) => &text[start..end],
        None => &[],
    });
    Ok((span(0).map(|span| span.1), part))
}
