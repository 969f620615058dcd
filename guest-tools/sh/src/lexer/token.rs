//! Tokens: operators, words, and what stands between them.

use super::word::is_word_end;
use crate::ast::{RedirectKind, Word};
use crate::parser::{Parser, Result};

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Semi,
    Background,
    And,
    Or,
    Pipe,
    PipeBoth,
    Open,
    Close,
    CaseBreak,
    CaseFallThrough,
    CaseContinue,
    Redirect(RedirectKind),
    HereDocTabs,
}

/// A token.
#[derive(Debug)]
pub enum Token {
    End,
    Newline,
    Op(Op),
    Word(Word),
    /// A number before a redirection.
    FdNumber(u32),
    /// `{name}` before a redirection.
    FdVariable(Vec<u8>),
}

/// Operators as written.
const OPERATORS: &[(&[u8], Op)] = &[
    (b";;&", Op::CaseContinue),
    (b"&>>", Op::Redirect(RedirectKind::AppendBoth)),
    (b"<<-", Op::HereDocTabs),
    (b"<<<", Op::Redirect(RedirectKind::HereString)),
    (b";;", Op::CaseBreak),
    (b";&", Op::CaseFallThrough),
    (b"&&", Op::And),
    (b"||", Op::Or),
    (b"|&", Op::PipeBoth),
    (b"&>", Op::Redirect(RedirectKind::WriteBoth)),
    (b">>", Op::Redirect(RedirectKind::Append)),
    (b">|", Op::Redirect(RedirectKind::Clobber)),
    (b">&", Op::Redirect(RedirectKind::DupOut)),
    (b"<<", Op::Redirect(RedirectKind::HereDoc)),
    (b"<&", Op::Redirect(RedirectKind::DupIn)),
    (b"<>", Op::Redirect(RedirectKind::ReadWrite)),
    (b";", Op::Semi),
    (b"&", Op::Background),
    (b"|", Op::Pipe),
    (b"(", Op::Open),
    (b")", Op::Close),
    (b"<", Op::Redirect(RedirectKind::Read)),
    (b">", Op::Redirect(RedirectKind::Write)),
];

impl Op {
    /// The operator as written.
    pub fn text(self) -> &'static [u8] {
        OPERATORS
            .iter()
            .find(|(_, op)| *op == self)
            .map_or(b"", |(text, _)| text)
    }
}

impl Parser<'_> {
    /// The next token, which stays next.
    pub fn peek(&mut self) -> Result<&Token> {
        if self.token.is_none() {
            let token = self.read_token()?;
            self.token = Some(token);
        }
        match &self.token {
            Some(token) => Ok(token),
            None => Ok(&Token::End),
        }
    }

    /// Takes the next token.
    pub fn next(&mut self) -> Result<Token> {
        let token = match self.token.take() {
            Some(token) => token,
            None => self.read_token()?,
        };
        if matches!(token, Token::Op(_) | Token::Newline) {
            self.assign_ok = true;
        }
        Ok(token)
    }

    /// Skips blanks, continued lines and a comment.
    pub fn skip_blanks(&mut self) {
        loop {
            match self.input.cur() {
                b' ' | b'\t' => self.input.skip(1),
                b'\\' if self.input.ahead(1) == b'\n' => {
                    self.input.bump();
                    self.input.bump();
                }
                b'#' => {
                    while !matches!(self.input.cur(), b'\n' | 0) {
                        let rest = &self.input.src[self.input.pos..];
                        let end = rest.iter().position(|c| *c == b'\n');
                        self.input.skip(end.unwrap_or(rest.len()));
                    }
                }
                _ => return,
            }
        }
    }

    fn read_token(&mut self) -> Result<Token> {
        self.skip_blanks();
        self.token_start = self.input.pos;
        self.token_line = self.input.line;
        match self.input.cur() {
            0 => self.end_of_input(),
            b'\n' => {
                self.input.bump();
                self.read_heredocs()?;
                Ok(Token::Newline)
            }
            b'<' | b'>' if self.input.ahead(1) == b'(' => Ok(Token::Word(self.read_word()?)),
            c @ (b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>') => {
                for distance in 1..3 {
                    match self.input.ahead(distance) {
                        b'\\' => self.input.join(distance),
                        b'<' | b'>' | b';' | b'&' | b'|' => {}
                        _ => break,
                    }
                }
                self.token_start = self.input.pos;
                if matches!(c, b'<' | b'>') && self.input.ahead(1) == b'(' {
                    return Ok(Token::Word(self.read_word()?));
                }
                Ok(self.read_operator(c))
            }
            b'0'..=b'9' => match self.fd_prefix() {
                Some(number) => {
                    while self.input.cur().is_ascii_digit() {
                        self.input.skip(1);
                    }
                    Ok(Token::FdNumber(number))
                }
                None => Ok(Token::Word(self.read_word()?)),
            },
            b'{' => match self.fd_variable() {
                Some(name) => Ok(Token::FdVariable(name)),
                None => Ok(Token::Word(self.read_word()?)),
            },
            _ => Ok(Token::Word(self.read_word()?)),
        }
    }

    /// A last line without its end ends all the same.
    #[cold]
    fn end_of_input(&mut self) -> Result<Token> {
        let cut = self.input.src.last().is_some_and(|last| *last != b'\n');
        if !cut || self.input.cut_line_ended || self.nested > 0 {
            return Ok(Token::End);
        }
        self.input.cut_line_ended = true;
        self.read_heredocs()?;
        Ok(Token::Newline)
    }

    fn read_operator(&mut self, first: u8) -> Token {
        use RedirectKind as Kind;
        // Nothing beyond the line is asked for: it may not have been typed yet.
        let second = self.input.ahead(1);
        let third = match second {
            b';' | b'<' | b'>' => self.input.ahead(2),
            _ => 0,
        };
        let (op, len) = match (first, second, third) {
            (b';', b';', b'&') => (Op::CaseContinue, 3),
            (b';', b';', _) => (Op::CaseBreak, 2),
            (b';', b'&', _) => (Op::CaseFallThrough, 2),
            (b';', _, _) => (Op::Semi, 1),
            (b'&', b'&', _) => (Op::And, 2),
            (b'&', b'>', b'>') => (Op::Redirect(Kind::AppendBoth), 3),
            (b'&', b'>', _) => (Op::Redirect(Kind::WriteBoth), 2),
            (b'&', _, _) => (Op::Background, 1),
            (b'|', b'|', _) => (Op::Or, 2),
            (b'|', b'&', _) => (Op::PipeBoth, 2),
            (b'|', _, _) => (Op::Pipe, 1),
            (b'(', _, _) => (Op::Open, 1),
            (b')', _, _) => (Op::Close, 1),
            (b'<', b'<', b'<') => (Op::Redirect(Kind::HereString), 3),
            (b'<', b'<', b'-') => (Op::HereDocTabs, 3),
            (b'<', b'<', _) => (Op::Redirect(Kind::HereDoc), 2),
            (b'<', b'&', _) => (Op::Redirect(Kind::DupIn), 2),
            (b'<', b'>', _) => (Op::Redirect(Kind::ReadWrite), 2),
            (b'<', _, _) => (Op::Redirect(Kind::Read), 1),
            (b'>', b'>', _) => (Op::Redirect(Kind::Append), 2),
            (b'>', b'|', _) => (Op::Redirect(Kind::Clobber), 2),
            (b'>', b'&', _) => (Op::Redirect(Kind::DupOut), 2),
            (b'>', _, _) => (Op::Redirect(Kind::Write), 1),
            _ => return Token::End,
        };
        self.input.skip(len);
        Token::Op(op)
    }

    /// The number at the position, if a redirection follows it at once.
    fn fd_prefix(&mut self) -> Option<u32> {
        let mut len = 0;
        let mut number = 0u32;
        loop {
            if self.input.ahead(len) == b'\\' {
                self.input.join(len);
            }
            if !self.input.ahead(len).is_ascii_digit() {
                break;
            }
            number = number
                .checked_mul(10)?
                .checked_add(u32::from(self.input.ahead(len) - b'0'))?;
            len += 1;
        }
        matches!(self.input.ahead(len), b'<' | b'>').then_some(number)
    }

    /// `{name}` at the position, if a redirection follows it at once.
    fn fd_variable(&mut self) -> Option<Vec<u8>> {
        let mut len = 1;
        let mut name = Vec::new();
        loop {
            let c = self.input.ahead(len);
            if c == b'}' {
                break;
            }
            if is_word_end(c) || c == b'\'' || c == b'"' || c == b',' || c == b'.' {
                return None;
            }
            name.push(c);
            len += 1;
        }
        let base = name.split(|c| *c == b'[').next().unwrap_or_default();
        if !crate::text::is_name(base) || !matches!(self.input.ahead(len + 1), b'<' | b'>') {
            return None;
        }
        self.input.skip(len + 1);
        Some(name)
    }
}
