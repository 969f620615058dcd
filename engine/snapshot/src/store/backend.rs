//! Where packs and references are kept: a flat space of named byte strings.

use std::any::Any;
use std::io;
use std::sync::Arc;

/// A piece of what is written: a chunk shared with the filesystem, or bytes.
#[derive(Clone)]
pub(crate) enum Piece {
    Chunk(Arc<Vec<u8>>),
    Bytes(Vec<u8>),
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        match self {
            Piece::Chunk(chunk) => chunk,
            Piece::Bytes(bytes) => bytes,
        }
    }
}

/// How a backend is read and written best.
#[derive(Clone, Copy)]
pub(crate) struct Habits {
    /// How much is read at a time.
    pub(crate) window_bytes: u64,
    /// From this length on objects are read by themselves.
    pub(crate) direct_bytes: u64,
}

/// A place to keep things. Names have one `/` in them: a folder and the rest.
pub(crate) trait Backend: Send + Sync {
    /// How to deal with it.
    fn habits(&self) -> Habits;

    /// What is in a folder: names without the folder, and lengths. No folder is
    /// an empty folder.
    fn list(&self, folder: &str) -> io::Result<Vec<(String, u64)>>;

    /// Fills `buffer` from `start` on.
    fn read(&self, path: &str, start: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// All of it, but no more than `most` bytes.
    fn read_all(&self, path: &str, most: u64) -> io::Result<Vec<u8>>;

    /// Writes or replaces, so that all of it is there or nothing new.
    fn write(&self, path: &str, pieces: Vec<Piece>) -> io::Result<()>;

    /// Removes.
    fn remove(&self, path: &str) -> io::Result<()>;

    /// Waits until nobody who would be in the way uses the store: with
    /// `alone` nobody at all, otherwise nobody alone. Until the answer is
    /// dropped.
    fn lock(&self, alone: bool) -> io::Result<Box<dyn Any>>;

    /// Removes what interrupted writers left. Only while locked alone.
    fn tidy(&self) -> io::Result<()>;
}
