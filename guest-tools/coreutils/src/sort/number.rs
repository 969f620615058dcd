//! Numbers, months and sizes as `sort`'s keys read them.

use super::key::Order;
use std::cmp::Ordering;

/// A decimal number of any length, taken apart but not converted.
struct Decimal<'a> {
    negative: bool,
    /// Without leading zeros.
    whole: &'a [u8],
    /// Without trailing zeros.
    fraction: &'a [u8],
    /// What follows the number.
    rest: &'a [u8],
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    let blanks = text
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t' | b'\n'))
        .count();
    &text[blanks..]
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|b| b.is_ascii_digit()).count()
}

impl Decimal<'_> {
    fn parse(text: &[u8]) -> Decimal<'_> {
        let text = skip_blanks(text);
        let (minus, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            _ => (false, text),
        };
        let (mut whole, mut rest) = text.split_at(digits(text));
        let zeros = whole.iter().take_while(|b| **b == b'0').count();
        whole = &whole[zeros..];
        let mut fraction: &[u8] = b"";
        if let [b'.', tail @ ..] = rest {
            (fraction, rest) = tail.split_at(digits(tail));
            while let [head @ .., b'0'] = fraction {
                fraction = head;
            }
        }
        Decimal {
            negative: minus && !(whole.is_empty() && fraction.is_empty()),
            whole,
            fraction,
            rest,
        }
    }

    fn magnitude(&self, other: &Decimal<'_>) -> Ordering {
        let lengths = self.whole.len().cmp(&other.whole.len());
        lengths
            .then_with(|| self.whole.cmp(other.whole))
            .then_with(|| self.fraction.cmp(other.fraction))
    }

    fn compare(&self, other: &Decimal<'_>) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
        }
    }
}

/// Compares as `-n`.
pub fn compare_numbers(a: &[u8], b: &[u8]) -> Ordering {
    Decimal::parse(a).compare(&Decimal::parse(b))
}

/// A number that orders as `-n` does, save that different texts may be equal.
pub fn number_prefix(text: &[u8]) -> u64 {
    let number = Decimal::parse(text);
    // Beyond 18 digits all numbers are one here.
    let magnitude = if number.whole.len() > 18 {
        1 << 62
    } else {
        let add = |sum: u64, digit: &u8| sum * 10 + u64::from(digit - b'0');
        number.whole.iter().fold(0, add)
    };
    if number.negative {
        (1 << 63) - magnitude
    } else {
        (1 << 63) + magnitude
    }
}

fn unit(number: &Decimal<'_>) -> i32 {
    if number.whole.is_empty() && number.fraction.is_empty() {
        return 0;
    }
    let order = match number.rest.first() {
        Some(b'K' | b'k') => 1,
        Some(b'M') => 2,
        Some(b'G') => 3,
        Some(b'T') => 4,
        Some(b'P') => 5,
        Some(b'E') => 6,
        Some(b'Z') => 7,
        Some(b'Y') => 8,
        Some(b'R') => 9,
        Some(b'Q') => 10,
        _ => 0,
    };
    if number.negative { -order } else { order }
}

/// Compares as `-h`: by unit, then by number.
pub fn compare_sizes(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (Decimal::parse(a), Decimal::parse(b));
    unit(&a).cmp(&unit(&b)).then_with(|| a.compare(&b))
}

/// A number that orders as [`compare_sizes`], save for ties.
pub fn size_prefix(text: &[u8]) -> u64 {
    let number = Decimal::parse(text);
    // Of no unit are small negative and positive numbers, and zero.
    let sign = if number.negative { 0 } else { 1 };
    ((unit(&number) + 16) as u64) << 1 | sign
}

/// A number that orders exactly as `-g` does: no number, NaN, then by value.
pub fn general(text: &[u8]) -> u64 {
    let Some(value) = float(text) else { return 0 };
    if value.is_nan() {
        return 1;
    }
    let bits = if value == 0.0 { 0 } else { value.to_bits() };
    let ordered = if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    };
    // Makes room for the two below; the infinities lose nothing.
    ordered.max(2)
}

/// The number that C's `strtold` finds at the start.
fn float(text: &[u8]) -> Option<f64> {
    let blanks = text.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let text = &text[blanks..];
    let (negative, body) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let signed = |value: f64| if negative { -value } else { value };
    let starts = |word: &[u8]| {
        body.get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    if starts(b"inf") {
        return Some(signed(f64::INFINITY));
    }
    if starts(b"nan") {
        return Some(f64::NAN);
    }
    if starts(b"0x")
        && let Some(value) = hexadecimal(&body[2..])
    {
        return Some(signed(value));
    }
    let mut end = digits(body);
    let mut any = end > 0;
    if body.get(end) == Some(&b'.') {
        let fraction = digits(&body[end + 1..]);
        any |= fraction > 0;
        end += 1 + fraction;
    }
    if !any {
        return None;
    }
    if let Some(b'e' | b'E') = body.get(end) {
        let sign = usize::from(matches!(body.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(&body[end + 1 + sign..]);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    let text = std::str::from_utf8(&body[..end]).ok()?;
    text.parse().ok().map(signed)
}

fn hexadecimal(text: &[u8]) -> Option<f64> {
    let (mut value, mut scale, mut any, mut point) = (0.0_f64, 0_i32, false, false);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match char::from(byte).to_digit(16) {
            Some(digit) => {
                value = value * 16.0 + f64::from(digit);
                any = true;
                scale -= if point { 4 } else { 0 };
            }
            None if byte == b'.' && !point => point = true,
            None => break,
        }
        at += 1;
    }
    if let Some(b'p' | b'P') = text.get(at) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let end = at + 1 + sign + digits(&text[at + 1 + sign..]);
        let exponent = std::str::from_utf8(&text[at + 1..end]).ok()?;
        scale = scale.saturating_add(exponent.parse().unwrap_or(0));
    }
    any.then(|| value * f64::from(scale.clamp(-1200, 1200)).exp2())
}

/// The month's number as `-M` reads it, 0 for none.
pub fn month(text: &[u8]) -> u64 {
    const NAMES: &[u8; 36] = b"JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
    let Some(head) = skip_blanks(text).get(..3) else {
        return 0;
    };
    let found = NAMES
        .chunks(3)
        .position(|name| name.eq_ignore_ascii_case(head));
    found.map_or(0, |index| index as u64 + 1)
}

/// Compares as `-g`, where the range and precision of [`general`] end too.
pub fn compare_general(a: &[u8], b: &[u8]) -> Ordering {
    let order = general(a).cmp(&general(b));
    if order.is_ne() || general(a) < 2 {
        return order;
    }
    match (Scientific::parse(a), Scientific::parse(b)) {
        (Some(a), Some(b)) => a.compare(&b),
        // Infinity, and a number that is as good as infinite.
        (Some(a), None) if float(b).is_some_and(f64::is_infinite) => match a.negative {
            true => Ordering::Greater,
            false => Ordering::Less,
        },
        (None, Some(b)) if float(a).is_some_and(f64::is_infinite) => match b.negative {
            true => Ordering::Less,
            false => Ordering::Greater,
        },
        _ => Ordering::Equal,
    }
}

/// A decimal number with an exponent, not converted.
struct Scientific {
    negative: bool,
    /// Power of ten of the first digit; the least of all for zero.
    power: i64,
    /// Without zeros at either end, as many as C's `long double` keeps.
    digits: Vec<u8>,
}

impl Scientific {
    fn parse(text: &[u8]) -> Option<Scientific> {
        const DIGITS_KEPT: usize = 20;
        let text = text.trim_ascii_start();
        let (negative, body) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let whole = digits(body);
        if matches!(body, [b'0', b'x' | b'X', ..]) {
            return None;
        }
        let mut rest = &body[whole..];
        let mut fraction: &[u8] = b"";
        if let [b'.', tail @ ..] = rest {
            (fraction, rest) = tail.split_at(digits(tail));
        }
        if whole + fraction.len() == 0 {
            return None;
        }
        let mut exponent = 0;
        if let [b'e' | b'E', tail @ ..] = rest {
            let (minus, tail) = match tail {
                [b'-', tail @ ..] => (true, tail),
                [b'+', tail @ ..] => (false, tail),
                _ => (false, tail),
            };
            let add = |sum: i64, digit: &u8| {
                let digit = i64::from(digit - b'0');
                (sum * 10 + digit).min(1 << 40)
            };
            exponent = tail[..digits(tail)].iter().fold(0, add);
            if minus {
                exponent = -exponent;
            }
        }
        let all: Vec<u8> = body[..whole].iter().chain(fraction).copied().collect();
        let zeros = all.iter().take_while(|digit| **digit == b'0').count();
        let end = all.iter().rposition(|digit| *digit != b'0');
        let Some(end) = end else {
            return Some(Scientific {
                negative: false,
                power: i64::MIN,
                digits: Vec::new(),
            });
        };
        let mut kept = all[zeros..=end].to_vec();
        kept.truncate(DIGITS_KEPT);
        Some(Scientific {
            negative,
            power: exponent + whole as i64 - zeros as i64,
            digits: kept,
        })
    }

    fn compare(&self, other: &Scientific) -> Ordering {
        let magnitude = |a: &Scientific, b: &Scientific| {
            let powers = a.power.cmp(&b.power);
            powers.then_with(|| a.digits.cmp(&b.digits))
        };
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => magnitude(self, other),
            (true, true) => magnitude(other, self),
        }
    }
}

/// Bytes of the number or month at the start, 0 for none.
pub fn extent(order: Order, text: &[u8]) -> usize {
    match order {
        Order::Month => match month(text) {
            0 => 0,
            _ => 3,
        },
        Order::General => float_length(text),
        _ => {
            let sign = usize::from(text.first() == Some(&b'-'));
            let body = &text[sign..];
            let whole = digits(body);
            let fraction = match body.get(whole) {
                Some(b'.') => 1 + digits(&body[whole + 1..]),
                _ => 0,
            };
            if whole + fraction.saturating_sub(1) == 0 {
                return 0;
            }
            let end = sign + whole + fraction;
            let unit = order == Order::Size
                && text
                    .get(end)
                    .is_some_and(|unit| b"KkMGTPEZYRQ".contains(unit));
            end + usize::from(unit)
        }
    }
}

/// Bytes of what C's `strtold` takes for a number.
fn float_length(text: &[u8]) -> usize {
    if float(text).is_none() {
        return 0;
    }
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let body = &text[sign..];
    let lower = body.to_ascii_lowercase();
    for word in [b"infinity".as_slice(), b"inf", b"nan"] {
        if lower.starts_with(word) {
            return sign + word.len();
        }
    }
    let (skip, radix, mark): (usize, fn(&u8) -> bool, u8) = match lower.as_slice() {
        [b'0', b'x', ..] => (2, u8::is_ascii_hexdigit, b'p'),
        _ => (0, u8::is_ascii_digit, b'e'),
    };
    let run = |from: usize| lower[from..].iter().take_while(|byte| radix(byte)).count();
    let mut end = skip + run(skip);
    if lower.get(end) == Some(&b'.') {
        end += 1 + run(end + 1);
    }
    if lower.get(end) == Some(&mark) {
        let sign = usize::from(matches!(lower.get(end + 1), Some(b'-' | b'+')));
        let digits = digits(&lower[end + 1 + sign..]);
        if digits > 0 {
            end += 1 + sign + digits;
        }
    }
    sign + end
}

#[cfg(test)]
mod tests {
    use super::{compare_general, compare_numbers, compare_sizes, general, month, number_prefix};
    use std::cmp::Ordering;

    #[test]
    fn numbers_compare_without_conversion() {
        let ordered: &[&[u8]] = &[
            b"-99999999999999999999",
            b"-10",
            b"-1.5",
            b"-0.5",
            b"x",
            b"0.50",
            b"00.7",
            b" 1",
            b"10",
            b"99999999999999999999",
        ];
        for pair in ordered.windows(2) {
            assert_eq!(compare_numbers(pair[0], pair[1]), Ordering::Less);
            assert!(number_prefix(pair[0]) <= number_prefix(pair[1]));
        }
        assert_eq!(compare_numbers(b"-0", b"0"), Ordering::Equal);
    }

    #[test]
    fn other_orders() {
        assert_eq!(compare_sizes(b"999", b"1K"), Ordering::Less);
        assert_eq!(compare_sizes(b"-1M", b"-5K"), Ordering::Less);
        assert!(general(b"x") < general(b"nan"));
        assert!(general(b"-inf") < general(b"-1e3"));
        assert!(general(b"0x10") > general(b"1.5e1"));
        assert_eq!(month(b" feb"), 2);
        let tiny = (b"1e-4000", b"-1e-4000");
        assert_eq!(compare_general(tiny.0, b"0"), Ordering::Greater);
        assert_eq!(compare_general(tiny.1, tiny.0), Ordering::Less);
        assert_eq!(compare_general(b"1e999", b"inf"), Ordering::Less);
        assert_eq!(compare_general(b"1.50", b"15e-1"), Ordering::Equal);
    }
}
