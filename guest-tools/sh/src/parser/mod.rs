//! The grammar: tokens to syntax trees, by recursive descent.

mod case;
mod command;
mod compound;
mod condition;
mod error;
#[cfg(test)]
mod hostile_tests;
mod list;
mod redirect;
mod simple;

use std::rc::Rc;

use crate::ast::HereDoc;
use crate::lexer::{Input, Token};
use crate::vars::{FastMap, Vars};

pub use error::{ErrorKind, SyntaxError};

/// What parsing gives.
pub type Result<T> = std::result::Result<T, Box<SyntaxError>>;

/// Aliases by name.
pub type Aliases = FastMap<Vec<u8>, Vec<u8>>;

/// How deep commands, expansions and expressions may nest in each other.
const DEPTH_MAX: u32 = 700;

/// Options of the shell that change the grammar.
#[derive(Clone, Copy, Debug, Default)]
pub struct ParseOptions {
    pub extglob: bool,
    pub posix: bool,
    pub aliases: bool,
}

/// A parser at a position of its input.
pub struct Parser<'a> {
    pub input: &'a mut Input,
    pub vars: &'a mut Vars,
    pub aliases: &'a Aliases,
    pub options: ParseOptions,
    pub(crate) token: Option<Token>,
    pub(crate) token_start: usize,
    pub(crate) token_line: u32,
    pub(crate) heredocs: Vec<Rc<HereDoc>>,
    /// Whether a word here may be an assignment.
    pub(crate) assign_ok: bool,
    /// Inside `[[ ]]`.
    pub(crate) in_condition: bool,
    /// After an operator of `[[ ]]` whose right side is a pattern.
    pub(crate) in_pattern: bool,
    /// How many `$( )` are open.
    pub(crate) nested: u32,
    pub(crate) depth: u32,
    /// Here-documents that the end of the input closed: line, first line, delimiter.
    pub warnings: Vec<(u32, u32, Vec<u8>)>,
}

impl<'a> Parser<'a> {
    /// A parser that goes on where the input is.
    pub fn new(
        input: &'a mut Input,
        vars: &'a mut Vars,
        aliases: &'a Aliases,
        options: ParseOptions,
    ) -> Parser<'a> {
        Parser {
            input,
            vars,
            aliases,
            options,
            token: None,
            token_start: 0,
            token_line: 1,
            heredocs: Vec::new(),
            assign_ok: true,
            in_condition: false,
            in_pattern: false,
            nested: 0,
            depth: 0,
            warnings: Vec::new(),
        }
    }

    /// Notes one more level of nesting.
    pub(crate) fn enter(&mut self, line: u32) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.error_at(line, ErrorKind::TooDeep));
        }
        Ok(())
    }

    /// Notes the end of a level.
    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }
}
