//! Reading and showing numbers, as exact fractions.

use crate::text::pad;
use num_bigint::BigInt;

/// Units of a text or a result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    None,
    Auto,
    Si,
    Iec,
    IecI,
}

/// Which way is rounded.
#[derive(Clone, Copy)]
pub enum Round {
    Up,
    Down,
    FromZero,
    TowardsZero,
    Nearest,
    /// To the nearest, and half to even: as C prints.
    Even,
}

const LETTERS: &[u8] = b"KMGTPEZYRQ";
/// Most digits of a number.
const DIGITS_MAX: usize = 27;

/// A fraction.
#[derive(Clone)]
pub struct Number {
    pub above: BigInt,
    pub below: BigInt,
}

fn ten(power: usize) -> BigInt {
    BigInt::from(10).pow(power as u32)
}

impl Scale {
    fn base(self) -> u32 {
        if matches!(self, Scale::Iec | Scale::IecI) {
            1024
        } else {
            1000
        }
    }
}

fn magnitude(number: &BigInt) -> BigInt {
    if *number < BigInt::ZERO {
        -number
    } else {
        number.clone()
    }
}

impl Number {
    /// Reads a number; with the digits after its point and what follows it.
    ///
    /// # Errors
    /// A message, up to the text that it is about.
    pub fn parse(text: &[u8], scale: Scale) -> Result<(Number, usize, &[u8]), &'static str> {
        let (negative, rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            _ => (false, text),
        };
        let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
        let (whole, mut rest) = rest.split_at(digits(rest));
        let mut fraction: &[u8] = b"";
        if let [b'.', tail @ ..] = rest {
            (fraction, rest) = tail.split_at(digits(tail));
            if fraction.is_empty() {
                return Err("invalid number: ");
            }
        }
        if whole.is_empty() && fraction.is_empty() {
            return Err("invalid number: ");
        }
        let significant = whole.iter().skip_while(|byte| **byte == b'0').count();
        if significant > DIGITS_MAX {
            return Err("value too large to be converted: ");
        }
        let mut above = BigInt::parse_bytes(&[whole, fraction].concat(), 10).unwrap_or_default();
        if negative {
            above = -above;
        }
        let below = ten(fraction.len());
        let mut precision = fraction.len();
        let mut base = scale.base();
        if !rest.is_empty() {
            let blanks = rest
                .iter()
                .take_while(|b| matches!(b, b' ' | b'\t'))
                .count();
            rest = &rest[blanks..];
            let first = rest.first().copied().unwrap_or(0);
            let letter = first;
            let Some(power) = LETTERS.iter().take(8).position(|known| *known == letter) else {
                return Err("invalid suffix in input: ");
            };
            if scale == Scale::None {
                return Err("rejecting suffix in input: ");
            }
            rest = &rest[1..];
            if scale == Scale::Auto && rest.first() == Some(&b'i') {
                base = 1024;
                rest = &rest[1..];
            }
            precision = 0;
            above *= BigInt::from(base).pow(power as u32 + 1);
        }
        if scale == Scale::IecI {
            match rest {
                [b'i', tail @ ..] => rest = tail,
                _ => return Err("missing 'i' suffix in input: "),
            }
        }
        Ok((Number { above, below }, precision, rest))
    }

    /// Multiplies by a fraction.
    pub fn scale(&mut self, by: u64, per: u64) {
        self.above *= by;
        self.below *= per;
    }

    fn less_than(&self, limit: u32) -> bool {
        magnitude(&self.above) < &self.below * limit
    }

    /// Rounds to digits after the point: the number times that power of ten.
    fn rounded(&self, digits: usize, round: Round) -> BigInt {
        let above = magnitude(&self.above) * ten(digits);
        let negative = self.above < BigInt::ZERO;
        let (whole, rest) = (&above / &self.below, &above % &self.below);
        let more = match round {
            Round::Up => !negative && rest > BigInt::ZERO,
            Round::Down => negative && rest > BigInt::ZERO,
            Round::FromZero => rest > BigInt::ZERO,
            Round::TowardsZero => false,
            Round::Nearest => rest * 2 >= self.below,
            Round::Even => {
                let double = rest * 2;
                double > self.below || double == self.below && whole.bit(0)
            }
        };
        let result = if more { whole + 1 } else { whole };
        if negative { -result } else { result }
    }

    /// The text in a scale, with so many digits after the point if they are given.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn show(
        &self,
        scale: Scale,
        round: Round,
        input_digits: usize,
        precision: Option<usize>,
    ) -> Result<String, String> {
        if scale == Scale::None {
            let digits = precision.unwrap_or(input_digits);
            let text = fixed(&self.rounded(digits, round), digits);
            let whole = text
                .trim_start_matches('-')
                .split('.')
                .next()
                .unwrap_or_default()
                .len();
            if whole > 19 || whole + digits > 33 {
                let shown = self.short();
                return Err(match digits {
                    0 => format!("value too large to be printed: '{shown}' (consider using --to)"),
                    _ => format!(
                        "value/precision too large to be printed: '{shown}/{digits}' (consider using --to for scaling)"
                    ),
                });
            }
            return Ok(text);
        }
        let too_large = |number: &Number| {
            format!(
                "value too large to be printed: '{}' (cannot handle values > 999Y)",
                number.short()
            )
        };
        if magnitude(&self.above) >= &self.below * ten(DIGITS_MAX) {
            return Err(too_large(self));
        }
        let base = scale.base();
        let mut power = 0;
        let mut value = self.clone();
        while !value.less_than(base) {
            value.below *= base;
            power += 1;
        }
        let digits = match precision {
            Some(digits) => digits.min(power * 3),
            None => usize::from(value.less_than(10)),
        };
        value = Number {
            above: value.rounded(digits, round),
            below: ten(digits),
        };
        if !value.less_than(base) {
            value.below *= base;
            power += 1;
        }
        if power > LETTERS.len() - 2 {
            return Err(too_large(self));
        }
        let decimal = value.above != BigInt::ZERO && value.less_than(10) && power > 0;
        let digits = precision.unwrap_or(usize::from(decimal));
        let mut text = fixed(&value.rounded(digits, Round::Even), digits);
        if power > 0 {
            text.push(char::from(LETTERS[power - 1]));
            if scale == Scale::IecI {
                text.push('i');
            }
        }
        Ok(text)
    }

    /// As C's `%Lg`.
    fn short(&self) -> String {
        let text = (&self.above / &self.below).to_string();
        let digits = text.trim_start_matches('-');
        if digits.len() <= 6 {
            return text;
        }
        let sign = if text.starts_with('-') { "-" } else { "" };
        let head: u64 = digits[..7].parse().unwrap_or(0);
        let rounded = ((head + 5) / 10).to_string();
        let exponent = digits.len() - 1 + rounded.len() - 6;
        let tail = rounded[1..6].trim_end_matches('0');
        let point = if tail.is_empty() { "" } else { "." };
        format!("{sign}{}{point}{tail}e+{exponent:02}", &rounded[..1])
    }
}

/// A whole number of powers of ten, with its point.
fn fixed(number: &BigInt, digits: usize) -> String {
    let text = magnitude(number).to_string();
    let text = pad::right(&text, digits + 1, '0');
    let (whole, fraction) = text.split_at(text.len() - digits);
    let sign = if *number < BigInt::ZERO { "-" } else { "" };
    if digits == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{fraction}")
}
