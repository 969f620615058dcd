//! `if`, loops, `{ }`, `coproc`.

use super::{ErrorKind, Parser, Result};
use crate::ast::{Arith, Command, Kind, List, Word};
use crate::lexer::{Op, Token};

impl Parser<'_> {
    /// The compound command that this reserved word starts; none if it is none.
    pub(crate) fn parse_compound(&mut self, keyword: &[u8], line: u32) -> Result<Option<Kind>> {
        let kind = match keyword {
            b"{" => {
                self.start()?;
                let body = self.parse_body()?;
                self.expect_keyword(b"}")?;
                Kind::Brace(body)
            }
            b"if" => self.parse_if()?,
            b"while" | b"until" => {
                self.start()?;
                let condition = self.parse_body()?;
                let body = self.parse_do()?;
                Kind::While {
                    until: keyword == b"until",
                    condition,
                    body,
                }
            }
            b"for" => self.parse_for()?,
            b"select" => {
                self.start()?;
                let (name, words, body) = self.parse_loop_header()?;
                Kind::Select { name, words, body }
            }
            b"case" => self.parse_case()?,
            b"[[" => self.parse_condition(line)?,
            b"coproc" => self.parse_coproc()?,
            b"then" | b"else" | b"elif" | b"fi" | b"do" | b"done" | b"esac" | b"}" | b"]]"
                if keyword != b"]]" =>
            {
                return self.unexpected_next();
            }
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }

    fn start(&mut self) -> Result<()> {
        self.next()?;
        self.assign_ok = true;
        Ok(())
    }

    fn parse_if(&mut self) -> Result<Kind> {
        let mut branches = Vec::with_capacity(1);
        loop {
            self.start()?;
            let condition = self.parse_body()?;
            self.expect_keyword(b"then")?;
            let body = self.parse_body()?;
            branches.push((condition, body));
            if self.peek_keyword(b"elif")? {
                continue;
            }
            let otherwise = if self.peek_keyword(b"else")? {
                self.start()?;
                Some(self.parse_body()?)
            } else {
                None
            };
            self.expect_keyword(b"fi")?;
            return Ok(Kind::If {
                branches,
                otherwise,
            });
        }
    }

    fn parse_do(&mut self) -> Result<List> {
        self.skip_newlines()?;
        self.expect_keyword(b"do")?;
        let body = self.parse_body()?;
        self.expect_keyword(b"done")?;
        Ok(body)
    }

    /// `do … done` or `{ … }`.
    fn parse_loop_body(&mut self) -> Result<List> {
        self.skip_newlines()?;
        if self.peek_keyword(b"{")? {
            self.start()?;
            let body = self.parse_body()?;
            self.expect_keyword(b"}")?;
            return Ok(body);
        }
        self.parse_do()
    }

    fn parse_for(&mut self) -> Result<Kind> {
        self.next()?;
        self.assign_ok = false;
        if matches!(self.peek()?, Token::Op(Op::Open)) && self.input.cur() == b'(' {
            self.next()?;
            self.input.skip(1);
            return self.parse_arith_for();
        }
        let (name, words, body) = self.parse_loop_header()?;
        Ok(Kind::For { name, words, body })
    }

    fn parse_arith_for(&mut self) -> Result<Kind> {
        let start = self.input.pos;
        let init = self.parse_for_clause(start, false)?;
        let condition = self.parse_for_clause(start, false)?;
        let step = self.parse_for_clause(start, true)?;
        self.input.skip(1);
        if matches!(self.peek()?, Token::Op(Op::Semi)) {
            self.next()?;
        }
        let body = self.parse_loop_body()?;
        Ok(Kind::ArithFor {
            init,
            condition,
            step,
            body,
        })
    }

    fn parse_for_clause(&mut self, start: usize, last: bool) -> Result<Arith> {
        let arith = self.read_arith_until(b";))")?;
        if (self.input.cur() == b')') != last {
            let message: &[u8] = match last {
                true => b"syntax error: `;' unexpected",
                false => b"syntax error: arithmetic expression required",
            };
            while self.input.cur() == b';' {
                self.input.skip(1);
                self.read_arith_until(b";))")?;
            }
            let text = &self.input.src[start.min(self.input.pos)..self.input.pos];
            let second = [b"syntax error: `((", text, b"))'"].concat();
            let kind = ErrorKind::Messages(message.to_vec(), second);
            return Err(self.error_at(self.input.line, kind));
        }
        self.input.skip(1);
        Ok(arith)
    }

    #[allow(clippy::type_complexity)]
    fn parse_loop_header(&mut self) -> Result<(Vec<u8>, Option<Vec<Word>>, List)> {
        self.assign_ok = false;
        let name = match self.next()? {
            Token::Word(word) => self.source_text(&word),
            token => return Err(self.unexpected(&token)),
        };
        let mut words = None;
        match self.peek()? {
            Token::Op(Op::Semi) => {
                self.next()?;
            }
            _ => {
                self.skip_newlines()?;
                if self.peek_keyword(b"in")? {
                    self.next()?;
                    words = Some(self.parse_loop_words()?);
                }
            }
        }
        self.assign_ok = true;
        let body = self.parse_loop_body()?;
        Ok((name, words, body))
    }

    fn parse_loop_words(&mut self) -> Result<Vec<Word>> {
        let mut words = Vec::new();
        self.assign_ok = false;
        loop {
            match self.next()? {
                Token::Word(word) => words.push(word),
                Token::Op(Op::Semi) | Token::Newline => return Ok(words),
                token => return Err(self.unexpected(&token)),
            }
            self.assign_ok = false;
        }
    }

    fn parse_coproc(&mut self) -> Result<Kind> {
        self.start()?;
        let starts = |word: Option<&[u8]>| {
            matches!(
                word,
                Some(b"{" | b"if" | b"while" | b"until" | b"for" | b"case" | b"select" | b"[[")
            )
        };
        let mut name = b"COPROC".to_vec();
        if let Token::Word(word) = self.peek()? {
            let literal = word.as_literal().map(<[u8]>::to_vec);
            if !starts(literal.as_deref()) && literal.is_some() {
                // A name only if a compound command follows it.
                self.skip_blanks();
                let mut len = 0;
                while !crate::lexer::is_word_end(self.input.ahead(len)) {
                    len += 1;
                }
                let pos = self.input.pos;
                let following = self.input.src[pos..pos + len].to_vec();
                if starts(Some(&following)) || (len == 0 && self.input.cur() == b'(') {
                    name = literal.unwrap_or_default();
                    self.start()?;
                }
            }
        }
        let body: Command = self.parse_command()?;
        Ok(Kind::Coproc { name, body })
    }
}
