//! Text into fields.

use crate::text::{Regex, chars};
use std::rc::Rc;

/// How records are split.
#[derive(Clone)]
pub enum Splitter {
    /// At runs of blanks.
    Blank,
    /// At a byte.
    Byte(u8),
    /// At a byte and at newlines.
    ByteOrNewline(u8),
    /// At matches.
    Regex(Rc<Regex>),
    /// Into characters.
    Characters,
    /// Into columns: bytes to skip, width; `None` for the rest.
    Widths(Rc<Vec<(usize, Option<usize>)>>),
    /// Into matches.
    Content(Rc<Regex>),
    /// At commas, with quoting.
    Csv,
}

/// A field's start and end.
pub type Span = (usize, usize);

/// Splits a text whole: fields, and what lies before, between and behind them.
pub fn split(
    text: &[u8],
    splitter: &Splitter,
    utf8: bool,
    mut field: impl FnMut(Span),
    mut separator: impl FnMut(usize, Span),
) {
    match splitter {
        Splitter::Blank => {
            let mut at = 0;
            let mut count = 0;
            loop {
                let start = skip_blanks(text, at);
                if start > at {
                    separator(count, (at, start));
                }
                if start == text.len() {
                    return;
                }
                let end = field_end(text, start);
                field((start, end));
                count += 1;
                at = end;
            }
        }
        Splitter::Byte(_) | Splitter::ByteOrNewline(_) | Splitter::Regex(_) => {
            if text.is_empty() {
                return;
            }
            let next = |from: usize| -> Option<Span> {
                match splitter {
                    Splitter::Byte(byte) => {
                        let at = from + memchr::memchr(*byte, &text[from..])?;
                        Some((at, at + 1))
                    }
                    Splitter::ByteOrNewline(byte) => {
                        let at = from + memchr::memchr2(*byte, b'\n', &text[from..])?;
                        Some((at, at + 1))
                    }
                    Splitter::Regex(regex) => {
                        let mut from = from;
                        loop {
                            match regex.find(text, from)? {
                                (start, end) if start == end => {
                                    from = end + 1;
                                    if from > text.len() {
                                        return None;
                                    }
                                }
                                found => return Some(found),
                            }
                        }
                    }
                    _ => None,
                }
            };
            let (mut at, mut count) = (0, 0);
            while let Some((start, end)) = next(at) {
                field((at, start));
                count += 1;
                separator(count, (start, end));
                at = end;
            }
            field((at, text.len()));
        }
        Splitter::Characters => {
            let mut at = 0;
            let mut count = 0;
            while at < text.len() {
                let len = chars::first_len(&text[at..], utf8);
                field((at, at + len));
                count += 1;
                at += len;
                if at < text.len() {
                    separator(count, (at, at));
                }
            }
        }
        Splitter::Widths(widths) => {
            let mut at = 0;
            for (skip, width) in widths.iter() {
                at += chars::offset(&text[at..], *skip, utf8);
                if at >= text.len() {
                    break;
                }
                let len = match width {
                    Some(width) => chars::offset(&text[at..], *width, utf8),
                    None => text.len() - at,
                };
                field((at, at + len));
                at += len;
            }
        }
        Splitter::Content(regex) => split_content(text, regex, field, separator),
        Splitter::Csv => split_csv(text, field),
    }
}

fn split_content(
    text: &[u8],
    regex: &Regex,
    mut field: impl FnMut(Span),
    mut separator: impl FnMut(usize, Span),
) {
    if text.is_empty() {
        return;
    }
    let (mut at, mut from, mut count) = (0, 0, 0);
    // An empty match right behind a field is none.
    let mut after_field = false;
    while from <= text.len() {
        let Some((start, end)) = regex.find(text, from) else {
            break;
        };
        if start == end && after_field && start == at {
            from = end + 1;
            after_field = false;
            continue;
        }
        separator(count, (at, start));
        field((start, end));
        count += 1;
        at = end;
        after_field = true;
        from = if start == end { end + 1 } else { end };
    }
    if count > 0 || !text.is_empty() {
        separator(count, (at, text.len()));
    }
}

/// Spans with their quotes; [`unquote`] takes them off.
fn split_csv(text: &[u8], mut field: impl FnMut(Span)) {
    if text.is_empty() {
        return;
    }
    let mut start = 0;
    loop {
        let mut at = start;
        if text.get(at) == Some(&b'"') {
            at += 1;
            while at < text.len() {
                if text[at] == b'"' {
                    if text.get(at + 1) != Some(&b'"') {
                        at += 1;
                        break;
                    }
                    at += 1;
                }
                at += 1;
            }
        }
        let rest = &text[at.min(text.len())..];
        let end = memchr::memchr(b',', rest).map_or(text.len(), |comma| at + comma);
        field((start, end));
        if end >= text.len() {
            return;
        }
        start = end + 1;
    }
}

/// A CSV field without its quotes.
pub fn unquote(field: &[u8]) -> Option<Vec<u8>> {
    let body = field.strip_prefix(b"\"")?;
    let body = body.strip_suffix(b"\"").unwrap_or(body);
    let mut out = Vec::with_capacity(body.len());
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        out.push(*byte);
        if *byte == b'"' && bytes.as_slice().first() == Some(&b'"') {
            bytes.next();
        }
    }
    Some(out)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n')
}

/// The first place from `at` on that is no blank.
pub fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && is_blank(text[at]) {
        at += 1;
    }
    at
}

/// The end of the field at `at`.
pub fn field_end(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && !is_blank(text[at]) {
        at += 1;
    }
    at
}
