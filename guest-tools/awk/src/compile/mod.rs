//! The tree to code for a stack machine, every variable a numbered place.

mod calls;
mod compiler;
mod expression;
pub mod op;
mod statement;
mod target;
pub mod variable;

pub use compiler::{Code, compile};
