//! `bc` and `dc`: calculators with numbers of any size.

mod bc;
mod code;
mod column;
mod dc;
mod functions;
mod lexer;
mod machine;
mod number;
mod parser;

pub use bc::run as bc;
pub use dc::run as dc;
