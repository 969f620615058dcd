//! Reading of tokens and words; the methods belong to [`crate::parser::Parser`],
//! since words contain commands.

mod ansi;
mod arith_text;
mod assignment;
mod dollar;
mod heredoc;
mod input;
mod param;
mod quote;
mod token;
mod word;

pub use ansi::ansi_unescape;
pub use input::{ELEMENTS, Input, LineSource, Place};
pub use token::{Op, Token};
pub use word::{WordBuilder, is_word_end};
