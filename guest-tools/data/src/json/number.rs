//! Numbers: as written, which jq keeps until one calculates with them, and as
//! doubles.

use std::cmp::Ordering;

/// A number as it was written.
pub struct Literal {
    /// The nearest double.
    pub value: f64,
    negative: bool,
    /// Significant digits, without leading zeros.
    digits: Box<str>,
    /// The number is `digits` times ten to this.
    exponent: i64,
}

impl Literal {
    /// From text that follows JSON's grammar for numbers (a leading `+`, `.` or
    /// zeros are let through too).
    pub fn parse(text: &str) -> Option<Literal> {
        let (negative, body) = match text.strip_prefix('-') {
            Some(body) => (true, body),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match body.find(['e', 'E']) {
            Some(at) => (&body[..at], parse_exponent(&body[at + 1..])?),
            None => (body, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        if !whole
            .bytes()
            .chain(fraction.bytes())
            .all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let all = [whole, fraction].concat();
        let stripped = all.trim_start_matches('0');
        let digits = if stripped.is_empty() { "0" } else { stripped };
        Some(Literal {
            value: text.strip_prefix('+').unwrap_or(text).parse().ok()?,
            negative,
            digits: digits.into(),
            exponent: exponent - fraction.len() as i64,
        })
    }

    /// Whether the digits fit a double exactly as a whole number.
    pub fn is_plain(&self) -> bool {
        self.exponent == 0 && self.digits.len() <= 15 && !(self.negative && self.value == 0.0)
    }

    /// The text, as the decimal arithmetic standard writes it.
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(self.digits.len() + 8);
        let length = self.digits.len() as i64;
        let adjusted = self.exponent + length - 1;
        if adjusted.abs() > 999_999_999 {
            return format_double(self.value);
        }
        if self.negative {
            out.push('-');
        }
        if self.exponent <= 0 && adjusted >= -6 {
            let point = length + self.exponent;
            if point > 0 {
                out.push_str(&self.digits[..point as usize]);
                if self.exponent < 0 {
                    out.push('.');
                    out.push_str(&self.digits[point as usize..]);
                }
            } else {
                out.push_str("0.");
                (point..0).for_each(|_| out.push('0'));
                out.push_str(&self.digits);
            }
        } else {
            out.push_str(&self.digits[..1]);
            if length > 1 {
                out.push('.');
                out.push_str(&self.digits[1..]);
            }
            out.push_str(if adjusted < 0 { "E-" } else { "E+" });
            out.push_str(&adjusted.unsigned_abs().to_string());
        }
        out
    }

    /// The same number with the other sign.
    pub fn negated(&self) -> Literal {
        Literal {
            value: -self.value,
            negative: !self.negative,
            digits: self.digits.clone(),
            exponent: self.exponent,
        }
    }

    /// The number without its sign.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Compares exactly.
    pub fn compare(&self, other: &Literal) -> Ordering {
        let sign = |n: &Literal| match (&*n.digits, n.negative) {
            ("0", _) => 0,
            (_, true) => -1,
            _ => 1,
        };
        let order = sign(self).cmp(&sign(other));
        if order.is_ne() || sign(self) == 0 {
            return order;
        }
        let size = |n: &Literal| n.exponent.saturating_add(n.digits.len() as i64);
        let magnitude = size(self).cmp(&size(other)).then_with(|| {
            let trim = |n: &'_ Literal| n.digits.trim_end_matches('0').to_owned();
            trim(self).cmp(&trim(other))
        });
        if self.negative {
            magnitude.reverse()
        } else {
            magnitude
        }
    }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let size: i64 = digits.trim_start_matches('0').get(..12).map_or_else(
        || digits.trim_start_matches('0').parse().unwrap_or(0),
        |_| 999_999_999_999,
    );
    Some(if text.starts_with('-') { -size } else { size })
}

/// A double as jq prints it: the shortest digits that give it back.
pub fn format_double(number: f64) -> String {
    if number.is_nan() {
        return "null".to_owned();
    }
    let number = number.clamp(-f64::MAX, f64::MAX);
    if number.fract() == 0.0 && number.abs() < 1e15 && !(number == 0.0 && number.is_sign_negative())
    {
        return (number as i64).to_string();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let count = digits.len() as i32;
    let point = exponent + 1;
    let mut out = String::with_capacity(32);
    out.push_str(sign);
    if point <= -4 || point > count + 15 {
        out.push_str(&digits[..1]);
        if count > 1 {
            out.push('.');
            out.push_str(&digits[1..]);
        }
        out.push_str(if exponent < 0 { "e-" } else { "e+" });
        out.push_str(&format!("{:02}", exponent.abs()));
    } else if point <= 0 {
        out.push_str("0.");
        (point..0).for_each(|_| out.push('0'));
        out.push_str(&digits);
    } else if point >= count {
        out.push_str(&digits);
        (count..point).for_each(|_| out.push('0'));
    } else {
        out.push_str(&digits[..point as usize]);
        out.push('.');
        out.push_str(&digits[point as usize..]);
    }
    out
}
