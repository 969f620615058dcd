//! Lists and pipelines.

use super::{Parser, Result};
use crate::ast::{AndOr, Connector, Few, List, Pipeline, Redirect, RedirectFd, RedirectKind};
use crate::ast::{Command, RedirectTarget, TimeFormat, Word};
use crate::lexer::{Op, Token};

/// Whether a reserved word ends a list.
fn ends_list(word: &[u8]) -> bool {
    matches!(
        word,
        b"then" | b"else" | b"elif" | b"fi" | b"do" | b"done" | b"esac" | b"}"
    )
}

impl Parser<'_> {
    /// The commands of the next line (or lines, where a command spans several);
    /// none at the end of the input.
    pub fn parse_line(&mut self) -> Result<Option<List>> {
        self.token = None;
        self.assign_ok = true;
        loop {
            match self.peek()? {
                Token::End => return Ok(None),
                Token::Newline => {
                    self.next()?;
                }
                _ => break,
            }
        }
        let mut list = List::default();
        loop {
            let mut item = self.parse_and_or()?;
            let mut more = false;
            match self.peek()? {
                Token::Op(Op::Background) => {
                    self.next()?;
                    item.background = true;
                    more = true;
                }
                Token::Op(Op::Semi) => {
                    self.next()?;
                    more = true;
                }
                _ => {}
            }
            list.items.push(item);
            match self.peek()? {
                Token::Newline => {
                    self.next()?;
                    return Ok(Some(list));
                }
                Token::End => {
                    self.read_heredocs()?;
                    return Ok(Some(list));
                }
                _ if more => {}
                _ => return self.unexpected_next(),
            }
        }
    }

    /// The whole input as one list.
    pub fn parse_all(&mut self) -> Result<List> {
        let mut all = List::default();
        while let Some(list) = self.parse_line()? {
            all.items.append(list.items);
        }
        Ok(all)
    }

    /// Commands up to a closing word or operator, which stays unread.
    pub(crate) fn parse_compound_list(&mut self) -> Result<List> {
        let mut list = List::default();
        loop {
            self.skip_newlines()?;
            if self.at_list_end()? {
                return Ok(list);
            }
            let mut item = self.parse_and_or()?;
            let separated = match self.peek()? {
                Token::Op(Op::Background) => {
                    self.next()?;
                    item.background = true;
                    true
                }
                Token::Op(Op::Semi) | Token::Newline => {
                    self.next()?;
                    true
                }
                _ => false,
            };
            list.items.push(item);
            if !separated {
                // The end of a construct that needs no separator, such as `)`.
                return Ok(list);
            }
        }
    }

    /// A list that must not be empty.
    pub(crate) fn parse_body(&mut self) -> Result<List> {
        let list = self.parse_compound_list()?;
        if list.items.is_empty() {
            return self.unexpected_next();
        }
        Ok(list)
    }

    fn at_list_end(&mut self) -> Result<bool> {
        Ok(match self.peek()? {
            Token::End => true,
            Token::Op(op) => matches!(
                op,
                Op::Close | Op::CaseBreak | Op::CaseFallThrough | Op::CaseContinue
            ),
            Token::Word(word) => word.as_literal().is_some_and(ends_list),
            _ => false,
        })
    }

    pub(crate) fn skip_newlines(&mut self) -> Result<()> {
        while matches!(self.peek()?, Token::Newline) {
            self.next()?;
        }
        Ok(())
    }

    fn parse_and_or(&mut self) -> Result<AndOr> {
        let first = self.parse_pipeline()?;
        let mut rest = Vec::new();
        loop {
            let connector = match self.peek()? {
                Token::Op(Op::And) => Connector::And,
                Token::Op(Op::Or) => Connector::Or,
                _ => break,
            };
            self.next()?;
            self.skip_newlines()?;
            rest.push((connector, self.parse_pipeline()?));
        }
        Ok(AndOr {
            first,
            rest,
            background: false,
        })
    }

    fn parse_pipeline(&mut self) -> Result<Pipeline> {
        let mut pipeline = Pipeline {
            commands: Few::None,
            negate: false,
            time: None,
            line: 0,
        };
        let mut prefixed = false;
        loop {
            self.expand_aliases()?;
            if self.peek_keyword(b"!")? {
                self.next()?;
                pipeline.negate = !pipeline.negate;
            } else if self.peek_keyword(b"time")? && pipeline.time.is_none() {
                self.next()?;
                pipeline.time = Some(TimeFormat::Default);
                self.assign_ok = true;
                if self.peek_keyword(b"-p")? {
                    self.next()?;
                    pipeline.time = Some(TimeFormat::Posix);
                }
                if self.peek_keyword(b"--")? {
                    self.next()?;
                }
            } else {
                break;
            }
            self.assign_ok = true;
            prefixed = true;
        }
        self.peek()?;
        pipeline.line = self.token_line;
        if prefixed
            && matches!(
                self.peek()?,
                Token::Newline | Token::End | Token::Op(Op::Semi | Op::Close)
            )
        {
            return Ok(pipeline);
        }
        loop {
            let command = self.parse_command()?;
            pipeline.commands.push(command);
            match self.peek()? {
                Token::Op(Op::Pipe) => {
                    self.next()?;
                }
                Token::Op(Op::PipeBoth) => {
                    self.next()?;
                    if let Some(command) = pipeline.commands.last_mut() {
                        redirect_stderr(command);
                    }
                }
                _ => return Ok(pipeline),
            }
            self.skip_newlines()?;
        }
    }

    /// Whether the next token is this reserved word.
    pub(crate) fn peek_keyword(&mut self, keyword: &[u8]) -> Result<bool> {
        Ok(match self.peek()? {
            Token::Word(word) => word.as_literal() == Some(keyword),
            _ => false,
        })
    }

    /// Takes a reserved word, which must come next.
    pub(crate) fn expect_keyword(&mut self, keyword: &[u8]) -> Result<()> {
        if !self.peek_keyword(keyword)? {
            return self.unexpected_next();
        }
        self.next()?;
        self.assign_ok = true;
        Ok(())
    }
}

/// Adds `2>&1`, as `|&` asks for.
fn redirect_stderr(command: &mut Command) {
    let redirect = Redirect {
        fd: RedirectFd::Number(2),
        kind: RedirectKind::DupOut,
        target: RedirectTarget::Word(Word::literal(b"1")),
        line: 0,
    };
    match command {
        Command::Simple(simple) => simple.redirects.push(redirect),
        Command::Compound(compound) => compound.redirects.push(redirect),
        Command::Function(_) => {}
    }
}
