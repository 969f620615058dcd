//! jq: a parser for its language, a machine that runs it, its functions.

mod ast;
mod cli;
mod compile;
mod context;
mod env;
mod inputs;
mod lex;
mod machine;
mod modules;
mod native;
mod node;
mod parse;
mod paths;
mod prelude;
mod program;
mod regex;
mod simple;

pub use cli::run;
pub use program::{Program, Stop};
