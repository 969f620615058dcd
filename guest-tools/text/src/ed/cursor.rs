//! The text of commands, and the lines that come from standard input.

use std::rc::Rc;
use wardian_applet::cli::Output;
use wardian_applet::sys;

/// A place in the text of a command, or of several lines of them.
pub struct Cursor {
    text: Rc<[u8]>,
    at: usize,
}

impl Cursor {
    /// At the start; the text ends with a newline.
    pub fn new(text: Vec<u8>) -> Cursor {
        Cursor {
            text: Rc::from(text),
            at: 0,
        }
    }

    /// At the start of a text that is run again and again.
    pub fn again(text: &Rc<[u8]>) -> Cursor {
        Cursor {
            text: Rc::clone(text),
            at: 0,
        }
    }

    /// The next byte; a newline at the end.
    pub fn peek(&self) -> u8 {
        self.peek_at(0)
    }

    /// The byte after so many.
    pub fn peek_at(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(b'\n')
    }

    /// Takes a byte.
    pub fn next(&mut self) -> u8 {
        let byte = self.peek();
        self.at += 1;
        byte
    }

    /// Passes a byte if it is this one.
    pub fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte && !self.is_empty();
        self.at += usize::from(found);
        found
    }

    /// Passes blanks.
    pub fn skip_blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | 0x0b | 0x0c) {
            self.at += 1;
        }
    }

    /// Whether all has been taken.
    pub fn is_empty(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Whether the byte that was taken last was the very last.
    pub fn at_last_newline(&self) -> bool {
        self.at + 1 >= self.text.len()
    }

    /// Takes the rest of the line, its newline left out.
    pub fn line(&mut self) -> Vec<u8> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest[..end].to_vec();
        self.at += end + 1;
        line
    }

    /// A decimal number, with a sign if there is one; none if it is too large.
    pub fn number(&mut self) -> Option<i64> {
        let negative = self.peek() == b'-';
        if matches!(self.peek(), b'-' | b'+') {
            self.at += 1;
        }
        let mut number = 0i64;
        while self.peek().is_ascii_digit() {
            number = number * 10 + i64::from(self.next() - b'0');
            if number > i64::from(i32::MAX) {
                return None;
            }
        }
        Some(if negative { -number } else { number })
    }
}

/// Lines of standard input.
#[derive(Default)]
pub struct Input {
    buf: Vec<u8>,
    at: usize,
    /// Lines taken so far.
    pub count: usize,
}

impl Input {
    /// The next line with its newline; nothing at the end. What has been written
    /// goes out before input is waited for.
    pub fn line(&mut self, out: &mut Output) -> Option<Vec<u8>> {
        let mut searched = self.at;
        loop {
            if let Some(found) = memchr::memchr(b'\n', &self.buf[searched..]) {
                let end = searched + found + 1;
                let line = self.buf[self.at..end].to_vec();
                self.at = end;
                self.count += 1;
                return Some(line);
            }
            self.buf.drain(..self.at);
            self.at = 0;
            searched = self.buf.len();
            out.flush();
            self.buf.resize(searched + (64 << 10), 0);
            let got = sys::read(0, &mut self.buf[searched..]).unwrap_or(0);
            self.buf.truncate(searched + got);
            if got == 0 {
                // A last line without newline is no command.
                self.buf.clear();
                return None;
            }
        }
    }

    /// Joins lines that end with a backslash to the one given; the newlines stay.
    /// None if the input ends in between.
    pub fn continued(&mut self, mut text: Vec<u8>, out: &mut Output) -> Option<Vec<u8>> {
        while ends_escaped(&text) {
            text.truncate(text.len() - 2);
            text.push(b'\n');
            text.extend(self.line(out)?);
        }
        Some(text)
    }
}

/// Whether the newline at the end follows an odd number of backslashes.
fn ends_escaped(text: &[u8]) -> bool {
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    body.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}
