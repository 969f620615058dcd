//! Expansion of words: each kind in a file of its own.

mod arith;
mod brace;
mod case;
mod command;
mod indirect;
mod param;
mod process;
mod quick;
mod quote;
mod replace;
mod sink;
mod split;
mod substring;
mod tilde;
mod transform;
mod trim;
mod value;
mod word;

pub use quote::{quote_always, quote_backslash, quote_double, quote_value};
pub use split::Ifs;
