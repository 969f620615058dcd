//! Matching of patterns with back-references, which no automaton can do.
//!
//! A dialect's translator writes [`reference`] where its pattern refers back to a
//! group; [`Matcher`] takes the syntax tree of that.

mod matcher;
mod program;
mod reference;

pub use matcher::{Fold, Matcher, Span};
pub use program::TooBig;
pub use reference::{reference, without_references};
