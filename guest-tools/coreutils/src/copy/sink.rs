//! Where `dd` writes: in blocks of one size, which it counts.

use crate::sys::{self, Errno};

/// Records read or written: whole and partial ones, and bytes.
#[derive(Default)]
pub struct Tally {
    /// Blocks of the full size.
    pub full: u64,
    /// Shorter ones.
    pub partial: u64,
    /// Bytes of both.
    pub bytes: u64,
}

impl Tally {
    /// Counts a block.
    pub fn add(&mut self, bytes: usize, block: u64) {
        match bytes as u64 == block {
            true => self.full += 1,
            false => self.partial += 1,
        }
        self.bytes += bytes as u64;
    }
}

/// The output.
pub struct Sink {
    fd: u32,
    block: usize,
    /// Less than a block.
    pending: Vec<u8>,
    /// Whether blocks of zeros are skipped.
    sparse: bool,
    /// Whether the last block was skipped.
    hole: bool,
    /// What was written so far.
    pub written: Tally,
}

impl Sink {
    /// Output to a descriptor in blocks of this size.
    pub fn new(fd: u32, block: usize, sparse: bool) -> Sink {
        Sink {
            fd,
            block,
            pending: Vec::new(),
            sparse,
            hole: false,
            written: Tally::default(),
        }
    }

    /// Adds bytes, writing every block that gets full.
    pub fn put(&mut self, mut bytes: &[u8]) -> Result<(), Errno> {
        if !self.pending.is_empty() {
            let room = (self.block - self.pending.len()).min(bytes.len());
            self.pending.extend_from_slice(&bytes[..room]);
            bytes = &bytes[room..];
            if self.pending.len() == self.block {
                let full = std::mem::take(&mut self.pending);
                self.block(&full)?;
                self.pending = full;
                self.pending.clear();
            }
        }
        while let Some((full, rest)) = bytes.split_at_checked(self.block) {
            self.block(full)?;
            bytes = rest;
        }
        self.pending.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes these bytes as a block of their own.
    pub fn block(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        self.hole = self.sparse
            && bytes.iter().all(|byte| *byte == 0)
            && sys::seek(self.fd, bytes.len() as i64, 1).is_ok();
        if !self.hole {
            write_all(self.fd, bytes)?;
        }
        self.written.add(bytes.len(), self.block as u64);
        Ok(())
    }

    /// Writes what is left.
    pub fn finish(&mut self) -> Result<(), Errno> {
        if !self.pending.is_empty() {
            let rest = std::mem::take(&mut self.pending);
            self.block(&rest)?;
        }
        // A file that ends in a hole has its length set.
        if self.hole
            && let Ok(end) = sys::seek(self.fd, 0, 1)
            && sys::fstat(self.fd).is_ok_and(|stat| stat.size_bytes < end)
        {
            sys::set_size(self.fd, end)?;
        }
        Ok(())
    }
}

fn write_all(fd: u32, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match sys::write(fd, bytes) {
            Ok(n) => bytes = bytes.get(n..).unwrap_or_default(),
            Err(Errno::Intr) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}
