//! Indexed (sparse) and associative arrays.

use std::collections::BTreeMap;

use super::hash::FastMap;

/// How far beyond the dense part an index may lie and still extend it.
const DENSE_GAP: usize = 16;

/// An indexed array: a dense start, anything else in a tree.
#[derive(Clone, Debug, Default)]
pub struct Indexed {
    dense: Vec<Option<Vec<u8>>>,
    sparse: BTreeMap<i64, Vec<u8>>,
    len: usize,
}

impl Indexed {
    /// The elements numbered from 0.
    pub fn from_vec(elements: Vec<Vec<u8>>) -> Indexed {
        Indexed {
            len: elements.len(),
            dense: elements.into_iter().map(Some).collect(),
            sparse: BTreeMap::new(),
        }
    }

    /// Number of elements that are set.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The element with this index.
    pub fn get(&self, index: i64) -> Option<&Vec<u8>> {
        match usize::try_from(index)
            .ok()
            .filter(|at| *at < self.dense.len())
        {
            Some(at) => self.dense[at].as_ref(),
            None => self.sparse.get(&index),
        }
    }

    /// Sets an element; `index` is not negative.
    pub fn set(&mut self, index: i64, value: Vec<u8>) {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        if at < self.dense.len() {
            self.len += usize::from(self.dense[at].replace(value).is_none());
        } else if at - self.dense.len() < DENSE_GAP && self.sparse.is_empty() {
            self.dense.resize(at, None);
            self.dense.push(Some(value));
            self.len += 1;
        } else {
            self.len += usize::from(self.sparse.insert(index, value).is_none());
        }
    }

    /// Removes an element.
    pub fn remove(&mut self, index: i64) {
        let removed = match usize::try_from(index)
            .ok()
            .filter(|at| *at < self.dense.len())
        {
            Some(at) => {
                let old = self.dense[at].take();
                while self.dense.last().is_some_and(Option::is_none) {
                    self.dense.pop();
                }
                old
            }
            None => self.sparse.remove(&index),
        };
        self.len -= usize::from(removed.is_some());
    }

    /// The highest index in use.
    pub fn last_index(&self) -> Option<i64> {
        match self.sparse.last_key_value() {
            Some((index, _)) => Some(*index),
            None => self.dense.len().checked_sub(1).map(|at| at as i64),
        }
    }

    /// Index and value of every element, in order.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &Vec<u8>)> {
        let dense = self
            .dense
            .iter()
            .enumerate()
            .filter_map(|(at, value)| Some((at as i64, value.as_ref()?)));
        dense.chain(self.sparse.iter().map(|(index, value)| (*index, value)))
    }
}

/// An associative array, which lists its keys in the order bash lists them.
#[derive(Clone, Debug, Default)]
pub struct Assoc {
    entries: FastMap<Vec<u8>, Entry>,
    inserted: u32,
    /// 0: as many buckets as bash gives a new array.
    first_buckets: u32,
}

#[derive(Clone, Debug)]
struct Entry {
    value: Vec<u8>,
    bucket: u32,
    number: u32,
}

impl Assoc {
    /// An array in the order of a table with this many buckets.
    pub fn with_buckets(buckets: u32) -> Assoc {
        Assoc {
            first_buckets: buckets,
            ..Assoc::default()
        }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<&Vec<u8>> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// Sets the value of a key.
    pub fn set(&mut self, key: Vec<u8>, value: Vec<u8>) {
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.value = value;
            return;
        }
        let bucket = bucket_hash(&key);
        let number = self.inserted;
        self.inserted += 1;
        self.entries.insert(
            key,
            Entry {
                value,
                bucket,
                number,
            },
        );
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &[u8]) {
        self.entries.remove(key);
    }

    /// Keys and values: by hash bucket, in a bucket the latest first.
    pub fn iter(&self) -> impl Iterator<Item = (&Vec<u8>, &Vec<u8>)> {
        let mask = self.buckets() - 1;
        let mut sorted: Vec<_> = self.entries.iter().collect();
        sorted.sort_unstable_by_key(|(_, entry)| (entry.bucket & mask, u32::MAX - entry.number));
        sorted.into_iter().map(|(key, entry)| (key, &entry.value))
    }

    fn buckets(&self) -> u32 {
        let mut buckets = match self.first_buckets {
            0 => 1024,
            buckets => buckets,
        };
        while self.entries.len() as u64 > u64::from(buckets) * 2 {
            buckets *= 4;
        }
        buckets
    }
}

/// FNV-1, which decides the order of keys that scripts see.
pub fn bucket_hash(key: &[u8]) -> u32 {
    key.iter().fold(2_166_136_261, |hash: u32, byte| {
        hash.wrapping_mul(16_777_619) ^ u32::from(*byte)
    })
}
