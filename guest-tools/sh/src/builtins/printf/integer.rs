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

/// The value of an argument as C reads it, and what is wrong with it.
pub fn parse(word: &[u8]) -> (i128, Option<&'static str>) {
    if let Some(value) = character(word) {
        return (value, None);
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
    if len == 0 || len < digits.len() {
        return (value, (!word.is_empty()).then_some("invalid number"));
    }
    (value, None)
}

/// As `strtoumax` gives it: negative numbers wrap around.
pub fn as_unsigned(value: i128) -> u64 {
    match u64::try_from(value.unsigned_abs()) {
        Ok(magnitude) if value < 0 => magnitude.wrapping_neg(),
        Ok(magnitude) => magnitude,
        Err(_) => u64::MAX,
    }
}

/// Appends a number by `%u`, `%o`, `%x` or `%X`.
pub fn put_unsigned(spec: &Spec, value: u64, out: &mut Vec<u8>) {
    let mut prefix = "";
    let digits = match spec.conversion {
        b'u' => value.to_string(),
        b'o' => {
            let digits = format!("{value:o}");
            let long_enough = spec.precision().is_some_and(|precision| precision > digits.len());
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
            if upper { format!("{value:X}") } else { format!("{value:x}") }
        }
    };
    if spec.conversion == b'o' && spec.flags.alternate && value == 0 {
        return spec.put_number(b"", b"0", spec.precision().is_none(), out);
    }
    spec.put_integer(false, false, prefix, digits.as_bytes(), out);
}
