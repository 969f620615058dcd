//! Wardian's shell: bash 5.2 as a guest.

mod arith;
mod ast;
mod builtins;
mod exec;
mod expand;
mod history;
mod jobs;
mod lexer;
mod parser;
mod pattern;
mod regex;
mod subscript;
mod sys;
mod text;
mod trap;
mod vars;

// The heap.
#[cfg(target_family = "wasm")]
use wardian_memory as _;

fn main() {
    sys::exit(exec::main())
}
