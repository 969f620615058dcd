//! One filesystem shared by the processes of a sandbox.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use wardian_vfs::{Ino, Vfs};

use super::pipe::{Pipe, PipeId};

/// Which tree a filesystem holds: how often it was replaced, how often changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FsState(u64, u64);

/// A filesystem behind a lock. Clones share it.
///
/// The lock is held for one operation at a time and never across an await. Where
/// a folder of the host is mounted, that operation may read or write there: one
/// guest's buffer at most, or one directory. A slow disk then holds up the other
/// commands of the same sandbox, and of no other.
#[derive(Clone)]
pub struct SharedFs(Arc<Inner>);

impl std::fmt::Debug for SharedFs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedFs")
    }
}

struct Inner {
    vfs: Mutex<Vfs>,
    /// Bytes in named pipes that somebody has open.
    fifos: Mutex<HashMap<Ino, Weak<Pipe>>>,
    /// The number of the next pipe that has no name.
    next_pipe: AtomicU64,
    /// How often another filesystem took the place.
    replaced: AtomicU64,
}

impl SharedFs {
    /// Shares `vfs`.
    pub fn new(vfs: Vfs) -> SharedFs {
        SharedFs(Arc::new(Inner {
            vfs: Mutex::new(vfs),
            fifos: Mutex::default(),
            next_pipe: AtomicU64::new(PipeId::FIRST),
            replaced: AtomicU64::new(0),
        }))
    }

    /// The filesystem, locked.
    pub fn lock(&self) -> MutexGuard<'_, Vfs> {
        self.0.vfs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts another filesystem in its place, unless a file of it is open; whether
    /// it did.
    pub fn replace(&self, other: Vfs) -> bool {
        let mut vfs = self.lock();
        if vfs.has_open_files() {
            return false;
        }
        *vfs = other;
        self.0.replaced.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// What is the same as long as each path leads where it led ([`Vfs::changes`]);
    /// `vfs` is this filesystem, locked.
    pub fn state(&self, vfs: &Vfs) -> Option<FsState> {
        // It only changes under the lock.
        let replaced = self.0.replaced.load(Ordering::Relaxed);
        Some(FsState(replaced, vfs.changes()?))
    }

    /// A number for a pipe that no other here has.
    pub fn next_pipe(&self) -> u64 {
        self.0.next_pipe.fetch_add(1, Ordering::Relaxed)
    }

    /// The pipe behind a named pipe.
    pub fn fifo(&self, ino: Ino, capacity_bytes: usize) -> Arc<Pipe> {
        let mut fifos = self.0.fifos.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipe) = fifos.get(&ino).and_then(Weak::upgrade) {
            return pipe;
        }
        fifos.retain(|_, pipe| pipe.strong_count() > 0);
        let pipe = Pipe::new(capacity_bytes, PipeId::Node(ino));
        fifos.insert(ino, Arc::downgrade(&pipe));
        pipe
    }
}
