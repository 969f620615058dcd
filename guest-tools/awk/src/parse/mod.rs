//! Tokens to a tree.

pub mod ast;
mod expression;
mod parser;
mod primary;
mod statement;

pub use parser::parse;
