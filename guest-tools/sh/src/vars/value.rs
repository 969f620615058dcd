//! A variable's value and attributes.

use std::borrow::Cow;

use super::array::{Assoc, Indexed};
use crate::text::int_text;

/// Bits of [`Var::attrs`].
#[allow(missing_docs)]
pub mod attr {
    pub const EXPORT: u16 = 1;
    pub const READONLY: u16 = 2;
    pub const INTEGER: u16 = 4;
    pub const LOWER: u16 = 8;
    pub const UPPER: u16 = 16;
    pub const NAMEREF: u16 = 32;
    pub const INDEXED: u16 = 64;
    pub const ASSOC: u16 = 128;
    pub const TRACE: u16 = 256;
    /// Declared, though perhaps without a value.
    pub const DECLARED: u16 = 512;
    /// The shell computes the value when asked.
    pub const DYNAMIC: u16 = 1024;
    pub const CAPITALIZE: u16 = 2048;
    /// Attributes that change what is assigned.
    pub const TRANSFORMING: u16 = INTEGER | LOWER | UPPER | CAPITALIZE;
}

/// What a variable holds.
#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Unset,
    Str(Vec<u8>),
    /// A text that every shell starts with: nothing is allocated for it.
    Fixed(&'static [u8]),
    /// A number; its text is made when asked for.
    Int(i64),
    Indexed(Box<Indexed>),
    Assoc(Box<Assoc>),
}

/// A variable.
#[derive(Clone, Debug, Default)]
pub struct Var {
    pub value: Value,
    pub attrs: u16,
}

impl Value {
    /// The text of a scalar, or of an array's element 0.
    pub fn text(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Value::Unset => None,
            Value::Str(text) => Some(Cow::Borrowed(text)),
            Value::Fixed(text) => Some(Cow::Borrowed(text)),
            Value::Int(number) => Some(Cow::Owned(int_text(*number))),
            Value::Indexed(array) => array.get(0).map(|text| Cow::Borrowed(text.as_slice())),
            Value::Assoc(array) => array.get(b"0").map(|text| Cow::Borrowed(text.as_slice())),
        }
    }
}

impl Var {
    /// Whether all these attribute bits are set.
    pub fn has(&self, bits: u16) -> bool {
        self.attrs & bits == bits
    }

    /// Whether the variable has a value (an array: any element).
    pub fn is_set(&self) -> bool {
        match &self.value {
            Value::Unset => false,
            Value::Indexed(array) => array.len() > 0,
            Value::Assoc(array) => array.len() > 0,
            Value::Str(_) | Value::Fixed(_) | Value::Int(_) => true,
        }
    }

    /// Whether it is an array of either kind.
    pub fn is_array(&self) -> bool {
        self.attrs & (attr::INDEXED | attr::ASSOC) != 0
    }

    /// Whether the name is known at all.
    pub fn exists(&self) -> bool {
        self.attrs != 0 || !matches!(self.value, Value::Unset)
    }
}
