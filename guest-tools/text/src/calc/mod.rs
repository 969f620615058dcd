//! `bc` and `dc`: calculators with numbers of any size.

mod bc;
mod code;
mod column;
mod functions;
mod lexer;
mod machine;
mod number;
mod parser;

pub use bc::run as bc;
