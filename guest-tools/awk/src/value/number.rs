//! Numbers from text and text from numbers.

use crate::text::format;

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// The number at the start of the text, after blanks; else 0.
pub fn prefix(text: &[u8]) -> f64 {
    scan(skip_blanks(text)).map_or(0.0, |(n, _)| n)
}

/// The number that the whole text is, but for blanks around it.
pub fn whole(text: &[u8]) -> Option<f64> {
    let text = skip_blanks(text);
    // Most text that is no number shows it in its first byte.
    match text.first()? {
        b'0'..=b'9' | b'+' | b'-' | b'.' => {}
        _ => return None,
    }
    let (n, used) = scan(text)?;
    text[used..].iter().all(|byte| is_blank(*byte)).then_some(n)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !is_blank(*byte));
    &text[start.unwrap_or(text.len())..]
}

/// A number and how many bytes it takes.
pub fn scan(text: &[u8]) -> Option<(f64, usize)> {
    let (negative, mut at) = match text.first()? {
        b'-' => (true, 1),
        b'+' => (false, 1),
        _ => (false, 0),
    };
    let (mut mantissa, mut digits, mut scale) = (0u64, 0usize, 0i32);
    let first = at;
    while let Some(digit @ b'0'..=b'9') = text.get(at) {
        mantissa = mantissa
            .wrapping_mul(10)
            .wrapping_add(u64::from(digit - b'0'));
        at += 1;
    }
    digits += at - first;
    if text.get(at) == Some(&b'.') {
        let point = at;
        at += 1;
        while let Some(digit @ b'0'..=b'9') = text.get(at) {
            mantissa = mantissa
                .wrapping_mul(10)
                .wrapping_add(u64::from(digit - b'0'));
            at += 1;
        }
        scale = -((at - point - 1) as i32);
        digits += at - point - 1;
    }
    if digits == 0 {
        return magic(text);
    }
    let end = at;
    let mut exponent = 0i32;
    if let Some(b'e' | b'E') = text.get(at) {
        let (down, mut e) = match text.get(at + 1) {
            Some(b'-') => (true, at + 2),
            Some(b'+') => (false, at + 2),
            _ => (false, at + 1),
        };
        let start = e;
        while let Some(digit @ b'0'..=b'9') = text.get(e) {
            exponent = (exponent * 10 + i32::from(digit - b'0')).min(100_000);
            e += 1;
        }
        if e > start {
            at = e;
            exponent = if down { -exponent } else { exponent };
        }
    }
    let power = scale + exponent;
    let value = if digits <= 15 && power == 0 {
        mantissa as f64
    } else if digits <= 15 && (0..=22).contains(&power) {
        mantissa as f64 * POWERS[power as usize]
    } else if digits <= 15 && (-22..0).contains(&power) {
        mantissa as f64 / POWERS[-power as usize]
    } else {
        let used = if at > end { at } else { end };
        let text = std::str::from_utf8(&text[first..used]).unwrap_or("0");
        text.parse().unwrap_or(0.0)
    };
    Some((if negative { -value } else { value }, at))
}

/// `+inf`, `-nan` and so on, which need their sign.
fn magic(text: &[u8]) -> Option<(f64, usize)> {
    if text.len() < 4 || text.get(4).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let value = match text[1..4].to_ascii_lowercase().as_slice() {
        b"inf" => f64::INFINITY,
        b"nan" => f64::NAN,
        _ => return None,
    };
    match text[0] {
        b'+' => Some((value.copysign(1.0), 4)),
        b'-' => Some((value.copysign(-1.0), 4)),
        _ => None,
    }
}

/// A number's text: whole numbers in full, others through a `printf` format.
pub fn to_text(n: f64, format: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write(n, format, &mut out);
    out
}

/// Adds a number's text to `out`.
pub fn write(n: f64, format: &[u8], out: &mut Vec<u8>) {
    if n.abs() < 1e18 && n == n.trunc() {
        write_integer(n as i64, out);
    } else if n.is_nan() || n.is_infinite() {
        out.extend_from_slice(nonfinite(n).as_bytes());
    } else if n == n.trunc() {
        out.extend_from_slice(std::format!("{n:.0}").as_bytes());
    } else if format == b"%.6g" {
        format::general(out, n, 6);
    } else {
        format::one(out, format, n);
    }
}

/// NaN and infinity as gawk writes them.
pub fn nonfinite(n: f64) -> &'static str {
    match (n.is_nan(), n.is_sign_negative()) {
        (true, false) => "+nan",
        (true, true) => "-nan",
        (false, false) => "+inf",
        (false, true) => "-inf",
    }
}

/// Adds a whole number in decimal.
pub fn write_integer(n: i64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = n.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if n < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::{prefix, to_text, whole};

    #[test]
    fn text_becomes_a_number_by_its_start() {
        for (text, n) in [
            ("12abc", 12.0),
            (" -1.5e3x", -1500.0),
            ("1e", 1.0),
            (".", 0.0),
            ("0x1A", 0.0),
            ("+inf", f64::INFINITY),
            ("inf", 0.0),
            ("123456789012345678901234567890", 1.2345678901234568e29),
        ] {
            assert_eq!(prefix(text.as_bytes()), n, "{text}");
        }
        assert_eq!(whole(b" 10 "), Some(10.0));
        assert_eq!(whole(b"10x"), None);
        assert_eq!(whole(b""), None);
    }

    #[test]
    fn whole_numbers_are_written_in_full() {
        assert_eq!(to_text(1e6, b"%.6g"), b"1000000");
        assert_eq!(to_text(0.1, b"%.6g"), b"0.1");
        assert_eq!(to_text(-0.0, b"%.6g"), b"0");
        assert_eq!(to_text(1234567.5, b"%.6g"), b"1.23457e+06");
    }
}
