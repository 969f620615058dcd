//! Elements whose index is a whole number far from others, or negative: a
//! chained hash table of buckets of two.

use super::{CHAIN_MAX, next_size};
use crate::value::Value;

/// A bucket: one or two elements.
type Bucket = Vec<(i32, Value)>;

/// The table: chains of buckets, the newest bucket of each last.
#[derive(Default)]
pub struct Sparse {
    chains: Vec<Vec<Bucket>>,
    len: usize,
}

/// Mixes the bits of an index, as the order of gawk's walks has it.
fn mix(key: i32) -> u32 {
    let mut k = key as u32;
    for (left, right) in [(3, 5), (4, 17), (25, 6)] {
        k ^= k << left;
        k = k.wrapping_add(k >> right);
    }
    k
}

impl Sparse {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    fn slot(&self, key: i32) -> usize {
        mix(key) as usize % self.chains.len().max(1)
    }

    /// The element, if there.
    pub fn get(&self, key: i32) -> Option<&Value> {
        let chain = self.chains.get(self.slot(key))?;
        let mut all = chain.iter().flatten();
        all.find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    /// The element, if there.
    pub fn get_mut(&mut self, key: i32) -> Option<&mut Value> {
        let slot = self.slot(key);
        let mut all = self.chains.get_mut(slot)?.iter_mut().flatten();
        all.find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    /// Adds an element that is not there.
    pub fn insert(&mut self, key: i32) -> &mut Value {
        self.len += 1;
        if self.chains.is_empty() || self.len / self.chains.len() > CHAIN_MAX {
            self.grow();
        }
        let slot = self.slot(key);
        let chain = &mut self.chains[slot];
        push(chain, key, Value::Uninit);
        let place = chain.last_mut().and_then(|bucket| bucket.last_mut());
        &mut place.expect("just added").1
    }

    fn grow(&mut self) {
        let size = next_size(self.chains.len());
        let old = std::mem::take(&mut self.chains);
        self.chains.resize_with(size, Vec::new);
        for chain in old {
            for (key, value) in chain.into_iter().rev().flatten() {
                let slot = self.slot(key);
                push(&mut self.chains[slot], key, value);
            }
        }
    }

    /// Removes an element; whether it was there.
    pub fn remove(&mut self, key: i32) -> bool {
        let slot = self.slot(key);
        let Some(chain) = self.chains.get_mut(slot) else {
            return false;
        };
        let found = chain.iter().enumerate().find_map(|(at, bucket)| {
            let inner = bucket.iter().position(|(k, _)| *k == key)?;
            Some((at, inner))
        });
        let Some((at, inner)) = found else {
            return false;
        };
        chain[at].remove(inner);
        if chain[at].is_empty() {
            chain.remove(at);
        } else if at + 1 != chain.len() {
            // The newest bucket gives an element, so that only it is not full.
            let newest = chain.len() - 1;
            if let Some(moved) = chain[newest].pop() {
                chain[at].push(moved);
            }
            if chain[newest].is_empty() {
                chain.pop();
            }
        }
        self.len -= 1;
        true
    }

    /// Calls `each` on the elements in order.
    pub fn walk(&self, each: &mut dyn FnMut(Value, &Value)) {
        for chain in &self.chains {
            for (key, value) in chain.iter().rev().flatten() {
                each(Value::Num(f64::from(*key)), value);
            }
        }
    }
}

fn push(chain: &mut Vec<Bucket>, key: i32, value: Value) {
    match chain.last_mut() {
        Some(bucket) if bucket.len() < 2 => bucket.push((key, value)),
        _ => chain.push(vec![(key, value)]),
    }
}
