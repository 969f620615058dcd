//! Descriptors as streams, and errors that keep their number.

use std::io::{self, Read, Write};
use wardian_applet::sys::{self, Errno, File};

/// A descriptor to read.
pub struct Source(pub File);

impl Read for Source {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buf) {
                Err(Errno::Intr) => {}
                Err(errno) => return Err(wrap(errno)),
                Ok(n) => return Ok(n),
            }
        }
    }
}

/// A descriptor to write.
pub struct Sink(pub u32);

impl Write for Sink {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        loop {
            match sys::write(self.0, buf) {
                Err(Errno::Intr) => {}
                Err(errno) => return Err(wrap(errno)),
                Ok(n) => return Ok(n),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An error number in an error.
#[derive(Debug)]
struct Wrapped(Errno);

impl std::fmt::Display for Wrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.message())
    }
}

impl std::error::Error for Wrapped {}

/// An error with this number.
pub fn wrap(errno: Errno) -> io::Error {
    io::Error::other(Wrapped(errno))
}

/// The number in an error, if it came from a call.
pub fn errno(error: &io::Error) -> Option<Errno> {
    error.get_ref()?.downcast_ref::<Wrapped>().map(|w| w.0)
}

/// Fills the buffer as far as the input goes.
pub fn read_full(input: &mut dyn Read, buf: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < buf.len() {
        match input.read(&mut buf[done..])? {
            0 => break,
            n => done += n,
        }
    }
    Ok(done)
}

/// A reader that gives some bytes before the rest.
pub struct Chained {
    head: Vec<u8>,
    at: usize,
    rest: Box<dyn Read>,
}

impl Chained {
    /// `head`, then `rest`.
    pub fn new(head: Vec<u8>, rest: Box<dyn Read>) -> Chained {
        Chained { head, at: 0, rest }
    }
}

impl Read for Chained {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at < self.head.len() {
            let n = buf.len().min(self.head.len() - self.at);
            buf[..n].copy_from_slice(&self.head[self.at..self.at + n]);
            self.at += n;
            return Ok(n);
        }
        self.rest.read(buf)
    }
}
