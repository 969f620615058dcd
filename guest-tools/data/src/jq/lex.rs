//! From a program's text to words.

use crate::json::{Literal, Value};
use std::rc::Rc;

/// A word.
#[derive(Clone, PartialEq, Debug)]
pub enum Token {
    /// A name, perhaps with `::`.
    Name(String),
    /// `.name`
    Field(String),
    /// `$name`
    Variable(String),
    /// `@name`
    Format(String),
    /// A number.
    Number(String),
    /// A string.
    String(Vec<Piece>),
    /// An operator or bracket.
    Sign(&'static str),
    /// Something that is none of these.
    Invalid(char),
    /// The end.
    End,
}

/// A piece of a string.
#[derive(Clone, PartialEq, Debug)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// The words of `\(f)`.
    Tokens(Vec<(Token, usize)>),
}

const SIGNS: [&str; 35] = [
    "?//=", "?//", "//=", "!=", "==", "//", "|=", "+=", "-=", "*=", "/=", "%=", "<=", ">=", "..",
    ".", "?", "=", ";", ",", ":", "|", "+", "-", "*", "/", "%", "<", ">", "(", ")", "[", "]", "{",
    "}",
];

/// Nested interpolations.
const MAX_NESTING: usize = 200;

/// The words of a text, each with its offset.
///
/// # Errors
/// What is wrong with a string.
pub fn tokens(text: &str) -> Result<Vec<(Token, usize)>, String> {
    let mut lexer = Lexer { text, at: 0 };
    lexer.run(false, 0)
}

/// The value of a number.
pub fn number(text: &str) -> Value {
    match Literal::parse(text) {
        Some(literal) if literal.is_plain() => Value::Number(literal.value),
        Some(literal) => Value::Literal(Rc::new(literal)),
        None => Value::Null,
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

fn is_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_word(byte: u8) -> bool {
    is_start(byte) || byte.is_ascii_digit()
}

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        *self.text.as_bytes().get(self.at + ahead).unwrap_or(&0)
    }

    /// Words up to the end, or to the bracket that closes an interpolation.
    fn run(&mut self, inner: bool, nesting: usize) -> Result<Vec<(Token, usize)>, String> {
        if nesting > MAX_NESTING {
            return Err("syntax error, strings are nested too deeply".to_owned());
        }
        let mut out = Vec::new();
        let mut depth = 0_usize;
        loop {
            self.skip();
            let start = self.at;
            if self.at >= self.text.len() {
                out.push((Token::End, start));
                return Ok(out);
            }
            let byte = self.byte(0);
            if byte == b'"' {
                self.at += 1;
                let pieces = self.string(nesting)?;
                out.push((Token::String(pieces), start));
                continue;
            }
            let next = self.byte(1);
            let token = if byte.is_ascii_digit() || (byte == b'.' && next.is_ascii_digit()) {
                Token::Number(self.number())
            } else if byte == b'.' && is_start(next) {
                self.at += 1;
                Token::Field(self.word(false))
            } else if byte == b'$' && (is_start(next) || next == b'_') {
                self.at += 1;
                Token::Variable(self.word(true))
            } else if byte == b'@' && is_word(next) {
                self.at += 1;
                Token::Format(self.word(false))
            } else if is_start(byte) {
                Token::Name(self.word(true))
            } else if let Some(sign) = SIGNS
                .iter()
                .find(|sign| self.text[self.at..].starts_with(**sign))
            {
                // `?//=` is `?` and `//=`.
                let sign = if *sign == "?//=" { "?" } else { sign };
                self.at += sign.len();
                match sign {
                    "(" => depth += 1,
                    ")" if inner && depth == 0 => {
                        out.push((Token::End, start));
                        return Ok(out);
                    }
                    ")" => depth = depth.saturating_sub(1),
                    _ => {}
                }
                Token::Sign(sign)
            } else {
                let c = self.text[self.at..].chars().next().unwrap_or_default();
                self.at += c.len_utf8();
                Token::Invalid(c)
            };
            out.push((token, start));
        }
    }

    fn skip(&mut self) {
        loop {
            match self.byte(0) {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'#' => {
                    // A backslash before the end of the line carries on the comment.
                    while self.at < self.text.len() && self.byte(0) != b'\n' {
                        if self.byte(0) == b'\\' {
                            self.at += 1;
                            if self.byte(0) == b'\r' && self.byte(1) == b'\n' {
                                self.at += 1;
                            }
                        }
                        self.at += 1;
                    }
                    self.at = self.at.min(self.text.len());
                    while !self.text.is_char_boundary(self.at) {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    fn word(&mut self, namespaces: bool) -> String {
        let start = self.at;
        loop {
            while is_word(self.byte(0)) {
                self.at += 1;
            }
            if namespaces && self.byte(0) == b':' && self.byte(1) == b':' && is_start(self.byte(2))
            {
                self.at += 2;
            } else {
                return self.text[start..self.at].to_owned();
            }
        }
    }

    fn digits(&mut self) {
        while self.byte(0).is_ascii_digit() {
            self.at += 1;
        }
    }

    fn number(&mut self) -> String {
        let start = self.at;
        self.digits();
        if self.byte(0) == b'.' && self.byte(1) != b'.' {
            self.at += 1;
            self.digits();
        }
        if matches!(self.byte(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(1), b'+' | b'-'));
            if self.byte(1 + sign).is_ascii_digit() {
                self.at += 1 + sign;
                self.digits();
            }
        }
        self.text[start..self.at].to_owned()
    }

    fn string(&mut self, nesting: usize) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut units: Vec<u16> = Vec::new();
        loop {
            let byte = self.byte(0);
            let unit_follows = byte == b'\\' && self.byte(1) == b'u';
            if !unit_follows && !units.is_empty() {
                text.push_str(&String::from_utf16_lossy(&units));
                units.clear();
            }
            if self.at >= self.text.len() {
                return Err("syntax error, unexpected end of a string".to_owned());
            }
            match byte {
                b'"' => {
                    self.at += 1;
                    if !text.is_empty() || pieces.is_empty() {
                        pieces.push(Piece::Text(text));
                    }
                    return Ok(pieces);
                }
                b'\\' => {
                    let escape = self.byte(1);
                    self.at += 2;
                    match escape {
                        b'"' | b'\\' | b'/' => text.push(char::from(escape)),
                        b'b' => text.push('\u{8}'),
                        b'f' => text.push('\u{c}'),
                        b'n' => text.push('\n'),
                        b'r' => text.push('\r'),
                        b't' => text.push('\t'),
                        b'u' => {
                            let hex = self.text.get(self.at..self.at + 4);
                            let unit = hex.and_then(|hex| u16::from_str_radix(hex, 16).ok());
                            units.push(unit.ok_or("Invalid \\uXXXX escape")?);
                            self.at += 4;
                        }
                        b'(' => {
                            if !text.is_empty() {
                                pieces.push(Piece::Text(std::mem::take(&mut text)));
                            }
                            pieces.push(Piece::Tokens(self.run(true, nesting + 1)?));
                        }
                        _ => return Err("Invalid escape".to_owned()),
                    }
                }
                _ => {
                    let c = self.text[self.at..].chars().next().unwrap_or_default();
                    text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }
}
