//! Items from the input: blanks, quotes and backslashes, or one delimiter.

use super::options::Config;
use wardian_applet::sys::{Errno, File};

const BUFFER_BYTES: usize = 64 << 10;

/// The input, taken apart.
pub struct Input<'a> {
    file: File,
    buf: Vec<u8>,
    at: usize,
    config: &'a Config,
    lines: u64,
    ended: bool,
    nul_seen: bool,
    nul_told: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Space,
    Text,
    Quote(u8),
    Backslash,
}

impl<'a> Input<'a> {
    /// Input from a file.
    pub fn new(file: File, config: &'a Config) -> Input<'a> {
        Input {
            file,
            buf: Vec::new(),
            at: 0,
            config,
            lines: 0,
            ended: false,
            nul_seen: false,
            nul_told: false,
        }
    }

    /// Whether quotes and blanks have a meaning.
    pub fn plain(&self) -> bool {
        self.config.delimiter.is_none()
    }

    /// Lines read since the last command.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// A command has taken the lines.
    pub fn forget_lines(&mut self) {
        self.lines = 0;
    }

    /// Whether a NUL byte was met that was not told of yet.
    pub fn take_nul(&mut self) -> bool {
        let tell = self.nul_seen && !self.nul_told;
        self.nul_told |= tell;
        tell
    }

    /// The next item; `false` at the end.
    ///
    /// # Errors
    /// The message for malformed input.
    pub fn next(&mut self, item: &mut Vec<u8>) -> Result<bool, String> {
        item.clear();
        if self.ended {
            return Ok(false);
        }
        let more = match self.config.delimiter {
            Some(delimiter) => self.until(delimiter, item)?,
            None => self.word(item)?,
        };
        if more && self.config.end.as_ref() == Some(item) {
            self.ended = true;
            return Ok(false);
        }
        Ok(more)
    }

    /// Reads on if all was taken; `false` at the end.
    fn fill(&mut self) -> Result<bool, String> {
        if self.at < self.buf.len() {
            return Ok(true);
        }
        self.buf.resize(BUFFER_BYTES, 0);
        self.at = 0;
        loop {
            match self.file.read(&mut self.buf) {
                Ok(count) => {
                    self.buf.truncate(count);
                    return Ok(count > 0);
                }
                Err(Errno::Intr) => {}
                Err(errno) => {
                    self.buf.clear();
                    return Err(format!("read error: {}", errno.message()));
                }
            }
        }
    }

    fn until(&mut self, delimiter: u8, item: &mut Vec<u8>) -> Result<bool, String> {
        let mut any = false;
        while self.fill()? {
            any = true;
            let rest = &self.buf[self.at..];
            if let Some(end) = memchr::memchr(delimiter, rest) {
                self.push(item, self.at + end);
                self.at += 1;
                break;
            }
            self.push(item, self.buf.len());
        }
        self.lines += u64::from(any);
        Ok(any)
    }

    /// Takes the bytes up to a place; an argument ends at a NUL byte.
    fn push(&mut self, item: &mut Vec<u8>, to: usize) {
        let piece = &self.buf[self.at..to];
        self.nul_seen |= memchr::memchr(0, piece).is_some();
        item.extend_from_slice(piece);
        self.at = to;
        if self.nul_seen
            && let Some(end) = memchr::memchr(0, item)
        {
            item.truncate(end);
        }
    }

    fn word(&mut self, item: &mut Vec<u8>) -> Result<bool, String> {
        let by_line = self.config.replace.is_some();
        let mut state = State::Space;
        let mut quoted = false;
        // An argument ends at a NUL byte, though input goes on.
        let mut cut = false;
        let mut before = 0;
        while self.fill()? {
            let byte = self.buf[self.at];
            self.at += 1;
            let previous = std::mem::replace(&mut before, byte);
            match state {
                State::Backslash => {
                    state = State::Text;
                    item.push(byte);
                    continue;
                }
                State::Quote(quote) => {
                    if byte == quote {
                        state = State::Text;
                    } else if byte == b'\n' {
                        return Err(unmatched(quote));
                    } else {
                        item.push(byte);
                    }
                    continue;
                }
                State::Space if is_space(byte) => continue,
                _ => state = State::Text,
            }
            match byte {
                b'\n' => {
                    if previous != b' ' && previous != b'\t' {
                        self.lines += 1;
                    }
                    if item.is_empty() && !quoted {
                        state = State::Space;
                        continue;
                    }
                    return Ok(true);
                }
                b' ' | b'\t' if !by_line => return Ok(true),
                b'\\' => state = State::Backslash,
                b'\'' | b'"' => {
                    quoted = true;
                    state = State::Quote(byte);
                }
                0 => {
                    self.nul_seen = true;
                    cut = true;
                }
                _ if cut => {}
                _ => item.push(byte),
            }
        }
        match state {
            State::Quote(quote) => Err(unmatched(quote)),
            _ => Ok(!item.is_empty() || quoted),
        }
    }
}

/// What is skipped before an item; blanks and line ends alone end one.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn unmatched(quote: u8) -> String {
    let kind = if quote == b'"' { "double" } else { "single" };
    format!(
        "unmatched {kind} quote; by default quotes are special to xargs unless you use the -0 \
         option"
    )
}
