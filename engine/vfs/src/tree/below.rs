//! The part of a file that still lies in a tree below.

use std::sync::Arc;

use super::chunk::CHUNK_BYTES;
use crate::{Errno, LowerFile};

/// A file below, as far as it still counts.
#[derive(Clone)]
pub(crate) struct Below {
    file: Arc<LowerFile>,
    /// Bytes at or past this do not come from below.
    length: u64,
}

impl Below {
    /// All of a file.
    pub(crate) fn new(file: LowerFile) -> Below {
        Below {
            length: file.seen.size,
            file: Arc::new(file),
        }
    }

    /// How many bytes still count.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The same with no more than `length` bytes.
    pub(crate) fn cut(&self, length: u64) -> Below {
        Below {
            file: Arc::clone(&self.file),
            length: self.length.min(length),
        }
    }

    /// How many chunks it reaches into.
    pub(crate) fn chunks(&self) -> u64 {
        self.length.div_ceil(CHUNK_BYTES as u64)
    }

    /// Reads at `offset`; what lies past the end, or is missing because the file
    /// became shorter meanwhile, is zeros.
    pub(crate) fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Errno> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let (wanted, past) = buffer.split_at_mut(left.min(buffer.len()));
        past.fill(0);
        if wanted.is_empty() {
            return Ok(());
        }
        let got = self.file.source.read(&self.file, offset, wanted)?;
        if let Some(missing) = wanted.get_mut(got..) {
            missing.fill(0);
        }
        Ok(())
    }

    /// One chunk; empty past the end.
    pub(crate) fn chunk(&self, index: u64) -> Result<Vec<u8>, Errno> {
        let offset = index.saturating_mul(CHUNK_BYTES as u64);
        let left = self.length.saturating_sub(offset).min(CHUNK_BYTES as u64);
        let mut bytes = vec![0; left as usize];
        self.read(offset, &mut bytes)?;
        Ok(bytes)
    }
}
