//! `bc`'s statements, with the jumps of conditions and loops.

use super::{DEPTH_MAX, Parsed, Parser, Stop};
use crate::calc::code::{Op, Program};
use crate::calc::lexer::Token;

impl Parser<'_> {
    /// Statements up to a closing brace.
    pub(super) fn block(&mut self, program: &mut Program) -> Parsed {
        loop {
            match &self.token {
                Token::Symbol("}") => return self.advance(),
                Token::Newline | Token::Symbol(";") => self.advance()?,
                Token::End => return Err(self.error()),
                _ => {
                    self.statement(program)?;
                    if !matches!(self.token, Token::Newline | Token::Symbol(";" | "}")) {
                        return Err(self.error());
                    }
                }
            }
        }
    }

    pub(super) fn statement(&mut self, program: &mut Program) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.complaint("too deeply nested"));
        }
        let result = self.one_statement(program);
        self.depth -= 1;
        result
    }

    fn one_statement(&mut self, program: &mut Program) -> Parsed {
        match self.token.clone() {
            Token::String(text) => {
                self.advance()?;
                let text = program.text(text);
                self.code.push(Op::Text(text, false));
            }
            Token::Symbol("{") => {
                self.advance()?;
                self.block(program)?;
            }
            Token::Name(name) => match name.as_slice() {
                b"print" => self.print(program)?,
                b"if" => self.condition(program)?,
                b"while" => self.while_loop(program)?,
                b"for" => self.for_loop(program)?,
                b"break" | b"continue" => {
                    self.advance()?;
                    let at = self.code.len();
                    let Some((out, again)) = self.loops.last_mut() else {
                        let text = match name.as_slice() {
                            b"break" => "Break outside a for/while",
                            _ => "Continue outside a for",
                        };
                        return Err(self.complaint(text));
                    };
                    if name == b"break" { out } else { again }.push(at);
                    self.code.push(Op::Jump(0));
                }
                b"return" => self.return_value(program)?,
                b"halt" => {
                    self.advance()?;
                    self.code.push(Op::Halt);
                }
                b"quit" => return Err(Stop::Quit),
                b"limits" => {
                    self.advance()?;
                    let text = program.text(LIMITS.to_vec());
                    self.code.push(Op::Text(text, false));
                }
                b"warranty" => self.advance()?,
                b"auto" | b"else" | b"define" => return Err(self.error()),
                _ => self.expression_statement(program)?,
            },
            _ => self.expression_statement(program)?,
        }
        Ok(())
    }

    fn expression_statement(&mut self, program: &mut Program) -> Parsed {
        let assigns = self.expression(program, 0)?;
        self.code
            .push(if assigns { Op::Drop } else { Op::PrintLine });
        Ok(())
    }

    fn print(&mut self, program: &mut Program) -> Parsed {
        loop {
            self.advance()?;
            if let Token::String(text) = self.token.clone() {
                self.advance()?;
                let text = program.text(text);
                self.code.push(Op::Text(text, true));
            } else {
                self.expression(program, 0)?;
                self.code.push(Op::Print);
            }
            if !self.is(",") {
                return Ok(());
            }
        }
    }

    fn condition(&mut self, program: &mut Program) -> Parsed {
        self.advance()?;
        self.expect("(")?;
        self.expression(program, 0)?;
        self.expect(")")?;
        let test = self.code.len();
        self.code.push(Op::JumpIfZero(0));
        self.skip_newlines()?;
        self.statement(program)?;
        if matches!(&self.token, Token::Name(name) if name == b"else") {
            self.advance()?;
            let skip = self.code.len();
            self.code.push(Op::Jump(0));
            self.code[test] = Op::JumpIfZero(self.code.len());
            self.skip_newlines()?;
            self.statement(program)?;
            self.code[skip] = Op::Jump(self.code.len());
        } else {
            self.code[test] = Op::JumpIfZero(self.code.len());
        }
        Ok(())
    }

    fn while_loop(&mut self, program: &mut Program) -> Parsed {
        self.advance()?;
        self.expect("(")?;
        let start = self.code.len();
        self.expression(program, 0)?;
        self.expect(")")?;
        let test = self.code.len();
        self.code.push(Op::JumpIfZero(0));
        self.body(program)?;
        self.code.push(Op::Jump(start));
        self.code[test] = Op::JumpIfZero(self.code.len());
        self.end_loop(start);
        Ok(())
    }

    fn for_loop(&mut self, program: &mut Program) -> Parsed {
        self.advance()?;
        self.expect("(")?;
        if !self.is(";") {
            self.expression(program, 0)?;
            self.code.push(Op::Drop);
        }
        self.expect(";")?;
        let start = self.code.len();
        let mut test = None;
        if !self.is(";") {
            self.expression(program, 0)?;
            test = Some(self.code.len());
            self.code.push(Op::JumpIfZero(0));
        }
        self.expect(";")?;
        // The step stands before the body but runs after it.
        let mark = self.code.len();
        if !self.is(")") {
            self.expression(program, 0)?;
            self.code.push(Op::Drop);
        }
        let step = self.code.split_off(mark);
        self.expect(")")?;
        self.body(program)?;
        let again = self.code.len();
        let shift = again as isize - mark as isize;
        self.code
            .extend(step.into_iter().map(|op| moved(op, shift)));
        self.code.push(Op::Jump(start));
        if let Some(test) = test {
            self.code[test] = Op::JumpIfZero(self.code.len());
        }
        self.end_loop(again);
        Ok(())
    }

    fn body(&mut self, program: &mut Program) -> Parsed {
        self.loops.push(Default::default());
        self.skip_newlines()?;
        self.statement(program)
    }

    fn end_loop(&mut self, again: usize) {
        let end = self.code.len();
        let (out, continued) = self.loops.pop().unwrap_or_default();
        out.into_iter().for_each(|at| self.code[at] = Op::Jump(end));
        continued
            .into_iter()
            .for_each(|at| self.code[at] = Op::Jump(again));
    }

    fn return_value(&mut self, program: &mut Program) -> Parsed {
        self.advance()?;
        if !self.in_function {
            if !matches!(self.token, Token::Newline | Token::Symbol(_)) {
                self.advance()?;
            }
            return Err(self.complaint("Return outside of a function."));
        }
        if matches!(self.token, Token::Newline | Token::Symbol(";" | "}")) {
            let zero = program.text(b"0".to_vec());
            self.code.push(Op::Constant(zero));
        } else {
            self.expression(program, 0)?;
        }
        self.code.push(Op::Return);
        Ok(())
    }
}

static LIMITS: &[u8] = b"BC_BASE_MAX     = 2147483647
BC_DIM_MAX      = 16777215
BC_SCALE_MAX    = 2147483647
BC_STRING_MAX   = 2147483647
MAX Exponent    = 9223372036854775807
Number of vars  = 32767
";

/// An instruction after its code was moved.
fn moved(op: Op, by: isize) -> Op {
    match op {
        Op::Jump(to) => Op::Jump(to.saturating_add_signed(by)),
        Op::JumpIfZero(to) => Op::JumpIfZero(to.saturating_add_signed(by)),
        Op::JumpUnlessZero(to) => Op::JumpUnlessZero(to.saturating_add_signed(by)),
        other => other,
    }
}
