//! Program text to tokens.

mod scan;
mod token;

pub use scan::{Lexer, unescape};
pub use token::{Builtin, Keyword, Token};
