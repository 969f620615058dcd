//! `${x/pattern/text}` and its kin.

use super::sink::{Mode, Sink};
use crate::ast::{Part, ReplaceKind, Word};
use crate::exec::{Flow, Shell};
use crate::pattern::Pattern;
use crate::text::char_len;

/// What takes the place of a match.
pub enum Replacement {
    Text(Vec<u8>),
    /// Pieces between which the match stands (`&`).
    Around(Vec<Vec<u8>>),
}

impl Replacement {
    fn push(&self, out: &mut Vec<u8>, matched: &[u8]) {
        match self {
            Replacement::Text(text) => out.extend_from_slice(text),
            Replacement::Around(pieces) => {
                for (at, piece) in pieces.iter().enumerate() {
                    if at > 0 {
                        out.extend_from_slice(matched);
                    }
                    out.extend_from_slice(piece);
                }
            }
        }
    }
}

impl Shell {
    /// Expands the replacement text; an unquoted `&` stands for the match.
    pub fn replacement(&mut self, word: Option<&Word>) -> Result<Replacement, Flow> {
        let Some(word) = word else {
            return Ok(Replacement::Text(Vec::new()));
        };
        if !self.shopt.patsub_replacement {
            return Ok(Replacement::Text(self.expand_string(word)?));
        }
        let mut pieces = vec![Vec::new()];
        let mut push = |text: &[u8], quoted: bool| {
            let mut bytes = text.iter().peekable();
            while let Some(c) = bytes.next() {
                match c {
                    b'\\' if !quoted && matches!(bytes.peek(), Some(b'&' | b'\\')) => {
                        let c = bytes.next().copied().unwrap_or(b'\\');
                        pieces
                            .last_mut()
                            .map(|piece| piece.push(c))
                            .unwrap_or_default();
                    }
                    b'&' if !quoted => pieces.push(Vec::new()),
                    c => pieces
                        .last_mut()
                        .map(|piece| piece.push(*c))
                        .unwrap_or_default(),
                }
            }
        };
        for part in &word.parts {
            let quoted = matches!(
                part,
                Part::Single(_) | Part::Escaped(_) | Part::Double(_) | Part::Tilde(_)
            );
            let mut sink = Sink::new(Mode::Single);
            self.expand_parts(std::slice::from_ref(part), &mut sink, false)?;
            push(&sink.into_text(), quoted);
        }
        Ok(match pieces.len() {
            1 => Replacement::Text(pieces.pop().unwrap_or_default()),
            _ => Replacement::Around(pieces),
        })
    }
}

/// The text with matches replaced.
pub fn replace(text: Vec<u8>, pattern: &Pattern, with: &Replacement, kind: ReplaceKind) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    match kind {
        ReplaceKind::Prefix => match pattern.longest_prefix(&text) {
            Some(end) => {
                with.push(&mut out, &text[..end]);
                out.extend_from_slice(&text[end..]);
                out
            }
            None => text,
        },
        ReplaceKind::Suffix => match pattern.suffix(&text, true) {
            Some(start) => {
                out.extend_from_slice(&text[..start]);
                with.push(&mut out, &text[start..]);
                out
            }
            None => text,
        },
        ReplaceKind::First | ReplaceKind::All => {
            if pattern.is_empty() {
                return text;
            }
            replace_inside(&text, pattern, with, kind == ReplaceKind::All)
        }
    }
}

fn replace_inside(text: &[u8], pattern: &Pattern, with: &Replacement, all: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    if text.is_empty() {
        if pattern.matches(text) {
            with.push(&mut out, text);
        }
        return out;
    }
    while at < text.len() {
        let Some((start, end)) = pattern.find(text, at) else {
            break;
        };
        if start >= text.len() {
            break;
        }
        out.extend_from_slice(&text[at..start]);
        with.push(&mut out, &text[start..end]);
        at = end;
        if end == start {
            let len = char_len(&text[start..]);
            out.extend_from_slice(&text[start..start + len]);
            at += len;
        }
        if !all {
            break;
        }
    }
    out.extend_from_slice(&text[at..]);
    out
}
