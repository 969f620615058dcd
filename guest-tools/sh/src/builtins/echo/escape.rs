//! Backslash escapes of `echo -e`, of the format of `printf` and of its `%b`.

use crate::text::push_char;

/// Whose escapes: they differ in octal numbers, quotes and `\c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Echo,
    /// The format of `printf`.
    Format,
    /// An argument of `%b`.
    Argument,
}

/// Expands all escapes of a text; true if one of them ends the output.
/// Complaints are collected.
pub fn expand(text: &[u8], dialect: Dialect, out: &mut Vec<u8>, errors: &mut Vec<String>) -> bool {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|c| *c == b'\\') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        match one(rest, dialect, out, errors) {
            Some(len) => rest = &rest[len..],
            None => return true,
        }
    }
    out.extend_from_slice(rest);
    false
}

/// Expands the escape whose backslash stands before `text`; gives its length,
/// or nothing if it ends the output.
pub fn one(
    text: &[u8],
    dialect: Dialect,
    out: &mut Vec<u8>,
    errors: &mut Vec<String>,
) -> Option<usize> {
    let Some(c) = text.first() else {
        out.push(b'\\');
        return Some(0);
    };
    let plain = match c {
        b'a' => 7,
        b'b' => 8,
        b'e' | b'E' => 27,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => b'\\',
        b'\'' | b'"' | b'?' if dialect == Dialect::Format => *c,
        b'c' if dialect != Dialect::Format => return None,
        b'0' if dialect != Dialect::Format => {
            let (value, len) = digits(&text[1..], 8, 3);
            out.push(value as u8);
            return Some(1 + len);
        }
        b'0'..=b'7' if dialect != Dialect::Echo => {
            let (value, len) = digits(text, 8, 3);
            out.push(value as u8);
            return Some(len);
        }
        b'x' => {
            let (value, len) = digits(&text[1..], 16, 2);
            if len == 0 {
                return missing(
                    dialect,
                    "missing hex digit for \\x".to_owned(),
                    *c,
                    out,
                    errors,
                );
            }
            out.push(value as u8);
            return Some(1 + len);
        }
        b'u' | b'U' => {
            let (value, len) = digits(&text[1..], 16, if *c == b'u' { 4 } else { 8 });
            if len == 0 {
                let message = format!("missing unicode digit for \\{}", char::from(*c));
                return missing(dialect, message, *c, out, errors);
            }
            push_char(out, value);
            return Some(1 + len);
        }
        _ => {
            out.extend_from_slice(&[b'\\', *c]);
            return Some(1);
        }
    };
    out.push(plain);
    Some(1)
}

fn missing(
    dialect: Dialect,
    message: String,
    c: u8,
    out: &mut Vec<u8>,
    errors: &mut Vec<String>,
) -> Option<usize> {
    out.extend_from_slice(&[b'\\', c]);
    if dialect != Dialect::Echo {
        errors.push(message);
    }
    Some(1)
}

/// A number of at most `max` digits: its value and length.
fn digits(text: &[u8], radix: u32, max: usize) -> (u32, usize) {
    let values = text.iter().map_while(|c| char::from(*c).to_digit(radix));
    values.take(max).fold((0, 0), |(value, len), digit| {
        (value.wrapping_mul(radix).wrapping_add(digit), len + 1)
    })
}
