//! Elements whose index is a text: a chained hash table.

use super::{CHAIN_MAX, next_size};
use crate::value::{Str, Value};

/// End of a chain.
const NONE: u32 = u32::MAX;

struct Entry {
    hash: u32,
    next: u32,
    key: Str,
    value: Value,
}

/// The table.
#[derive(Default)]
pub struct Texts {
    heads: Vec<u32>,
    entries: Vec<Entry>,
    /// Chain of entries that are free.
    free: Option<u32>,
    len: usize,
}

/// The hash known as sdbm, in 32 bits, of signed bytes.
fn hash(text: &[u8]) -> u32 {
    text.iter().fold(0u32, |hash, byte| {
        hash.wrapping_mul(65599)
            .wrapping_add(i32::from(*byte as i8) as u32)
    })
}

impl Texts {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    fn find(&self, key: &[u8], hash: u32) -> Option<u32> {
        if self.heads.is_empty() {
            return None;
        }
        let mut at = self.heads[hash as usize % self.heads.len()];
        while let Some(entry) = self.entries.get(at as usize) {
            if entry.hash == hash && entry.key.bytes() == key {
                return Some(at);
            }
            at = entry.next;
        }
        None
    }

    /// The element, if there.
    pub fn get(&self, key: &[u8]) -> Option<&Value> {
        let at = self.find(key, hash(key))?;
        Some(&self.entries[at as usize].value)
    }

    /// The element, made if need be.
    pub fn entry(&mut self, key: &[u8]) -> &mut Value {
        let hash = hash(key);
        let at = match self.find(key, hash) {
            Some(at) => at,
            None => self.insert(key, hash),
        };
        &mut self.entries[at as usize].value
    }

    fn insert(&mut self, key: &[u8], hash: u32) -> u32 {
        self.len += 1;
        if self.heads.is_empty() || self.len / self.heads.len() > CHAIN_MAX {
            self.grow();
        }
        let head = hash as usize % self.heads.len();
        let entry = Entry {
            hash,
            next: self.heads[head],
            key: Str::new(key),
            value: Value::Uninit,
        };
        let at = match self.free {
            Some(at) => {
                let next = self.entries[at as usize].next;
                self.free = (next != NONE).then_some(next);
                self.entries[at as usize] = entry;
                at
            }
            None => {
                self.entries.push(entry);
                self.entries.len() as u32 - 1
            }
        };
        self.heads[head] = at;
        at
    }

    /// A new table, chains taken over front to back: they end up reversed.
    fn grow(&mut self) {
        let mut heads = vec![NONE; next_size(self.heads.len())];
        for head in std::mem::take(&mut self.heads) {
            let mut at = head;
            while let Some(entry) = self.entries.get_mut(at as usize) {
                let slot = entry.hash as usize % heads.len();
                let next = entry.next;
                entry.next = heads[slot];
                heads[slot] = at;
                at = next;
            }
        }
        self.heads = heads;
    }

    /// Removes an element; whether it was there.
    pub fn remove(&mut self, key: &[u8]) -> bool {
        let Some(found) = self.find(key, hash(key)) else {
            return false;
        };
        let entry = &mut self.entries[found as usize];
        let (next, slot) = (entry.next, entry.hash as usize % self.heads.len());
        entry.value = Value::Uninit;
        entry.key = Str::EMPTY;
        entry.next = self.free.unwrap_or(NONE);
        self.free = Some(found);
        if self.heads[slot] == found {
            self.heads[slot] = next;
        } else {
            let mut at = self.heads[slot];
            while self.entries[at as usize].next != found {
                at = self.entries[at as usize].next;
            }
            self.entries[at as usize].next = next;
        }
        self.len -= 1;
        true
    }

    /// Calls `each` on the elements in order.
    pub fn walk(&self, each: &mut dyn FnMut(Value, &Value)) {
        for head in &self.heads {
            let mut at = *head;
            while let Some(entry) = self.entries.get(at as usize) {
                each(Value::Str(entry.key.clone()), &entry.value);
                at = entry.next;
            }
        }
    }
}
