//! The numbers that `seq` is given, with the width and precision of their text.

use crate::cli::Context;
use crate::format::decimal::Extended;
use crate::format::float;
use crate::text::quote;

/// A number from the command line.
#[derive(Clone)]
pub struct Operand {
    pub value: Extended,
    /// Characters it takes in the output.
    pub width: i64,
    /// Digits behind its point; none if that cannot be told.
    pub precision: Option<i64>,
}

impl Operand {
    /// One, the default of the first number and of the step.
    pub fn one() -> Operand {
        Operand {
            value: Extended::from_integer(1),
            width: 1,
            precision: Some(0),
        }
    }

    /// Whether it is a whole number from zero on.
    pub fn counts(&self) -> bool {
        self.precision == Some(0) && self.value.special.is_none() && !self.value.negative
    }
}

/// Reads a number.
///
/// # Errors
/// The exit code, after a message.
pub fn read(context: &Context<'_>, text: &[u8]) -> Result<Operand, i32> {
    let (value, valid) = float::parse(text);
    let overflow = value.special == Some("inf") && text.iter().any(u8::is_ascii_digit);
    if !valid || text.is_empty() || overflow {
        let message = b"invalid floating point argument: ".as_slice();
        return Err(context.usage(&[message, &quote::always(text)].concat()));
    }
    if value.special == Some("nan") {
        let message = b"invalid 'not-a-number' argument: ".as_slice();
        return Err(context.usage(&[message, &quote::always(text)].concat()));
    }
    let blank = |c: &u8| c.is_ascii_whitespace() || matches!(c, b'+' | 0x0b);
    let start = text.iter().position(|c| !blank(c)).unwrap_or(text.len());
    let text = &text[start..];
    let find = |set: &[u8]| text.iter().position(|c| set.contains(c));
    let point = find(b".");
    let mut operand = Operand {
        precision: (point.is_none() && find(b"p").is_none()).then_some(0),
        width: 0,
        value,
    };
    if find(b"xX").is_none() && operand.value.special.is_none() {
        decimal(&mut operand, text, point);
    }
    Ok(operand)
}

/// Width and precision of a decimal text.
fn decimal(operand: &mut Operand, text: &[u8], point: Option<usize>) {
    let length = text.len() as i64;
    let mut width = length;
    let mut precision = operand.precision.unwrap_or(i64::from(i32::MAX));
    let mut fraction = 0;
    let e = text.iter().position(|c| matches!(c, b'e' | b'E'));
    if let Some(point) = point {
        fraction = (e.unwrap_or(text.len()).saturating_sub(point + 1)) as i64;
        precision = fraction;
        let bare = point == 0 || !text[point - 1].is_ascii_digit();
        width += if fraction == 0 { -1 } else { i64::from(bare) };
    }
    if let Some(e) = e {
        let digits = std::str::from_utf8(&text[e + 1..]).unwrap_or("");
        let exponent: i64 = digits.parse().unwrap_or(0);
        precision += match exponent < 0 {
            true => -exponent,
            false => -precision.min(exponent),
        };
        width -= length - e as i64;
        let places = if exponent < 0 {
            match point {
                Some(point) => width += i64::from(e == point + 1),
                None => width += 1,
            }
            -exponent
        } else {
            if point.is_some() && precision == 0 && fraction > 0 {
                width -= 1;
            }
            exponent - fraction.min(exponent)
        };
        width += places;
    }
    (operand.width, operand.precision) = (width, Some(precision));
}
