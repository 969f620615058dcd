//! Whole numbers of `printf`.

use super::spec::Spec;
use crate::text::decode;

/// The value of `'c` or `"c`.
pub fn character(word: &[u8]) -> Option<i128> {
    let (quote, rest) = word.split_first()?;
    if !matches!(quote, b'\'' | b'"') {
        return None;
    }
    Some(match rest {
        [] => 0,
        rest => decode(rest).map_or(i128::from(rest[0]), |c| i128::from(u32::from(c))),
    })
}

/// What is wrong with an argument that is no number.
pub fn reproach(word: &[u8]) -> &'static [u8] {
    match word {
        [b'0', b'x' | b'X', ..] => b"invalid hex number",
        [b'0', b'0'..=b'9', ..] => b"invalid octal number",
        _ => b"invalid number",
    }
}

/// The value of an argument as C reads it, and whether all of it is a number.
pub fn parse(word: &[u8]) -> (i128, bool) {
    if let Some(value) = character(word) {
        return (value, true);
    }
    let text = word.trim_ascii_start();
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        text => (false, text),
    };
    let (radix, digits) = match text {
        [b'0', b'x' | b'X', c, ..] if c.is_ascii_hexdigit() => (16, &text[2..]),
        [b'0', ..] => (8, text),
        _ => (10, text),
    };
    let mut value = 0i128;
    let mut len = 0;
    for digit in digits.iter().map_while(|c| char::from(*c).to_digit(radix)) {
        value = (value * i128::from(radix) + i128::from(digit)).min(i128::from(u64::MAX) + 1);
        len += 1;
    }
    let value = if negative { -value } else { value };
    (value, word.is_empty() || (len > 0 && len == digits.len()))
}

/// As C's `strtoumax` gives it: negative numbers wrap around.
pub fn as_unsigned(value: i128) -> u64 {
    value as u64
}

/// Appends a number by `%u`, `%o`, `%x` or `%X`.
pub fn put_unsigned(spec: &Spec, value: u64, out: &mut Vec<u8>) {
    let mut prefix = "";
    let digits = match spec.conversion {
        b'u' => value.to_string(),
        b'o' => {
            let digits = format!("{value:o}");
            let long_enough = spec
                .precision()
                .is_some_and(|precision| precision > digits.len());
            match spec.flags.alternate && value != 0 && !long_enough {
                true => format!("0{digits}"),
                false => digits,
            }
        }
        letter => {
            let upper = letter == b'X';
            if spec.flags.alternate && value != 0 {
                prefix = if upper { "0X" } else { "0x" };
            }
            if upper {
                format!("{value:X}")
            } else {
                format!("{value:x}")
            }
        }
    };
    if spec.conversion == b'o' && spec.flags.alternate && value == 0 {
        return spec.put_number(b"", b"0", spec.precision().is_none(), out);
    }
    spec.put_integer(false, false, prefix, digits.as_bytes(), out);
}
