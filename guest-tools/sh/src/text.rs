//! Bytes as UTF-8 characters; a byte that belongs to none counts as one.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether every byte is a character: the locale is C or POSIX by name.
static BYTES: AtomicBool = AtomicBool::new(false);

/// Makes every byte a character, or every sequence of UTF-8.
pub fn set_byte_locale(bytes: bool) {
    BYTES.store(bytes, Ordering::Relaxed);
}

/// Whether every byte is a character.
pub fn byte_locale() -> bool {
    BYTES.load(Ordering::Relaxed)
}

/// Length in bytes of the character at the start of `bytes` (at least 1).
pub fn char_len(bytes: &[u8]) -> usize {
    let Some(first) = bytes.first() else { return 0 };
    let len = match first {
        0..=0x7f => return 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return 1,
    };
    if BYTES.load(Ordering::Relaxed) {
        return 1;
    }
    match bytes.get(..len).map(std::str::from_utf8) {
        Some(Ok(_)) => len,
        _ => 1,
    }
}

/// Number of characters.
pub fn char_count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.len();
    }
    chars(bytes).count()
}

/// The characters, each as the bytes that make it.
pub fn chars(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (head, tail) = rest.split_at(char_len(rest));
        rest = tail;
        Some(head)
    })
}

/// Byte position of character number `index`, or the length.
pub fn char_offset(bytes: &[u8], index: usize) -> usize {
    if bytes.is_ascii() {
        return index.min(bytes.len());
    }
    chars(bytes).take(index).map(<[u8]>::len).sum()
}

/// The character as a scalar value, if it is valid UTF-8.
pub fn decode(bytes: &[u8]) -> Option<char> {
    std::str::from_utf8(&bytes[..char_len(bytes)])
        .ok()?
        .chars()
        .next()
}

/// Appends a scalar value as UTF-8; values beyond Unicode as nothing.
pub fn push_char(out: &mut Vec<u8>, value: u32) {
    if value > 127 && BYTES.load(Ordering::Relaxed) {
        // A character that the locale does not have.
        let text = match value {
            0..=0xffff => format!("\\u{value:04X}"),
            _ => format!("\\U{value:08X}"),
        };
        out.extend_from_slice(text.as_bytes());
    } else if let Some(c) = char::from_u32(value) {
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// Appends a number in decimal.
pub fn push_int(out: &mut Vec<u8>, value: i64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// A number in decimal.
pub fn int_text(value: i64) -> Vec<u8> {
    let mut out = Vec::with_capacity(20);
    push_int(&mut out, value);
    out
}

/// The value of canonical decimal digits with an optional sign: no blanks, no
/// leading zeros.
pub fn canonical_int(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    match digits {
        [b'0'] if digits.len() == text.len() => return Some(0),
        [b'1'..=b'9', ..] if digits.len() <= 18 => {}
        _ => return None,
    }
    let mut value = 0i64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(digit - b'0');
    }
    Some(if digits.len() == text.len() {
        value
    } else {
        -value
    })
}

/// Decimal digits with blanks around and an optional sign, as builtins take them.
pub fn parse_int(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let text = text.strip_prefix(b"+").unwrap_or(text);
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Whether the text is a variable name.
pub fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|c| is_name_start(*c)) && text.iter().all(|c| is_name_byte(*c))
}

/// Whether a name can start with this byte.
pub fn is_name_start(c: u8) -> bool {
    c.is_ascii_alphabetic() || c == b'_'
}

/// Whether a name can contain this byte.
pub fn is_name_byte(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_'
}

/// Position of a byte string in another.
pub fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len().max(1))
        .position(|window| window == needle)
}

/// Appends the text in single quotes wherever the shell would need quotes.
pub fn push_single_quoted(out: &mut Vec<u8>, text: &[u8]) {
    if text == b"'" {
        out.extend_from_slice(b"\\'");
        return;
    }
    out.push(b'\'');
    for c in text {
        if *c == b'\'' {
            out.extend_from_slice(b"'\\''");
        } else {
            out.push(*c);
        }
    }
    out.push(b'\'');
}

/// Appends the text as `$'…'`.
pub fn push_ansi_quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(b"$'");
    for piece in chars(text) {
        match piece {
            [b'\''] => out.extend_from_slice(b"\\'"),
            [b'\\'] => out.extend_from_slice(b"\\\\"),
            [b'\n'] => out.extend_from_slice(b"\\n"),
            [b'\t'] => out.extend_from_slice(b"\\t"),
            [b'\r'] => out.extend_from_slice(b"\\r"),
            [7] => out.extend_from_slice(b"\\a"),
            [8] => out.extend_from_slice(b"\\b"),
            [11] => out.extend_from_slice(b"\\v"),
            [12] => out.extend_from_slice(b"\\f"),
            [27] => out.extend_from_slice(b"\\E"),
            [c] if *c < 32 || *c >= 127 => {
                out.push(b'\\');
                for shift in [6, 3, 0] {
                    out.push(b'0' + ((c >> shift) & 7));
                }
            }
            _ => out.extend_from_slice(piece),
        }
    }
    out.push(b'\'');
}

/// Whether the text has characters that only `$'…'` can show.
pub fn needs_ansi_quotes(text: &[u8]) -> bool {
    chars(text).any(|piece| match piece {
        [c] => *c < 32 || *c >= 127,
        _ => false,
    })
}

/// Whether the text, as a word, means something other than itself.
pub fn needs_quotes(text: &[u8]) -> bool {
    text.is_empty()
        || text.iter().enumerate().any(|(at, c)| match c {
            b' ' | b'\t' | b'\n' | b'\'' | b'"' | b'\\' | b'|' | b'&' | b';' | b'(' | b')'
            | b'<' | b'>' | b'!' | b'{' | b'}' | b'*' | b'[' | b'?' | b']' | b'^' | b'$' | b'`'
            | b',' => true,
            b'#' => at == 0,
            b'~' => at == 0 || matches!(text[at - 1], b':' | b'='),
            _ => false,
        })
}
