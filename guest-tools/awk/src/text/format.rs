//! `printf`: formats as gawk reads them, numbers as the C library writes them.

use super::chars;
use crate::value::{Value, number};

/// What a conversion needs beside its argument.
pub struct Settings<'a> {
    /// The format that makes strings of numbers.
    pub convfmt: &'a [u8],
    /// Whether characters are those of UTF-8.
    pub utf8: bool,
}

#[derive(Default, Clone, Copy)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

/// After so many digits each number has only zeros; `format!` gives no more than 65,535.
const DIGITS_MAX: usize = 1100;

/// The largest width and precision, as in C; what they take is memory, whose limit is
/// told when it is met.
const WIDTH_MAX: usize = i32::MAX as usize;

/// Adds the formatted text to `out`.
///
/// # Errors
/// The message where arguments are missing.
pub fn printf(
    out: &mut Vec<u8>,
    format: &[u8],
    args: &[Value],
    settings: &Settings<'_>,
) -> Result<(), Vec<u8>> {
    let mut at = 0;
    let mut next = 0;
    while at < format.len() {
        let plain = memchr::memchr(b'%', &format[at..]).unwrap_or(format.len() - at);
        out.extend_from_slice(&format[at..at + plain]);
        at += plain;
        if at >= format.len() {
            break;
        }
        let start = at;
        at += 1;
        let mut spec = Spec::default();
        let mut position = None;
        if let Some((n, used)) = digits(&format[at..])
            && format.get(at + used) == Some(&b'$')
        {
            position = Some(n);
            at += used + 1;
        }
        let missing = |at: usize| -> Vec<u8> {
            let mut text = b"not enough arguments to satisfy format string\n\t`".to_vec();
            text.extend_from_slice(format);
            text.extend_from_slice(b"'\n\t");
            text.resize(text.len() + at, b' ');
            text.extend_from_slice(b"^ ran out for this one");
            text
        };
        let mut take = |position: Option<usize>, at: usize| -> Result<&Value, Vec<u8>> {
            let index = match position {
                Some(n) => n.wrapping_sub(1),
                None => {
                    next += 1;
                    next - 1
                }
            };
            args.get(index).ok_or_else(|| missing(at))
        };
        while let Some(flag) = format.get(at) {
            match flag {
                b'-' => spec.left = true,
                b'+' => spec.plus = true,
                b' ' => spec.space = true,
                b'#' => spec.alternate = true,
                b'0' => spec.zero = true,
                b'\'' => {}
                _ => break,
            }
            at += 1;
        }
        if format.get(at) == Some(&b'*') {
            at += 1;
            let width = take(star_position(format, &mut at), at - 1)?.num();
            spec.left |= width < 0.0;
            spec.width = width.abs() as usize;
        } else if let Some((n, used)) = digits(&format[at..]) {
            spec.width = n;
            at += used;
        }
        if format.get(at) == Some(&b'.') {
            at += 1;
            if format.get(at) == Some(&b'*') {
                at += 1;
                let precision = take(star_position(format, &mut at), at - 1)?.num();
                spec.precision = (precision >= 0.0).then_some(precision as usize);
            } else {
                let (n, used) = digits(&format[at..]).unwrap_or((0, 0));
                spec.precision = Some(n);
                at += used;
            }
        }
        spec.width = spec.width.min(WIDTH_MAX);
        spec.precision = spec.precision.map(|precision| precision.min(WIDTH_MAX));
        while let Some(b'h' | b'l' | b'L' | b'q' | b'j' | b'z' | b't') = format.get(at) {
            at += 1;
        }
        let Some(&letter) = format.get(at) else {
            out.extend_from_slice(&format[start..]);
            break;
        };
        at += 1;
        match letter {
            b'%' => out.push(b'%'),
            b'd' | b'i' | b'o' | b'u' | b'x' | b'X' | b'e' | b'E' | b'f' | b'F' | b'g' | b'G'
            | b'a' | b'A' => {
                let n = take(position, at - 1)?.num();
                number_conversion(out, letter, spec, n);
            }
            b'c' => {
                let value = take(position, at - 1)?;
                let mut text = Vec::new();
                match value {
                    Value::Uninit => text.push(0),
                    value => match value.as_number() {
                        Some(code) => chars::push(&mut text, code, settings.utf8),
                        None => {
                            let all = value.text(settings.convfmt);
                            let len = chars::first_len(&all, settings.utf8);
                            text.extend_from_slice(&all[..len]);
                            if len == 0 {
                                text.push(0);
                            }
                        }
                    },
                }
                pad_text(out, &text, spec, settings.utf8);
            }
            b's' => {
                let text = take(position, at - 1)?.text(settings.convfmt);
                let end = match spec.precision {
                    Some(precision) => chars::offset(&text, precision, settings.utf8),
                    None => text.len(),
                };
                pad_text(out, &text[..end], spec, settings.utf8);
            }
            _ => out.extend_from_slice(&format[start..at]),
        }
    }
    Ok(())
}

/// The `n$` after a star.
fn star_position(format: &[u8], at: &mut usize) -> Option<usize> {
    let (n, used) = digits(format.get(*at..)?)?;
    if format.get(*at + used) != Some(&b'$') {
        return None;
    }
    *at += used + 1;
    Some(n)
}

fn digits(text: &[u8]) -> Option<(usize, usize)> {
    let used = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let value = text[..used].iter().fold(0usize, |n, digit| {
        n.saturating_mul(10)
            .saturating_add(usize::from(digit - b'0'))
    });
    (used > 0).then_some((value, used))
}

fn pad_text(out: &mut Vec<u8>, text: &[u8], spec: Spec, utf8: bool) {
    let fill = match spec.width {
        0 => 0,
        width => width.saturating_sub(chars::count(text, utf8)),
    };
    if spec.left {
        out.extend_from_slice(text);
    }
    out.resize(out.len() + fill, b' ');
    if !spec.left {
        out.extend_from_slice(text);
    }
}

fn number_conversion(out: &mut Vec<u8>, letter: u8, spec: Spec, n: f64) {
    if !n.is_finite() {
        // As gawk has it: without regard to the width.
        out.extend_from_slice(number::nonfinite(n).as_bytes());
        return;
    }
    let mut body = Vec::new();
    let mut spec = spec;
    let mut negative = n.is_sign_negative();
    let mut signed = true;
    match letter {
        b'd' | b'i' => {
            let whole = n.trunc();
            negative = whole < 0.0;
            integer_digits(&mut body, whole.abs(), spec.precision);
            spec.zero &= spec.precision.is_none();
        }
        b'o' | b'u' | b'x' | b'X' => {
            let whole = n.trunc();
            if !(-9.3e18..18_446_744_073_709_551_616.0).contains(&whole) {
                return number_conversion(out, b'g', spec, n);
            }
            signed = false;
            negative = false;
            let bits = if whole < 0.0 {
                whole as i64 as u64
            } else {
                whole as u64
            };
            let text = match letter {
                b'o' => format!("{bits:o}"),
                b'x' => format!("{bits:x}"),
                b'X' => format!("{bits:X}"),
                _ => bits.to_string(),
            };
            let precision = spec.precision.unwrap_or(1);
            body.resize(precision.saturating_sub(text.len()), b'0');
            if bits != 0 || precision > 0 {
                body.extend_from_slice(text.as_bytes());
            }
            if spec.alternate && bits != 0 {
                match letter {
                    b'o' if body.first() != Some(&b'0') => body.insert(0, b'0'),
                    b'x' | b'X' => {
                        let prefix = [b'0', letter];
                        if spec.zero && spec.precision.is_none() && !spec.left {
                            let fill = spec.width.saturating_sub(body.len() + 2);
                            body.splice(0..0, std::iter::repeat_n(b'0', fill));
                        }
                        body.splice(0..0, prefix);
                    }
                    _ => {}
                }
            }
            spec.zero &= spec.precision.is_none();
        }
        b'f' | b'F' => {
            let precision = spec.precision.unwrap_or(6);
            let exact = precision.min(DIGITS_MAX);
            body.extend_from_slice(format!("{:.exact$}", n.abs()).as_bytes());
            body.resize(body.len() + precision - exact, b'0');
            if spec.alternate && precision == 0 {
                body.push(b'.');
            }
        }
        b'e' | b'E' => exponential(
            &mut body,
            n.abs(),
            spec.precision.unwrap_or(6),
            spec.alternate,
        ),
        b'a' | b'A' => hexadecimal(&mut body, n.abs(), spec.precision),
        _ => {
            let precision = spec.precision.unwrap_or(6);
            general_digits(&mut body, n.abs(), precision, spec.alternate);
        }
    }
    if letter.is_ascii_uppercase() && letter != b'X' {
        body.make_ascii_uppercase();
    }
    let sign: &[u8] = match (negative, spec.plus, spec.space) {
        (true, ..) => b"-",
        (false, true, _) if signed => b"+",
        (false, false, true) if signed => b" ",
        _ => b"",
    };
    let fill = spec.width.saturating_sub(body.len() + sign.len());
    if spec.left {
        out.extend_from_slice(sign);
        out.extend_from_slice(&body);
        out.resize(out.len() + fill, b' ');
    } else if spec.zero {
        out.extend_from_slice(sign);
        out.resize(out.len() + fill, b'0');
        out.extend_from_slice(&body);
    } else {
        out.resize(out.len() + fill, b' ');
        out.extend_from_slice(sign);
        out.extend_from_slice(&body);
    }
}

fn integer_digits(body: &mut Vec<u8>, whole: f64, precision: Option<usize>) {
    if whole == 0.0 && precision == Some(0) {
        return;
    }
    let mut text = Vec::new();
    if whole < 1e18 {
        number::write_integer(whole as i64, &mut text);
    } else {
        text.extend_from_slice(format!("{whole:.0}").as_bytes());
    }
    body.resize(precision.unwrap_or(0).saturating_sub(text.len()), b'0');
    body.extend_from_slice(&text);
}

/// Digits and exponent of a positive number, rounded to `precision` places
/// after the first.
fn decompose(n: f64, precision: usize) -> (Vec<u8>, i32) {
    let exact = precision.min(DIGITS_MAX);
    let text = format!("{n:.exact$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mut digits: Vec<u8> = digits.bytes().filter(|byte| *byte != b'.').collect();
    digits.resize(digits.len() + precision - exact, b'0');
    (digits, exponent.parse().unwrap_or(0))
}

fn push_exponent(body: &mut Vec<u8>, exponent: i32) {
    let sign = if exponent < 0 { '-' } else { '+' };
    let text = format!("e{sign}{:02}", exponent.unsigned_abs());
    body.extend_from_slice(text.as_bytes());
}

fn exponential(body: &mut Vec<u8>, n: f64, precision: usize, point: bool) {
    let (digits, exponent) = decompose(n, precision);
    body.push(digits[0]);
    if precision > 0 || point {
        body.push(b'.');
    }
    body.extend_from_slice(&digits[1..]);
    push_exponent(body, exponent);
}

fn general_digits(body: &mut Vec<u8>, n: f64, precision: usize, keep_zeros: bool) {
    let precision = precision.max(1);
    if n == 0.0 {
        body.push(b'0');
        if keep_zeros {
            body.push(b'.');
            body.resize(body.len() + precision - 1, b'0');
        }
        return;
    }
    let (mut digits, exponent) = decompose(n, precision - 1);
    if !keep_zeros {
        while digits.len() > 1 && digits.last() == Some(&b'0') {
            digits.pop();
        }
    }
    if exponent < -4 || exponent >= precision as i32 {
        body.push(digits[0]);
        if digits.len() > 1 || keep_zeros {
            body.push(b'.');
        }
        body.extend_from_slice(&digits[1..]);
        push_exponent(body, exponent);
    } else if exponent < 0 {
        body.extend_from_slice(b"0.");
        body.resize(body.len() + (-exponent - 1) as usize, b'0');
        body.extend_from_slice(&digits);
    } else {
        let whole = exponent as usize + 1;
        let have = digits.len().min(whole);
        body.extend_from_slice(&digits[..have]);
        body.resize(body.len() + whole - have, b'0');
        if digits.len() > whole || keep_zeros {
            body.push(b'.');
            body.extend_from_slice(&digits[have..]);
        }
    }
}

fn hexadecimal(body: &mut Vec<u8>, n: f64, precision: Option<usize>) {
    let bits = n.to_bits();
    let (mut exponent, mut mantissa) = ((bits >> 52) as i32 - 1023, bits & ((1 << 52) - 1));
    let mut lead = 1;
    if n == 0.0 {
        (exponent, lead) = (0, 0);
    } else if exponent == -1023 {
        (exponent, lead) = (-1022, 0);
    }
    let mut places = 13;
    match precision {
        Some(precision) if precision < 13 => {
            let drop = 4 * (13 - precision as u32);
            let half = 1u64 << (drop - 1);
            let whole = (lead << 52) | mantissa;
            let rest = whole & ((1 << drop) - 1);
            let mut kept = whole >> drop;
            if rest > half || (rest == half && kept & 1 == 1) {
                kept += 1;
            }
            lead = kept >> (4 * precision);
            mantissa = kept & ((1u64 << (4 * precision)) - 1);
            places = precision;
        }
        Some(_) => {}
        None => {
            while places > 0 && mantissa & 15 == 0 {
                mantissa >>= 4;
                places -= 1;
            }
        }
    }
    let mut text = format!("0x{lead}");
    if places > 0 {
        text.push_str(&format!(".{mantissa:0places$x}"));
        let zeros = precision.unwrap_or(0).saturating_sub(places);
        text.push_str(&"0".repeat(zeros));
    }
    text.push_str(&format!("p{exponent:+}"));
    body.extend_from_slice(text.as_bytes());
}

/// `%.Ng` of a number.
pub fn general(out: &mut Vec<u8>, n: f64, precision: usize) {
    if n < 0.0 {
        out.push(b'-');
    }
    general_digits(out, n.abs(), precision, false);
}

/// A number through a whole format, as `CONVFMT` and `OFMT` are used.
pub fn one(out: &mut Vec<u8>, format: &[u8], n: f64) {
    let settings = Settings {
        convfmt: b"%.6g",
        utf8: false,
    };
    let _ = printf(out, format, &[Value::Num(n)], &settings);
}

#[cfg(test)]
mod tests {
    use super::{Settings, printf};
    use crate::value::Value;

    fn check(format: &str, n: f64, wanted: &str) {
        let settings = Settings {
            convfmt: b"%.6g",
            utf8: true,
        };
        let mut out = Vec::new();
        printf(&mut out, format.as_bytes(), &[Value::Num(n)], &settings).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), wanted, "{format}");
    }

    #[test]
    fn conversions_are_those_of_c() {
        check("%5.2f|", 2.456, " 2.46|");
        check("%-8d|", 42.9, "42      |");
        check("%+d", 3.0, "+3");
        check("%05d", -42.0, "-0042");
        check("%x", 255.0, "ff");
        check("%#o", 8.0, "010");
        check("%e", 12345.678, "1.234568e+04");
        check("%g", 1e-5, "1e-05");
        check("%g", 100000.0, "100000");
        check("%G", 1e10, "1E+10");
        check("%.3d", 7.0, "007");
        check("%c", 233.0, "é");
        check("%d%%", 50.0, "50%");
        check("%s", 0.1, "0.1");
        check("%a", 1.0, "0x1p+0");
    }
}
