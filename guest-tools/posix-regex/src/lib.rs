//! POSIX regular expressions, basic and extended, with GNU's additions:
//! [`Regex`] matches as POSIX asks (leftmost, longest); [`translate`] gives
//! patterns of the regex crates, for tools with an engine of their own.

mod automaton;
mod back_references;
mod bracket;
mod greedy;
mod regex;
mod translate;

pub use regex::{Options, Regex, Span};
pub use translate::{Error, Syntax, Translated, push_literal, translate};
