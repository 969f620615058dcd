//! Quoting in messages as findutils has it, and small numbers from arguments.

use wardian_applet::text::{quote, utf8_locale};

/// The name between the locale's quotes, what does not print as C escapes.
pub fn quoted(name: &[u8]) -> Vec<u8> {
    let (open, close): (&[u8], &[u8]) = if utf8_locale() {
        ("‘".as_bytes(), "’".as_bytes())
    } else {
        (b"'", b"'")
    };
    let mut out = open.to_vec();
    for (piece, printable) in quote::pieces(name) {
        if piece == close {
            out.push(b'\\');
        }
        match piece {
            b"\\" => out.extend_from_slice(b"\\\\"),
            [byte, ..] if !printable => push_escape(&mut out, *byte),
            _ => out.extend_from_slice(piece),
        }
    }
    out.extend_from_slice(close);
    out
}

/// Adds the byte as a C escape.
pub fn push_escape(out: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        0x07 => b'a',
        0x08 => b'b',
        0x0c => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x0b => b'v',
        _ => {
            out.push(b'\\');
            out.extend([byte >> 6, byte >> 3 & 7, byte & 7].map(|digit| b'0' + digit));
            return;
        }
    };
    out.extend([b'\\', letter]);
}

/// A whole number without sign, nothing after it.
pub fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut value: u64 = 0;
    for digit in text {
        value = value
            .checked_mul(10)?
            .checked_add(u64::from(digit - b'0'))?;
    }
    Some(value)
}
