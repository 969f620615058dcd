//! Which object lies where: the indexes of all packs, in memory.

use std::collections::HashMap;

use super::backend::Backend;
use crate::error::Error;
use crate::format::pack::{self, HEAD_BYTES, MOST_BYTES, Packed, SUFFIX, TAIL_BYTES, Tail};
use crate::hash::Hash;

/// The folder of the packs.
pub(crate) const FOLDER: &str = "packs";
/// How much of a pack's end is read at first.
const TAIL_GUESS: u64 = 64 << 10;

/// All objects of a store.
#[derive(Clone, Default)]
pub(crate) struct Index {
    packs: Vec<Pack>,
    objects: HashMap<Hash, Place>,
    /// Packs that cannot be read, and why.
    bad: Vec<(String, String)>,
}

/// A pack.
#[derive(Clone)]
pub(crate) struct Pack {
    /// The file's name.
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) objects: Vec<Packed>,
}

/// Where an object lies.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// Which pack.
    pub(crate) pack: usize,
    pub(crate) start: u64,
    pub(crate) length: u32,
}

/// The path of a pack.
pub(crate) fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

impl Index {
    /// The index of what is there now; `self` is what was there before.
    /// `None`: still the same.
    pub(crate) fn refreshed(&self, backend: &dyn Backend) -> Result<Option<Index>, Error> {
        let mut found = backend
            .list(FOLDER)
            .map_err(|error| Error::io(FOLDER, error))?;
        found.retain(|(name, _)| name.ends_with(SUFFIX));
        let mut known: HashMap<&str, &Pack> = HashMap::new();
        known.extend(self.packs.iter().map(|pack| (pack.name.as_str(), pack)));
        let is_known = |(name, size): &(String, u64)| {
            let pack = known.get(name.as_str());
            pack.is_some_and(|pack| pack.size == *size)
        };
        // Bad ones are tried again.
        if found.len() == self.packs.len() && found.iter().all(is_known) && self.bad.is_empty() {
            return Ok(None);
        }
        let mut index = Index::default();
        for (name, size) in found {
            match known.get(name.as_str()) {
                Some(pack) if pack.size == size => index.add(Pack::clone(pack)),
                _ => match Pack::read(backend, &name, size) {
                    Ok(pack) => index.add(pack),
                    Err(why) => index.bad.push((name, why)),
                },
            }
        }
        Ok(Some(index))
    }

    /// Adds a pack.
    pub(crate) fn add(&mut self, pack: Pack) {
        let number = self.packs.len();
        let mut start = HEAD_BYTES;
        for object in &pack.objects {
            let place = Place {
                pack: number,
                start,
                length: object.length,
            };
            self.objects.entry(object.hash).or_insert(place);
            start += u64::from(object.length);
        }
        self.packs.push(pack);
    }

    /// Where an object lies.
    pub(crate) fn place(&self, hash: &Hash) -> Option<Place> {
        self.objects.get(hash).copied()
    }

    /// The packs.
    pub(crate) fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// Packs that cannot be read, in words; empty if all can.
    pub(crate) fn complaints(&self) -> String {
        let complaint = |(name, why): &(String, String)| format!("; {} {why}", path(name));
        self.bad.iter().map(complaint).collect()
    }
}

impl Pack {
    /// Reads the index of a pack; why not, in words.
    fn read(backend: &dyn Backend, name: &str, size: u64) -> Result<Pack, String> {
        if size < HEAD_BYTES + TAIL_BYTES {
            return Err(format!("is truncated: it is {size} bytes long"));
        }
        if size > MOST_BYTES {
            return Err(format!("is too long: it is {size} bytes long"));
        }
        let end = |count: u64| -> Result<Vec<u8>, String> {
            let mut bytes = vec![0; usize::try_from(count).unwrap_or(0)];
            let read = backend.read(&path(name), size.saturating_sub(count), &mut bytes);
            read.map_err(|error| format!("cannot be read: {error}"))?;
            Ok(bytes)
        };
        let mut bytes = end(TAIL_GUESS.min(size))?;
        let tail = bytes
            .len()
            .checked_sub(TAIL_BYTES as usize)
            .and_then(|start| bytes.get(start..))
            .unwrap_or_default();
        let tail = Tail::decode(tail, size).map_err(|why| why.0)?;
        let whole = tail.index_bytes + TAIL_BYTES;
        if whole > bytes.len() as u64 {
            bytes = end(whole)?;
        }
        let start = (bytes.len() as u64).saturating_sub(whole) as usize;
        let index = bytes
            .get(start..start + tail.index_bytes as usize)
            .unwrap_or_default();
        let (objects, hash) = tail.index(index, size).map_err(|why| why.0)?;
        if name.strip_suffix(SUFFIX) != Some(&hash.to_string()) {
            return Err(format!("has the index of another pack, {hash}"));
        }
        Ok(Pack {
            name: name.to_owned(),
            size,
            objects,
        })
    }

    /// The bytes of an index and the name of the pack that ends with them.
    pub(crate) fn seal(objects: Vec<Packed>) -> (Vec<u8>, Pack) {
        let (index, hash) = pack::encode_index(&objects);
        let payload: u64 = objects.iter().map(|object| u64::from(object.length)).sum();
        let pack = Pack {
            name: format!("{hash}{SUFFIX}"),
            size: HEAD_BYTES + payload + index.len() as u64,
            objects,
        };
        (index, pack)
    }
}
