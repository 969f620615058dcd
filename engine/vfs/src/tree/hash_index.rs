//! A persistent multimap from a hash to shared values: the index of a big
//! directory.
//!
//! A trie over the hash, four bits a level; entries sit in buckets that split
//! when they overflow. Equal hashes share a bucket at the deepest level.

use std::sync::Arc;

/// Hash bits decided by one level.
const BITS: u32 = 4;
/// Slots of a branch.
const WIDTH: usize = 1 << BITS;
/// Entries of a bucket before it splits.
const BUCKET: usize = 12;

/// A persistent multimap. `clone` takes constant time.
pub(super) struct HashIndex<T> {
    root: Arc<Node<T>>,
}

enum Node<T> {
    Branch([Option<Arc<Node<T>>>; WIDTH]),
    /// Hashes and values.
    Bucket(Vec<(u64, Arc<T>)>),
}

// Derived, these would ask for `T: Clone`.
impl<T> Clone for HashIndex<T> {
    fn clone(&self) -> HashIndex<T> {
        HashIndex {
            root: Arc::clone(&self.root),
        }
    }
}

impl<T> Clone for Node<T> {
    fn clone(&self) -> Node<T> {
        match self {
            Node::Branch(children) => Node::Branch(children.clone()),
            Node::Bucket(pairs) => Node::Bucket(pairs.clone()),
        }
    }
}

fn slot(hash: u64, level: u32) -> usize {
    let bits = hash.checked_shr(BITS * level).unwrap_or(0);
    (bits % WIDTH as u64) as usize
}

impl<T> Node<T> {
    fn is_empty(&self) -> bool {
        match self {
            Node::Branch(children) => children.iter().all(Option::is_none),
            Node::Bucket(pairs) => pairs.is_empty(),
        }
    }

    /// Distributes the pairs of a bucket at `level` over the buckets below it.
    fn split(pairs: &[(u64, Arc<T>)], level: u32) -> Node<T> {
        let mut buckets = [const { Vec::new() }; WIDTH];
        for (hash, value) in pairs {
            if let Some(bucket) = buckets.get_mut(slot(*hash, level)) {
                bucket.push((*hash, Arc::clone(value)));
            }
        }
        Node::Branch(
            buckets.map(|pairs| (!pairs.is_empty()).then(|| Arc::new(Node::Bucket(pairs)))),
        )
    }

    /// Removes pairs; children that become empty go too. Recurses once a level,
    /// 16 at most.
    fn remove(&mut self, hash: u64, is_it: &impl Fn(&T) -> bool, level: u32) {
        match self {
            Node::Bucket(pairs) => pairs.retain(|pair| pair.0 != hash || !is_it(&pair.1)),
            Node::Branch(children) => {
                let Some(place) = children.get_mut(slot(hash, level)) else {
                    return;
                };
                let Some(child) = place else { return };
                let child = Arc::make_mut(child);
                child.remove(hash, is_it, level + 1);
                if child.is_empty() {
                    *place = None;
                }
            }
        }
    }
}

impl<T> HashIndex<T> {
    /// An empty index.
    pub(super) fn new() -> HashIndex<T> {
        HashIndex {
            root: Arc::new(Node::Bucket(Vec::new())),
        }
    }

    /// The values stored with `hash`.
    pub(super) fn get(&self, hash: u64) -> impl Iterator<Item = &T> {
        let mut node = Some(&*self.root);
        let mut level = 0;
        while let Some(Node::Branch(children)) = node {
            node = children.get(slot(hash, level)).and_then(Option::as_deref);
            level += 1;
        }
        let pairs = match node {
            Some(Node::Bucket(pairs)) => pairs.as_slice(),
            _ => &[],
        };
        pairs
            .iter()
            .filter(move |pair| pair.0 == hash)
            .map(|pair| &*pair.1)
    }

    /// Adds a value.
    pub(super) fn insert(&mut self, hash: u64, value: Arc<T>) {
        let mut node = Arc::make_mut(&mut self.root);
        let mut level = 0;
        loop {
            if let Node::Bucket(pairs) = node {
                if pairs.len() < BUCKET || level * BITS >= u64::BITS {
                    pairs.push((hash, value));
                    return;
                }
                *node = Node::split(pairs, level);
            }
            let Node::Branch(children) = node else { return };
            let Some(place) = children.get_mut(slot(hash, level)) else {
                return;
            };
            let child = place.get_or_insert_with(|| Arc::new(Node::Bucket(Vec::new())));
            node = Arc::make_mut(child);
            level += 1;
        }
    }

    /// Removes the values stored with `hash` for which `is_it` holds.
    pub(super) fn remove(&mut self, hash: u64, is_it: impl Fn(&T) -> bool) {
        let root = Arc::make_mut(&mut self.root);
        root.remove(hash, &is_it, 0);
        if root.is_empty() {
            *root = Node::Bucket(Vec::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::HashIndex;

    #[test]
    fn finds_what_was_inserted_and_forgets_what_was_removed() {
        // Scattered hashes, hashes equal but for the top bits, and equal hashes.
        let hash = |number: u64| match number % 3 {
            0 => number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            1 => number << 58,
            _ => 7,
        };
        let mut index = HashIndex::new();
        for number in 0..600 {
            index.insert(hash(number), Arc::new(number));
        }
        let before = index.clone();
        for number in (0..600).filter(|number| number % 2 == 0) {
            index.remove(hash(number), |value| *value == number);
        }
        for number in 0..600 {
            assert!(before.get(hash(number)).any(|value| *value == number));
            let still = index.get(hash(number)).any(|value| *value == number);
            assert_eq!(still, number % 2 == 1, "{number}");
        }
        for number in 0..600 {
            index.remove(hash(number), |value| *value == number);
        }
        assert!(index.root.is_empty());
    }
}
