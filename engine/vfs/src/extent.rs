//! A piece of a file's contents that outlives the lock on the filesystem.

use std::ops::Range;
use std::sync::Arc;

/// A run of a file's bytes that lie together: either in a shared chunk or in a
/// hole. The chunk stays as it is whatever happens to the file afterwards.
#[derive(Clone, Debug)]
pub struct Extent {
    /// The chunk; `None`: the run is a hole and reads as zeros.
    pub data: Option<Arc<Vec<u8>>>,
    /// Where the run lies in the chunk; for a hole only its length counts.
    /// Empty at the end of the file.
    pub range: Range<usize>,
}

impl Extent {
    /// Length of the run.
    #[must_use]
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether the run is empty: the offset was at or past the end of the file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The bytes of the run; `None` for a hole.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        self.data.as_ref()?.get(self.range.clone())
    }

    /// Copies the run's beginning, zeros for a hole, to `buffer`; how many bytes.
    pub fn copy_to(&self, buffer: &mut [u8]) -> usize {
        let length = self.len().min(buffer.len());
        let Some(target) = buffer.get_mut(..length) else {
            return 0;
        };
        match self.bytes().and_then(|bytes| bytes.get(..length)) {
            Some(bytes) => target.copy_from_slice(bytes),
            None => target.fill(0),
        }
        length
    }
}
