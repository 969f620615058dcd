//! The lines of the input files, read in large blocks.

use super::options::Options;
use super::output::Outputs;
use crate::cli::Context;
use crate::sys::{self, Errno, File, OpenHow};

/// Bytes read at once.
const BLOCK_BYTES: usize = 128 * 1024;

/// The input files as one stream of lines, or each by itself.
pub struct Input {
    files: std::vec::IntoIter<Vec<u8>>,
    file: Option<File>,
    /// The name of the open file.
    opened: Vec<u8>,
    /// The name of the file of the last line.
    pub name: Vec<u8>,
    buf: Vec<u8>,
    at: usize,
    /// Lines read; of this file, if each is by itself.
    pub line_number: u64,
    /// Ranges have to start anew: another file, by itself.
    pub restarted: bool,
    /// Some file could not be read.
    pub failed: bool,
    block_bytes: usize,
    blocks: u64,
    separate: bool,
    end: u8,
}

impl Input {
    pub fn new(options: &Options) -> Input {
        let files = match options.files.is_empty() {
            true => vec![b"-".to_vec()],
            false => options.files.clone(),
        };
        Input {
            files: files.into_iter(),
            file: None,
            opened: b"-".to_vec(),
            name: b"-".to_vec(),
            buf: Vec::new(),
            at: 0,
            line_number: 0,
            restarted: false,
            failed: false,
            blocks: 0,
            block_bytes: if options.unbuffered { 1 } else { BLOCK_BYTES },
            separate: options.separate,
            end: options.end,
        }
    }

    /// Adds the next line to `line`: whether it had an end, or `None` if there
    /// is no more.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn read_line(
        &mut self,
        line: &mut Vec<u8>,
        outputs: &mut Outputs,
        context: &Context<'_>,
        options: &Options,
    ) -> Result<Option<bool>, i32> {
        if self.at == self.buf.len() && !self.advance(outputs, context, options)? {
            return Ok(None);
        }
        self.line_number += 1;
        loop {
            let rest = &self.buf[self.at..];
            if let Some(length) = memchr::memchr(self.end, rest) {
                line.extend_from_slice(&rest[..length]);
                self.at += length + 1;
                return Ok(Some(true));
            }
            line.extend_from_slice(rest);
            self.at = self.buf.len();
            if !self.fill(context)? {
                return Ok(Some(false));
            }
        }
    }

    /// Whether no line follows the last one read.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn at_end(
        &mut self,
        outputs: &mut Outputs,
        context: &Context<'_>,
        options: &Options,
    ) -> Result<bool, i32> {
        if self.at < self.buf.len() {
            return Ok(false);
        }
        if self.separate {
            return Ok(self.file.is_none() || !self.fill(context)?);
        }
        Ok(!self.advance(outputs, context, options)?)
    }

    /// Whether no file follows: the end of this one is the end of all.
    pub fn is_last_file(&self) -> bool {
        self.files.len() == 0
    }

    /// What has been read ahead.
    pub fn ahead(&self) -> &[u8] {
        &self.buf[self.at..]
    }

    /// The number of the block in hand: another number, other bytes.
    pub fn block(&self) -> u64 {
        self.blocks
    }

    /// Passes over bytes that are ahead.
    pub fn skip(&mut self, length: usize) {
        self.at += length;
        self.name.clone_from(&self.opened);
    }

    /// Gives back to standard input what was read ahead.
    pub fn give_back(&self) {
        let ahead = self.ahead().len();
        if ahead > 0 && self.file.as_ref().is_some_and(|file| file.fd() == 0) {
            let _ = sys::seek(0, -(ahead as i64), 1);
        }
    }

    /// Makes bytes be ahead, from the next file if need be; whether there are.
    fn advance(
        &mut self,
        outputs: &mut Outputs,
        context: &Context<'_>,
        options: &Options,
    ) -> Result<bool, i32> {
        loop {
            if self.fill(context)? {
                self.name.clone_from(&self.opened);
                return Ok(true);
            }
            outputs.edited(context, options)?;
            let Some(name) = self.files.next() else {
                return Ok(false);
            };
            self.open(name, outputs, context, options)?;
        }
    }

    fn open(
        &mut self,
        name: Vec<u8>,
        outputs: &mut Outputs,
        context: &Context<'_>,
        options: &Options,
    ) -> Result<(), i32> {
        if self.separate {
            self.line_number = 0;
            self.restarted = true;
        }
        let in_place = options.in_place.is_some();
        let file = match name.as_slice() {
            b"-" if !in_place => Ok(File::stdin()),
            path => File::open(path, OpenHow::READ),
        };
        match file {
            Ok(file) => {
                if in_place {
                    outputs.edit(context, &name, options)?;
                }
                self.file = Some(file);
                self.opened = name;
            }
            Err(errno) => {
                outputs.flush_main();
                context.say_error(&[b"can't read ", name.as_slice()].concat(), errno);
                self.failed = true;
            }
        }
        Ok(())
    }

    /// Reads a block in place of the bytes that were used; whether there was
    /// one. Closes the file at its end.
    fn fill(&mut self, context: &Context<'_>) -> Result<bool, i32> {
        let Some(file) = &self.file else {
            return Ok(false);
        };
        self.blocks += 1;
        self.buf.resize(self.block_bytes, 0);
        loop {
            let got = file.read(&mut self.buf);
            self.at = 0;
            match got {
                Ok(0) => {
                    self.buf.clear();
                    self.file = None;
                    return Ok(false);
                }
                Ok(length) => {
                    self.buf.truncate(length);
                    return Ok(true);
                }
                Err(Errno::Intr) => {}
                Err(errno) => {
                    self.buf.clear();
                    context.say_error(&[b"read error on ", self.opened.as_slice()].concat(), errno);
                    return Err(super::run::PANIC);
                }
            }
        }
    }
}
