//! Tools that evaluate their arguments: `expr`, `test`.

pub mod expr;
mod regex;
pub mod test;

pub use regex::basic_regex;
