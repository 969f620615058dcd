//! The values that a program reads: from files or standard input, as JSON,
//! lines or events.

use super::context::{Raise, Source};
use super::native::events;
use crate::json::{ParseError, Parser, Value};
use std::collections::VecDeque;
use wardian_applet::sys::{self, File, OpenHow};

/// How inputs are read.
#[derive(Clone, Copy, Default)]
pub struct How {
    /// Lines as strings.
    pub raw: bool,
    /// Everything at once.
    pub slurp: bool,
    /// As events.
    pub stream: bool,
    /// RS characters separate values.
    pub seq: bool,
}

/// Bytes of the first read from a pipe.
const FIRST_READ: usize = 64 * 1024;

/// Inputs from files.
pub struct Inputs {
    how: How,
    files: VecDeque<Vec<u8>>,
    current: Option<File>,
    name: Option<Vec<u8>>,
    data: Vec<u8>,
    at: usize,
    eof: bool,
    /// Newlines before `data`.
    lines: usize,
    parser: Parser,
    pending: VecDeque<Value>,
    slurped: bool,
    failed: bool,
    said: fn(&[u8]),
    /// Whether a file could not be read.
    pub unreadable: std::rc::Rc<std::cell::Cell<bool>>,
}

impl Inputs {
    /// From these files; from standard input if there are none.
    pub fn new(how: How, files: Vec<Vec<u8>>, said: fn(&[u8])) -> Inputs {
        let current = files.is_empty().then(File::stdin);
        let mut parser = Parser::default();
        parser.seq = how.seq;
        Inputs {
            how,
            files: files.into(),
            current,
            name: None,
            data: Vec::new(),
            at: 0,
            eof: false,
            lines: 0,
            parser,
            pending: VecDeque::new(),
            slurped: false,
            failed: false,
            said,
            unreadable: std::rc::Rc::default(),
        }
    }

    /// Reads more; false at the end of all files.
    fn fill(&mut self, parsing: bool) -> bool {
        if self.at > 0 && self.at >= self.data.len() / 2 && !parsing {
            self.lines += memchr::memchr_iter(b'\n', &self.data[..self.at]).count();
            self.data.drain(..self.at);
            self.at = 0;
        }
        loop {
            let Some(file) = &self.current else {
                let Some(name) = self.files.pop_front() else {
                    return false;
                };
                let opened = match name.as_slice() {
                    b"-" => Ok(File::stdin()),
                    name => File::open(name, OpenHow::READ),
                };
                match opened {
                    Ok(file) => {
                        self.current = Some(file);
                        self.name = Some(match name.as_slice() {
                            b"-" => b"<stdin>".to_vec(),
                            _ => name,
                        });
                        self.lines = 0;
                        if self.at == self.data.len() {
                            self.data.clear();
                            self.at = 0;
                        }
                    }
                    Err(errno) => {
                        let shown = String::from_utf8_lossy(&name);
                        let text =
                            format!("jq: error: Could not open {shown}: {}\n", errno.message());
                        (self.said)(text.as_bytes());
                        self.unreadable.set(true);
                    }
                }
                continue;
            };
            let wanted = match sys::fstat(file.fd()) {
                Ok(stat)
                    if self.data.is_empty()
                        && stat.mode & sys::mode::TYPE == sys::mode::REGULAR =>
                {
                    (stat.size_bytes as usize).clamp(4096, 1 << 30) + 1
                }
                _ => (self.data.len() - self.at).max(FIRST_READ),
            };
            let start = self.data.len();
            self.data.resize(start + wanted, 0);
            let got = file.read(&mut self.data[start..]);
            self.data.truncate(start + *got.as_ref().unwrap_or(&0));
            match got {
                Ok(0) => {
                    self.current = None;
                    // A value may go on in the next file.
                    if self.files.is_empty() {
                        return false;
                    }
                }
                Ok(_) => return true,
                Err(errno) => {
                    let shown = self.name.as_deref().unwrap_or(b"<stdin>");
                    let shown = String::from_utf8_lossy(shown);
                    let text = format!("jq: error: Could not open {shown}: {}\n", errno.message());
                    (self.said)(text.as_bytes());
                    self.unreadable.set(true);
                    self.current = None;
                }
            }
        }
    }

    fn value(&mut self) -> Option<Result<Value, Raise>> {
        if self.failed {
            return None;
        }
        let mut tried = 0;
        loop {
            let waiting = self.data.len() - self.at;
            let worthwhile = waiting < FIRST_READ || waiting >= tried + tried / 2 || self.eof;
            if worthwhile && (waiting > 0 || self.eof) {
                tried = waiting;
                match self.parser.next(&self.data, self.at, self.eof) {
                    Ok((value, after)) => {
                        self.at = after;
                        return Some(Ok(value));
                    }
                    Err(ParseError::End) => return None,
                    Err(ParseError::NeedMore) => {}
                    Err(ParseError::Bad(text, at)) => {
                        self.failed = true;
                        return Some(Err(self.complain(text, at)));
                    }
                }
            }
            if !self.fill(false) {
                self.eof = true;
            }
        }
    }

    fn complain(&self, text: &str, at: Option<usize>) -> Raise {
        let before = &self.data[..at.unwrap_or(self.data.len()).min(self.data.len())];
        let newlines = memchr::memchr_iter(b'\n', before).count();
        let column = match memchr::memrchr(b'\n', before) {
            Some(newline) => before.len() - newline - 1,
            None => before.len(),
        };
        let end = if at.is_none() { "EOF at " } else { "" };
        let line = self.lines + newlines + 1;
        Raise::Error(Value::string(format!(
            "{PARSE}{text} at {end}line {line}, column {column}"
        )))
    }

    fn raw_line(&mut self) -> Option<Value> {
        let mut searched = 0;
        loop {
            let rest = &self.data[self.at..];
            if let Some(end) = memchr::memchr(b'\n', &rest[searched..]) {
                let end = searched + end;
                let line = Value::string(String::from_utf8_lossy(&rest[..end]).as_ref());
                self.at += end + 1;
                return Some(line);
            }
            searched = rest.len();
            if self.eof {
                if rest.is_empty() {
                    return None;
                }
                let line = Value::string(String::from_utf8_lossy(rest).as_ref());
                self.at = self.data.len();
                return Some(line);
            }
            if !self.fill(false) {
                self.eof = true;
            }
        }
    }

    fn all(&mut self) -> Option<Result<Value, Raise>> {
        if std::mem::replace(&mut self.slurped, true) {
            return None;
        }
        if self.how.raw {
            while self.fill(true) {}
            return Some(Ok(Value::string(
                String::from_utf8_lossy(&self.data).as_ref(),
            )));
        }
        let mut out = Vec::new();
        while let Some(next) = self.value() {
            match next {
                Ok(value) if self.how.stream => events(&value, &mut out),
                Ok(value) => out.push(value),
                Err(raise) => return Some(Err(raise)),
            }
        }
        Some(Ok(Value::array(out)))
    }
}

/// Marks errors of the inputs' text.
pub const PARSE: &str = "\u{1}";

impl Source for Inputs {
    fn next(&mut self) -> Option<Result<Value, Raise>> {
        if self.how.slurp {
            return self.all();
        }
        if self.how.raw {
            return self.raw_line().map(Ok);
        }
        if !self.how.stream {
            return self.value();
        }
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Some(Ok(event));
            }
            match self.value()? {
                Ok(value) => {
                    let mut out = Vec::new();
                    events(&value, &mut out);
                    self.pending.extend(out);
                }
                Err(raise) => return Some(Err(raise)),
            }
        }
    }

    fn file(&self) -> Option<String> {
        let name = self.name.as_ref()?;
        Some(String::from_utf8_lossy(name).into_owned())
    }

    fn line(&self) -> usize {
        let rest = &self.data[self.at..];
        let end = memchr::memchr(b'\n', rest).map_or(0, |at| at + 1);
        self.lines + memchr::memchr_iter(b'\n', &self.data[..self.at + end]).count()
    }
}
