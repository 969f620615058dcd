//! JSON values as jq has them: parsing, printing, comparing.

mod compare;
mod map;
mod number;
mod parse;
mod print;
mod value;

pub use compare::{compare, equal};
pub use map::Map;
pub use number::{Literal, format_double};
pub use parse::{ParseError, Parser};
pub use print::{Indent, Style, print, to_text};
pub use value::{Array, Object, Value};
