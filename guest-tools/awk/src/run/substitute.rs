//! `sub`, `gsub` and `gensub`.

use super::machine::{Machine, Run};
use crate::text::{Regex, chars};
use crate::value::{Str, Value};

/// A piece of a replacement.
enum Piece {
    Text(Vec<u8>),
    /// A group; 0 is the match.
    Group(usize),
}

/// The replacement of `sub` and `gsub`: `&` is the match.
fn pieces(replacement: &[u8]) -> Vec<Piece> {
    let (mut pieces, mut text) = (Vec::new(), Vec::new());
    let mut rest = replacement;
    loop {
        match rest {
            [] => break,
            // `\\&` is a backslash and the match, `\&` an ampersand.
            [b'\\', b'\\', b'\\', b'&', tail @ ..] => {
                text.extend_from_slice(b"\\&");
                rest = tail;
            }
            [b'\\', b'\\', b'&', ..] => {
                text.push(b'\\');
                rest = &rest[2..];
            }
            [b'\\', b'&', tail @ ..] => {
                text.push(b'&');
                rest = tail;
            }
            [b'&', tail @ ..] => {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.push(Piece::Group(0));
                rest = tail;
            }
            [byte, tail @ ..] => {
                text.push(*byte);
                rest = tail;
            }
        }
    }
    pieces.push(Piece::Text(text));
    pieces
}

/// The replacement of `gensub`: `\1` and so on are groups.
fn group_pieces(replacement: &[u8]) -> Vec<Piece> {
    let (mut pieces, mut text) = (Vec::new(), Vec::new());
    let mut rest = replacement;
    let mut group = |text: &mut Vec<u8>, number: usize| {
        pieces.push(Piece::Text(std::mem::take(text)));
        pieces.push(Piece::Group(number));
    };
    loop {
        match rest {
            [] => break,
            [b'\\', digit @ b'0'..=b'9', tail @ ..] => {
                group(&mut text, usize::from(digit - b'0'));
                rest = tail;
            }
            [b'\\', escaped @ (b'&' | b'\\'), tail @ ..] => {
                text.push(*escaped);
                rest = tail;
            }
            [b'&', tail @ ..] => {
                group(&mut text, 0);
                rest = tail;
            }
            [byte, tail @ ..] => {
                text.push(*byte);
                rest = tail;
            }
        }
    }
    pieces.push(Piece::Text(text));
    pieces
}

/// Replaces matches: all, or only that of a number. Gives the new text and
/// how many were replaced.
fn replace(
    text: &[u8],
    regex: &Regex,
    pieces: &[Piece],
    only: Option<usize>,
    utf8: bool,
) -> (Vec<u8>, usize) {
    let with_groups = pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Group(n) if *n > 0));
    let mut out = Vec::with_capacity(text.len() + 16);
    let (mut from, mut copied, mut found, mut done) = (0, 0, 0, 0);
    // An empty match right behind a match is none, unless matches are counted.
    let mut last_end = None;
    while from <= text.len() {
        let Some((start, end)) = regex.find(text, from) else {
            break;
        };
        if only.is_none() && start == end && last_end == Some(start) {
            from = start + chars::first_len(&text[start..], utf8).max(1);
            last_end = None;
            continue;
        }
        found += 1;
        if only.is_none_or(|only| only == found) {
            out.extend_from_slice(&text[copied..start]);
            let groups = match with_groups {
                true => regex.groups(text, start, end),
                false => Vec::new(),
            };
            for piece in pieces {
                match piece {
                    Piece::Text(piece) => out.extend_from_slice(piece),
                    Piece::Group(0) => out.extend_from_slice(&text[start..end]),
                    Piece::Group(n) => {
                        if let Some(Some((a, b))) = groups.get(*n) {
                            out.extend_from_slice(&text[*a..*b]);
                        }
                    }
                }
            }
            copied = end;
            done += 1;
            if only.is_some() {
                break;
            }
        }
        last_end = Some(end);
        from = if start == end {
            end + chars::first_len(&text[end..], utf8).max(1)
        } else {
            end
        };
    }
    out.extend_from_slice(&text[copied..]);
    (out, done)
}

impl Machine {
    /// `sub` and `gsub`; whether something was replaced.
    pub(super) fn substitute(&mut self, all: bool) -> Run<bool> {
        let replacement = self.pop();
        let pattern = self.pop();
        let subject = self.pop();
        let regex = self.regex(&pattern)?;
        let text = subject.text(&self.convfmt);
        if regex.find(&text, 0).is_none() {
            self.count = 0.0;
            return Ok(false);
        }
        let pieces = pieces(&replacement.text(&self.convfmt));
        let only = if all { None } else { Some(1) };
        let (new, count) = replace(&text, &regex, &pieces, only, self.utf8);
        self.count = count as f64;
        let value = match &subject {
            Value::Regex(_) => Value::Regex(self.compiled(new)?),
            _ => Value::Str(Str::new(&new)),
        };
        self.push(value);
        Ok(true)
    }

    pub(super) fn gensub(&mut self, args: usize) -> Run<()> {
        let subject = if args > 3 {
            self.pop()
        } else {
            self.field_value(0)
        };
        let how = self.pop();
        let replacement = self.pop();
        let pattern = self.pop();
        let regex = self.regex(&pattern)?;
        let text = subject.text(&self.convfmt);
        let all = matches!(how.text(&self.convfmt).first(), Some(b'g' | b'G'));
        let only = match all {
            true => None,
            false => Some((how.num() as usize).max(1)),
        };
        let pieces = group_pieces(&replacement.text(&self.convfmt));
        let (new, _) = replace(&text, &regex, &pieces, only, self.utf8);
        self.push(Value::Str(Str::new(&new)));
        Ok(())
    }
}
