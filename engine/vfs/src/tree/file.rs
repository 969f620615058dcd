//! The contents of a file: a size, and chunks for what is not a hole. Of a file
//! that was mounted, what has no chunk comes from below.
//!
//! Invariant: no chunk holds a byte at or past the size, and `allocated` is the
//! sum of the charges of the chunks.

use std::sync::Arc;

use super::below::Below;
use super::chunk::{self, CHUNK_BYTES, Chunk, charge};
use super::trie::Trie;
use crate::{Errno, Extent, LowerFile};

/// The contents of a file. `clone` takes constant time.
#[derive(Clone)]
pub(crate) struct File {
    size: u64,
    allocated: u64,
    chunks: Trie<Vec<u8>>,
    /// What a missing chunk stands for, as far as this reaches.
    below: Option<Arc<Below>>,
}

/// The chunk in which an offset lies, and the place in it.
fn locate(offset: u64) -> (u64, usize) {
    let width = CHUNK_BYTES as u64;
    (offset / width, (offset % width) as usize)
}

impl File {
    /// An empty file.
    pub(crate) const fn new() -> File {
        File {
            size: 0,
            allocated: 0,
            chunks: Trie::new(),
            below: None,
        }
    }

    /// A file whose contents lie in a tree below.
    pub(crate) fn below(file: LowerFile) -> File {
        File {
            size: file.seen.size,
            below: Some(Arc::new(Below::new(file))),
            ..File::new()
        }
    }

    /// Length.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Bytes charged.
    pub(crate) fn allocated(&self) -> u64 {
        self.allocated
    }

    /// The part below that a chunk stands for while it is missing.
    fn below_chunk(&self, index: u64) -> Option<&Below> {
        let below = self.below.as_deref()?;
        (index < below.chunks() && self.chunks.get(index).is_none()).then_some(below)
    }

    /// Makes a chunk of what lies below it, so that it can be changed, if `budget`
    /// more charged bytes suffice; whether they do.
    fn fetch(&mut self, index: u64, budget: &mut u64) -> Result<bool, Errno> {
        let Some(below) = self.below_chunk(index) else {
            return Ok(true);
        };
        let mut bytes = below.chunk(index)?;
        let charge = charge(index, bytes.len());
        if charge as u64 > *budget {
            return Ok(false);
        }
        bytes.reserve_exact(charge.saturating_sub(bytes.len()));
        self.chunks.insert(index, Arc::new(bytes));
        *budget -= charge as u64;
        self.allocated += charge as u64;
        Ok(true)
    }

    /// The run of bytes at `offset`.
    ///
    /// # Errors
    /// Those of reading below.
    pub(crate) fn extent(&self, offset: u64) -> Result<Extent, Errno> {
        let (index, start) = locate(offset);
        let left = self.size.saturating_sub(offset);
        let end =
            CHUNK_BYTES.min(start.saturating_add(usize::try_from(left).unwrap_or(CHUNK_BYTES)));
        if let Some(below) = self.below_chunk(index) {
            let chunk = below.chunk(index)?;
            return Ok(if start < chunk.len() {
                Extent {
                    range: start..end.min(chunk.len()),
                    data: Some(Arc::new(chunk)),
                }
            } else {
                Extent {
                    data: None,
                    range: start..end,
                }
            });
        }
        Ok(match self.chunks.get(index) {
            Some(chunk) if start < chunk.len() => Extent {
                data: Some(Arc::clone(chunk)),
                range: start..end.min(chunk.len()),
            },
            _ => Extent {
                data: None,
                range: start..end,
            },
        })
    }

    /// The chunks from number `index` on, in order; what is missing is a hole.
    pub(crate) fn chunks(&self, index: u64) -> impl Iterator<Item = (u64, &Chunk)> {
        self.chunks.iter_from(index)
    }

    /// The numbers of the chunks that are not shared with another file.
    pub(crate) fn differences(&self, other: &File) -> Vec<u64> {
        let mut numbers = self.chunks.differences(&other.chunks);
        let same = match (&self.below, &other.below) {
            (Some(left), Some(right)) => Arc::ptr_eq(left, right),
            (left, right) => left.is_none() && right.is_none(),
        };
        if !same {
            let chunks = |file: &File| file.below.as_ref().map_or(0, |below| below.chunks());
            let missing = |file: &File, index| file.chunks.get(index).is_none();
            let last = chunks(self).max(chunks(other));
            numbers
                .extend((0..last).filter(|index| missing(self, *index) && missing(other, *index)));
            numbers.sort_unstable();
        }
        numbers
    }

    /// Puts back a chunk of a saved file; whether it lies within the size, in a
    /// place still free.
    pub(crate) fn restore(&mut self, index: u64, chunk: Chunk) -> bool {
        let start = index.checked_mul(CHUNK_BYTES as u64);
        let end = start.and_then(|start| start.checked_add(chunk.len() as u64));
        let fits = !chunk.is_empty()
            && chunk.len() <= CHUNK_BYTES
            && end.is_some_and(|end| end <= self.size)
            && self.chunks.get(index).is_none();
        if fits {
            self.allocated += charge(index, chunk.len()) as u64;
            self.chunks.insert(index, chunk);
        }
        fits
    }

    /// Reads at `offset`; how many bytes.
    ///
    /// # Errors
    /// Those of reading below.
    pub(crate) fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Errno> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        let mut rest = buffer.get_mut(..length).unwrap_or_default();
        if let Some(below) = &self.below
            && self.allocated == 0
            && !rest.is_empty()
        {
            // All of it in one piece.
            below.read(offset, rest)?;
            return Ok(length);
        }
        let (mut index, mut start) = locate(offset);
        while !rest.is_empty() {
            let width = rest.len().min(CHUNK_BYTES - start);
            let (piece, after) = rest.split_at_mut(width);
            match (self.chunks.get(index), self.below_chunk(index)) {
                (Some(chunk), _) => fill(piece, chunk.get(start..).unwrap_or(&[])),
                (None, Some(below)) => {
                    let offset = index.saturating_mul(CHUNK_BYTES as u64) + start as u64;
                    below.read(offset, piece)?;
                }
                (None, None) => piece.fill(0),
            }
            rest = after;
            index += 1;
            start = 0;
        }
        Ok(length)
    }

    /// Writes at `offset` as much of `data` as `budget` more charged bytes
    /// allow; how much. The caller has checked that the end is a valid offset.
    ///
    /// # Errors
    /// Those of reading below, if nothing was written.
    pub(crate) fn write(&mut self, offset: u64, data: &[u8], budget: u64) -> Result<usize, Errno> {
        let mut budget = budget;
        let mut rest = data;
        let (mut index, mut start) = locate(offset);
        while !rest.is_empty() {
            match self.fetch(index, &mut budget) {
                Ok(true) => {}
                Ok(false) => break,
                Err(errno) if rest.len() == data.len() => return Err(errno),
                Err(_) => break,
            }
            let old = self.chunks.get(index).map_or(0, |chunk| chunk.len());
            let paid = charge(index, old) as u64;
            let room = old.max(chunk::longest(index, paid.saturating_add(budget)));
            let width = rest.len().min(room.saturating_sub(start));
            let Some((piece, after)) = rest.split_at_checked(width) else {
                break;
            };
            if piece.is_empty() {
                break;
            }
            let capacity = charge(index, old.max(start + width));
            match self.chunks.get_mut(index) {
                Some(chunk) => chunk::write(chunk, start, piece, capacity),
                None => {
                    let chunk = chunk::with(start, piece, capacity);
                    self.chunks.insert(index, chunk);
                }
            }
            let more = capacity as u64 - paid;
            budget -= more;
            self.allocated += more;
            rest = after;
            if start + width < CHUNK_BYTES {
                break;
            }
            index += 1;
            start = 0;
        }
        let written = data.len() - rest.len();
        if written > 0 {
            self.size = self.size.max(offset.saturating_add(written as u64));
        }
        Ok(written)
    }

    /// Sets the length.
    pub(crate) fn truncate(&mut self, size: u64) {
        if size == 0 {
            *self = File::new();
        } else if size < self.size {
            self.cut(size);
        }
        self.size = size;
    }

    fn cut(&mut self, size: u64) {
        if let Some(below) = &self.below
            && size < below.length()
        {
            self.below = Some(Arc::new(below.cut(size)));
        }
        let (index, length) = locate(size);
        let first_gone = if length == 0 { index } else { index + 1 };
        while let Some((gone, chunk)) = self.chunks.first_at(first_gone) {
            self.allocated -= charge(gone, chunk.len()) as u64;
            self.chunks.remove(gone);
        }
        let old = self.chunks.get(index).map_or(0, |chunk| chunk.len());
        if length < old
            && let Some(chunk) = self.chunks.get_mut(index)
        {
            let capacity = charge(index, length);
            self.allocated -= (charge(index, old) - capacity) as u64;
            chunk::cut(chunk, length, capacity);
        }
    }

    /// Gives every byte from `offset` to `end` a place, if `budget` more charged
    /// bytes suffice; whether they do. Lengthens the file to `end`.
    ///
    /// # Errors
    /// Those of reading below.
    pub(crate) fn allocate(&mut self, offset: u64, end: u64, budget: u64) -> Result<bool, Errno> {
        let mut budget = budget;
        // Also bounds the loops below: they touch no more than may be held.
        if end.saturating_sub(offset) > self.allocated.saturating_add(budget) {
            return Ok(false);
        }
        let chunks = self.below.as_ref().map_or(0, |below| below.chunks());
        for index in locate(offset).0..=locate(end).0.min(chunks) {
            if !self.fetch(index, &mut budget)? {
                return Ok(false);
            }
        }
        let missing: u64 = self
            .missing(offset, end)
            .map(|(index, old, new)| (charge(index, new) - charge(index, old)) as u64)
            .sum();
        if missing > budget {
            return Ok(false);
        }
        let places: Vec<_> = self.missing(offset, end).collect();
        for (index, _, length) in places {
            let capacity = charge(index, length);
            match self.chunks.get_mut(index) {
                Some(chunk) => chunk::lengthen(chunk, length, capacity),
                None => {
                    self.chunks.insert(index, chunk::zeros(length, capacity));
                }
            }
        }
        self.allocated += missing;
        self.size = self.size.max(end);
        Ok(true)
    }

    /// The chunks that do not reach as far as `offset..end` asks: number, length,
    /// length asked.
    fn missing(&self, offset: u64, end: u64) -> impl Iterator<Item = (u64, usize, usize)> {
        let (first, _) = locate(offset);
        let (last, tail) = locate(end);
        (first..=last).filter_map(move |index| {
            let asked = if index == last { tail } else { CHUNK_BYTES };
            let old = self.chunks.get(index).map_or(0, |chunk| chunk.len());
            (asked > old).then_some((index, old, asked))
        })
    }

    /// What `allocated` must be.
    #[cfg(test)]
    pub(crate) fn recount(&self) -> u64 {
        let chunks = self.chunks.iter_from(0);
        chunks
            .map(|(index, chunk)| {
                assert!(chunk.capacity() <= charge(index, chunk.len()));
                assert!(index * CHUNK_BYTES as u64 + chunk.len() as u64 <= self.size);
                charge(index, chunk.len()) as u64
            })
            .sum()
    }
}

/// Copies `stored` to the start of `piece`, zeros to the rest.
fn fill(piece: &mut [u8], stored: &[u8]) {
    let length = piece.len().min(stored.len());
    let (head, tail) = piece.split_at_mut(length);
    if let Some(stored) = stored.get(..length) {
        head.copy_from_slice(stored);
    }
    tail.fill(0);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CHUNK_BYTES, File};

    /// Offsets and lengths, often near the edges of chunks.
    fn place() -> impl Strategy<Value = usize> {
        let near = (0..4_usize, 0..7_usize)
            .prop_map(|(chunk, off)| (chunk * CHUNK_BYTES + off).saturating_sub(3));
        prop_oneof![near, 0..300_000_usize, 0..200_usize]
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]
        #[test]
        fn behaves_like_a_vector(
            steps in prop::collection::vec(
                (0..5_u8, place(), place(), any::<u8>(), prop::option::of(0..200_000_u64)),
                1..25,
            ),
        ) {
            let mut file = File::new();
            let mut model: Vec<u8> = Vec::new();
            let mut forks = Vec::new();
            for (what, offset, length, byte, budget) in steps {
                let before = file.allocated();
                let left = budget.unwrap_or(u64::MAX);
                match what {
                    0 | 1 => {
                        let written = file.write(offset as u64, &vec![byte; length], left).unwrap();
                        prop_assert!(budget.is_some() || written == length);
                        if written > 0 {
                            model.resize(model.len().max(offset + written), 0);
                            model[offset..offset + written].fill(byte);
                        }
                        prop_assert!(file.allocated() - before <= left);
                    }
                    2 => {
                        file.truncate(offset as u64);
                        model.resize(offset, 0);
                        prop_assert!(file.allocated() <= before);
                    }
                    3 => {
                        let end = offset + length;
                        if file.allocate(offset as u64, end as u64, left).unwrap() {
                            model.resize(model.len().max(end), 0);
                        } else {
                            prop_assert!(budget.is_some());
                        }
                        prop_assert!(file.allocated() - before <= left);
                    }
                    _ => forks.push((file.clone(), model.clone())),
                }
                prop_assert_eq!(file.allocated(), file.recount());
            }
            forks.push((file, model));
            for (file, model) in forks {
                let mut whole = vec![0xee; model.len() + 1];
                prop_assert_eq!(file.read(0, &mut whole), Ok(model.len()));
                prop_assert!(whole[..model.len()] == model);
                let mut at = 0;
                while let extent = file.extent(at as u64).unwrap() && !extent.is_empty() {
                    let mut piece = vec![0xee; extent.len()];
                    extent.copy_to(&mut piece);
                    prop_assert!(piece == model[at..at + piece.len()]);
                    at += piece.len();
                }
                prop_assert_eq!(at, model.len());
            }
        }
    }
}
