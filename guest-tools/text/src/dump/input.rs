//! Bytes of one file or of several in a row, with a start and an end.

use wardian_applet::sys::{self, Errno, File, OpenHow};

/// Bytes read at a time.
const BLOCK_BYTES: usize = 64 * 1024;

/// A stream that hands out blocks of a wanted size.
pub struct Input {
    files: std::vec::IntoIter<Vec<u8>>,
    current: Option<File>,
    buffer: Vec<u8>,
    at: usize,
    /// Bytes still to come at most.
    pub limit: u64,
    /// Files that could not be read.
    pub errors: Vec<(Vec<u8>, Errno)>,
}

impl Input {
    /// The files in a row; without any, standard input.
    pub fn new(files: Vec<Vec<u8>>) -> Input {
        let current = files.is_empty().then(File::stdin);
        Input {
            files: files.into_iter(),
            current,
            buffer: Vec::new(),
            at: 0,
            limit: u64::MAX,
            errors: Vec::new(),
        }
    }

    /// More bytes; nothing at the end.
    pub fn more(&mut self) -> &[u8] {
        self.fill();
        let start = self.at;
        let count = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let end = self.buffer.len().min(start.saturating_add(count));
        self.at = end;
        self.limit -= (end - start) as u64;
        &self.buffer[start..end]
    }

    /// Fills a block as far as there are bytes; gives their count.
    pub fn block(&mut self, block: &mut [u8]) -> usize {
        let mut filled = 0;
        let want = block
            .len()
            .min(usize::try_from(self.limit).unwrap_or(usize::MAX));
        while filled < want {
            self.fill();
            let rest = &self.buffer[self.at..];
            if rest.is_empty() {
                break;
            }
            let count = rest.len().min(want - filled);
            block[filled..filled + count].copy_from_slice(&rest[..count]);
            self.at += count;
            filled += count;
        }
        self.limit -= filled as u64;
        filled
    }

    /// Passes over bytes; gives how many there were.
    pub fn skip(&mut self, count: u64) -> u64 {
        let mut left = count;
        while left > 0 {
            self.fill();
            let rest = self.buffer.len() - self.at;
            if rest == 0 {
                break;
            }
            let step = rest.min(usize::try_from(left).unwrap_or(usize::MAX));
            self.at += step;
            left -= step as u64;
        }
        count - left
    }

    fn fill(&mut self) {
        while self.at == self.buffer.len() {
            if self.current.is_none() {
                let Some(name) = self.files.next() else {
                    return;
                };
                match File::open(&name, OpenHow::READ) {
                    Ok(file) => self.current = Some(file),
                    Err(errno) => {
                        self.errors.push((name, errno));
                        continue;
                    }
                }
            }
            let Some(file) = &self.current else {
                return;
            };
            self.buffer.resize(BLOCK_BYTES, 0);
            let got = sys::read(file.fd(), &mut self.buffer).unwrap_or(0);
            self.buffer.truncate(got);
            self.at = 0;
            if got == 0 {
                self.current = None;
                if self.files.len() == 0 {
                    return;
                }
            }
        }
    }
}
