//! What a command starts with decides what it is.

use std::rc::Rc;

use super::{Parser, Result};
use crate::ast::{Command, Compound, Function, Kind, Simple};
use crate::lexer::{Op, Token};

/// How long those words are at most.
const LONGEST: usize = 6;

/// Whether a word is one of those that [`Parser::parse_compound`] knows.
fn starts_compound(text: &[u8]) -> bool {
    matches!(
        text,
        b"{" | b"}"
            | b"if"
            | b"then"
            | b"else"
            | b"elif"
            | b"fi"
            | b"while"
            | b"until"
            | b"for"
            | b"do"
            | b"done"
            | b"select"
            | b"case"
            | b"esac"
            | b"[["
            | b"coproc"
    )
}

impl Parser<'_> {
    /// A command with its redirections.
    pub(crate) fn parse_command(&mut self) -> Result<Command> {
        self.expand_aliases()?;
        self.peek()?;
        let line = self.token_line;
        self.enter(line)?;
        let command = self.parse_command_inner(line)?;
        self.leave();
        Ok(command)
    }

    fn parse_command_inner(&mut self, line: u32) -> Result<Command> {
        let kind = match self.peek()? {
            Token::Op(Op::Open) => Some(self.parse_parenthesis()?),
            Token::Word(word) => match word.as_literal() {
                Some(b"function") => return self.parse_function_keyword(line),
                Some(b"in" | b"!") => return self.unexpected_next(),
                Some(text) if starts_compound(text) => {
                    let mut word = [0; LONGEST];
                    let len = text.len();
                    word[..len].copy_from_slice(text);
                    self.parse_compound(&word[..len], line)?
                }
                _ => None,
            },
            Token::FdNumber(_)
            | Token::FdVariable(_)
            | Token::Op(Op::Redirect(_) | Op::HereDocTabs) => None,
            _ => return self.unexpected_next(),
        };
        match kind {
            Some(kind) => {
                let redirects = self.parse_redirects()?;
                Ok(Command::Compound(Box::new(Compound {
                    kind,
                    redirects,
                    line,
                })))
            }
            None => self.parse_simple(line),
        }
    }

    /// `(…)` or `((…))`.
    fn parse_parenthesis(&mut self) -> Result<Kind> {
        self.next()?;
        if self.input.cur() == b'('
            && let Some(arith) = self.try_arith(1)?
        {
            return Ok(Kind::Arith(arith));
        }
        let body = self.parse_body()?;
        self.expect_close()?;
        Ok(Kind::Subshell(body))
    }

    pub(crate) fn expect_close(&mut self) -> Result<()> {
        match self.next()? {
            Token::Op(Op::Close) => Ok(()),
            token => Err(self.unexpected(&token)),
        }
    }

    fn parse_function_keyword(&mut self, line: u32) -> Result<Command> {
        self.next()?;
        self.assign_ok = false;
        let name = match self.next()? {
            Token::Word(word) => self.source_text(&word),
            token => return Err(self.unexpected(&token)),
        };
        self.assign_ok = true;
        if matches!(self.peek()?, Token::Op(Op::Open)) && self.input.cur() != b'(' {
            let mut at = 0;
            while matches!(self.input.ahead(at), b' ' | b'\t') {
                at += 1;
            }
            if self.input.ahead(at) == b')' {
                self.next()?;
                self.expect_close()?;
            }
        }
        self.parse_function_body(name, line)
    }

    /// The text of the word just read, as written.
    pub(crate) fn source_text(&self, word: &crate::ast::Word) -> Vec<u8> {
        match word.as_literal() {
            Some(text) => text.to_vec(),
            None => self.input.src[self.token_start..self.input.pos].to_vec(),
        }
    }

    /// The body after `name ()`.
    pub(crate) fn parse_function_body(&mut self, name: Vec<u8>, line: u32) -> Result<Command> {
        self.skip_newlines()?;
        self.expand_aliases()?;
        let compound = match self.peek()? {
            Token::Op(Op::Open) => true,
            Token::Word(word) => matches!(
                word.as_literal(),
                Some(b"{" | b"if" | b"while" | b"until" | b"for" | b"case" | b"select" | b"[[")
            ),
            _ => false,
        };
        if !compound {
            return self.unexpected_next();
        }
        let body = self.parse_command()?;
        Ok(Command::Function(Rc::new(Function { name, body, line })))
    }

    /// A simple command, or a function's definition that looks like one.
    fn parse_simple(&mut self, line: u32) -> Result<Command> {
        let mut simple = Box::new(Simple {
            line,
            ..Simple::default()
        });
        if let Some(name) = self.parse_simple_parts(&mut simple)? {
            return self.parse_function_body(name, line);
        }
        Ok(Command::Simple(simple))
    }
}
