//! `[[ … ]]`.

use super::{ErrorKind, Parser, Result};
use crate::ast::{CondExpr, Kind, Word};
use crate::lexer::{Op, Token};

fn is_unary(text: &[u8]) -> bool {
    matches!(text, [b'-', letter] if b"abcdefghknoprstuvwxzGLNORS".contains(letter))
}

fn is_binary(text: &[u8]) -> bool {
    matches!(
        text,
        b"=" | b"=="
            | b"!="
            | b"=~"
            | b"-eq"
            | b"-ne"
            | b"-lt"
            | b"-le"
            | b"-gt"
            | b"-ge"
            | b"-nt"
            | b"-ot"
            | b"-ef"
    )
}

impl Parser<'_> {
    pub(crate) fn parse_condition(&mut self, line: u32) -> Result<Kind> {
        self.next()?;
        self.assign_ok = false;
        self.in_condition = true;
        let expr = self.parse_cond_or()?;
        self.skip_newlines()?;
        let closed = self.peek_keyword(b"]]")?;
        self.in_condition = false;
        if !closed {
            let token = self.next()?;
            return Err(match token {
                Token::End => self.eof_looking_for_condition(line),
                Token::Word(_) => {
                    let mut error = self.unexpected(&token);
                    let message = &b"syntax error in conditional expression"[..];
                    error.kind = ErrorKind::Condition(message.to_vec());
                    error
                }
                token => self.unexpected_in_condition(
                    "syntax error in conditional expression: unexpected token ",
                    &token,
                    "",
                ),
            });
        }
        self.next()?;
        self.assign_ok = true;
        Ok(Kind::Condition(Box::new(expr)))
    }

    fn eof_looking_for_condition(&mut self, _line: u32) -> Box<super::SyntaxError> {
        self.unexpected(&Token::End)
    }

    /// A token that makes no sense: what stands before and after its name.
    fn unexpected_in_condition(
        &mut self,
        before: &str,
        token: &Token,
        after: &str,
    ) -> Box<super::SyntaxError> {
        let mut error = self.unexpected(token);
        let named = match &error.kind {
            ErrorKind::Unexpected(text) => text.as_slice(),
            _ => return error,
        };
        let message = [before.as_bytes(), b"`", named, b"'", after.as_bytes()].concat();
        error.kind = ErrorKind::Condition(message);
        error
    }

    fn parse_cond_or(&mut self) -> Result<CondExpr> {
        let line = self.input.line;
        self.enter(line)?;
        let mut left = self.parse_cond_and()?;
        loop {
            self.skip_newlines()?;
            if !matches!(self.peek()?, Token::Op(Op::Or)) {
                break;
            }
            self.next_in_condition()?;
            let right = self.parse_cond_and()?;
            left = CondExpr::Or(Box::new(left), Box::new(right));
        }
        self.leave();
        Ok(left)
    }

    fn parse_cond_and(&mut self) -> Result<CondExpr> {
        let mut left = self.parse_cond_not()?;
        loop {
            self.skip_newlines()?;
            if !matches!(self.peek()?, Token::Op(Op::And)) {
                return Ok(left);
            }
            self.next_in_condition()?;
            let right = self.parse_cond_not()?;
            left = CondExpr::And(Box::new(left), Box::new(right));
        }
    }

    fn next_in_condition(&mut self) -> Result<Token> {
        let token = self.next()?;
        self.assign_ok = false;
        Ok(token)
    }

    fn parse_cond_not(&mut self) -> Result<CondExpr> {
        let mut negations = 0;
        loop {
            self.skip_newlines()?;
            self.assign_ok = false;
            if !self.peek_keyword(b"!")? {
                break;
            }
            self.next_in_condition()?;
            negations += 1;
        }
        let mut expr = self.parse_cond_primary()?;
        for _ in 0..negations {
            expr = CondExpr::Not(Box::new(expr));
        }
        Ok(expr)
    }

    fn parse_cond_primary(&mut self) -> Result<CondExpr> {
        if matches!(self.peek()?, Token::Op(Op::Open)) {
            self.next_in_condition()?;
            let expr = self.parse_cond_or()?;
            self.skip_newlines()?;
            match self.next_in_condition()? {
                Token::Op(Op::Close) => {}
                token => {
                    return Err(self.unexpected_in_condition(
                        "unexpected token ",
                        &token,
                        ", expected `)'",
                    ));
                }
            }
            return Ok(CondExpr::Group(Box::new(expr)));
        }
        if self.peek_keyword(b"]]")? {
            // Of a missing expression bash says nothing.
            return Err(self.error_at(self.token_line, ErrorKind::Condition(Vec::new())));
        }
        let left = self.cond_word("unexpected token ", " in conditional command")?;
        if let Some(op) = left.as_literal().filter(|text| is_unary(text)) {
            let op = op.to_vec();
            const BEFORE: &str = "unexpected argument ";
            const AFTER: &str = " to conditional unary operator";
            match self.peek()? {
                Token::Word(word) => {
                    let binary = word.as_literal().is_some_and(is_binary);
                    if !binary || !self.operand_follows() {
                        let operand = self.cond_word(BEFORE, AFTER)?;
                        return Ok(CondExpr::Unary(op, operand));
                    }
                }
                _ => {
                    let operand = self.cond_word(BEFORE, AFTER)?;
                    return Ok(CondExpr::Unary(op, operand));
                }
            }
        }
        self.parse_cond_binary(left)
    }

    /// Whether, after the operator just peeked at, another word comes before `]]`.
    fn operand_follows(&mut self) -> bool {
        let mut at = 0;
        while matches!(self.input.ahead(at), b' ' | b'\t') {
            at += 1;
        }
        !matches!(self.input.ahead(at), b']' | b')' | b'&' | b'|' | b'\n' | 0)
    }

    fn parse_cond_binary(&mut self, left: Word) -> Result<CondExpr> {
        use crate::ast::RedirectKind::{Read, Write};
        let op = match self.peek()? {
            Token::Op(Op::Redirect(Read)) => b"<".to_vec(),
            Token::Op(Op::Redirect(Write)) => b">".to_vec(),
            Token::Word(word) => match word.as_literal() {
                Some(text) if is_binary(text) => text.to_vec(),
                Some(b"]]") => return Ok(CondExpr::Word(left)),
                _ => {
                    let token = self.next()?;
                    let mut error = self.unexpected(&token);
                    error.kind =
                        ErrorKind::Condition(b"conditional binary operator expected".to_vec());
                    return Err(error);
                }
            },
            Token::Op(Op::And | Op::Or | Op::Close) | Token::End => {
                return Ok(CondExpr::Word(left));
            }
            _ => {
                let token = self.next()?;
                return Err(self.unexpected_in_condition(
                    "unexpected token ",
                    &token,
                    ", conditional binary operator expected",
                ));
            }
        };
        self.next_in_condition()?;
        let right = if op == b"=~" {
            self.read_regex_word()?
        } else {
            self.in_pattern = matches!(op.as_slice(), b"=" | b"==" | b"!=");
            let word = self.cond_word("unexpected argument ", " to conditional binary operator");
            self.in_pattern = false;
            word?
        };
        Ok(CondExpr::Binary(left, op, right))
    }

    /// A word; else an error that says what the token is to what.
    fn cond_word(&mut self, before: &str, after: &str) -> Result<Word> {
        match self.next_in_condition()? {
            Token::Word(word) if word.as_literal() != Some(b"]]") => Ok(word),
            Token::FdNumber(number) => Ok(Word::literal(&crate::text::int_text(i64::from(number)))),
            token => Err(self.unexpected_in_condition(before, &token, after)),
        }
    }

    /// The right side of `=~`: blanks end it outside parentheses.
    fn read_regex_word(&mut self) -> Result<Word> {
        self.token = None;
        self.skip_blanks();
        self.token_start = self.input.pos;
        let line = self.input.line;
        let mut builder = crate::lexer::WordBuilder::default();
        let mut depth = 0usize;
        let mut bracket = false;
        loop {
            match self.input.cur() {
                0 => return Err(self.eof_looking_for(b']', line)),
                b' ' | b'\t' | b'\n' if depth == 0 => break,
                b'&' if depth == 0 && self.input.ahead(1) == b'&' => break,
                b'|' if depth == 0 && self.input.ahead(1) == b'|' => break,
                c @ b'[' if !bracket => {
                    bracket = self.bracket_closes();
                    self.input.skip(1);
                    builder.byte(c);
                    if bracket && self.input.cur() == b'^' {
                        self.input.skip(1);
                        builder.byte(b'^');
                    }
                    if bracket && self.input.cur() == b']' {
                        self.input.skip(1);
                        builder.byte(b']');
                    }
                }
                c @ b']' if bracket => {
                    bracket = false;
                    self.input.skip(1);
                    builder.byte(c);
                }
                c @ b'(' if !bracket => {
                    depth += 1;
                    self.input.skip(1);
                    builder.byte(c);
                }
                b')' if depth == 0 && !bracket => break,
                c @ b')' if !bracket => {
                    depth -= 1;
                    self.input.skip(1);
                    builder.byte(c);
                }
                _ => self.read_quoted_or_expansion(&mut builder)?,
            }
        }
        let mut word = builder.into_word();
        self.mark_tildes(&mut word, false);
        Ok(word)
    }

    fn bracket_closes(&mut self) -> bool {
        let mut at = 1;
        if self.input.ahead(at) == b'^' {
            at += 1;
        }
        if self.input.ahead(at) == b']' {
            at += 1;
        }
        loop {
            match self.input.ahead(at) {
                0 | b'\n' | b' ' => return false,
                b']' => return true,
                b'[' if self.input.ahead(at + 1) == b':' => {
                    at += 2;
                    while !matches!(self.input.ahead(at), 0 | b'\n' | b']') {
                        at += 1;
                    }
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }
}
