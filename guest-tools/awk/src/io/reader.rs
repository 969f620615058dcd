//! Reading records out of large blocks. A record is a slice of the block, so
//! reading one copies nothing.

use crate::text::Regex;
use std::rc::Rc;
use wardian_applet::sys::{self, Errno};

/// Size of the first block; small, as most inputs are.
const FIRST_BYTES: usize = 16 << 10;

/// Size of later blocks.
const BLOCK_BYTES: usize = 128 << 10;

/// Bytes beyond a match of the separator that must have been read.
const LOOK_AHEAD: usize = 16;

/// What separates records.
#[derive(Clone)]
pub enum Separator {
    /// A byte.
    Byte(u8),
    /// Blank lines.
    Paragraph,
    /// A regular expression.
    Regex(Rc<Regex>),
}

/// What a look for a record found.
pub enum Scan {
    /// A record in the block: start, length, length of what ended it.
    Found(usize, usize, usize),
    /// More must be read ([`Reader::fill`]).
    More,
    /// No record is left.
    End,
}

/// Input from a descriptor.
pub struct Reader {
    fd: u32,
    buf: Rc<Vec<u8>>,
    /// Start of what has not been taken.
    pos: usize,
    /// End of what has been read.
    end: usize,
    /// Bytes after `pos` known to hold no separator.
    clean: usize,
    eof: bool,
    /// Whether a record has been taken.
    started: bool,
}

impl Reader {
    /// From an open descriptor.
    pub fn new(fd: u32) -> Reader {
        Reader {
            fd,
            buf: Rc::new(Vec::new()),
            pos: 0,
            end: 0,
            clean: 0,
            eof: false,
            started: false,
        }
    }

    /// The block that found records lie in.
    pub fn block(&self) -> &Rc<Vec<u8>> {
        &self.buf
    }

    /// Looks for the next record in what has been read, and takes it.
    pub fn scan(&mut self, separator: &Separator) -> Scan {
        match separator {
            Separator::Byte(byte) => {
                let text = &self.buf[self.pos..self.end];
                match memchr::memchr(*byte, &text[self.clean..]) {
                    Some(at) => self.take(self.clean + at, 1),
                    None => self.rest(text.len()),
                }
            }
            Separator::Paragraph => self.scan_paragraph(),
            Separator::Regex(regex) => {
                let regex = Rc::clone(regex);
                self.scan_regex(&regex)
            }
        }
    }

    fn take(&mut self, len: usize, end_len: usize) -> Scan {
        let start = self.pos;
        self.pos += len + end_len;
        self.clean = 0;
        self.started = true;
        Scan::Found(start, len, end_len)
    }

    /// No separator: the rest is the last record, if no more can be read.
    fn rest(&mut self, clean: usize) -> Scan {
        self.clean = clean;
        match (self.eof, self.end - self.pos) {
            (false, _) => Scan::More,
            (true, 0) => Scan::End,
            (true, len) => self.take(len, 0),
        }
    }

    fn scan_paragraph(&mut self) -> Scan {
        if self.clean == 0 {
            let text = &self.buf[self.pos..self.end];
            let lead = text.iter().take_while(|byte| **byte == b'\n').count();
            self.pos += lead;
            if self.pos == self.end {
                return if self.eof { Scan::End } else { Scan::More };
            }
        }
        let text = &self.buf[self.pos..self.end];
        let mut from = self.clean.saturating_sub(1);
        while let Some(at) = memchr::memchr(b'\n', &text[from..]) {
            let at = from + at;
            let run = text[at..].iter().take_while(|byte| **byte == b'\n').count();
            if at + run == text.len() && !self.eof {
                self.clean = at.max(1);
                return Scan::More;
            }
            if run > 1 || at + run == text.len() {
                return self.take(at, run);
            }
            from = at + run;
        }
        self.rest(text.len())
    }

    fn scan_regex(&mut self, regex: &Regex) -> Scan {
        let text = &self.buf[self.pos..self.end];
        let mut from = 0;
        while from <= text.len() {
            match regex.find(text, from) {
                Some((start, end)) if start == end => from = end + 1,
                // What follows might make the match longer.
                Some((_, end)) if end + LOOK_AHEAD > text.len() && !self.eof => {
                    return Scan::More;
                }
                // The start of the input is behind already.
                Some((0, _)) if self.started && regex.source().starts_with(b"^") => break,
                Some((start, end)) => return self.take(start, end - start),
                None => break,
            }
        }
        match (self.eof, text.len()) {
            (false, _) => Scan::More,
            (true, 0) => Scan::End,
            (true, len) => self.take(len, 0),
        }
    }

    /// Reads on. Records still held keep their block.
    ///
    /// # Errors
    /// The failure of the read; the input then counts as ended.
    pub fn fill(&mut self) -> Result<(), Errno> {
        let tail = self.end - self.pos;
        let room = if self.buf.is_empty() {
            FIRST_BYTES
        } else if tail * 2 > BLOCK_BYTES {
            tail * 2
        } else {
            BLOCK_BYTES
        };
        match Rc::get_mut(&mut self.buf) {
            Some(block) => {
                if self.pos > 0 {
                    block.copy_within(self.pos..self.end, 0);
                }
                // Grown only when full: a pipe gives little at a time.
                if tail == block.len() || (block.len() < room && tail * 2 >= block.len()) {
                    block.resize(room.max(tail + 1), 0);
                }
            }
            None => {
                let mut block = Vec::with_capacity(room.max(tail + 1));
                block.extend_from_slice(&self.buf[self.pos..self.end]);
                block.resize(room.max(tail + 1), 0);
                self.buf = Rc::new(block);
            }
        }
        (self.pos, self.end) = (0, tail);
        let Some(block) = Rc::get_mut(&mut self.buf) else {
            return Ok(());
        };
        loop {
            match sys::read(self.fd, &mut block[tail..]) {
                Ok(0) => self.eof = true,
                Ok(n) => {
                    self.end += n;
                    // A small block that was filled is followed by a large one.
                    if self.end == block.len() && block.len() < BLOCK_BYTES {
                        block.resize(BLOCK_BYTES, 0);
                    }
                }
                Err(Errno::Intr) => continue,
                Err(errno) => {
                    self.eof = true;
                    return Err(errno);
                }
            }
            return Ok(());
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.fd > 2 {
            sys::close(self.fd);
        }
    }
}
