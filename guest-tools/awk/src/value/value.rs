//! A value of any kind.

use super::array::ArrayRef;
use super::number;
use super::string::Str;
use crate::text::Regex;
use std::borrow::Cow;
use std::rc::Rc;

/// What a variable, field, element or place on the stack holds.
#[derive(Clone, Default)]
pub enum Value {
    /// Nothing assigned yet: zero and the empty string at once.
    #[default]
    Uninit,
    /// A number.
    Num(f64),
    /// A string, or text from outside.
    Str(Str),
    /// A regex constant as a value: `@/x/`.
    Regex(Rc<Regex>),
    /// An array.
    Array(ArrayRef),
    /// Nothing assigned yet, but passed to a function that may make it an array.
    Untyped(ArrayRef),
    /// The rest of the indices of a `for (k in a)`, last first.
    Keys(Vec<Value>),
}

impl Value {
    /// A string made by the program.
    pub fn string(text: &[u8]) -> Value {
        Value::Str(Str::new(text))
    }

    /// A truth value.
    pub fn truth(yes: bool) -> Value {
        Value::Num(if yes { 1.0 } else { 0.0 })
    }

    /// Its number.
    pub fn num(&self) -> f64 {
        match self {
            Value::Num(n) => *n,
            Value::Str(text) => number::prefix(text.bytes()),
            Value::Regex(regex) => number::prefix(regex.source()),
            _ => 0.0,
        }
    }

    /// Its number if it counts as one in a comparison.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Num(n) => Some(*n),
            Value::Str(text) if text.is_input() => number::whole(text.bytes()),
            Value::Str(_) | Value::Regex(_) => None,
            _ => Some(0.0),
        }
    }

    /// Whether it is true.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Num(n) => *n != 0.0,
            Value::Str(text) if text.is_input() => match number::whole(text.bytes()) {
                Some(n) => n != 0.0,
                None => !text.bytes().is_empty(),
            },
            Value::Str(text) => !text.bytes().is_empty(),
            Value::Regex(regex) => !regex.source().is_empty(),
            _ => false,
        }
    }

    /// Its text; numbers that are not whole go through `format`.
    pub fn text<'a>(&'a self, format: &[u8]) -> Cow<'a, [u8]> {
        match self {
            Value::Str(text) => Cow::Borrowed(text.bytes()),
            Value::Num(n) => Cow::Owned(number::to_text(*n, format)),
            Value::Regex(regex) => Cow::Borrowed(regex.source()),
            _ => Cow::Borrowed(b""),
        }
    }

    /// Adds its text to `out`.
    pub fn write(&self, format: &[u8], out: &mut Vec<u8>) {
        match self {
            Value::Str(text) => out.extend_from_slice(text.bytes()),
            Value::Num(n) => number::write(*n, format, out),
            Value::Regex(regex) => out.extend_from_slice(regex.source()),
            _ => {}
        }
    }

    /// The same value, holding no read buffer.
    #[must_use]
    pub fn keep(self) -> Value {
        match self {
            Value::Str(text @ Str::Slice { .. }) => Value::Str(text.keep()),
            other => other,
        }
    }
}
