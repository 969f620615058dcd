//! Extended floating-point numbers (64 bits of precision, as x86's long
//! double), converted exactly from and to decimal digits.

use std::cmp::Ordering;

/// `mantissa * 2^exponent`, or an infinity or no number.
#[derive(Clone, Debug, Default)]
pub struct Extended {
    pub negative: bool,
    pub mantissa: u64,
    pub exponent: i32,
    pub special: Option<&'static str>,
}

/// Decimal digits: `0.d1d2d3… * 10^point`, without leading zeros.
pub struct Digits {
    pub digits: Vec<u8>,
    pub point: i32,
}

/// Decimal exponents beyond this are infinite or nothing.
const EXPONENT_MAX: i64 = 5000;

impl Extended {
    /// A whole number.
    pub fn from_integer(value: i128) -> Extended {
        let mut number = Extended::from_big(&Big::from(value.unsigned_abs()), 0, false);
        number.negative = value < 0;
        number
    }

    /// An infinity or not a number.
    pub fn special(text: &'static str) -> Extended {
        Extended {
            special: Some(text),
            ..Extended::default()
        }
    }

    /// The number nearest to `digits * 10^exponent`.
    pub fn from_decimal(digits: &[u8], exponent: i64) -> Extended {
        let mut big = Big::default();
        for digit in digits {
            big.multiply_add(10, u32::from(digit - b'0'));
        }
        if big.is_zero() || exponent + (digits.len() as i64) < -EXPONENT_MAX {
            return Extended::default();
        }
        if exponent + digits.len() as i64 > EXPONENT_MAX {
            return Extended::special("inf");
        }
        for _ in 0..exponent.max(0) {
            big.multiply_add(10, 0);
        }
        if exponent >= 0 {
            return Extended::from_big(&big, 0, false);
        }
        let mut divisor = Big::from(1);
        for _ in 0..-exponent {
            divisor.multiply_add(10, 0);
        }
        // Enough bits for the quotient to hold more than the mantissa.
        let shift = (divisor.bits() + 66).saturating_sub(big.bits());
        big.shift_left(shift);
        let (quotient, exact) = big.divide(divisor);
        Extended::from_big(&quotient, -(shift as i32), !exact)
    }

    /// Rounds a big number to the mantissa, to even; `sticky`: it is a little more.
    pub fn from_big(big: &Big, exponent: i32, sticky: bool) -> Extended {
        let bits = big.bits();
        let drop = bits.saturating_sub(64);
        let mut mantissa = 0u64;
        for at in (drop..bits).rev() {
            mantissa = mantissa << 1 | u64::from(big.bit(at));
        }
        let half = drop > 0 && big.bit(drop - 1);
        let more = sticky || (0..drop.saturating_sub(1)).any(|at| big.bit(at));
        let mut exponent = exponent + drop as i32;
        if half && (more || mantissa & 1 == 1) {
            mantissa = match mantissa.checked_add(1) {
                Some(mantissa) => mantissa,
                None => {
                    exponent += 1;
                    1 << 63
                }
            };
        }
        Extended {
            mantissa,
            exponent,
            ..Extended::default()
        }
    }

    /// All decimal digits.
    pub fn digits(&self) -> Digits {
        let mut big = Big::from(u128::from(self.mantissa));
        if big.is_zero() {
            return Digits {
                digits: Vec::new(),
                point: 0,
            };
        }
        // m / 2^k has the digits of m * 5^k, k places behind the point.
        let mut places = 0;
        if self.exponent >= 0 {
            big.shift_left(self.exponent as usize);
        } else {
            places = -self.exponent;
            for _ in 0..places {
                big.multiply_add(5, 0);
            }
        }
        let digits = big.decimal();
        Digits {
            point: digits.len() as i32 - places,
            digits,
        }
    }
}

impl Digits {
    /// Keeps so many digits, rounding to even.
    pub fn round(&mut self, keep: i64) {
        if keep < 0 {
            self.digits.clear();
            return;
        }
        let keep = keep as usize;
        let Some(next) = self.digits.get(keep).copied() else {
            return;
        };
        let more = self.digits[keep + 1..].iter().any(|digit| *digit != b'0');
        let odd = keep > 0 && self.digits[keep - 1] & 1 == 1;
        self.digits.truncate(keep);
        let up = match next.cmp(&b'5') {
            Ordering::Less => false,
            Ordering::Equal => more || odd,
            Ordering::Greater => true,
        };
        if !up {
            return;
        }
        for digit in self.digits.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return;
            }
            *digit = b'0';
        }
        self.digits.insert(0, b'1');
        self.point += 1;
        if self.digits.len() > keep.max(1) {
            self.digits.pop();
        }
    }
}

/// A natural number of any size, the lowest 32 bits first.
#[derive(Clone, Default)]
pub struct Big(Vec<u32>);

impl From<u128> for Big {
    fn from(value: u128) -> Big {
        let mut big = Big((0..4).map(|at| (value >> (32 * at)) as u32).collect());
        big.trim();
        big
    }
}

impl Big {
    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn bits(&self) -> usize {
        match self.0.last() {
            None => 0,
            Some(top) => self.0.len() * 32 - top.leading_zeros() as usize,
        }
    }

    fn bit(&self, at: usize) -> bool {
        self.0
            .get(at / 32)
            .is_some_and(|word| word >> (at % 32) & 1 == 1)
    }

    /// Multiplies and adds.
    pub fn multiply_add(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for word in &mut self.0 {
            carry += u64::from(*word) * u64::from(factor);
            *word = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Multiplies by a power of 2.
    pub fn shift_left(&mut self, bits: usize) {
        for _ in 0..bits % 32 {
            self.multiply_add(2, 0);
        }
        if !self.is_zero() {
            self.0.splice(0..0, std::iter::repeat_n(0, bits / 32));
        }
    }

    fn halve(&mut self) {
        let mut carry = 0;
        for word in self.0.iter_mut().rev() {
            let low = *word & 1;
            *word = *word >> 1 | carry << 31;
            carry = low;
        }
        self.trim();
    }

    fn less(&self, other: &Big) -> bool {
        match self.0.len().cmp(&other.0.len()) {
            Ordering::Equal => self.0.iter().rev().lt(other.0.iter().rev()),
            order => order == Ordering::Less,
        }
    }

    fn subtract(&mut self, other: &Big) {
        let mut borrow = false;
        for (at, word) in self.0.iter_mut().enumerate() {
            let other = other.0.get(at).copied().unwrap_or(0);
            let (value, first) = word.overflowing_sub(other);
            let (value, second) = value.overflowing_sub(u32::from(borrow));
            *word = value;
            borrow = first || second;
        }
        self.trim();
    }

    /// The quotient, and whether nothing remains.
    fn divide(mut self, mut divisor: Big) -> (Big, bool) {
        let shift = self.bits().saturating_sub(divisor.bits());
        divisor.shift_left(shift);
        let mut quotient = Big::default();
        for _ in 0..=shift {
            let fits = !self.less(&divisor);
            if fits {
                self.subtract(&divisor);
            }
            if quotient.is_zero() {
                quotient = Big::from(u128::from(fits));
            } else {
                quotient.multiply_add(2, u32::from(fits));
            }
            divisor.halve();
        }
        (quotient, self.is_zero())
    }

    fn decimal(mut self) -> Vec<u8> {
        const CHUNK: u64 = 1_000_000_000;
        let mut reversed = Vec::new();
        while !self.is_zero() {
            let mut rest = 0u64;
            for word in self.0.iter_mut().rev() {
                rest = rest << 32 | u64::from(*word);
                *word = (rest / CHUNK) as u32;
                rest %= CHUNK;
            }
            self.trim();
            for _ in 0..9 {
                reversed.push(b'0' + (rest % 10) as u8);
                rest /= 10;
            }
        }
        while reversed.last() == Some(&b'0') {
            reversed.pop();
        }
        reversed.reverse();
        reversed
    }
}
