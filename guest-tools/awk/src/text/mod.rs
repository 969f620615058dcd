//! Text: regular expressions, `printf`, characters.

pub mod chars;
pub mod format;
mod pattern;
mod regex;

pub use regex::Regex;
