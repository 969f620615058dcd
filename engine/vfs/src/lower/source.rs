//! What a tree below this one must offer: lists of entries, and bytes.

use std::fmt;
use std::sync::Arc;

use crate::{Errno, Name, Timestamp};

/// A tree outside, such as a folder of the host.
///
/// Calls come while the filesystem is locked, so they must not wait for anyone
/// else and should move few bytes at a time.
pub trait Lower: Send + Sync {
    /// The entries of a directory, without `.` and `..`, in any order. `dir` is
    /// its path from the top, without a leading slash; empty for the top. `seen`
    /// is what it was when it was listed itself.
    ///
    /// # Errors
    /// `EOVERFLOW`: more than there is `room` for. `ESTALE`: another directory
    /// stands there now. Whatever reading it gives.
    fn list(&self, dir: &[u8], seen: &Fingerprint, room: Room) -> Result<Vec<LowerEntry>, Errno>;

    /// Reads at `offset`; how many bytes, fewer than asked only at the end.
    ///
    /// # Errors
    /// `ESTALE`: another file stands there now, or it was changed since it was
    /// listed. Whatever reading it gives.
    fn read(&self, file: &LowerFile, offset: u64, buffer: &mut [u8]) -> Result<usize, Errno>;
}

/// One entry of a directory below.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LowerEntry {
    /// Its name.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: LowerKind,
    /// The twelve permission bits.
    pub mode: u16,
    /// Last access.
    pub accessed: Timestamp,
    /// What tells whether it is still the same later on.
    pub seen: Fingerprint,
}

impl LowerEntry {
    /// Bytes of its name, and of its target if it is a link.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.name.len().saturating_add(self.kind.target_bytes())
    }
}

/// How much of a tree is still kept in memory here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// Nodes: about 300 bytes each, besides their text.
    pub entries: u64,
    /// Bytes of names, of targets of links, and of paths of directories.
    pub text_bytes: u64,
}

impl Default for Room {
    /// All that one mount gets: 2,000,000 nodes and 256 MiB.
    fn default() -> Room {
        Room {
            entries: 2_000_000,
            text_bytes: 256 << 20,
        }
    }
}

impl Room {
    /// Takes some of it.
    ///
    /// # Errors
    /// `EOVERFLOW`: that much is not left.
    pub fn take(&mut self, entries: u64, text_bytes: usize) -> Result<(), Errno> {
        let left = (
            self.entries.checked_sub(entries),
            self.text_bytes.checked_sub(text_bytes as u64),
        );
        let (Some(entries), Some(text_bytes)) = left else {
            return Err(Errno::Overflow);
        };
        *self = Room {
            entries,
            text_bytes,
        };
        Ok(())
    }

    /// Gives some of it back.
    pub(crate) fn give(&mut self, entries: u64, text_bytes: usize) {
        self.entries = self.entries.saturating_add(entries);
        self.text_bytes = self.text_bytes.saturating_add(text_bytes as u64);
    }
}

/// What an entry of a directory below is. Nothing else is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LowerKind {
    /// A file; its length is in the fingerprint.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link with this target.
    Symlink(Vec<u8>),
}

impl LowerKind {
    /// Bytes of a link's target.
    #[must_use]
    pub fn target_bytes(&self) -> usize {
        match self {
            LowerKind::Symlink(target) => target.len(),
            _ => 0,
        }
    }
}

/// What tells whether a file below is still the one that was listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Fingerprint {
    /// The device it lies on.
    pub device: u64,
    /// Its number there.
    pub node: u64,
    /// Its length in bytes.
    pub size: u64,
    /// Last change of the contents.
    pub modified: Timestamp,
    /// Last change of the contents or the attributes.
    pub changed: Timestamp,
}

/// A file below: where it was listed, and as what.
pub struct LowerFile {
    pub(crate) source: Arc<dyn Lower>,
    /// Path of the directory that lists it.
    pub(crate) dir: Arc<[u8]>,
    pub(crate) name: Box<[u8]>,
    pub(crate) seen: Fingerprint,
}

impl LowerFile {
    /// Its path from the top.
    #[must_use]
    pub fn path(&self) -> Vec<u8> {
        join(&self.dir, &self.name)
    }

    /// What it was when it was listed.
    #[must_use]
    pub fn seen(&self) -> &Fingerprint {
        &self.seen
    }
}

impl fmt::Debug for LowerFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LowerFile")
            .field("path", &String::from_utf8_lossy(&self.path()))
            .field("seen", &self.seen)
            .finish()
    }
}

/// Names, the outermost first, as a path.
pub(crate) fn join_all<'a>(names: impl Iterator<Item = &'a &'a Name>) -> Vec<u8> {
    let mut path = Vec::new();
    for name in names {
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name);
    }
    path
}

/// A name below a directory.
pub(crate) fn join(dir: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(dir.len() + 1 + name.len());
    path.extend_from_slice(dir);
    if !dir.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}
