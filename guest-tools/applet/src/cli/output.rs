//! Buffered output to a descriptor, in large writes.

use super::Context;
use crate::sys::{self, Errno};

/// Bytes collected before a write.
const BUFFER_BYTES: usize = 64 * 1024;

/// Output to a descriptor. Call [`Output::finish`] at the end.
pub struct Output {
    fd: u32,
    buf: Vec<u8>,
    error: Option<Errno>,
}

impl Output {
    /// Standard output.
    pub const fn stdout() -> Output {
        Output::new(1)
    }

    /// Output to this descriptor.
    pub const fn new(fd: u32) -> Output {
        Output {
            fd,
            buf: Vec::new(),
            error: None,
        }
    }

    /// Adds bytes. An error is kept for [`Output::finish`].
    pub fn put(&mut self, bytes: &[u8]) {
        if self.buf.len() + bytes.len() > BUFFER_BYTES {
            self.flush();
            if bytes.len() >= BUFFER_BYTES {
                self.write(bytes);
                return;
            }
        }
        self.buf.extend_from_slice(bytes);
    }

    /// Writes bytes at once, after what has been collected.
    pub fn put_through(&mut self, bytes: &[u8]) {
        if !self.buf.is_empty() {
            self.flush();
        }
        self.write(bytes);
    }

    /// Adds one byte.
    pub fn put_byte(&mut self, byte: u8) {
        if self.buf.len() >= BUFFER_BYTES {
            self.flush();
        }
        self.buf.push(byte);
    }

    /// Adds a number in decimal.
    pub fn put_number(&mut self, number: u64) {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = number;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.put(&digits[at..]);
    }

    /// Writes out what has been collected.
    pub fn flush(&mut self) {
        let buf = std::mem::take(&mut self.buf);
        self.write(&buf);
        self.buf = buf;
        self.buf.clear();
    }

    /// Whether a write has failed: further work is in vain.
    pub fn failed(&self) -> bool {
        self.error.is_some()
    }

    /// The error of the first write that failed.
    pub fn error(&self) -> Option<Errno> {
        self.error
    }

    /// Writes out the rest; gives `code`, or 1 after a message if a write failed.
    pub fn finish(&mut self, context: &Context<'_>, code: i32) -> i32 {
        self.finish_or(context, code, 1)
    }

    /// As [`Output::finish`], with the exit code for a failed write.
    pub fn finish_or(&mut self, context: &Context<'_>, code: i32, failure: i32) -> i32 {
        self.flush();
        match self.error {
            None => code,
            Some(errno) => {
                context.say_error(b"write error", errno);
                failure
            }
        }
    }

    fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.error.is_none() {
            match sys::write(self.fd, bytes) {
                Ok(n) => bytes = bytes.get(n..).unwrap_or_default(),
                Err(Errno::Intr) => {}
                // A directory that took the place of a closed output is not open for writing.
                Err(Errno::Isdir) => self.error = Some(Errno::Badf),
                Err(errno) => self.error = Some(errno),
            }
        }
    }
}
