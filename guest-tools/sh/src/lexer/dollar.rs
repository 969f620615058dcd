//! What `$` starts: variables, commands, arithmetic.

use std::rc::Rc;

use super::token::{Op, Token};
use super::word::WordBuilder;
use crate::ast::{CommandSub, Param, ParamName, ParamOp, Part, ProcessSub};
use crate::parser::{Parser, Result};
use crate::text::{is_name_byte, is_name_start};

impl Parser<'_> {
    /// Reads the expansion at the position, which is at a `$`.
    pub fn read_dollar(&mut self, builder: &mut WordBuilder, in_double: bool) -> Result<()> {
        if self.input.ahead(1) == b'\\' {
            self.input.join(1);
        }
        let part = match self.input.ahead(1) {
            b'\'' if !in_double => {
                self.input.skip(1);
                Part::Single(self.read_ansi()?)
            }
            b'"' if !in_double => {
                self.input.skip(1);
                self.read_double()?
            }
            b'(' => {
                if self.input.ahead(2) == b'\\' {
                    self.input.join(2);
                }
                let quote = std::mem::replace(&mut self.input.quote, b'(');
                let arith = match self.input.ahead(2) {
                    b'(' => self.try_arith(3)?,
                    _ => None,
                };
                let part = if let Some(arith) = arith {
                    Part::Arith(Box::new(arith))
                } else {
                    self.input.skip(2);
                    self.read_command_sub()?
                };
                self.input.quote = quote;
                part
            }
            b'[' => {
                self.input.skip(2);
                let arith = self.read_arith_until(b"]")?;
                self.input.skip(1);
                Part::Arith(Box::new(arith))
            }
            b'{' => {
                self.input.skip(2);
                Part::Param(Box::new(self.read_param(in_double)?))
            }
            c if is_name_start(c) => {
                self.input.skip(1);
                let start = self.input.pos;
                let mut len = 1;
                loop {
                    while is_name_byte(self.input.ahead(len)) {
                        len += 1;
                    }
                    if !(self.input.ahead(len) == b'\\' && self.input.ahead(len + 1) == b'\n') {
                        break;
                    }
                    self.input.join(len);
                }
                let start = self.input.pos.max(start);
                self.input.skip(len);
                let sym = self.vars.sym(&self.input.src[start..start + len]);
                simple_param(ParamName::Variable(sym))
            }
            c @ b'1'..=b'9' => {
                self.input.skip(2);
                simple_param(ParamName::Positional(usize::from(c - b'0')))
            }
            c @ (b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' | b'0') => {
                self.input.skip(2);
                simple_param(ParamName::Special(c))
            }
            _ => {
                self.input.skip(1);
                builder.byte(b'$');
                return Ok(());
            }
        };
        builder.part(part);
        Ok(())
    }

    /// Reads commands up to `)`, the position being after the `(`.
    fn read_command_sub(&mut self) -> Result<Part> {
        let body = self.read_nested_list()?;
        Ok(Part::Command(Rc::new(CommandSub {
            body,
            backquoted: None,
            error: None,
        })))
    }

    /// Reads `<(…)` or `>(…)`, the position being at its start.
    pub fn read_process_sub(&mut self, input: bool) -> Result<Part> {
        self.input.skip(2);
        let body = self.read_nested_list()?;
        Ok(Part::Process(Rc::new(ProcessSub { body, input })))
    }

    fn read_nested_list(&mut self) -> Result<crate::ast::List> {
        let line = self.input.line;
        self.enter(line)?;
        let token = self.token.take();
        let pending = std::mem::take(&mut self.heredocs);
        let assign_ok = std::mem::replace(&mut self.assign_ok, true);
        let in_condition = std::mem::replace(&mut self.in_condition, false);
        let quote = std::mem::replace(&mut self.input.quote, b'(');
        self.nested += 1;
        let start = (self.token_start, self.token_line);
        let list = self.parse_compound_list()?;
        match self.next()? {
            Token::Op(Op::Close) => {}
            Token::End => return Err(self.eof_in_commands(b')')),
            token => return Err(self.unexpected(&token)),
        }
        (self.token_start, self.token_line) = start;
        self.input.quote = quote;
        self.nested -= 1;
        self.in_condition = in_condition;
        self.assign_ok = assign_ok;
        let unread = std::mem::replace(&mut self.heredocs, pending);
        self.heredocs.extend(unread);
        self.token = token;
        self.leave();
        Ok(list)
    }
}

fn simple_param(name: ParamName) -> Part {
    Part::Param(Box::new(Param {
        name,
        index: None,
        indirect: false,
        braced: false,
        op: ParamOp::Value,
    }))
}
