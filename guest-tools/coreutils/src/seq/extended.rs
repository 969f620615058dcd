//! Sums, products and order of long doubles, rounded to nearest as x86 does.

use crate::format::decimal::Extended;
use std::cmp::Ordering;

/// Bits that a sum is worked out with beyond those of a mantissa.
const GUARD: i32 = 62;

/// A mantissa with its highest bit set, so that numbers compare by their parts.
fn normal(x: &Extended) -> (u64, i32) {
    let shift = x.mantissa.leading_zeros();
    match x.mantissa {
        0 => (0, 0),
        mantissa => (mantissa << shift, x.exponent - shift as i32),
    }
}

/// Rounds to a mantissa, to even; `sticky`: it is a little more.
fn rounded(negative: bool, wide: u128, exponent: i32, sticky: bool) -> Extended {
    let drop = (128 - wide.leading_zeros() as i32 - 64).max(0) as u32;
    let rest = wide & ((1u128 << drop) - 1);
    let half = match drop {
        0 => 0,
        drop => 1u128 << (drop - 1),
    };
    let mut mantissa = wide >> drop;
    let up = drop > 0 && (rest > half || rest == half && (sticky || mantissa & 1 == 1));
    mantissa += u128::from(up);
    let carry = u32::from(mantissa >> 64 != 0);
    Extended {
        negative,
        mantissa: (mantissa >> carry) as u64,
        exponent: exponent + (drop + carry) as i32,
        special: None,
    }
}

/// `x * n`.
pub fn times(x: &Extended, n: u64) -> Extended {
    match x.special {
        Some(_) => x.clone(),
        None => rounded(
            x.negative,
            u128::from(x.mantissa) * u128::from(n),
            x.exponent,
            false,
        ),
    }
}

/// `a + b`.
pub fn plus(a: &Extended, b: &Extended) -> Extended {
    match (a.special, b.special) {
        (Some(_), Some(_)) if a.negative != b.negative => return Extended::special("nan"),
        (Some(_), _) => return a.clone(),
        (_, Some(_)) => return b.clone(),
        _ => {}
    }
    if a.mantissa == 0 || b.mantissa == 0 {
        let mut sum = if a.mantissa == 0 { b } else { a }.clone();
        sum.negative = match (a.mantissa, b.mantissa) {
            (0, 0) => a.negative && b.negative,
            _ => sum.negative,
        };
        return sum;
    }
    let (large, small) = match magnitude(a, b) {
        Ordering::Less => (b, a),
        _ => (a, b),
    };
    let ((wide, top), (other, low)) = (normal(large), normal(small));
    let exponent = top - GUARD;
    let wide = u128::from(wide) << GUARD;
    let shift = low - exponent;
    let (other, sticky) = match shift {
        0.. => (u128::from(other) << shift, false),
        -63..0 => {
            let gone = other & ((1u64 << -shift) - 1);
            (u128::from(other >> -shift), gone != 0)
        }
        _ => (0, true),
    };
    match large.negative == small.negative {
        true => rounded(large.negative, wide + other, exponent, sticky),
        // A little less than the difference, which the bits below show.
        false if sticky => {
            let mut sum = rounded(large.negative, wide - other - 1, exponent, true);
            sum.negative = large.negative;
            sum
        }
        false => {
            let difference = wide - other;
            rounded(
                large.negative && difference != 0,
                difference,
                exponent,
                false,
            )
        }
    }
}

fn magnitude(a: &Extended, b: &Extended) -> Ordering {
    match (a.special.is_some(), b.special.is_some()) {
        (false, false) => {}
        (a, b) => return a.cmp(&b),
    }
    match (a.mantissa, b.mantissa) {
        (0, 0) => Ordering::Equal,
        (0, _) => Ordering::Less,
        (_, 0) => Ordering::Greater,
        _ => {
            let ((a, ea), (b, eb)) = (normal(a), normal(b));
            ea.cmp(&eb).then(a.cmp(&b))
        }
    }
}

/// The order of two numbers, of which neither is NaN.
pub fn compare(a: &Extended, b: &Extended) -> Ordering {
    let zero = |x: &Extended| x.special.is_none() && x.mantissa == 0;
    if zero(a) && zero(b) {
        return Ordering::Equal;
    }
    match (a.negative && !zero(a), b.negative && !zero(b)) {
        (false, false) => magnitude(a, b),
        (true, true) => magnitude(b, a),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::float::parse;

    fn number(text: &str) -> Extended {
        parse(text.as_bytes()).0
    }

    #[test]
    fn sums() {
        for (a, b, sum) in [
            ("1", "2", "3"),
            ("-1", "1", "0"),
            ("0.5", "-2.25", "-1.75"),
            ("1e30", "1", "1000000000000000000000000000001"),
            ("18446744073709551615", "1", "18446744073709551616"),
            ("1e4000", "-1e-4000", "1e4000"),
        ] {
            let got = plus(&number(a), &number(b));
            assert!(compare(&got, &number(sum)).is_eq(), "{a} + {b}: {got:?}");
        }
        assert!(compare(&times(&number("0.25"), 12), &number("3")).is_eq());
        assert!(compare(&number("-inf"), &number("-1e999")).is_lt());
    }
}
