//! An index: a whole number of 32 bits, or a text that is none.

use crate::value::{Value, number};
use std::borrow::Cow;

/// An index of an array.
#[derive(Clone, PartialEq, Eq)]
pub enum Key<'a> {
    /// A whole number, or its usual text.
    Int(i32),
    /// Any other text.
    Text(Cow<'a, [u8]>),
}

impl<'a> Key<'a> {
    /// The index that a value stands for.
    pub fn of(value: &'a Value, format: &[u8]) -> Key<'a> {
        match value {
            Value::Num(n) => {
                let whole = *n as i32;
                if f64::from(whole) == *n {
                    Key::Int(whole)
                } else {
                    Key::Text(Cow::Owned(number::to_text(*n, format)))
                }
            }
            Value::Str(text) => Key::text(text.bytes()),
            other => Key::Text(other.text(format)),
        }
    }

    /// The index that a text stands for.
    pub fn text(text: &'a [u8]) -> Key<'a> {
        match integer(text) {
            Some(n) => Key::Int(n),
            None => Key::Text(Cow::Borrowed(text)),
        }
    }
}

/// The number that this is the usual text of.
fn integer(text: &[u8]) -> Option<i32> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] if digits.len() <= 10 => {}
        _ => return None,
    }
    let mut n = 0i64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        n = n * 10 + i64::from(digit - b'0');
    }
    i32::try_from(if negative { -n } else { n }).ok()
}
