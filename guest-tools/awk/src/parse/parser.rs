//! The parser's state, rules and functions.

use super::ast::{Function, Pattern, Program, Rule};
use crate::lex::{Keyword, Lexer, Token};

/// How deep expressions and statements may nest.
const DEPTH_MAX: usize = 400;

/// A message about the program, with the line and the text around it.
#[derive(Debug)]
pub struct SyntaxError {
    /// Line in the program.
    pub line: u32,
    /// The line's text and the column of the token at fault.
    pub context: (Vec<u8>, usize),
    /// What is wrong.
    pub message: String,
}

pub(super) type Parsed<T> = Result<T, SyntaxError>;

/// The parser: a token ahead.
pub(super) struct Parser<'a> {
    pub(super) lexer: Lexer<'a>,
    pub(super) token: Token,
    /// Line of the current token.
    pub(super) line: u32,
    /// Within `print` outside parentheses: `>` is a redirection.
    pub(super) no_greater: bool,
    /// Where `in` ends the expression.
    pub(super) no_in: bool,
    pub(super) in_function: bool,
    pub(super) loops: usize,
    depth: usize,
}

/// Parses a program.
///
/// # Errors
/// What is wrong with it, and where.
pub fn parse(source: &[u8]) -> Result<Program, SyntaxError> {
    let mut parser = Parser {
        lexer: Lexer::new(source),
        token: Token::Newline,
        line: 1,
        no_greater: false,
        no_in: false,
        in_function: false,
        loops: 0,
        depth: 0,
    };
    parser.advance()?;
    parser.program()
}

impl Parser<'_> {
    pub(super) fn advance(&mut self) -> Parsed<Token> {
        let line = self.lexer.line;
        match self.lexer.next() {
            Ok(token) => {
                self.line = if token == Token::Newline {
                    line
                } else {
                    self.lexer.line
                };
                Ok(std::mem::replace(&mut self.token, token))
            }
            Err(message) => Err(self.error(message)),
        }
    }

    pub(super) fn error(&self, message: impl Into<String>) -> SyntaxError {
        let (line, column) = self.lexer.context();
        SyntaxError {
            line: self.line,
            context: (line.to_vec(), column),
            message: message.into(),
        }
    }

    pub(super) fn unexpected<T>(&self) -> Parsed<T> {
        if !matches!(self.token, Token::Newline | Token::End) {
            return Err(self.error("syntax error"));
        }
        let (line, context) = self.lexer.line_end();
        Err(SyntaxError {
            line,
            context: (context.to_vec(), context.len()),
            message: "unexpected newline or end of string".to_owned(),
        })
    }

    pub(super) fn is(&self, op: &str) -> bool {
        matches!(&self.token, Token::Op(is) if *is == op)
    }

    pub(super) fn is_keyword(&self, keyword: Keyword) -> bool {
        self.token == Token::Keyword(keyword)
    }

    pub(super) fn accept(&mut self, op: &str) -> Parsed<bool> {
        let found = self.is(op);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    pub(super) fn expect(&mut self, op: &str) -> Parsed<()> {
        match self.accept(op)? {
            true => Ok(()),
            false => self.unexpected(),
        }
    }

    pub(super) fn skip_newlines(&mut self) -> Parsed<()> {
        while self.token == Token::Newline {
            self.advance()?;
        }
        Ok(())
    }

    pub(super) fn skip_terminators(&mut self) -> Parsed<()> {
        while self.token == Token::Newline || self.is(";") {
            self.advance()?;
        }
        Ok(())
    }

    /// Runs a part of the parser one level deeper.
    pub(super) fn nested<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH_MAX {
            return Err(self.error("program nested too deeply"));
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    fn program(&mut self) -> Parsed<Program> {
        let mut program = Program::default();
        loop {
            self.skip_terminators()?;
            match &self.token {
                Token::End => return Ok(program),
                Token::Keyword(Keyword::Function | Keyword::Func) => {
                    let function = self.function()?;
                    if program.functions.iter().any(|f| f.name == function.name) {
                        let name = String::from_utf8_lossy(&function.name).into_owned();
                        let text = format!("function name `{name}' previously defined");
                        return Err(self.error(text));
                    }
                    program.functions.push(function);
                }
                Token::Op("@") => self.directive()?,
                _ => {
                    let rule = self.rule()?;
                    program.rules.push(rule);
                }
            }
        }
    }

    /// `@namespace "x"`, and `@load "x"`, which has no effect here.
    fn directive(&mut self) -> Parsed<()> {
        let outer = std::mem::take(&mut self.lexer.namespace);
        self.advance()?;
        let load = match &self.token {
            Token::Name(name) if name == b"load" => true,
            Token::Name(name) if name == b"namespace" => false,
            _ => return self.unexpected(),
        };
        self.advance()?;
        self.lexer.namespace = match &self.token {
            Token::Text(_) if load => outer,
            Token::Text(name) if name == b"awk" => Vec::new(),
            Token::Text(name) => [name, &b"::"[..]].concat(),
            _ => return self.unexpected(),
        };
        self.advance()?;
        Ok(())
    }

    fn rule(&mut self) -> Parsed<Rule> {
        let line = self.line;
        let special = match self.token {
            Token::Keyword(Keyword::Begin) => Some(Pattern::Begin),
            Token::Keyword(Keyword::End) => Some(Pattern::End),
            Token::Keyword(Keyword::BeginFile) => Some(Pattern::BeginFile),
            Token::Keyword(Keyword::EndFile) => Some(Pattern::EndFile),
            _ => None,
        };
        if let Some(pattern) = special {
            let name = match self.advance()? {
                Token::Keyword(keyword) => keyword.text(),
                _ => "",
            };
            if !self.is("{") {
                return Err(self.error(format!("{name} blocks must have an action part")));
            }
            let body = Some(self.braces()?);
            return Ok(Rule {
                line,
                pattern,
                body,
            });
        }
        let pattern = if self.is("{") {
            Pattern::Always
        } else {
            let first = self.expression()?;
            if self.accept(",")? {
                self.skip_newlines()?;
                Pattern::Range(first, self.expression()?)
            } else {
                Pattern::When(first)
            }
        };
        let body = if self.is("{") {
            Some(self.braces()?)
        } else {
            match self.token {
                Token::Newline | Token::End | Token::Op(";") => None,
                _ => return self.unexpected(),
            }
        };
        Ok(Rule {
            line,
            pattern,
            body,
        })
    }

    fn function(&mut self) -> Parsed<Function> {
        self.advance()?;
        let name = match self.advance()? {
            Token::Name(name) | Token::Call(name) => name,
            Token::Builtin(builtin) => {
                let name = builtin.text();
                let text = format!("`{name}' is a built-in function, it cannot be redefined");
                return Err(self.error(text));
            }
            _ => return self.unexpected(),
        };
        self.expect("(")?;
        let mut params = Vec::new();
        while !self.is(")") {
            match self.advance()? {
                Token::Name(param) => {
                    if params.contains(&param) {
                        let text = format!(
                            "function `{}': parameter #{}, `{}', duplicates parameter #{}",
                            String::from_utf8_lossy(&name),
                            params.len() + 1,
                            String::from_utf8_lossy(&param),
                            params.iter().position(|p| *p == param).unwrap_or(0) + 1
                        );
                        return Err(self.error(text));
                    }
                    params.push(param);
                }
                _ => return self.unexpected(),
            }
            self.skip_newlines()?;
            if !self.accept(",")? {
                break;
            }
            self.skip_newlines()?;
        }
        self.expect(")")?;
        self.skip_newlines()?;
        self.in_function = true;
        let body = self.braces()?;
        self.in_function = false;
        Ok(Function { name, params, body })
    }
}
