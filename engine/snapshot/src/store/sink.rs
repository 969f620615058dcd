//! Writing objects: those not there yet go into packs, which a thread writes.

use std::collections::HashSet;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, MutexGuard};

use super::backend::Piece;
use super::index::{Index, Pack};
use super::memo::Memo;
use crate::error::{Error, ErrorKind};
use crate::format::pack::{self, FULL_BYTES, Packed};
use crate::hash::Hash;

/// A pack ready to be written.
pub(crate) struct Sealed {
    pub(crate) pack: Pack,
    pub(crate) pieces: Vec<Piece>,
}

/// What was put in.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) objects_written: u64,
    pub(crate) bytes_written: u64,
    pub(crate) objects_shared: u64,
    pub(crate) bytes_shared: u64,
}

/// The packs being filled: one for chunks and one for pages, so that pages can
/// be read without reading over chunks.
pub(crate) struct Sink<'a> {
    index: &'a Index,
    new: HashSet<Hash>,
    chunks: Filling,
    pages: Filling,
    memo: Option<MutexGuard<'a, Memo>>,
    ready: SyncSender<Sealed>,
    pub(crate) tally: Tally,
}

#[derive(Default)]
struct Filling {
    pieces: Vec<Piece>,
    objects: Vec<Packed>,
    bytes: u64,
}

impl<'a> Sink<'a> {
    pub(super) fn new(
        index: &'a Index,
        memo: Option<MutexGuard<'a, Memo>>,
        ready: SyncSender<Sealed>,
    ) -> Sink<'a> {
        Sink {
            index,
            new: HashSet::new(),
            chunks: Filling::default(),
            pages: Filling::default(),
            memo,
            ready,
            tally: Tally::default(),
        }
    }

    /// Puts in a chunk.
    pub(crate) fn chunk(&mut self, chunk: &Arc<Vec<u8>>) -> Result<Hash, Error> {
        let hash = match &mut self.memo {
            Some(memo) => memo.hash(chunk),
            None => Hash::of(chunk),
        };
        if self.is_new(hash, chunk.len()) {
            self.chunks
                .add(hash, Piece::Chunk(Arc::clone(chunk)), chunk.len());
            if self.chunks.bytes >= FULL_BYTES {
                self.tally.bytes_written += self.chunks.seal(&self.ready)?;
            }
        }
        Ok(hash)
    }

    /// Puts in any other object.
    pub(crate) fn page(&mut self, page: Vec<u8>) -> Result<Hash, Error> {
        let hash = Hash::of(&page);
        if self.is_new(hash, page.len()) {
            let length = page.len();
            self.pages.add(hash, Piece::Bytes(page), length);
            if self.pages.bytes >= FULL_BYTES {
                self.tally.bytes_written += self.pages.seal(&self.ready)?;
            }
        }
        Ok(hash)
    }

    fn is_new(&mut self, hash: Hash, length: usize) -> bool {
        let is_new = self.index.place(&hash).is_none() && self.new.insert(hash);
        if is_new {
            self.tally.objects_written += 1;
        } else {
            self.tally.objects_shared += 1;
            self.tally.bytes_shared += length as u64;
        }
        is_new
    }

    /// Hands over what is left.
    pub(crate) fn finish(mut self) -> Result<Tally, Error> {
        for filling in [&mut self.chunks, &mut self.pages] {
            if !filling.objects.is_empty() {
                self.tally.bytes_written += filling.seal(&self.ready)?;
            }
        }
        Ok(self.tally)
    }
}

impl Filling {
    fn add(&mut self, hash: Hash, piece: Piece, length: usize) {
        if self.pieces.is_empty() {
            self.pieces.push(Piece::Bytes(pack::head()));
        }
        self.pieces.push(piece);
        self.bytes += length as u64;
        self.objects.push(Packed {
            hash,
            length: length as u32,
        });
    }

    /// Hands the pack over and begins the next; how long it is.
    fn seal(&mut self, ready: &SyncSender<Sealed>) -> Result<u64, Error> {
        let filling = std::mem::take(self);
        let (index, pack) = Pack::seal(filling.objects);
        let mut pieces = filling.pieces;
        pieces.push(Piece::Bytes(index));
        let size = pack.size;
        // Fails only if the writer has; it says why.
        let writer_gone = |_| Error::new(ErrorKind::Io, "packs", "the writer stopped");
        ready.send(Sealed { pack, pieces }).map_err(writer_gone)?;
        Ok(size)
    }
}
