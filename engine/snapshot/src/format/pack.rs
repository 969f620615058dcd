//! A pack: many objects in one file, with an index at its end.
//!
//! The index lists the objects in the order in which they lie; the name of the
//! pack is the hash of the index.

use super::wire::{Malformed, Reader};
use crate::hash::{HASH_BYTES, Hash};

/// The last byte is the version.
const MAGIC: [u8; 8] = *b"WRDPACK\x01";
/// Bytes before the first object.
pub(crate) const HEAD_BYTES: u64 = MAGIC.len() as u64;
/// Bytes of one object in the index: hash, length.
const ENTRY_BYTES: u64 = HASH_BYTES as u64 + 4;
/// Bytes after the index: count, hash of the index, magic.
pub(crate) const TAIL_BYTES: u64 = 4 + HASH_BYTES as u64 + MAGIC.len() as u64;
/// What a file name ends in.
pub(crate) const SUFFIX: &str = ".pack";
/// A pack is closed when its objects take this many bytes.
pub(crate) const FULL_BYTES: u64 = 64 << 20;
/// No pack is greater.
pub(crate) const MOST_BYTES: u64 = 1 << 30;

/// An object in the index of a pack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Packed {
    pub(crate) hash: Hash,
    pub(crate) length: u32,
}

/// The bytes before the first object.
pub(crate) fn head() -> Vec<u8> {
    MAGIC.to_vec()
}

/// The index with its tail, and the hash of the index.
pub(crate) fn encode_index(objects: &[Packed]) -> (Vec<u8>, Hash) {
    let mut out = Vec::with_capacity(objects.len() * ENTRY_BYTES as usize + TAIL_BYTES as usize);
    for object in objects {
        out.extend_from_slice(object.hash.as_bytes());
        out.extend_from_slice(&object.length.to_le_bytes());
    }
    let hash = Hash::of(&out);
    out.extend_from_slice(&(objects.len() as u32).to_le_bytes());
    out.extend_from_slice(hash.as_bytes());
    out.extend_from_slice(&MAGIC);
    (out, hash)
}

/// What the tail of a pack says.
pub(crate) struct Tail {
    /// Bytes of the index.
    pub(crate) index_bytes: u64,
    hash: Hash,
}

impl Tail {
    /// Reads the last [`TAIL_BYTES`] of a pack of `size` bytes.
    pub(crate) fn decode(bytes: &[u8], size: u64) -> Result<Tail, Malformed> {
        let mut reader = Reader::new(bytes);
        let count = u32::from_le_bytes(reader.array()?);
        let hash = reader.hash()?;
        let magic: [u8; 8] = reader.array()?;
        reader.finish()?;
        if magic != MAGIC {
            return Err(Malformed("is truncated, or no pack"));
        }
        let index_bytes = u64::from(count) * ENTRY_BYTES;
        if index_bytes + HEAD_BYTES + TAIL_BYTES > size {
            return Err(Malformed("has an index longer than itself"));
        }
        Ok(Tail { index_bytes, hash })
    }

    /// Reads the index of a pack that is `size` bytes long.
    pub(crate) fn index(&self, index: &[u8], size: u64) -> Result<(Vec<Packed>, Hash), Malformed> {
        if Hash::of(index) != self.hash {
            return Err(Malformed("has a damaged index"));
        }
        let mut objects = Vec::with_capacity(index.len() / ENTRY_BYTES as usize);
        let mut reader = Reader::new(index);
        let mut end = HEAD_BYTES;
        while reader.finish().is_err() {
            let hash = reader.hash()?;
            let length = u32::from_le_bytes(reader.array()?);
            end += u64::from(length);
            objects.push(Packed { hash, length });
        }
        if end + self.index_bytes + TAIL_BYTES != size {
            return Err(Malformed("is not as long as its index says"));
        }
        Ok((objects, self.hash))
    }
}
