//! Reading objects: each is found, measured, read and checked against its hash.

use std::collections::VecDeque;

use super::backend::{Backend, Habits};
use super::index::{self, Index, Place};
use crate::error::{Error, ErrorKind};
use crate::format::page::{Kind, PAGE_BYTES, PageReader};
use crate::format::wire::Malformed;
use crate::hash::Hash;

/// Windows kept in memory.
const WINDOWS: usize = 4;

/// The objects of a store, for one reader.
pub(crate) struct Source<'a> {
    backend: &'a dyn Backend,
    index: &'a Index,
    habits: Habits,
    /// The one used last is the last.
    windows: VecDeque<Window>,
    /// Bytes of pages that may still be read.
    page_bytes_left: u64,
    page_bytes: u64,
}

/// A stretch of a pack.
struct Window {
    pack: usize,
    start: u64,
    bytes: Vec<u8>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(backend: &'a dyn Backend, index: &'a Index, page_bytes: u64) -> Source<'a> {
        Source {
            backend,
            index,
            habits: backend.habits(),
            windows: VecDeque::new(),
            page_bytes_left: page_bytes,
            page_bytes,
        }
    }

    /// The place of an object. `what` says what it is, for the error.
    fn place(&self, hash: Hash, what: &dyn Fn() -> String) -> Result<Place, Error> {
        self.index.place(&hash).ok_or_else(|| {
            let detail = format!("{} is missing{}", what(), self.index.complaints());
            Error::new(ErrorKind::Missing, object(hash), detail)
        })
    }

    /// Reads a page, and charges it.
    pub(crate) fn page(&mut self, hash: Hash, what: &dyn Fn() -> String) -> Result<Vec<u8>, Error> {
        let place = self.place(hash, what)?;
        let length = u64::from(place.length);
        if length > PAGE_BYTES {
            let detail = format!("{} is {length} bytes long", what());
            return Err(Error::corrupt(object(hash), detail));
        }
        self.page_bytes_left = self.page_bytes_left.checked_sub(length).ok_or_else(|| {
            let found = format!("{}, {length} more bytes,", what());
            Error::limit(object(hash), "page_bytes", self.page_bytes, found)
        })?;
        let mut bytes = vec![0; place.length as usize];
        self.read(hash, place, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads a chunk of a known length into a buffer of the capacity wanted.
    pub(crate) fn chunk(
        &mut self,
        hash: Hash,
        length: u32,
        capacity: usize,
        what: &dyn Fn() -> String,
    ) -> Result<Vec<u8>, Error> {
        let place = self.place(hash, what)?;
        if place.length != length {
            let detail = format!(
                "{} should be {length} bytes long, but is {}",
                what(),
                place.length
            );
            return Err(Error::corrupt(object(hash), detail));
        }
        let mut bytes = Vec::with_capacity(capacity);
        bytes.resize(length as usize, 0);
        self.read(hash, place, &mut bytes)?;
        Ok(bytes)
    }

    fn read(&mut self, hash: Hash, place: Place, buffer: &mut [u8]) -> Result<(), Error> {
        let Some(pack) = self.index.packs().get(place.pack) else {
            return Err(Error::new(ErrorKind::Missing, object(hash), "is missing"));
        };
        let path = index::path(&pack.name);
        let failed = |error| Error::io(format!("{} in {path}", object(hash)), error);
        if u64::from(place.length) >= self.habits.direct_bytes {
            self.backend
                .read(&path, place.start, buffer)
                .map_err(failed)?;
        } else {
            self.read_through_windows(place, &path, pack.size, buffer)
                .map_err(failed)?;
        }
        let found = Hash::of(buffer);
        if found != hash {
            let detail = format!("in {path} has the hash {found}");
            return Err(Error::corrupt(object(hash), detail));
        }
        Ok(())
    }

    fn read_through_windows(
        &mut self,
        place: Place,
        path: &str,
        size: u64,
        buffer: &mut [u8],
    ) -> std::io::Result<()> {
        let width = self.habits.window_bytes;
        let mut start = place.start;
        let mut rest = buffer;
        while !rest.is_empty() {
            let first = start - start % width;
            let found = self
                .windows
                .iter()
                .position(|window| window.pack == place.pack && window.start == first);
            let window = match found.and_then(|found| self.windows.remove(found)) {
                Some(window) => window,
                None => {
                    let mut window = Window {
                        pack: place.pack,
                        start: first,
                        bytes: match self.windows.len() {
                            WINDOWS.. => self.windows.pop_front().unwrap_or_default().bytes,
                            _ => Vec::new(),
                        },
                    };
                    let length = width.min(size.saturating_sub(first));
                    window.bytes.resize(length as usize, 0);
                    self.backend.read(path, first, &mut window.bytes)?;
                    window
                }
            };
            let stored = window.bytes.get((start - first) as usize..);
            let stored = stored.unwrap_or_default();
            let length = stored.len().min(rest.len());
            let (Some(stored), Some((target, after))) =
                (stored.get(..length), rest.split_at_mut_checked(length))
            else {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            };
            if length == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            target.copy_from_slice(stored);
            rest = after;
            start += length as u64;
            self.windows.push_back(window);
        }
        Ok(())
    }
}

impl Default for Window {
    fn default() -> Window {
        Window {
            pack: usize::MAX,
            start: 0,
            bytes: Vec::new(),
        }
    }
}

/// How errors name an object.
pub(crate) fn object(hash: Hash) -> String {
    format!("object {hash}")
}

/// An error about a page.
pub(crate) fn malformed(hash: Hash, why: Malformed) -> Error {
    Error::corrupt(object(hash), why.0)
}

/// The leaves of a table, in order.
pub(crate) struct Leaves {
    kind: Kind,
    /// Pages to visit, the next one last, with the level and first number they
    /// must have.
    pending: Vec<(Hash, Option<(u8, u64)>)>,
}

impl Leaves {
    pub(crate) fn new(kind: Kind, root: Hash) -> Leaves {
        Leaves {
            kind,
            pending: vec![(root, None)],
        }
    }

    /// The next leaf. `visit` is told every page beforehand, and whether to skip
    /// it with all below.
    pub(crate) fn next(
        &mut self,
        source: &mut Source<'_>,
        what: &dyn Fn() -> String,
        mut skip: impl FnMut(Hash) -> bool,
    ) -> Result<Option<(Hash, Vec<u8>)>, Error> {
        while let Some((hash, expected)) = self.pending.pop() {
            if skip(hash) {
                continue;
            }
            let bytes = source.page(hash, what)?;
            let page = PageReader::new(&bytes, self.kind).map_err(|why| malformed(hash, why))?;
            if expected.is_some_and(|expected| expected != (page.level, page.first)) {
                return Err(Error::corrupt(object(hash), "is a page from elsewhere"));
            }
            let Some(below) = page.level.checked_sub(1) else {
                return Ok(Some((hash, bytes)));
            };
            let children = page.children().map_err(|why| malformed(hash, why))?;
            if expected.is_none() && children.len() == 1 {
                let detail = "is a page above one that covers the whole table";
                return Err(Error::corrupt(object(hash), detail));
            }
            let children = children.into_iter().rev();
            self.pending
                .extend(children.map(|(first, child)| (child, Some((below, first)))));
        }
        Ok(None)
    }
}
