//! How the lines of one command are put together in one entry.

use crate::lexer::ELEMENTS;

/// A token, as far as it matters for what may follow it.
#[derive(Clone, Copy, Default, PartialEq)]
enum Token {
    #[default]
    Newline,
    Word,
    Case,
    For,
    Function,
    Open,
    Close,
    /// An operator or word after which a command can go on: no `;` follows.
    Goes,
}

/// The end of the lines read so far.
#[derive(Default)]
pub struct Tail {
    last: Token,
    before: Token,
    /// How many `case` are open.
    cases: usize,
    /// The last line ended in a comment.
    pub comment: bool,
}

/// What a line is as a comment.
#[derive(Clone, Copy, PartialEq)]
pub enum Comment {
    No,
    Whole,
    AtEnd,
}

impl Tail {
    /// What stands between the lines so far and the next one.
    pub fn separator(&self, next: &[u8]) -> &'static [u8] {
        match (self.before, self.last) {
            (Token::Open, Token::Close) => b" ",
            (_, Token::Close) if self.cases > 0 => b" ",
            (_, Token::Close) => b"; ",
            (Token::Function, Token::Word) => b" ",
            _ if find_heredoc(next) => b"\n",
            (Token::For, Token::Word) => {
                let text = next.trim_ascii_start();
                if text.starts_with(b"in") { b" " } else { b";" }
            }
            (Token::Case, Token::Word) => b" ",
            (_, Token::Newline | Token::Open | Token::Goes) => b" ",
            _ if next.trim_ascii().is_empty() => b"",
            _ => b"; ",
        }
    }

    /// Notes that nothing stood on a line.
    pub fn blank(&mut self) {
        self.comment = false;
        self.token(Token::Newline);
    }

    fn token(&mut self, token: Token) {
        self.before = std::mem::replace(&mut self.last, token);
    }

    /// Reads the tokens of a line that starts inside `quote`.
    pub fn read(&mut self, line: &[u8], quote: u8) -> Comment {
        self.comment = false;
        let mut at = match quote {
            b'\'' | b'"' | b'`' => {
                self.token(Token::Word);
                super::quoting::closing(line, 0, quote) + 1
            }
            0 | ELEMENTS => 0,
            _ => {
                self.token(Token::Word);
                return Comment::No;
            }
        };
        let mut any = at > 0;
        while let Some(&c) = line.get(at) {
            match c {
                b' ' | b'\t' => at += 1,
                b'#' => {
                    self.comment = true;
                    return if any { Comment::AtEnd } else { Comment::Whole };
                }
                b'(' | b')' | b';' | b'&' | b'|' | b'<' | b'>' => {
                    self.token(match c {
                        b'(' => Token::Open,
                        b')' => Token::Close,
                        b'<' | b'>' => Token::Word,
                        _ => Token::Goes,
                    });
                    at += 1;
                    // `;;` and its like are one token.
                    while matches!(c, b';' | b'&' | b'|')
                        && matches!(line.get(at), Some(b';' | b'&' | b'|'))
                    {
                        at += 1;
                    }
                }
                _ => {
                    let end = word_end(line, at);
                    let word = &line[at..end.min(line.len())];
                    let token = self.kind(word, !any);
                    self.token(token);
                    at = end;
                }
            }
            any |= !matches!(c, b' ' | b'\t');
        }
        Comment::No
    }

    /// What a word is where it stands.
    fn kind(&mut self, word: &[u8], first: bool) -> Token {
        let starts = first
            || matches!(
                self.last,
                Token::Newline | Token::Open | Token::Goes | Token::Close
            );
        match word {
            b"in" if matches!(self.before, Token::For | Token::Case) => Token::Goes,
            b"do" if self.before == Token::For => Token::Goes,
            _ if !starts => Token::Word,
            b"case" => {
                self.cases += 1;
                Token::Case
            }
            b"esac" => {
                self.cases = self.cases.saturating_sub(1);
                Token::Word
            }
            b"for" | b"select" => Token::For,
            b"function" => Token::Function,
            b"if" | b"then" | b"else" | b"elif" | b"while" | b"until" | b"do" | b"{" | b"!" => {
                Token::Goes
            }
            _ => Token::Word,
        }
    }
}

/// Where a word with its quotes ends on this line.
fn word_end(line: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(&c) = line.get(at) {
        at = match c {
            b' ' | b'\t' | b'(' | b')' | b';' | b'&' | b'|' | b'<' | b'>' => break,
            b'\\' => at + 2,
            b'\'' | b'"' | b'`' => super::quoting::closing(line, at + 1, c) + 1,
            _ => at + 1,
        };
    }
    at.max(start + 1)
}

fn find_heredoc(line: &[u8]) -> bool {
    crate::text::find(line, b"<<").is_some()
}
