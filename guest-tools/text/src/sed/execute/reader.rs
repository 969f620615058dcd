//! The files of `R`, read line by line.

use crate::sys::{File, OpenHow};

/// A file read line by line.
pub(super) struct Reader {
    file: File,
    buf: Vec<u8>,
    at: usize,
}

impl Reader {
    pub(super) fn open(name: &[u8]) -> Option<Reader> {
        let file = match name {
            b"/dev/stdin" => File::stdin(),
            path => File::open(path, OpenHow::READ).ok()?,
        };
        Some(Reader {
            file,
            buf: Vec::new(),
            at: 0,
        })
    }

    /// The next line, its end included.
    pub(super) fn line(&mut self, end: u8) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            let rest = &self.buf[self.at..];
            if let Some(length) = memchr::memchr(end, rest) {
                line.extend_from_slice(&rest[..=length]);
                self.at += length + 1;
                return Some(line);
            }
            line.extend_from_slice(rest);
            self.buf.resize(64 * 1024, 0);
            let got = self.file.read(&mut self.buf).unwrap_or(0);
            self.buf.truncate(got);
            self.at = 0;
            if got == 0 {
                return (!line.is_empty()).then_some(line);
            }
        }
    }
}
