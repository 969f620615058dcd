//! Lines of an input, read in large blocks.

use crate::cli::Context;
use crate::sys::{Errno, File, OpenHow};
use crate::text::quote;
use memchr::memchr;

const BLOCK_BYTES: usize = 64 * 1024;

/// Gives lines out of one growing block.
pub struct Reader {
    file: File,
    block: Vec<u8>,
    start: usize,
    used: usize,
    over: bool,
    error: Option<Errno>,
}

/// Opens an operand; `-` is standard input.
pub fn open(name: &[u8]) -> Result<File, Errno> {
    match name {
        b"-" => Ok(File::stdin()),
        path => File::open(path, OpenHow::READ),
    }
}

/// The operands, or standard input.
pub fn inputs(operands: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    if operands.is_empty() {
        vec![b"-".to_vec()]
    } else {
        operands
    }
}

impl Reader {
    /// The lines of this file.
    pub fn new(file: File) -> Reader {
        Reader {
            file,
            block: Vec::new(),
            start: 0,
            used: 0,
            over: false,
            error: None,
        }
    }

    /// Opens an operand; tells of failure as `program: name: reason`.
    pub fn open(context: &Context<'_>, name: &[u8]) -> Option<Reader> {
        match open(name) {
            Ok(file) => Some(Reader::new(file)),
            Err(errno) => {
                context.say_error(&quote::if_needed(name), errno);
                None
            }
        }
    }

    /// The next line with the byte that ends it; the last may lack it.
    pub fn next(&mut self, end: u8) -> Option<&[u8]> {
        let mut searched = 0;
        loop {
            let unread = &self.block[self.start + searched..self.used];
            if let Some(at) = memchr(end, unread) {
                let from = self.start;
                self.start += searched + at + 1;
                return Some(&self.block[from..self.start]);
            }
            searched = self.used - self.start;
            if self.over || !self.fill() {
                let from = std::mem::replace(&mut self.start, self.used);
                return (from < self.used).then(|| &self.block[from..self.used]);
            }
        }
    }

    /// The next line without the byte that ends it.
    pub fn next_bare(&mut self, end: u8) -> Option<&[u8]> {
        let line = self.next(end)?;
        Some(line.strip_suffix(&[end]).unwrap_or(line))
    }

    /// Why reading ended early, if it did.
    pub fn error(&self) -> Option<Errno> {
        self.error
    }

    /// Tells of a failed read; whether there was one.
    pub fn complain(&self, context: &Context<'_>, name: &[u8]) -> bool {
        if let Some(errno) = self.error {
            context.say_error(&quote::if_needed(name), errno);
        }
        self.error.is_some()
    }

    fn fill(&mut self) -> bool {
        if self.start > 0 {
            self.block.copy_within(self.start..self.used, 0);
            self.used -= self.start;
            self.start = 0;
        }
        if self.used == self.block.len() {
            let size = (self.block.len() * 2).max(BLOCK_BYTES);
            self.block.resize(size, 0);
        }
        loop {
            match self.file.read(&mut self.block[self.used..]) {
                Ok(0) => self.over = true,
                Ok(got) => self.used += got,
                Err(Errno::Intr) => continue,
                Err(errno) => {
                    self.error = Some(errno);
                    self.over = true;
                }
            }
            return !self.over;
        }
    }
}
