//! Bracket expressions: `[a-z]`, `[!x]`, `[[:alpha:]]`.

use crate::text::{char_len, decode};

/// A set of characters.
#[derive(Debug, Clone, Default)]
pub struct Class {
    negated: bool,
    ranges: Vec<(u32, u32)>,
    named: Vec<Named>,
}

#[derive(Debug, Clone, Copy)]
enum Named {
    Alnum,
    Alpha,
    Blank,
    Cntrl,
    Digit,
    Graph,
    Lower,
    Print,
    Punct,
    Space,
    Upper,
    Xdigit,
    Word,
    Ascii,
    /// A name that does not exist matches nothing.
    Unknown,
}

/// The value by which characters compare; bytes outside UTF-8 come last.
pub fn code(text: &[u8]) -> u32 {
    match decode(text) {
        Some(c) => c as u32,
        None => 0x0011_0000 + u32::from(text[0]),
    }
}

/// Whether a named class holds a character; nothing for a name that does not exist.
pub fn class_holds(name: &[u8], c: char) -> Option<bool> {
    match named(name) {
        Named::Unknown => None,
        class => Some(class.has(c as u32)),
    }
}

impl Class {
    /// Parses a class at the start of `text` (a `[`); gives its length, too.
    pub fn parse(text: &[u8]) -> Option<(Class, usize)> {
        let mut class = Class::default();
        let mut at = 1;
        if matches!(text.get(at), Some(b'!' | b'^')) {
            class.negated = true;
            at += 1;
        }
        let first = at;
        loop {
            let c = *text.get(at)?;
            match c {
                b']' if at > first => return Some((class, at + 1)),
                b'[' if text.get(at + 1) == Some(&b':') => {
                    if let Some(len) = closing(&text[at + 2..], b':') {
                        class.named.push(named(&text[at + 2..at + 2 + len]));
                        at += len + 4;
                        continue;
                    }
                }
                _ => {}
            }
            let (low, len) = item(&text[at..])?;
            at += len;
            let ranged =
                text.get(at) == Some(&b'-') && text.get(at + 1).is_some_and(|c| *c != b']');
            if ranged {
                let (high, len) = item(&text[at + 1..])?;
                at += 1 + len;
                class.ranges.push((low, high));
            } else {
                class.ranges.push((low, low));
            }
        }
    }

    /// Whether a character is in the set.
    pub fn contains(&self, text: &[u8], fold: bool) -> bool {
        let value = code(text);
        let mut found = self.has(value);
        if !found
            && fold
            && let Some(c) = char::from_u32(value)
        {
            found = c.to_lowercase().any(|c| self.has(c as u32))
                || c.to_uppercase().any(|c| self.has(c as u32));
        }
        found != self.negated
    }

    fn has(&self, value: u32) -> bool {
        self.ranges
            .iter()
            .any(|(low, high)| (*low..=*high).contains(&value))
            || self.named.iter().any(|class| class.has(value))
    }
}

/// One element: a character, an escape, `[.x.]`, `[=x=]`.
fn item(text: &[u8]) -> Option<(u32, usize)> {
    match text {
        [b'\\', rest @ ..] if !rest.is_empty() => Some((code(rest), 1 + char_len(rest))),
        [b'[', kind @ (b'.' | b'='), rest @ ..] => match closing(rest, *kind) {
            Some(len) if len > 0 => Some((code(rest), len + 4)),
            _ => Some((u32::from(b'['), 1)),
        },
        [] => None,
        _ => Some((code(text), char_len(text))),
    }
}

fn closing(text: &[u8], kind: u8) -> Option<usize> {
    text.windows(2).position(|pair| pair == [kind, b']'])
}

fn named(name: &[u8]) -> Named {
    match name {
        b"alnum" => Named::Alnum,
        b"alpha" => Named::Alpha,
        b"blank" => Named::Blank,
        b"cntrl" => Named::Cntrl,
        b"digit" => Named::Digit,
        b"graph" => Named::Graph,
        b"lower" => Named::Lower,
        b"print" => Named::Print,
        b"punct" => Named::Punct,
        b"space" => Named::Space,
        b"upper" => Named::Upper,
        b"xdigit" => Named::Xdigit,
        b"word" => Named::Word,
        b"ascii" => Named::Ascii,
        _ => Named::Unknown,
    }
}

impl Named {
    fn has(self, value: u32) -> bool {
        let Some(c) = char::from_u32(value) else {
            return false;
        };
        match self {
            Named::Alnum => c.is_alphanumeric(),
            Named::Alpha => c.is_alphabetic(),
            Named::Blank => matches!(c, ' ' | '\t'),
            Named::Cntrl => c.is_control(),
            Named::Digit => c.is_ascii_digit(),
            Named::Graph => !c.is_control() && !c.is_whitespace(),
            Named::Lower => c.is_lowercase(),
            Named::Print => !c.is_control(),
            Named::Punct => c.is_ascii_punctuation() || (!c.is_ascii() && !c.is_alphanumeric()),
            Named::Space => c.is_whitespace(),
            Named::Upper => c.is_uppercase(),
            Named::Xdigit => c.is_ascii_hexdigit(),
            Named::Word => c.is_alphanumeric() || c == '_',
            Named::Ascii => c.is_ascii(),
            Named::Unknown => false,
        }
    }
}
