//! Tools that evaluate their arguments: `expr`, `factor`, `test`.

pub mod expr;
pub mod factor;
mod regex;
pub mod test;

pub use regex::basic_regex;
