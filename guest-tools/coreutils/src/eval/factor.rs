//! `factor`.

use crate::Args;
use crate::cli::{Context, Order, Output, parse};
use crate::sys::File;
use crate::text::quote;
use num_bigint::BigUint;

/// Primes up to this are tried first.
const TRIED: u64 = 5000;
/// Witnesses that tell every composite number below 2^64.
const WITNESSES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
/// Witnesses for numbers beyond.
const MANY_WITNESSES: usize = 25;

/// Runs `factor`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "factor", 1);
    let parsed = match parse(&context, args, &[], Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut out = Output::stdout();
    let mut fine = true;
    if parsed.operands.is_empty() {
        let mut text = Vec::new();
        if let Err(errno) = File::stdin().read_to_end(&mut text) {
            context.say_error(b"error reading input", errno);
            return 1;
        }
        let blank = |byte: &u8| matches!(byte, b'\n' | b'\t' | b' ' | 0);
        for word in text.split(blank).filter(|word| !word.is_empty()) {
            fine &= put(&context, word, &mut out);
        }
    } else {
        for word in &parsed.operands {
            fine &= put(&context, word, &mut out);
        }
    }
    out.finish(&context, i32::from(!fine))
}

fn put(context: &Context<'_>, word: &[u8], out: &mut Output) -> bool {
    let digits = word.trim_ascii_start();
    let digits = digits.strip_prefix(b"+").unwrap_or(digits);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        out.flush();
        let text: [&[u8]; 2] = [&quote::always(word), b" is not a valid positive integer"];
        context.say(&text.concat());
        return false;
    }
    let text = std::str::from_utf8(digits).unwrap_or_default();
    match text.parse::<u64>() {
        Ok(number) => {
            let mut factors = Vec::new();
            factor_small(number, &mut factors);
            factors.sort_unstable();
            out.put_number(number);
            out.put_byte(b':');
            for factor in factors {
                out.put_byte(b' ');
                out.put_number(factor);
            }
        }
        Err(_) => {
            let number = BigUint::parse_bytes(digits, 10).unwrap_or_default();
            let mut factors = Vec::new();
            let mut line = format!("{number}:");
            factor_large(number, &mut factors);
            factors.sort_unstable();
            for factor in factors {
                line.push_str(&format!(" {factor}"));
            }
            out.put(line.as_bytes());
        }
    }
    out.put_byte(b'\n');
    true
}

fn factor_small(mut number: u64, factors: &mut Vec<u64>) {
    let mut prime = 2;
    while prime * prime <= number && prime < TRIED {
        while number.is_multiple_of(prime) {
            factors.push(prime);
            number /= prime;
        }
        prime += if prime == 2 { 1 } else { 2 };
    }
    if number > 1 {
        split_small(number, factors);
    }
}

fn split_small(number: u64, factors: &mut Vec<u64>) {
    let mut todo = vec![number];
    while let Some(number) = todo.pop() {
        if number < TRIED * TRIED || is_prime(number) {
            factors.push(number);
            continue;
        }
        let divisor = divisor(number);
        todo.extend([divisor, number / divisor]);
    }
}

fn times(a: u64, b: u64, modulus: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(modulus)) as u64
}

fn power(mut base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let mut result = 1;
    base %= modulus;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base, modulus);
        }
        base = times(base, base, modulus);
        exponent >>= 1;
    }
    result
}

/// Miller and Rabin's test; the number is odd.
fn is_prime(number: u64) -> bool {
    let shift = (number - 1).trailing_zeros();
    let odd = (number - 1) >> shift;
    WITNESSES.iter().all(|witness| {
        let mut value = power(*witness, odd, number);
        if value <= 1 || value == number - 1 {
            return value != 0 || number == *witness;
        }
        (1..shift).any(|_| {
            value = times(value, value, number);
            value == number - 1
        })
    })
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A divisor of a composite number: Pollard's rho, differences gathered.
fn divisor(number: u64) -> u64 {
    for offset in 1.. {
        let step = |value: u64| {
            let square = u128::from(value) * u128::from(value) + offset;
            (square % u128::from(number)) as u64
        };
        let (mut slow, mut length) = (2_u64, 1_u64);
        let mut fast = slow;
        let found = 'search: loop {
            slow = fast;
            let mut left = length;
            while left > 0 {
                let (start, batch) = (fast, left.min(128));
                let mut product = 1;
                for _ in 0..batch {
                    fast = step(fast);
                    product = times(product, slow.abs_diff(fast), number);
                }
                let mut common = gcd(product, number);
                if common == number {
                    // Too many at once: one by one.
                    fast = start;
                    loop {
                        fast = step(fast);
                        common = gcd(slow.abs_diff(fast), number);
                        if common > 1 {
                            break;
                        }
                    }
                }
                if common > 1 {
                    break 'search common;
                }
                left -= batch;
            }
            length *= 2;
        };
        if found < number {
            return found;
        }
    }
    number
}

fn factor_large(mut number: BigUint, factors: &mut Vec<BigUint>) {
    let zero = BigUint::ZERO;
    for prime in (2..TRIED).filter(|at| at % 2 == 1 || *at == 2) {
        while &number % prime == zero && number > zero {
            factors.push(prime.into());
            number /= prime;
        }
    }
    let mut todo = vec![number];
    while let Some(number) = todo.pop() {
        if let Ok(number) = u64::try_from(&number) {
            if number > 1 {
                let mut small = Vec::new();
                split_small(number, &mut small);
                factors.extend(small.into_iter().map(BigUint::from));
            }
        } else if is_large_prime(&number) {
            factors.push(number);
        } else {
            let divisor = large_divisor(&number);
            todo.push(&number / &divisor);
            todo.push(divisor);
        }
    }
}

fn is_large_prime(number: &BigUint) -> bool {
    let one = BigUint::from(1_u8);
    let less = number - &one;
    let shift = less.trailing_zeros().unwrap_or(0);
    let odd = &less >> shift;
    let primes = (2_u64..).filter(|at| (2..*at).all(|by| !at.is_multiple_of(by)));
    primes.take(MANY_WITNESSES).all(|witness| {
        let mut value = BigUint::from(witness).modpow(&odd, number);
        if value == one || value == less {
            return true;
        }
        (1..shift).any(|_| {
            value = &value * &value % number;
            value == less
        })
    })
}

fn large_divisor(number: &BigUint) -> BigUint {
    let one = BigUint::from(1_u8);
    for offset in 1_u32.. {
        let step = |value: &BigUint| (value * value + offset) % number;
        let distance = |a: &BigUint, b: &BigUint| if a > b { a - b } else { b - a };
        let (mut slow, mut fast) = (BigUint::from(2_u8), BigUint::from(2_u8));
        let mut length = 1_u64;
        let found = 'search: loop {
            slow.clone_from(&fast);
            let mut left = length;
            while left > 0 {
                let (start, batch) = (fast.clone(), left.min(64));
                let mut product = one.clone();
                for _ in 0..batch {
                    fast = step(&fast);
                    product = product * distance(&slow, &fast) % number;
                }
                let mut common = large_gcd(product, number.clone());
                if common == *number {
                    fast = start;
                    loop {
                        fast = step(&fast);
                        common = large_gcd(distance(&slow, &fast), number.clone());
                        if common > one {
                            break;
                        }
                    }
                }
                if common > one {
                    break 'search common;
                }
                left -= batch;
            }
            length *= 2;
        };
        if found < *number {
            return found;
        }
    }
    one
}

fn large_gcd(mut a: BigUint, mut b: BigUint) -> BigUint {
    while b > BigUint::ZERO {
        let rest = &a % &b;
        (a, b) = (b, rest);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::{factor_large, factor_small};
    use num_bigint::BigUint;

    #[test]
    fn factors_multiply_to_the_number() {
        for number in (1..2000).chain([u64::MAX, u64::MAX - 58, 1_000_000_016_000_000_063]) {
            let mut factors = Vec::new();
            factor_small(number, &mut factors);
            assert_eq!(factors.iter().product::<u64>(), number);
        }
    }

    #[test]
    fn large_numbers_too() {
        let number = (BigUint::from(1_u8) << 128_u32) - 1_u8;
        let mut factors = Vec::new();
        factor_large(number.clone(), &mut factors);
        assert_eq!(factors.len(), 9);
        assert_eq!(factors.iter().product::<BigUint>(), number);
    }
}
