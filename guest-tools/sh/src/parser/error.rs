//! Syntax errors, worded as bash words them.

use super::Parser;
use crate::lexer::Token;
use crate::text::int_text;

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// A token that cannot stand there.
    Unexpected(Vec<u8>),
    /// The input ends inside a command.
    Eof,
    /// The input ends before the closing character.
    Looking(u8),
    /// A `[[ … ]]` that makes no sense: bash takes it for the input's end.
    Condition(Vec<u8>),
    /// A message, with what stands on the second line.
    Messages(Vec<u8>, Vec<u8>),
    TooDeep,
}

/// A syntax error at a line.
#[derive(Debug, Clone)]
pub struct SyntaxError {
    pub line: u32,
    pub kind: ErrorKind,
    /// The text of the line.
    pub source: Vec<u8>,
    /// Among the elements of an array: only the command is given up.
    pub element: bool,
}

impl SyntaxError {
    /// Whether only the input's end is wrong: more of it could make a script.
    pub fn at_end(&self) -> bool {
        matches!(self.kind, ErrorKind::Eof | ErrorKind::Looking(_))
    }

    /// The message after `name: line N: ` and that of a second line, if any.
    pub fn message(&self) -> (Vec<u8>, Option<Vec<u8>>) {
        let mut out = Vec::new();
        match &self.kind {
            ErrorKind::Unexpected(token) => {
                out.extend_from_slice(b"syntax error near unexpected token `");
                out.extend_from_slice(token);
                out.push(b'\'');
                (out, self.source_line())
            }
            ErrorKind::Eof => (b"syntax error: unexpected end of file".to_vec(), None),
            ErrorKind::Looking(closing) => {
                out.extend_from_slice(b"unexpected EOF while looking for matching `");
                out.push(*closing);
                out.push(b'\'');
                (out, None)
            }
            ErrorKind::Condition(text) => (text.clone(), None),
            ErrorKind::Messages(text, second) => (text.clone(), Some(second.clone())),
            ErrorKind::TooDeep => (b"syntax error: nesting too deep".to_vec(), None),
        }
    }

    fn source_line(&self) -> Option<Vec<u8>> {
        Some([b"`", self.source.as_slice(), b"'"].concat())
    }
}

impl Parser<'_> {
    /// An error at a line.
    pub(crate) fn error_at(&self, line: u32, kind: ErrorKind) -> Box<SyntaxError> {
        Box::new(SyntaxError {
            line,
            kind,
            source: self.input.line_text(self.token_start).to_vec(),
            element: false,
        })
    }

    /// The input ended while something opened on `line` was to be closed.
    pub(crate) fn eof_looking_for(&self, closing: u8, line: u32) -> Box<SyntaxError> {
        self.error_at(line, ErrorKind::Looking(closing))
    }

    /// The input ended inside commands that were to be closed: that is where it is told.
    pub(crate) fn eof_in_commands(&self, closing: u8) -> Box<SyntaxError> {
        let line = self.input.line + u32::from(!self.input.src.ends_with(b"\n"));
        self.error_at(line, ErrorKind::Looking(closing))
    }

    /// A token that cannot stand where it is.
    pub(crate) fn unexpected(&mut self, token: &Token) -> Box<SyntaxError> {
        let kind = match token {
            Token::End => ErrorKind::Eof,
            Token::Newline => ErrorKind::Unexpected(b"newline".to_vec()),
            Token::Op(op) => ErrorKind::Unexpected(op.text().to_vec()),
            Token::FdNumber(number) => ErrorKind::Unexpected(int_text(i64::from(*number))),
            Token::FdVariable(name) => ErrorKind::Unexpected(name.clone()),
            Token::Word(word) => match word.as_literal() {
                Some(text) => ErrorKind::Unexpected(text.to_vec()),
                None => {
                    let end = self.input.pos.min(self.input.src.len());
                    let start = self.token_start.min(end);
                    ErrorKind::Unexpected(self.input.src[start..end].to_vec())
                }
            },
        };
        let line = match token {
            // A last line without an end counts as one more.
            Token::End => self.input.line + u32::from(!self.input.src.ends_with(b"\n")),
            _ => self.token_line,
        };
        self.error_at(line, kind)
    }

    /// The next token cannot stand where it is.
    pub(crate) fn unexpected_next<T>(&mut self) -> super::Result<T> {
        let token = self.next()?;
        Err(self.unexpected(&token))
    }
}
