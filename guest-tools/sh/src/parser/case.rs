//! `case … esac`.

use super::{Parser, Result};
use crate::ast::{CaseArm, CaseEnd, Kind};
use crate::lexer::{Op, Token};

impl Parser<'_> {
    pub(crate) fn parse_case(&mut self) -> Result<Kind> {
        self.next()?;
        self.assign_ok = false;
        let word = match self.next()? {
            Token::Word(word) => word,
            token => return Err(self.unexpected(&token)),
        };
        self.skip_newlines()?;
        self.expect_keyword(b"in")?;
        let mut arms = Vec::new();
        loop {
            self.assign_ok = false;
            self.skip_case_newlines()?;
            if self.peek_keyword(b"esac")? {
                self.next()?;
                self.assign_ok = true;
                return Ok(Kind::Case { word, arms });
            }
            arms.push(self.parse_case_arm()?);
            if !matches!(
                arms.last(),
                Some(CaseArm {
                    end: CaseEnd::Break,
                    ..
                })
            ) {
                continue;
            }
        }
    }

    fn skip_case_newlines(&mut self) -> Result<()> {
        while matches!(self.peek()?, Token::Newline) {
            self.next()?;
            self.assign_ok = false;
        }
        Ok(())
    }

    fn parse_case_arm(&mut self) -> Result<CaseArm> {
        if matches!(self.peek()?, Token::Op(Op::Open)) {
            self.next()?;
            self.assign_ok = false;
        }
        let mut patterns = Vec::new();
        loop {
            match self.next()? {
                Token::Word(word) => patterns.push(word),
                token => return Err(self.unexpected(&token)),
            }
            match self.next()? {
                Token::Op(Op::Pipe) => self.assign_ok = false,
                Token::Op(Op::Close) => break,
                token => return Err(self.unexpected(&token)),
            }
        }
        self.assign_ok = true;
        let body = self.parse_compound_list()?;
        if self.peek_keyword(b"esac")? {
            return Ok(CaseArm {
                patterns,
                body,
                end: CaseEnd::Break,
            });
        }
        let end = match self.peek()? {
            Token::Op(Op::CaseBreak) => CaseEnd::Break,
            Token::Op(Op::CaseFallThrough) => CaseEnd::FallThrough,
            Token::Op(Op::CaseContinue) => CaseEnd::Continue,
            _ => return self.unexpected_next(),
        };
        self.next()?;
        self.assign_ok = false;
        Ok(CaseArm {
            patterns,
            body,
            end,
        })
    }
}
