//! POSIX regular expressions, basic and extended, with GNU's additions, as
//! patterns of the regex crates' automata.

mod bracket;
mod translate;

pub use translate::{Error, Syntax, Translated, push_literal, translate};
