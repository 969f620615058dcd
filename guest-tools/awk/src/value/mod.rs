//! Values of the language: numbers, strings, and arrays of them.

pub mod array;
mod compare;
pub mod number;
mod string;
#[expect(
    clippy::module_inception,
    reason = "the folder is about the type in it"
)]
mod value;

pub use array::{Array, ArrayRef};
pub use compare::compare;
pub use string::Str;
pub use value::Value;
