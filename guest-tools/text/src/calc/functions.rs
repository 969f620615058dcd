//! The functions of `bc -l`: computed in binary fixed point with spare digits,
//! then cut to the scale asked for.

use super::number::{Number, ten_to};
use dashu_int::{IBig, UBig};

/// Largest result of `e(x)`, in bits.
const EXPONENT_BITS_MAX: i64 = 1 << 24;

/// Fixed-point arithmetic with so many bits after the point.
struct Fixed {
    bits: usize,
}

/// One of `s c a l e`; `None` if the result would be too big.
pub fn apply(name: u8, x: &Number, scale: usize) -> Option<Number> {
    // Bits before the point of the argument, roughly.
    let large = x.units(0).to_string().len() * 4;
    let spare = scale * 10 / 3 + large + 96;
    match name {
        b'e' => exponential(x, scale),
        b'l' if x.is_zero() || x.is_negative() => {
            let most = IBig::ONE - IBig::from(ten_to(scale));
            Some(Number::from_parts(most, 0).with_scale(scale))
        }
        b'l' if x.compare(&Number::from_i64(1)).is_eq() => Some(Number::from_i64(0)),
        b'l' => {
            // Small arguments lose leading digits.
            let fixed = Fixed {
                bits: spare + x.scale() * 4,
            };
            Some(fixed.number(&fixed.logarithm(&fixed.value(x)), scale))
        }
        _ if x.is_zero() => Some(match name {
            b'c' => Number::from_i64(1).with_scale(scale),
            _ => Number::from_i64(0),
        }),
        b'a' => {
            let fixed = Fixed { bits: spare };
            Some(fixed.number(&fixed.arc_tangent(&fixed.value(x)), scale))
        }
        _ => {
            let fixed = Fixed {
                bits: spare + large,
            };
            let x = fixed.value(x);
            let pi = fixed.pi();
            // A cosine is the sine of an angle a quarter further.
            let x = if name == b'c' { x + (&pi >> 1usize) } else { x };
            Some(fixed.number(&fixed.sine(x, &pi), scale))
        }
    }
}

/// The Bessel function of a whole order; `None` if the argument is too big.
pub fn bessel(order: i64, x: &Number, scale: usize) -> Option<Number> {
    let size = x
        .to_i64()
        .filter(|size| size.abs() < 100_000)?
        .unsigned_abs() as usize;
    let count = usize::try_from(order.unsigned_abs())
        .ok()
        .filter(|count| *count < 100_000)?;
    let fixed = Fixed {
        bits: scale * 10 / 3 + size * 6 + 128,
    };
    let half = fixed.value(x) >> 1usize;
    let square = fixed.times(&half, &half);
    let mut term = fixed.one();
    for k in 1..=count {
        term = fixed.times(&term, &half) / IBig::from(k);
    }
    let (mut sum, mut k) = (term.clone(), 1usize);
    while term != IBig::ZERO {
        term = -fixed.times(&term, &square) / IBig::from(k * (k + count));
        sum += &term;
        k += 1;
    }
    let sum = if order < 0 && count % 2 == 1 {
        -sum
    } else {
        sum
    };
    Some(fixed.number(&sum, scale))
}

fn exponential(x: &Number, scale: usize) -> Option<Number> {
    if x.is_zero() {
        return Some(Number::from_i64(1).with_scale(scale));
    }
    let size = x
        .to_i64()
        .filter(|size| size.abs() < EXPONENT_BITS_MAX / 2)?;
    let grown = size.max(0) as usize * 3 / 2;
    let fixed = Fixed {
        bits: scale * 10 / 3 + grown + 128,
    };
    // Halved until small, then squared back.
    let halvings = 8
        + (fixed.bits as f64).sqrt() as usize / 2
        + (64 - size.unsigned_abs().leading_zeros() as usize);
    let fine = Fixed {
        bits: fixed.bits + 2 * halvings + 64,
    };
    let small = fine.value(x) >> halvings;
    let (mut term, mut sum, mut k) = (fine.one(), fine.one(), 1u32);
    while term != IBig::ZERO && k < u32::MAX {
        term = fine.times(&term, &small) / IBig::from(k);
        sum += &term;
        k += 1;
        if term == -IBig::ONE {
            break;
        }
    }
    for _ in 0..halvings {
        sum = fine.times(&sum, &sum);
    }
    Some(fine.number(&sum, scale))
}

impl Fixed {
    fn one(&self) -> IBig {
        IBig::ONE << self.bits
    }

    fn value(&self, x: &Number) -> IBig {
        (x.units(x.scale()) << self.bits) / IBig::from(ten_to(x.scale()))
    }

    fn number(&self, value: &IBig, scale: usize) -> Number {
        // Towards zero, whatever the sign.
        let negative = *value < IBig::ZERO;
        let magnitude = if negative {
            -value.clone()
        } else {
            value.clone()
        };
        let digits = (magnitude * IBig::from(ten_to(scale))) >> self.bits;
        Number::from_parts(if negative { -digits } else { digits }, scale)
    }

    fn times(&self, a: &IBig, b: &IBig) -> IBig {
        (a * b) >> self.bits
    }

    fn root(&self, a: &IBig) -> IBig {
        let square = UBig::try_from(a.clone() << self.bits).unwrap_or(UBig::ZERO);
        IBig::from(dashu_int::ops::SquareRoot::sqrt(&square))
    }

    /// Arc tangent of `1/n`.
    fn arc_tangent_of(&self, n: u32) -> IBig {
        let square = IBig::from(n) * IBig::from(n);
        let mut power = self.one() / IBig::from(n);
        let (mut sum, mut k) = (power.clone(), 3u32);
        let mut minus = true;
        while power != IBig::ZERO {
            power /= &square;
            let term = &power / IBig::from(k);
            sum = if minus { sum - term } else { sum + term };
            minus = !minus;
            k += 2;
        }
        sum
    }

    /// By Machin's formula.
    fn pi(&self) -> IBig {
        (self.arc_tangent_of(5) * IBig::from(4) - self.arc_tangent_of(239)) << 2usize
    }

    fn sine(&self, x: IBig, pi: &IBig) -> IBig {
        let turn: IBig = pi << 1usize;
        let mut x = x % &turn;
        if x > *pi {
            x -= &turn;
        } else if x < -pi.clone() {
            x += &turn;
        }
        let square = self.times(&x, &x);
        let (mut term, mut sum, mut k) = (x.clone(), x, 2u64);
        while term != IBig::ZERO && term != -IBig::ONE {
            term = -(self.times(&term, &square) / IBig::from(k * (k + 1)));
            sum += &term;
            k += 2;
        }
        sum
    }

    fn arc_tangent(&self, x: &IBig) -> IBig {
        let negative = *x < IBig::ZERO;
        let mut x = if negative { -x.clone() } else { x.clone() };
        // Angles are halved until the series is short.
        let halvings = 2 + (self.bits as f64).sqrt() as usize / 3;
        let fine = Fixed {
            bits: self.bits + 2 * halvings + 16,
        };
        x <<= fine.bits - self.bits;
        for _ in 0..halvings {
            let hypotenuse = fine.root(&(fine.one() + fine.times(&x, &x)));
            x = (x << fine.bits) / (fine.one() + hypotenuse);
        }
        let square = fine.times(&x, &x);
        let (mut power, mut sum, mut k) = (x.clone(), x, 3u32);
        let mut minus = true;
        while power != IBig::ZERO {
            power = fine.times(&power, &square);
            let term = &power / IBig::from(k);
            sum = if minus { sum - term } else { sum + term };
            minus = !minus;
            k += 2;
        }
        let result = (sum << halvings) >> (fine.bits - self.bits);
        if negative { -result } else { result }
    }

    /// The natural logarithm of a positive number.
    fn logarithm(&self, x: &IBig) -> IBig {
        // Roots bring it near 1; each halves the logarithm.
        let mut roots = 4 + (self.bits as f64).sqrt() as usize / 3;
        let size = x.to_string().len() * 4;
        roots += 64 - (size as u64).leading_zeros() as usize;
        let fine = Fixed {
            bits: self.bits + 2 * roots + 32,
        };
        let mut x: IBig = x.clone() << (fine.bits - self.bits);
        for _ in 0..roots {
            x = fine.root(&x);
        }
        let ratio: IBig = ((&x - fine.one()) << fine.bits) / (&x + fine.one());
        let square = fine.times(&ratio, &ratio);
        let (mut power, mut sum, mut k) = (ratio.clone(), ratio, 3u32);
        while power != IBig::ZERO && power != -IBig::ONE {
            power = fine.times(&power, &square);
            sum += &power / IBig::from(k);
            k += 2;
        }
        (sum << (roots + 1)) >> (fine.bits - self.bits)
    }
}
