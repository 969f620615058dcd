//! The text of a script: pieces from `-e` and `-f`, read byte by byte with the
//! place kept for messages.

use super::run::BAD_USAGE;

/// One `-e` or `-f`.
pub struct Piece {
    pub text: Vec<u8>,
    /// The file's name; `None` for an expression.
    pub file: Option<Vec<u8>>,
}

/// What is wrong with a script, place included; and the exit code.
pub struct Failure(pub Vec<u8>, pub i32);

/// A place, for messages about something found missing later.
#[derive(Clone)]
pub struct Place(Vec<u8>);

/// A piece being read.
pub struct Source<'a> {
    piece: &'a Piece,
    /// Number among the expressions.
    expression: usize,
    at: usize,
    line: usize,
}

impl<'a> Source<'a> {
    pub fn new(piece: &'a Piece, expression: usize) -> Source<'a> {
        Source {
            piece,
            expression,
            at: 0,
            line: 1,
        }
    }

    /// The next byte.
    pub fn next(&mut self) -> Option<u8> {
        let byte = *self.piece.text.get(self.at)?;
        self.at += 1;
        if byte == b'\n' {
            self.line += 1;
        }
        Some(byte)
    }

    /// Takes back the byte read last; at the end nothing was read.
    pub fn back(&mut self, byte: Option<u8>) {
        let Some(byte) = byte else {
            return;
        };
        self.at -= 1;
        if byte == b'\n' {
            self.line -= 1;
        }
    }

    /// The next byte that is no white space within a line.
    pub fn next_nonblank(&mut self) -> Option<u8> {
        loop {
            match self.next() {
                Some(b' ' | b'\t') => {}
                byte => return byte,
            }
        }
    }

    /// A number that starts with this digit.
    pub fn number(&mut self, digit: u8) -> u64 {
        let mut number = u64::from(digit.wrapping_sub(b'0'));
        loop {
            match self.next() {
                Some(digit @ b'0'..=b'9') => {
                    number = number
                        .saturating_mul(10)
                        .saturating_add(u64::from(digit - b'0'));
                }
                byte => {
                    self.back(byte);
                    return number;
                }
            }
        }
    }

    /// Bytes read so far.
    pub fn position(&self) -> usize {
        self.at
    }

    pub fn fail<T>(&self, text: impl AsRef<[u8]>) -> Result<T, Failure> {
        let before = match &self.piece.file {
            None => format!("-e expression #{}, char {}: ", self.expression, self.at).into_bytes(),
            Some(_) => self.place().0,
        };
        Err(Failure([&before, text.as_ref()].concat(), BAD_USAGE))
    }

    /// This place, for a message after the end of the piece.
    pub fn place(&self) -> Place {
        Place(match &self.piece.file {
            None => format!("-e expression #{}, char 0: ", self.expression).into_bytes(),
            Some(name) => {
                let line = self.line.to_string();
                [b"file ", name.as_slice(), b" line ", line.as_bytes(), b": "].concat()
            }
        })
    }
}

impl Place {
    pub fn fail<T>(&self, text: &str) -> Result<T, Failure> {
        Err(Failure([&self.0, text.as_bytes()].concat(), BAD_USAGE))
    }
}
