//! Floating-point conversions of `printf`.

use super::decimal::{Big, Extended};
use super::spec::Spec;

/// The value of an argument as C reads it, and whether it is a number.
pub fn parse(word: &[u8]) -> (Extended, bool) {
    let text = word.trim_ascii_start();
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        text => (false, text),
    };
    let (mut value, len) = magnitude(text);
    value.negative = negative;
    (value, word.is_empty() || (len > 0 && len == text.len()))
}

fn magnitude(text: &[u8]) -> (Extended, usize) {
    let lower = text.to_ascii_lowercase();
    for (name, value) in [("infinity", "inf"), ("inf", "inf"), ("nan", "nan")] {
        if lower.starts_with(name.as_bytes()) {
            return (Extended::special(value), name.len());
        }
    }
    let hex =
        matches!(&lower[..], [b'0', b'x', rest @ ..] if rest.iter().any(u8::is_ascii_hexdigit));
    let radix = if hex { 16 } else { 10 };
    let mut at = if hex { 2 } else { 0 };
    let mut digits = Vec::new();
    let mut exponent = 0i64;
    let mut point = false;
    while let Some(c) = lower.get(at) {
        if *c == b'.' && !point {
            point = true;
        } else if char::from(*c).is_digit(radix) {
            digits.push(*c);
            exponent -= i64::from(point);
        } else {
            break;
        }
        at += 1;
    }
    if digits.is_empty() {
        return (Extended::default(), 0);
    }
    let mut scale = 0i64;
    if lower.get(at) == Some(if hex { &b'p' } else { &b'e' }) {
        let mut end = at + 1;
        let negative = lower.get(end) == Some(&b'-');
        end += usize::from(matches!(lower.get(end), Some(b'-' | b'+')));
        let start = end;
        while let Some(c) = lower.get(end).filter(|c| c.is_ascii_digit()) {
            scale = (scale * 10 + i64::from(c - b'0')).min(1 << 20);
            end += 1;
        }
        if end > start {
            at = end;
            scale = if negative { -scale } else { scale };
        }
    }
    if !hex {
        return (Extended::from_decimal(&digits, exponent + scale), at);
    }
    let mut big = Big::default();
    for digit in digits {
        big.multiply_add(16, char::from(digit).to_digit(16).unwrap_or(0));
    }
    (
        Extended::from_big(&big, (exponent * 4 + scale) as i32, false),
        at,
    )
}

/// Appends a number by `%f`, `%e`, `%g` or `%a`.
pub fn put(spec: &Spec, value: &Extended, out: &mut Vec<u8>) {
    let upper = spec.conversion.is_ascii_uppercase();
    let sign = spec.sign(value.negative).as_bytes();
    if let Some(name) = value.special {
        let name = if upper {
            name.to_uppercase()
        } else {
            name.to_owned()
        };
        return spec.put_number(sign, name.as_bytes(), false, out);
    }
    let precision = spec.precision().unwrap_or(6);
    let mut body = match spec.conversion.to_ascii_lowercase() {
        b'f' => fixed(value, precision, spec.flags.alternate),
        b'e' => scientific(value, precision, spec.flags.alternate),
        b'g' => general(value, precision.max(1), spec.flags.alternate),
        _ => {
            let prefix = if upper { "0X" } else { "0x" };
            let mut body = hexadecimal(value, spec.precision(), spec.flags.alternate);
            if upper {
                body.make_ascii_uppercase();
            }
            return spec.put_number(&[sign, prefix.as_bytes()].concat(), &body, true, out);
        }
    };
    if upper {
        body.make_ascii_uppercase();
    }
    spec.put_number(sign, &body, true, out);
}

fn fixed(value: &Extended, precision: usize, point: bool) -> Vec<u8> {
    let mut number = value.digits();
    let keep = i64::from(number.point) + precision as i64;
    number.round(keep);
    // A value that rounding carried over from nothing has one digit.
    let mut out = Vec::new();
    let whole = number.point.max(0) as usize;
    for at in 0..whole {
        out.push(number.digits.get(at).copied().unwrap_or(b'0'));
    }
    if whole == 0 {
        out.push(b'0');
    }
    if precision > 0 || point {
        out.push(b'.');
    }
    for place in 0..precision as i64 {
        let at = place + i64::from(number.point);
        let digit = usize::try_from(at)
            .ok()
            .and_then(|at| number.digits.get(at));
        out.push(digit.copied().unwrap_or(b'0'));
    }
    out
}

fn scientific(value: &Extended, precision: usize, point: bool) -> Vec<u8> {
    let mut number = value.digits();
    number.round(precision as i64 + 1);
    let exponent = if number.digits.is_empty() {
        0
    } else {
        number.point - 1
    };
    let digit = |at: usize| number.digits.get(at).copied().unwrap_or(b'0');
    let mut out = vec![digit(0)];
    if precision > 0 || point {
        out.push(b'.');
    }
    out.extend((1..=precision).map(digit));
    out.extend_from_slice(exponent_text(exponent).as_bytes());
    out
}

fn exponent_text(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("e{sign}{:02}", exponent.abs())
}

fn general(value: &Extended, precision: usize, alternate: bool) -> Vec<u8> {
    let mut number = value.digits();
    number.round(precision as i64);
    let exponent = if number.digits.is_empty() {
        0
    } else {
        i64::from(number.point) - 1
    };
    let fits = exponent >= -4 && exponent < precision as i64;
    let text = if fits {
        fixed(value, (precision as i64 - 1 - exponent) as usize, alternate)
    } else {
        scientific(value, precision - 1, alternate)
    };
    if alternate || !text.contains(&b'.') {
        return text;
    }
    let tail = text.iter().position(|c| *c == b'e').unwrap_or(text.len());
    let mut end = tail;
    while end > 0 && text[end - 1] == b'0' {
        end -= 1;
    }
    if end > 0 && text[end - 1] == b'.' {
        end -= 1;
    }
    [&text[..end], &text[tail..]].concat()
}

/// `h.hhhp±d` as glibc shows a long double: the first digit holds four bits.
fn hexadecimal(value: &Extended, precision: Option<usize>, point: bool) -> Vec<u8> {
    const NIBBLES: u32 = 16;
    let mut exponent = 0;
    let mut mantissa = u128::from(value.mantissa);
    if mantissa != 0 {
        let shift = value.mantissa.leading_zeros();
        mantissa <<= shift;
        exponent = value.exponent - shift as i32 + 60;
    }
    let mut places = NIBBLES - 1;
    if let Some(precision) = precision.filter(|precision| *precision < places as usize) {
        let drop = 4 * (places - precision as u32);
        let (rest, half) = (mantissa & ((1 << drop) - 1), 1 << (drop - 1));
        mantissa >>= drop;
        if rest > half || (rest == half && mantissa & 1 == 1) {
            mantissa += 1;
        }
        places = precision as u32;
        if mantissa >> (4 * places) > 15 {
            mantissa >>= 4;
            exponent += 4;
        }
    }
    let digits = format!("{mantissa:0width$x}", width = places as usize + 1);
    let (first, rest) = digits.split_at(1);
    let mut rest = match precision {
        // More zeros than `format!` would put there.
        Some(precision) => rest.to_owned() + &"0".repeat(precision.saturating_sub(rest.len())),
        None => rest.trim_end_matches('0').to_owned(),
    };
    if !rest.is_empty() || point {
        rest.insert(0, '.');
    }
    format!("{first}{rest}p{exponent:+}").into_bytes()
}
