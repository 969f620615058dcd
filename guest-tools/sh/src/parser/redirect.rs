//! Redirections.

use super::{Parser, Result};
use crate::ast::{Redirect, RedirectFd, RedirectKind, RedirectTarget};
use crate::lexer::{Op, Token};

impl Parser<'_> {
    /// All redirections that follow.
    pub(crate) fn parse_redirects(&mut self) -> Result<Vec<Redirect>> {
        let mut redirects = Vec::new();
        while matches!(
            self.peek()?,
            Token::FdNumber(_)
                | Token::FdVariable(_)
                | Token::Op(Op::Redirect(_) | Op::HereDocTabs)
        ) {
            redirects.push(self.parse_redirect()?);
        }
        Ok(redirects)
    }

    /// One redirection.
    pub(crate) fn parse_redirect(&mut self) -> Result<Redirect> {
        let mut fd = RedirectFd::Default;
        let mut token = self.next()?;
        let line = self.token_line;
        match token {
            Token::FdNumber(number) => {
                fd = RedirectFd::Number(number);
                token = self.next()?;
            }
            Token::FdVariable(name) => {
                fd = RedirectFd::Variable(name);
                token = self.next()?;
            }
            _ => {}
        }
        let (kind, strip) = match token {
            Token::Op(Op::Redirect(kind)) => (kind, false),
            Token::Op(Op::HereDocTabs) => (RedirectKind::HereDoc, true),
            token => return Err(self.unexpected(&token)),
        };
        let target = if kind == RedirectKind::HereDoc {
            RedirectTarget::HereDoc(self.read_heredoc_start(strip)?)
        } else {
            self.assign_ok = false;
            match self.next()? {
                Token::Word(word) => RedirectTarget::Word(word),
                Token::FdNumber(number) => {
                    let text = crate::text::int_text(i64::from(number));
                    RedirectTarget::Word(crate::ast::Word::literal(&text))
                }
                token => return Err(self.unexpected(&token)),
            }
        };
        Ok(Redirect {
            fd,
            kind,
            target,
            line,
        })
    }
}
