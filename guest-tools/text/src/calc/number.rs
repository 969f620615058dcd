//! Decimal numbers of any size and scale, with the rounding (always towards
//! zero) and the result scales of `bc` and `dc`.

use dashu_int::ops::DivRem;
use dashu_int::{IBig, UBig};
use std::cell::RefCell;
use std::cmp::Ordering;

/// Largest number of digits that a result may have.
pub const DIGITS_MAX: usize = 20_000_000;

/// `value / 10^scale`.
#[derive(Clone, Debug, Default)]
pub struct Number {
    value: IBig,
    scale: usize,
}

/// Ten to a power.
pub fn ten_to(power: usize) -> UBig {
    thread_local! {
        static KNOWN: RefCell<Vec<Option<UBig>>> = const { RefCell::new(Vec::new()) };
    }
    if power >= 4096 {
        return UBig::from(10u8).pow(power);
    }
    KNOWN.with_borrow_mut(|known| {
        if known.len() <= power {
            known.resize(power + 1, None);
        }
        known[power]
            .get_or_insert_with(|| UBig::from(10u8).pow(power))
            .clone()
    })
}

impl Number {
    /// A whole number.
    pub fn from_i64(value: i64) -> Number {
        Number {
            value: IBig::from(value),
            scale: 0,
        }
    }

    /// From an integer that counts units of `10^-scale`.
    pub fn from_parts(value: IBig, scale: usize) -> Number {
        Number { value, scale }
    }

    /// The integer that counts units of `10^-scale`.
    pub fn units(&self, scale: usize) -> IBig {
        match scale.cmp(&self.scale) {
            Ordering::Equal => self.value.clone(),
            Ordering::Greater => &self.value * IBig::from(ten_to(scale - self.scale)),
            Ordering::Less => &self.value / IBig::from(ten_to(self.scale - scale)),
        }
    }

    /// Reads digits in a base; those too big count as the biggest. A single
    /// digit counts in full.
    pub fn parse(text: &[u8], base: u32) -> Number {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'Z' => u32::from(byte - b'A') + 10,
            _ => 0,
        };
        let negative = matches!(text.first(), Some(b'-' | b'_'));
        let text = if negative { &text[1..] } else { text };
        let point = text.iter().position(|byte| *byte == b'.');
        let (whole, fraction) = match point {
            Some(at) => (&text[..at], &text[at + 1..]),
            None => (text, b"".as_slice()),
        };
        let single = whole.len() == 1 && point.is_none();
        let read = |digits: &[u8]| -> UBig {
            let values: Vec<u8> = digits
                .iter()
                .map(|byte| match digit(*byte) {
                    value if single => value as u8,
                    value => value.min(base - 1) as u8,
                })
                .collect();
            if single {
                return UBig::from(values[0]);
            }
            let text: String = values
                .iter()
                .filter_map(|value| char::from_digit(u32::from(*value), 36))
                .collect();
            UBig::from_str_radix(&text, base.clamp(2, 36)).unwrap_or(UBig::ZERO)
        };
        let scale = fraction.len();
        let value = match base {
            10 => read(&[whole, fraction].concat()),
            _ => {
                let part = if fraction.is_empty() {
                    UBig::ZERO
                } else {
                    read(fraction)
                };
                let part = part * ten_to(scale) / UBig::from(base).pow(scale);
                let whole = if whole.is_empty() {
                    UBig::ZERO
                } else {
                    read(whole)
                };
                whole * ten_to(scale) + part
            }
        };
        let value = IBig::from(value);
        Number {
            value: if negative { -value } else { value },
            scale,
        }
    }

    /// Digits after the point.
    pub fn scale(&self) -> usize {
        self.scale
    }

    /// Significant digits, those after the point included.
    pub fn length(&self) -> usize {
        if self.value == IBig::ZERO {
            return self.scale.max(1);
        }
        let digits = self.value.clone().unsigned_abs_string().len();
        digits.max(self.scale)
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.value == IBig::ZERO
    }

    /// Whether it is below 0.
    pub fn is_negative(&self) -> bool {
        self.value < IBig::ZERO
    }

    /// The part before the point, if it fits.
    pub fn to_i64(&self) -> Option<i64> {
        i64::try_from(self.units(0)).ok()
    }

    /// The number with at most so many digits after the point.
    pub fn truncate(&self, scale: usize) -> Number {
        if scale >= self.scale {
            return self.clone();
        }
        Number {
            value: self.units(scale),
            scale,
        }
    }

    /// With exactly so many digits after the point.
    pub fn with_scale(&self, scale: usize) -> Number {
        Number {
            value: self.units(scale),
            scale,
        }
    }

    pub fn negate(&self) -> Number {
        Number {
            value: -self.value.clone(),
            scale: self.scale,
        }
    }

    pub fn add(&self, other: &Number) -> Number {
        let scale = self.scale.max(other.scale);
        Number {
            value: self.units(scale) + other.units(scale),
            scale,
        }
    }

    pub fn subtract(&self, other: &Number) -> Number {
        self.add(&other.negate())
    }

    pub fn multiply(&self, other: &Number, scale: usize) -> Number {
        let full = self.scale + other.scale;
        let kept = full.min(scale.max(self.scale).max(other.scale));
        let product = Number {
            value: &self.value * &other.value,
            scale: full,
        };
        product.truncate(kept)
    }

    /// `None` if the divisor is 0.
    pub fn divide(&self, other: &Number, scale: usize) -> Option<Number> {
        if other.is_zero() {
            return None;
        }
        let wanted = scale + other.scale;
        let (top, bottom) = if wanted >= self.scale {
            (self.units(wanted), other.value.clone())
        } else {
            let more = IBig::from(ten_to(self.scale - wanted));
            (self.value.clone(), &other.value * more)
        };
        Some(Number {
            value: top / bottom,
            scale,
        })
    }

    /// What a division with this scale leaves.
    pub fn remainder(&self, other: &Number, scale: usize) -> Option<Number> {
        let quotient = self.divide(other, scale)?;
        let kept = self.scale.max(other.scale + scale);
        let product = Number {
            value: &quotient.value * &other.value,
            scale: quotient.scale + other.scale,
        };
        let rest = self.subtract(&product);
        Some(rest.with_scale(kept))
    }

    /// A power with a whole exponent; `None` if it is too big.
    pub fn raise(&self, exponent: i64, scale: usize) -> Option<Number> {
        if exponent == 0 {
            return Some(Number::from_i64(1));
        }
        let count = usize::try_from(exponent.unsigned_abs()).ok()?;
        let trivial = self.is_zero() || self.scale == 0 && self.value.clone().unsigned_abs_is_one();
        if !trivial && self.length().checked_mul(count)? > DIGITS_MAX {
            return None;
        }
        let count = if trivial { 2 - count % 2 } else { count };
        let power = Number {
            value: self.value.pow(count),
            scale: self.scale * count,
        };
        if exponent < 0 {
            return Number::from_i64(1).divide(&power, scale);
        }
        let kept = (self.scale.saturating_mul(count)).min(scale.max(self.scale));
        Some(power.truncate(kept))
    }

    /// The square root; `None` below 0.
    pub fn root(&self, scale: usize) -> Option<Number> {
        if self.is_negative() {
            return None;
        }
        let kept = scale.max(self.scale);
        let square = UBig::try_from(self.units(2 * kept)).ok()?;
        let root = dashu_int::ops::SquareRoot::sqrt(&square);
        Some(Number {
            value: IBig::from(root),
            scale: kept,
        })
    }

    pub fn compare(&self, other: &Number) -> Ordering {
        if self.scale == other.scale {
            return self.value.cmp(&other.value);
        }
        let scale = self.scale.max(other.scale);
        self.units(scale).cmp(&other.units(scale))
    }

    /// The digits in a base, each as it is printed. `dc` shows a zero's scale
    /// the same way as `bc`.
    pub fn digits(&self, base: &UBig) -> Vec<u8> {
        let mut out = Vec::new();
        if self.is_zero() {
            return b"0".to_vec();
        }
        if self.is_negative() {
            out.push(b'-');
        }
        if *base == UBig::from(10u8) {
            let text = self.value.clone().unsigned_abs_string();
            let whole = text.len().saturating_sub(self.scale);
            out.extend_from_slice(&text.as_bytes()[..whole]);
            if self.scale > 0 {
                out.push(b'.');
                out.extend(std::iter::repeat_n(
                    b'0',
                    self.scale.saturating_sub(text.len()),
                ));
                out.extend_from_slice(&text.as_bytes()[whole..]);
            }
            return out;
        }
        let unit = ten_to(self.scale);
        let magnitude = self.value.clone().magnitude();
        let (whole, mut rest) = magnitude.div_rem(&unit);
        let wide = *base > UBig::from(16u8);
        let width = (base - UBig::ONE).to_string().len();
        let push = |out: &mut Vec<u8>, digit: &UBig, space: bool| {
            if !wide {
                let digit = u32::try_from(digit).unwrap_or(0);
                let shown = char::from_digit(digit, 16)
                    .unwrap_or('0')
                    .to_ascii_uppercase();
                out.push(shown as u8);
                return;
            }
            if space {
                out.push(b' ');
            }
            out.extend_from_slice(format!("{:0>width$}", digit.to_string()).as_bytes());
        };
        if let (false, Ok(radix)) = (wide, u32::try_from(base)) {
            if whole != UBig::ZERO {
                let text = whole.in_radix(radix).to_string().to_ascii_uppercase();
                out.extend_from_slice(text.as_bytes());
            }
        } else {
            let mut digits = Vec::new();
            let mut left = whole;
            while left != UBig::ZERO {
                let (next, digit) = left.div_rem(base);
                digits.push(digit);
                left = next;
            }
            digits
                .iter()
                .rev()
                .for_each(|digit| push(&mut out, digit, true));
        }
        if self.scale > 0 {
            out.push(b'.');
            let mut reached = UBig::ONE;
            let mut space = false;
            while reached < unit {
                let (digit, left) = (rest * base).div_rem(&unit);
                rest = left;
                push(&mut out, &digit, space);
                space = true;
                reached *= base;
            }
        }
        out
    }
}

/// Views of an integer's absolute value.
trait Magnitude {
    fn magnitude(self) -> UBig;
    fn unsigned_abs_string(self) -> String;
    fn unsigned_abs_is_one(self) -> bool;
}

impl Magnitude for IBig {
    fn magnitude(self) -> UBig {
        self.into_parts().1
    }

    fn unsigned_abs_string(self) -> String {
        self.magnitude().to_string()
    }

    fn unsigned_abs_is_one(self) -> bool {
        self.magnitude() == UBig::ONE
    }
}

/// `base^exponent mod modulus` for whole numbers; `None` if the modulus is 0.
pub fn power_modulo(base: &Number, exponent: &Number, modulus: &Number) -> Option<Number> {
    let modulus = modulus.units(0).magnitude();
    if modulus == UBig::ZERO {
        return None;
    }
    let mut exponent = UBig::try_from(exponent.units(0)).ok()?;
    let positive = (base.units(0) % IBig::from(modulus.clone())) + IBig::from(modulus.clone());
    let mut square = positive.magnitude() % &modulus;
    let mut result = UBig::ONE % &modulus;
    while exponent != UBig::ZERO {
        let (half, bit) = exponent.div_rem(UBig::from(2u8));
        if bit == UBig::ONE {
            result = (result * &square) % &modulus;
        }
        square = (&square * &square) % &modulus;
        exponent = half;
    }
    Some(Number::from_parts(IBig::from(result), 0))
}
