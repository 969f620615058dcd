//! Tokens of arithmetic.

use super::{ArithError, BinaryOp};
use crate::text::{is_name_byte, is_name_start};

/// Stands for an expansion whose value is known only later.
pub const PLACEHOLDER: u8 = 1;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tok {
    End,
    Number(i64),
    Name(Vec<u8>),
    Dollar,
    Binary(BinaryOp),
    /// `=` or, with an operator, `+=` and the like.
    Assign(Option<BinaryOp>),
    And,
    Or,
    Question,
    Colon,
    Comma,
    Open,
    Close,
    Not,
    Complement,
    Increment,
    Decrement,
}

/// A tokenizer.
pub struct Lexer<'a> {
    pub src: &'a [u8],
    pub pos: usize,
    /// Where the last token began.
    pub start: usize,
}

const OPERATORS: &[(&[u8], Tok)] = &[
    (b"<<=", Tok::Assign(Some(BinaryOp::ShiftLeft))),
    (b">>=", Tok::Assign(Some(BinaryOp::ShiftRight))),
    (b"**", Tok::Binary(BinaryOp::Power)),
    (b"<<", Tok::Binary(BinaryOp::ShiftLeft)),
    (b">>", Tok::Binary(BinaryOp::ShiftRight)),
    (b"<=", Tok::Binary(BinaryOp::LessEqual)),
    (b">=", Tok::Binary(BinaryOp::GreaterEqual)),
    (b"==", Tok::Binary(BinaryOp::Equal)),
    (b"!=", Tok::Binary(BinaryOp::NotEqual)),
    (b"&&", Tok::And),
    (b"||", Tok::Or),
    (b"++", Tok::Increment),
    (b"--", Tok::Decrement),
    (b"+=", Tok::Assign(Some(BinaryOp::Add))),
    (b"-=", Tok::Assign(Some(BinaryOp::Subtract))),
    (b"*=", Tok::Assign(Some(BinaryOp::Multiply))),
    (b"/=", Tok::Assign(Some(BinaryOp::Divide))),
    (b"%=", Tok::Assign(Some(BinaryOp::Remainder))),
    (b"&=", Tok::Assign(Some(BinaryOp::BitAnd))),
    (b"^=", Tok::Assign(Some(BinaryOp::BitXor))),
    (b"|=", Tok::Assign(Some(BinaryOp::BitOr))),
    (b"*", Tok::Binary(BinaryOp::Multiply)),
    (b"/", Tok::Binary(BinaryOp::Divide)),
    (b"%", Tok::Binary(BinaryOp::Remainder)),
    (b"+", Tok::Binary(BinaryOp::Add)),
    (b"-", Tok::Binary(BinaryOp::Subtract)),
    (b"<", Tok::Binary(BinaryOp::Less)),
    (b">", Tok::Binary(BinaryOp::Greater)),
    (b"&", Tok::Binary(BinaryOp::BitAnd)),
    (b"^", Tok::Binary(BinaryOp::BitXor)),
    (b"|", Tok::Binary(BinaryOp::BitOr)),
    (b"=", Tok::Assign(None)),
    (b"?", Tok::Question),
    (b":", Tok::Colon),
    (b",", Tok::Comma),
    (b"(", Tok::Open),
    (b")", Tok::Close),
    (b"!", Tok::Not),
    (b"~", Tok::Complement),
];

impl Lexer<'_> {
    fn skip_blanks(&mut self) {
        while self.pos < self.src.len() && self.src[self.pos].is_ascii_whitespace() {
            self.pos += 1;
        }
    }

    /// The rest from the last token on, as messages show it.
    pub fn rest(&self) -> &[u8] {
        &self.src[self.start.min(self.src.len())..]
    }

    /// The next token; `after_operand`: whether one has just ended.
    pub fn next(&mut self, after_operand: bool) -> Result<Tok, Box<ArithError>> {
        self.skip_blanks();
        if self.pos >= self.src.len() {
            return Ok(Tok::End);
        }
        self.start = self.pos;
        let c = self.src[self.pos];
        if c.is_ascii_digit() {
            return self.number();
        }
        if is_name_start(c) {
            let end = self.src[self.pos..]
                .iter()
                .position(|c| !is_name_byte(*c))
                .map_or(self.src.len(), |n| self.pos + n);
            let name = self.src[self.pos..end].to_vec();
            self.pos = end;
            return Ok(Tok::Name(name));
        }
        if c == PLACEHOLDER {
            self.pos += 1;
            return Ok(Tok::Dollar);
        }
        for (text, token) in OPERATORS {
            if !self.src[self.pos..].starts_with(text) {
                continue;
            }
            if matches!(token, Tok::Increment | Tok::Decrement) && !self.steps(after_operand) {
                continue;
            }
            self.pos += text.len();
            return Ok(token.clone());
        }
        let message = if after_operand {
            "syntax error: invalid arithmetic operator"
        } else {
            "syntax error: operand expected"
        };
        Err(ArithError::new(self.src, message, self.rest()))
    }

    /// Whether `++` or `--` here is that operator, not two signs.
    fn steps(&self, after_operand: bool) -> bool {
        let after = self.src[self.pos + 2..].trim_ascii_start();
        let before_name = after.first().is_some_and(|c| is_name_start(*c));
        if !after_operand {
            return before_name;
        }
        let before = self.src[..self.pos].trim_ascii_end();
        let name_end = before
            .iter()
            .rposition(|c| !is_name_byte(*c))
            .map_or(0, |at| at + 1);
        let follows_variable =
            before.last() == Some(&b']') || before.get(name_end).is_some_and(|c| is_name_start(*c));
        follows_variable && !(before_name || after.first().is_some_and(u8::is_ascii_digit))
    }

    fn number(&mut self) -> Result<Tok, Box<ArithError>> {
        let end = self.src[self.pos..]
            .iter()
            .position(|c| !(c.is_ascii_alphanumeric() || matches!(c, b'#' | b'@' | b'_')))
            .map_or(self.src.len(), |n| self.pos + n);
        let text = &self.src[self.pos..end];
        self.pos = end;
        let value = number_value(text)
            // The expression is shown up to here only.
            .map_err(|message| ArithError::new(&self.src[..end], message, text))?;
        Ok(Tok::Number(value))
    }
}

/// The value of `123`, `0x7f`, `017`, `2#101`; overflow wraps.
pub fn number_value(text: &[u8]) -> Result<i64, &'static str> {
    let (base, digits) = match text {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        _ => match text.iter().position(|c| *c == b'#') {
            Some(_) if text[0] == b'0' => return Err("invalid number"),
            Some(at) => {
                let base = number_value(&text[..at])?;
                if !(2..=64).contains(&base) {
                    return Err("invalid arithmetic base");
                }
                if at + 1 == text.len() {
                    return Err("invalid integer constant");
                }
                if text[at + 1..].contains(&b'#') {
                    return Err("invalid number");
                }
                (base, &text[at + 1..])
            }
            None if text.len() > 1 && text[0] == b'0' => (8, &text[1..]),
            None => (10, text),
        },
    };
    let mut value = 0i64;
    for c in digits {
        let digit = match c {
            b'0'..=b'9' => c - b'0',
            b'a'..=b'z' => c - b'a' + 10,
            b'A'..=b'Z' if base <= 36 => c - b'A' + 10,
            b'A'..=b'Z' => c - b'A' + 36,
            b'@' => 62,
            b'_' => 63,
            _ => return Err("syntax error: invalid arithmetic operator"),
        };
        if i64::from(digit) >= base {
            return Err("value too great for base");
        }
        value = value.wrapping_mul(base).wrapping_add(i64::from(digit));
    }
    Ok(value)
}
