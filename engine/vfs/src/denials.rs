//! Which limits have refused something, for whoever tells a person about it:
//! `ENOSPC` alone does not say what ran out.

use std::sync::atomic::{AtomicU8, Ordering};

/// The limits of a [`crate::Quota`] that refused something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Denials {
    /// [`crate::Quota::bytes`].
    pub bytes: bool,
    /// [`crate::Quota::inodes`].
    pub inodes: bool,
    /// [`crate::Quota::file_size_bytes`].
    pub file_size: bool,
}

/// One of them.
#[derive(Clone, Copy)]
pub(crate) enum Denial {
    Bytes = 1,
    Inodes = 2,
    FileSize = 4,
}

/// Those of a filesystem since somebody last asked. A copy starts with none.
#[derive(Debug, Default)]
pub(crate) struct Log(AtomicU8);

impl Log {
    pub(crate) fn note(&self, denial: Denial) {
        self.0.fetch_or(denial as u8, Ordering::Relaxed);
    }

    pub(crate) fn take(&self) -> Denials {
        let bits = self.0.swap(0, Ordering::Relaxed);
        let has = |denial: Denial| bits & denial as u8 != 0;
        Denials {
            bytes: has(Denial::Bytes),
            inodes: has(Denial::Inodes),
            file_size: has(Denial::FileSize),
        }
    }
}

impl Clone for Log {
    fn clone(&self) -> Log {
        Log::default()
    }
}
