//! The escapes of `$'…'`, which `echo -e` and `printf` nearly share.

use crate::parser::{Parser, Result};
use crate::text::push_char;

impl Parser<'_> {
    /// Reads the rest of `$'…'`, the position being at the quote.
    pub fn read_ansi(&mut self) -> Result<Vec<u8>> {
        let line = self.input.line;
        self.input.bump();
        let outer = std::mem::replace(&mut self.input.quote, b'\'');
        let mut raw = Vec::new();
        loop {
            match self.input.bump() {
                0 => return Err(self.eof_looking_for(b'\'', line)),
                b'\'' => {
                    self.input.quote = outer;
                    break;
                }
                b'\\' => {
                    raw.push(b'\\');
                    raw.push(self.input.bump());
                }
                c => raw.push(c),
            }
        }
        Ok(ansi_unescape(&raw))
    }
}

/// Decodes the text between `$'` and `'`.
pub fn ansi_unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' || at + 1 == text.len() {
            out.push(text[at]);
            at += 1;
            continue;
        }
        let c = text[at + 1];
        at += 2;
        match c {
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'e' | b'E' => out.push(27),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'\\' | b'\'' | b'"' | b'?' => out.push(c),
            b'0'..=b'7' => {
                let (value, len) = digits(&text[at - 1..], 8, 3);
                at += len - 1;
                // A NUL ends the string, as in bash.
                if value as u8 == 0 {
                    return out;
                }
                out.push(value as u8);
            }
            // All digits in braces count, but only as a byte; without a digit a
            // NUL, which ends the string.
            b'x' if text.get(at) == Some(&b'{') => {
                let (value, len) = digits(&text[at + 1..], 16, usize::MAX);
                at += 1 + len;
                if text.get(at) == Some(&b'}') {
                    at += 1;
                }
                match value as u8 {
                    0 => return out,
                    value => out.push(value),
                }
            }
            b'x' => {
                let (value, len) = digits(&text[at..], 16, 2);
                at += len;
                match (len, value) {
                    (0, _) => out.extend_from_slice(b"\\x"),
                    (_, 0) => return out,
                    _ => out.push(value as u8),
                }
            }
            b'u' | b'U' => {
                let (value, len) = digits(&text[at..], 16, if c == b'u' { 4 } else { 8 });
                at += len;
                match (len, value) {
                    (0, _) => out.extend_from_slice(&[b'\\', c]),
                    (_, 0) => return out,
                    _ => push_char(&mut out, value),
                }
            }
            b'c' if at < text.len() => {
                out.push(text[at].to_ascii_uppercase() & 0x1f);
                at += 1;
            }
            _ => out.extend_from_slice(&[b'\\', c]),
        }
    }
    out
}

/// A number of at most `max` digits: its value and length.
pub fn digits(text: &[u8], radix: u32, max: usize) -> (u32, usize) {
    let mut value = 0u32;
    let mut len = 0;
    while len < max
        && let Some(digit) = text.get(len).and_then(|c| char::from(*c).to_digit(radix))
    {
        value = value.wrapping_mul(radix).wrapping_add(digit);
        len += 1;
    }
    (value, len)
}
