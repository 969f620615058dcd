//! The scanner: one token at a time, since only the parser knows whether a
//! slash starts a regular expression.

use super::token::{Builtin, Keyword, Token};
use crate::value::number;

/// Operators, longer ones first.
const OPERATORS: [&str; 48] = [
    "**=", "&&", "||", "|&", "**", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "==", "!=",
    "<=", ">=", ">>", "!~", "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^",
    "!", ">", "<", "|", "?", ":", "~", "$", "=", "@", "&", "'", "`", "\\", ".",
];

/// A scanner at a place of the program.
#[derive(Clone)]
pub struct Lexer<'a> {
    source: &'a [u8],
    at: usize,
    /// Line of the token last read.
    pub line: u32,
    /// Start of the token last read.
    pub start: usize,
    /// What names are in, with its colons; nothing for `awk`.
    pub namespace: Vec<u8>,
}

impl<'a> Lexer<'a> {
    /// At the start of the text.
    pub fn new(source: &'a [u8]) -> Lexer<'a> {
        Lexer {
            source,
            at: 0,
            line: 1,
            start: 0,
            namespace: Vec::new(),
        }
    }

    /// The line that holds the token last read, and the token's column in it.
    pub fn context(&self) -> (&'a [u8], usize) {
        let start = self.start.min(self.source.len());
        let begin = memchr::memrchr(b'\n', &self.source[..start]).map_or(0, |at| at + 1);
        let rest = &self.source[start..];
        let end = memchr::memchr(b'\n', rest).map_or(self.source.len(), |at| start + at);
        (&self.source[begin..end.max(begin)], start - begin)
    }

    /// The last line before the token last read that has something on it, and its number.
    pub fn line_end(&self) -> (u32, &'a [u8]) {
        let before = self.source[..self.start.min(self.source.len())].trim_ascii_end();
        let begin = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let number = memchr::memchr_iter(b'\n', before).count() + 1;
        (number as u32, &before[begin..])
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.source.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_blanks(&mut self) {
        loop {
            match self.peek(0) {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.peek(1) == b'\n' => {
                    self.at += 2;
                    self.line += 1;
                }
                b'\\' if self.peek(1) == b'\r' && self.peek(2) == b'\n' => {
                    self.at += 3;
                    self.line += 1;
                }
                b'#' => {
                    let rest = &self.source[self.at..];
                    self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    /// The next token.
    ///
    /// # Errors
    /// A message about a malformed token.
    pub fn next(&mut self) -> Result<Token, String> {
        self.skip_blanks();
        self.start = self.at;
        let Some(&byte) = self.source.get(self.at) else {
            return Ok(Token::End);
        };
        match byte {
            b'\n' => {
                self.at += 1;
                self.line += 1;
                Ok(Token::Newline)
            }
            b'"' => self.text(),
            b'0'..=b'9' => Ok(self.number()),
            b'.' if self.peek(1).is_ascii_digit() => Ok(self.number()),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => Ok(self.word()),
            _ => {
                let rest = &self.source[self.at..];
                let found = OPERATORS.iter().find(|op| rest.starts_with(op.as_bytes()));
                let Some(op) = found else {
                    let shown = String::from_utf8_lossy(&rest[..1]).into_owned();
                    return Err(format!("invalid char '{shown}' in expression"));
                };
                self.at += op.len();
                Ok(Token::Op(match *op {
                    "**" => "^",
                    "**=" => "^=",
                    op => op,
                }))
            }
        }
    }

    fn word(&mut self) -> Token {
        let rest = &self.source[self.at..];
        let is_part = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        let mut len = rest.iter().take_while(|b| is_part(b)).count();
        // A namespace is part of the name; `awk::` is that of all others.
        let mut word = &rest[..len];
        let mut space = self.namespace.as_slice();
        if rest[len..].starts_with(b"::")
            && rest
                .get(len + 2)
                .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        {
            let more = rest[len + 2..].iter().take_while(|b| is_part(b)).count();
            let whole = &rest[..len + 2 + more];
            word = whole.strip_prefix(b"awk::").unwrap_or(whole);
            len = whole.len();
            space = b"";
        }
        self.at += len;
        if let Some(keyword) = Keyword::find(word) {
            return Token::Keyword(keyword);
        }
        if let Some(builtin) = Builtin::find(word) {
            return Token::Builtin(builtin);
        }
        // Names in capitals are the same everywhere.
        let shared = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
        let name = match word.iter().all(shared) {
            true => word.to_vec(),
            false => [space, word].concat(),
        };
        match self.peek(0) {
            b'(' => Token::Call(name),
            _ => Token::Name(name),
        }
    }

    fn number(&mut self) -> Token {
        let rest = &self.source[self.at..];
        let radix = |radix: u32, skip: usize| {
            let digits = rest[skip..].iter();
            let len = digits
                .take_while(|b| char::from(**b).is_digit(radix))
                .count();
            let value = rest[skip..skip + len].iter().fold(0.0, |n, digit| {
                let digit = char::from(*digit).to_digit(radix).unwrap_or(0);
                n * f64::from(radix) + f64::from(digit)
            });
            (value, skip + len)
        };
        let (value, len) = match rest {
            [b'0', b'x' | b'X', digit, ..] if digit.is_ascii_hexdigit() => radix(16, 2),
            [b'0', b'0'..=b'7', ..] => {
                let (value, len) = radix(8, 1);
                match rest.get(len) {
                    Some(b'.' | b'e' | b'E' | b'8' | b'9') => {
                        number::scan(rest).unwrap_or((0.0, 1))
                    }
                    _ => (value, len),
                }
            }
            _ => number::scan(rest).unwrap_or((0.0, 1)),
        };
        self.at += len;
        Token::Number(value)
    }

    fn text(&mut self) -> Result<Token, String> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            match self.source.get(at) {
                None | Some(b'\n') => {
                    return Err("unterminated string".to_owned());
                }
                Some(b'"') => break,
                Some(b'\\') => {
                    if self.source.get(at + 1) == Some(&b'\n') {
                        self.line += 1;
                    }
                    at += 2;
                }
                Some(_) => at += 1,
            }
        }
        let raw = &self.source[start..at];
        self.at = at + 1;
        Ok(Token::Text(unescape(raw)))
    }

    /// The regular expression that starts after the slash just read.
    ///
    /// # Errors
    /// A message if it does not end.
    pub fn regex(&mut self, first: &[u8]) -> Result<Vec<u8>, String> {
        let mut out = first.to_vec();
        let mut bracket = false;
        loop {
            let byte = self.source.get(self.at).copied();
            self.at += 1;
            match byte {
                None | Some(b'\n') => return Err("unterminated regexp".to_owned()),
                Some(b'/') if !bracket => return Ok(out),
                Some(b'\\') => match self.source.get(self.at) {
                    Some(b'/') => {
                        out.push(b'/');
                        self.at += 1;
                    }
                    Some(b'\n') => {
                        self.line += 1;
                        self.at += 1;
                    }
                    Some(other) => {
                        out.extend_from_slice(&[b'\\', *other]);
                        self.at += 1;
                    }
                    None => return Err("unterminated regexp".to_owned()),
                },
                Some(b'[') if !bracket => {
                    bracket = true;
                    out.push(b'[');
                    // A bracket right at the start is a member of the list.
                    if self.peek(0) == b'^' {
                        out.push(b'^');
                        self.at += 1;
                    }
                    if self.peek(0) == b']' {
                        out.push(b']');
                        self.at += 1;
                    }
                }
                Some(b'[') if matches!(self.peek(0), b':' | b'.' | b'=') => {
                    let kind = self.peek(0);
                    let rest = &self.source[self.at + 1..];
                    let end = rest.windows(2).position(|pair| pair == [kind, b']']);
                    let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                    out.push(b'[');
                    if let Some(end) = end.filter(|end| *end < line) {
                        out.extend_from_slice(&self.source[self.at..self.at + end + 3]);
                        self.at += end + 3;
                    }
                }
                Some(b']') => {
                    bracket = false;
                    out.push(b']');
                }
                Some(other) => out.push(other),
            }
        }
    }
}

/// Resolves the escape sequences of a string.
pub fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some((&letter, tail)) = rest.split_first() else {
            out.push(b'\\');
            break;
        };
        rest = tail;
        match letter {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'\\' | b'"' | b'/' => out.push(letter),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'v' => out.push(11),
            b'\n' => {}
            b'\r' if rest.first() == Some(&b'\n') => rest = &rest[1..],
            b'0'..=b'7' => {
                let more = rest.iter().take(2);
                let more = more.take_while(|b| (b'0'..=b'7').contains(b)).count();
                let value = rest[..more]
                    .iter()
                    .fold(u32::from(letter - b'0'), |n, digit| {
                        n * 8 + u32::from(digit - b'0')
                    });
                out.push(value as u8);
                rest = &rest[more..];
            }
            b'x' => {
                let more = rest.iter().take(2);
                let more = more.take_while(|b| b.is_ascii_hexdigit()).count();
                if more == 0 {
                    out.push(b'x');
                } else {
                    let value = rest[..more].iter().fold(0u32, |n, digit| {
                        n * 16 + char::from(*digit).to_digit(16).unwrap_or(0)
                    });
                    out.push(value as u8);
                    rest = &rest[more..];
                }
            }
            other => out.push(other),
        }
    }
    out
}
