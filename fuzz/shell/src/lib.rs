//! The reading part of Wardian's shell, compiled for the host to be fuzzed:
//! words, grammar, printing and arithmetic, from the guest's own sources. What
//! they need of the rest is in [`exec`], as little as does.
#![allow(
    dead_code,
    unused_imports,
    elided_lifetimes_in_paths,
    clippy::all,
    reason = "the guest uses more of its sources than is used here"
)]

#[path = "../../../guest-tools/sh/src/arith/mod.rs"]
mod arith;
#[path = "../../../guest-tools/sh/src/ast/mod.rs"]
mod ast;
mod exec;
#[path = "../../../guest-tools/sh/src/lexer/mod.rs"]
mod lexer;
#[path = "../../../guest-tools/sh/src/parser/mod.rs"]
mod parser;
#[path = "../../../guest-tools/sh/src/subscript.rs"]
mod subscript;
#[path = "../../../guest-tools/sh/src/text.rs"]
mod text;
#[path = "../../../guest-tools/sh/src/vars/mod.rs"]
mod vars;

use crate::exec::Shell;
use crate::parser::{Aliases, ParseOptions, Parser};
use crate::vars::Vars;

/// What came of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// How many lines of commands were read.
    pub lines: usize,
    /// The kind of error after them; `None`: none.
    pub error: Option<String>,
    /// The commands, as the shell prints them.
    pub printed: Vec<u8>,
}

/// Reads a script as the shell does, line by line, and prints what it reads.
#[must_use]
pub fn read(script: &[u8], extglob: bool, posix: bool) -> Reading {
    let mut vars = Vars::new();
    let mut aliases = Aliases::default();
    aliases.insert(b"a".to_vec(), b"b ".to_vec());
    aliases.insert(b"b".to_vec(), b"a 'x".to_vec());
    let mut input = lexer::Input::new(script.to_vec(), 1);
    let options = ParseOptions {
        extglob,
        posix,
        aliases: extglob,
    };
    let mut reading = Reading {
        lines: 0,
        error: None,
        printed: Vec::new(),
    };
    loop {
        match Parser::new(&mut input, &mut vars, &aliases, options).parse_line() {
            Ok(Some(list)) => {
                reading.lines += 1;
                for item in &list.items {
                    ast::print_and_or(item, &mut vars, &mut reading.printed);
                }
            }
            Ok(None) => return reading,
            Err(error) => {
                let kind = format!("{:?}", error.kind);
                let name = kind.split(|letter: char| !letter.is_alphanumeric()).next();
                reading.error = name.map(String::from);
                return reading;
            }
        }
    }
}

/// Computes an expression; its value, or the message.
///
/// # Errors
/// What the shell says of it.
pub fn compute(expression: &[u8]) -> Result<i64, Vec<u8>> {
    let mut shell = Shell::new();
    arith::eval_text(&mut shell, expression).map_err(|error| error.text())
}
