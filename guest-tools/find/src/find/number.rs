//! Numbers in tests: `N`, `+N`, `-N`.

use crate::words::number;
use std::cmp::Ordering;

/// How a value compares with the number.
#[derive(Clone, Copy)]
pub struct Compare {
    /// What the value has to be, seen from the number.
    pub order: Ordering,
    /// The number.
    pub number: u64,
}

/// The sign and what follows it.
pub fn sign(text: &[u8]) -> (Ordering, &[u8]) {
    match text {
        [b'+', rest @ ..] => (Ordering::Greater, rest),
        [b'-', rest @ ..] => (Ordering::Less, rest),
        _ => (Ordering::Equal, text),
    }
}

impl Compare {
    /// Reads `N`, `+N` or `-N`.
    pub fn parse(text: &[u8]) -> Option<Compare> {
        let (order, rest) = sign(text);
        let number = number(rest)?;
        Some(Compare { order, number })
    }

    /// Whether the value fits.
    pub fn holds(&self, value: u64) -> bool {
        value.cmp(&self.number) == self.order
    }
}

/// `-size`: its comparison and the bytes of a unit.
///
/// # Errors
/// The message.
pub fn size(text: &[u8]) -> Result<(Compare, u64), Vec<u8>> {
    let Some((&last, head)) = text.split_last() else {
        return Err(b"invalid null argument to -size".to_vec());
    };
    let (unit, digits) = match last {
        b'b' => (512, head),
        b'c' => (1, head),
        b'w' => (2, head),
        b'k' => (1 << 10, head),
        b'M' => (1 << 20, head),
        b'G' => (1 << 30, head),
        b'0'..=b'9' => (512, text),
        other => return Err([b"invalid -size type `".as_slice(), &[other], b"'"].concat()),
    };
    match Compare::parse(digits) {
        Some(compare) => Ok((compare, unit)),
        None => Err([b"Invalid argument `".as_slice(), text, b"' to -size"].concat()),
    }
}
