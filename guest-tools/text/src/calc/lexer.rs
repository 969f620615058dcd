//! The words of `bc`'s language.

/// One word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Token {
    Number(Vec<u8>),
    Name(Vec<u8>),
    String(Vec<u8>),
    /// Operator or punctuation.
    Symbol(&'static str),
    Newline,
    End,
}

static SYMBOLS: [&str; 37] = [
    "+=", "-=", "*=", "/=", "%=", "^=", "++", "--", "==", "<=", ">=", "!=", "&&", "||", "+", "-",
    "*", "/", "%", "^", "=", "<", ">", "!", "(", ")", "{", "}", "[", "]", ",", ";", ".", "&", "\\",
    "?", ":",
];

/// Takes a program apart.
pub struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    /// Number of the line being read.
    pub line: usize,
}

impl<'a> Lexer<'a> {
    /// From the start of a text.
    pub fn new(text: &'a [u8]) -> Lexer<'a> {
        Lexer {
            text,
            at: 0,
            line: 1,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        &self.text[self.at..]
    }

    /// Skips to the next line.
    pub fn skip_line(&mut self) {
        let rest = &self.text[self.at..];
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        self.line += 1;
    }

    /// The next word.
    ///
    /// # Errors
    /// A character that has no place in the language.
    pub fn next(&mut self) -> Result<Token, u8> {
        loop {
            let Some(byte) = self.peek() else {
                return Ok(Token::End);
            };
            let rest = &self.text[self.at..];
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if rest.get(1) == Some(&b'\n') => {
                    self.at += 2;
                    self.line += 1;
                }
                b'#' => self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
                b'/' if rest.get(1) == Some(&b'*') => {
                    let end =
                        memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |at| at + 4);
                    self.line += memchr::memchr_iter(b'\n', &rest[..end]).count();
                    self.at += end;
                }
                b'\n' => {
                    self.at += 1;
                    self.line += 1;
                    return Ok(Token::Newline);
                }
                b'"' => {
                    let length = memchr::memchr(b'"', &rest[1..]).unwrap_or(rest.len() - 1);
                    let text = rest[1..=length].to_vec();
                    self.line += memchr::memchr_iter(b'\n', &text).count();
                    self.at = (self.at + length + 2).min(self.text.len());
                    return Ok(Token::String(text));
                }
                b'a'..=b'z' => {
                    let name = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
                    let length = rest.iter().take_while(|byte| name(byte)).count();
                    self.at += length;
                    return Ok(Token::Name(rest[..length].to_vec()));
                }
                b'0'..=b'9' | b'A'..=b'Z' => return Ok(self.number()),
                b'.' if rest
                    .get(1)
                    .is_some_and(|next| matches!(next, b'0'..=b'9' | b'A'..=b'Z')) =>
                {
                    return Ok(self.number());
                }
                _ => {
                    let found = SYMBOLS
                        .iter()
                        .find(|symbol| rest.starts_with(symbol.as_bytes()));
                    let Some(symbol) = found.filter(|symbol| !matches!(**symbol, "\\" | "?" | ":"))
                    else {
                        self.at += 1;
                        return Err(byte);
                    };
                    self.at += symbol.len();
                    return Ok(Token::Symbol(symbol));
                }
            }
        }
    }

    /// Digits with at most one point; a backslash joins lines.
    fn number(&mut self) -> Token {
        let mut out = Vec::new();
        let mut point = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' => out.push(byte),
                b'.' if !point => {
                    point = true;
                    out.push(byte);
                }
                b'\\' if self.text.get(self.at + 1) == Some(&b'\n') => {
                    self.at += 1;
                    self.line += 1;
                }
                _ => break,
            }
            self.at += 1;
        }
        Token::Number(out)
    }
}
