//! `${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}`.

use crate::ast::Span;
use crate::pattern::Pattern;

/// The text without a prefix that matches.
pub fn prefix(mut text: Vec<u8>, pattern: &Pattern, span: Span) -> Vec<u8> {
    if let Some(literal) = pattern.literal() {
        if text.starts_with(&literal) {
            text.drain(..literal.len());
        }
        return text;
    }
    let end = match span {
        Span::Shortest => pattern.shortest_prefix(&text),
        Span::Longest => pattern.longest_prefix(&text),
    };
    if let Some(end) = end {
        text.drain(..end);
    }
    text
}

/// The text without a suffix that matches.
pub fn suffix(mut text: Vec<u8>, pattern: &Pattern, span: Span) -> Vec<u8> {
    if let Some(literal) = pattern.literal() {
        if text.ends_with(&literal) {
            text.truncate(text.len() - literal.len());
        }
        return text;
    }
    if let Some(start) = pattern.suffix(&text, span == Span::Longest) {
        text.truncate(start);
    }
    text
}
