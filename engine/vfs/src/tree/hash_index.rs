//! A persistent multimap from a hash to cookies: the index of a big directory.
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
#[derive(Clone)]
pub(super) struct HashIndex {
    root: Arc<Node>,
}

#[derive(Clone)]
enum Node {
    Branch([Option<Arc<Node>>; WIDTH]),
    /// Pairs of hash and cookie.
    Bucket(Vec<(u64, u64)>),
}

fn slot(hash: u64, level: u32) -> usize {
    let bits = hash.checked_shr(BITS * level).unwrap_or(0);
    (bits % WIDTH as u64) as usize
}

impl Node {
    fn is_empty(&self) -> bool {
        match self {
            Node::Branch(children) => children.iter().all(Option::is_none),
            Node::Bucket(pairs) => pairs.is_empty(),
        }
    }

    /// Distributes the pairs of a bucket at `level` over the buckets below it.
    fn split(pairs: &[(u64, u64)], level: u32) -> Node {
        let mut buckets = [const { Vec::new() }; WIDTH];
        for pair in pairs {
            if let Some(bucket) = buckets.get_mut(slot(pair.0, level)) {
                bucket.push(*pair);
            }
        }
        Node::Branch(
            buckets.map(|pairs| (!pairs.is_empty()).then(|| Arc::new(Node::Bucket(pairs)))),
        )
    }

    /// Removes a pair; children that become empty go too. Recurses once a
    /// level, 16 at most.
    fn remove(&mut self, hash: u64, cookie: u64, level: u32) {
        match self {
            Node::Bucket(pairs) => pairs.retain(|pair| *pair != (hash, cookie)),
            Node::Branch(children) => {
                let Some(place) = children.get_mut(slot(hash, level)) else {
                    return;
                };
                let Some(child) = place else { return };
                let child = Arc::make_mut(child);
                child.remove(hash, cookie, level + 1);
                if child.is_empty() {
                    *place = None;
                }
            }
        }
    }
}

impl HashIndex {
    /// An empty index.
    pub(super) fn new() -> HashIndex {
        HashIndex {
            root: Arc::new(Node::Bucket(Vec::new())),
        }
    }

    /// The cookies stored with `hash`.
    pub(super) fn get(&self, hash: u64) -> impl Iterator<Item = u64> {
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
            .map(|pair| pair.1)
    }

    /// Adds a pair.
    pub(super) fn insert(&mut self, hash: u64, cookie: u64) {
        let mut node = Arc::make_mut(&mut self.root);
        let mut level = 0;
        loop {
            if let Node::Bucket(pairs) = node {
                if pairs.len() < BUCKET || level * BITS >= u64::BITS {
                    pairs.push((hash, cookie));
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

    /// Removes a pair.
    pub(super) fn remove(&mut self, hash: u64, cookie: u64) {
        let root = Arc::make_mut(&mut self.root);
        root.remove(hash, cookie, 0);
        if root.is_empty() {
            *root = Node::Bucket(Vec::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::HashIndex;

    #[test]
    fn finds_what_was_inserted_and_forgets_what_was_removed() {
        // Scattered hashes, hashes equal but for the top bits, and equal hashes.
        let hash = |cookie: u64| match cookie % 3 {
            0 => cookie.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            1 => cookie << 58,
            _ => 7,
        };
        let mut index = HashIndex::new();
        for cookie in 0..600 {
            index.insert(hash(cookie), cookie);
        }
        let before = index.clone();
        for cookie in (0..600).filter(|cookie| cookie % 2 == 0) {
            index.remove(hash(cookie), cookie);
        }
        for cookie in 0..600 {
            assert!(before.get(hash(cookie)).any(|found| found == cookie));
            let still = index.get(hash(cookie)).any(|found| found == cookie);
            assert_eq!(still, cookie % 2 == 1, "{cookie}");
        }
        for cookie in 0..600 {
            index.remove(hash(cookie), cookie);
        }
        assert!(index.root.is_empty());
    }
}
