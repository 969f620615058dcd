//! Floating-point numbers in as few digits as tell them apart.

use crate::format::decimal::Extended;
use crate::format::float;
use crate::format::spec::{Length, Spec};

/// A number of 4, 8 or 16 bytes, the lowest first, as `%g` shows it with the
/// least precision that reads back as the same number.
pub fn shortest(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        &[a, b, c, d] => {
            let value = f32::from_le_bytes([a, b, c, d]);
            let normal = value.abs() >= f32::MIN_POSITIVE;
            let least = if normal { 6 } else { 1 };
            special(f64::from(value), value.is_sign_negative()).unwrap_or_else(|| {
                general(
                    least,
                    9,
                    |precision| format!("{value:.precision$e}"),
                    |text| text.parse::<f32>().is_ok_and(|back| back == value),
                )
            })
        }
        bytes if bytes.len() == 8 => {
            let mut raw = [0; 8];
            raw.copy_from_slice(bytes);
            let value = f64::from_le_bytes(raw);
            let normal = value.abs() >= f64::MIN_POSITIVE;
            let least = if normal { 15 } else { 1 };
            special(value, value.is_sign_negative()).unwrap_or_else(|| {
                general(
                    least,
                    17,
                    |precision| format!("{value:.precision$e}"),
                    |text| text.parse::<f64>().is_ok_and(|back| back == value),
                )
            })
        }
        bytes => extended(bytes),
    }
}

fn special(value: f64, negative: bool) -> Option<Vec<u8>> {
    let text = match value {
        value if value.is_nan() => "nan",
        value if value.is_infinite() => "inf",
        0.0 => "0",
        _ => return None,
    };
    let sign = if negative { "-" } else { "" };
    Some(format!("{sign}{text}").into_bytes())
}

fn general(
    least: usize,
    most: usize,
    show: impl Fn(usize) -> String,
    same: impl Fn(&str) -> bool,
) -> Vec<u8> {
    let mut precision = least;
    let text = loop {
        let text = show(precision - 1);
        if precision == most || same(&text) {
            break text;
        }
        precision += 1;
    };
    as_general(&text, precision)
}

/// `d.ddde±x` as `%g` writes it.
fn as_general(text: &str, precision: usize) -> Vec<u8> {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let kept = digits.trim_end_matches('0');
    let digits = if kept.is_empty() { "0" } else { kept };
    let body = if exponent < -4 || exponent >= precision as i32 {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let minus = if exponent < 0 { '-' } else { '+' };
        format!("{first}{point}{rest}e{minus}{:02}", exponent.abs())
    } else if exponent < 0 {
        format!("0.{}{digits}", "0".repeat(-exponent as usize - 1))
    } else {
        let whole = exponent as usize + 1;
        if digits.len() <= whole {
            format!("{digits}{}", "0".repeat(whole - digits.len()))
        } else {
            format!("{}.{}", &digits[..whole], &digits[whole..])
        }
    };
    [sign, &body].concat().into_bytes()
}

/// x86's long double: 64 bits of mantissa, 15 of exponent, and a sign.
fn extended(bytes: &[u8]) -> Vec<u8> {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let mantissa = (0..8)
        .rev()
        .fold(0, |value: u64, at| value << 8 | u64::from(byte(at)));
    let top = u16::from_le_bytes([byte(8), byte(9)]);
    let (negative, biased) = (top & 0x8000 != 0, i32::from(top & 0x7fff));
    let integral = mantissa >> 63 == 1;
    let sign: &[u8] = if negative { b"-" } else { b"" };
    if biased == 0x7fff || biased > 0 && !integral {
        let infinite = biased == 0x7fff && mantissa << 1 == 0 && integral;
        let text: &[u8] = if infinite { b"inf" } else { b"nan" };
        return [sign, text].concat();
    }
    if mantissa == 0 {
        return [sign, b"0"].concat();
    }
    let value = Extended {
        negative,
        mantissa,
        exponent: biased.max(1) - 16383 - 63,
        special: None,
    };
    let shift = mantissa.leading_zeros();
    let normal = (mantissa << shift, value.exponent - shift as i32);
    let mut precision = if biased > 0 { 18 } else { 1 };
    loop {
        let spec = Spec {
            precision: Length::Number(precision),
            conversion: b'g',
            ..Spec::default()
        };
        let mut text = Vec::new();
        float::put(&spec, &value, &mut text);
        let (back, _) = float::parse(&text);
        let shift = back.mantissa.leading_zeros();
        let same =
            back.mantissa != 0 && (back.mantissa << shift, back.exponent - shift as i32) == normal;
        // What is below the normal range is read with fewer bits.
        let rounded = biased == 0 && near(&back, &value);
        if precision >= 21 || same || rounded {
            return text;
        }
        precision += 1;
    }
}

/// Whether a number read back rounds to this one of less precision.
fn near(back: &Extended, value: &Extended) -> bool {
    let drop = value.exponent - back.exponent;
    if !(1..64).contains(&drop) {
        return drop <= 0 && back.mantissa.checked_shl(-drop as u32) == Some(value.mantissa);
    }
    let half = 1u64 << (drop - 1);
    let kept = back.mantissa >> drop;
    let rest = back.mantissa & ((half << 1) - 1);
    let up = rest > half || rest == half && kept & 1 == 1;
    kept + u64::from(up) == value.mantissa
}
