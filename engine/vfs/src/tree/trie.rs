//! A persistent map from `u64` to shared `T`, in order of its keys.
//!
//! A radix trie of 32-way nodes, as deep as the greatest key asks: dense keys,
//! which is what node numbers, chunk numbers and cookies are, fill it well. A
//! lone key 0 is kept in place, without a node.

use std::sync::Arc;

/// Key bits decided by one level.
const BITS: u32 = 5;
/// Slots of a node.
const WIDTH: usize = 1 << BITS;

/// A persistent ordered map. `clone` takes constant time.
pub(crate) struct Trie<T> {
    root: Root<T>,
}

enum Root<T> {
    Empty,
    /// Key 0 alone.
    Single(Arc<T>),
    /// Keys below `32^levels`, `levels` at least 1.
    Tree {
        levels: u32,
        node: Arc<Node<T>>,
    },
}

enum Node<T> {
    Branch([Option<Arc<Node<T>>>; WIDTH]),
    Leaf([Option<Arc<T>>; WIDTH]),
}

// Derived, these would ask for `T: Clone`.
impl<T> Clone for Trie<T> {
    fn clone(&self) -> Trie<T> {
        let root = match &self.root {
            Root::Empty => Root::Empty,
            Root::Single(value) => Root::Single(Arc::clone(value)),
            Root::Tree { levels, node } => Root::Tree {
                levels: *levels,
                node: Arc::clone(node),
            },
        };
        Trie { root }
    }
}

impl<T> Clone for Node<T> {
    fn clone(&self) -> Node<T> {
        match self {
            Node::Branch(children) => Node::Branch(children.clone()),
            Node::Leaf(values) => Node::Leaf(values.clone()),
        }
    }
}

/// The slot for `key` in a node with `levels` levels, itself included.
fn slot(key: u64, levels: u32) -> usize {
    let bits = key
        .checked_shr(BITS * levels.saturating_sub(1))
        .unwrap_or(0);
    (bits % WIDTH as u64) as usize
}

/// Whether `key` lies below `32^levels`.
fn fits(key: u64, levels: u32) -> bool {
    key.checked_shr(BITS * levels).unwrap_or(0) == 0
}

impl<T> Node<T> {
    fn empty(levels: u32) -> Node<T> {
        if levels > 1 {
            Node::Branch([const { None }; WIDTH])
        } else {
            Node::Leaf([const { None }; WIDTH])
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Node::Branch(children) => children.iter().all(Option::is_none),
            Node::Leaf(values) => values.iter().all(Option::is_none),
        }
    }

    /// The first entry at or after `from`, both counted from the node's start.
    /// Recurses once a level, 13 at most.
    fn first_at(&self, from: u64, levels: u32) -> Option<(u64, &Arc<T>)> {
        let start = slot(from, levels);
        match self {
            Node::Leaf(values) => values
                .iter()
                .enumerate()
                .skip(start)
                .find_map(|(index, value)| Some((index as u64, value.as_ref()?))),
            Node::Branch(children) => {
                let shift = BITS * levels.saturating_sub(1);
                for (index, child) in children.iter().enumerate().skip(start) {
                    let Some(child) = child else { continue };
                    let base = (index as u64) << shift;
                    let within = if index == start {
                        from & ((1 << shift) - 1)
                    } else {
                        0
                    };
                    if let Some((key, value)) = child.first_at(within, levels - 1) {
                        return Some((base | key, value));
                    }
                }
                None
            }
        }
    }

    /// Removes a key; children that become empty go too.
    fn remove(&mut self, key: u64, levels: u32) -> Option<Arc<T>> {
        match self {
            Node::Leaf(values) => values.get_mut(slot(key, levels))?.take(),
            Node::Branch(children) => {
                let place = children.get_mut(slot(key, levels))?;
                let child = Arc::make_mut(place.as_mut()?);
                let removed = child.remove(key, levels - 1);
                if child.is_empty() {
                    *place = None;
                }
                removed
            }
        }
    }
}

/// A part of a map, for comparing.
enum Part<'a, T> {
    Nothing,
    Value(&'a Arc<T>),
    Tree { levels: u32, node: &'a Arc<Node<T>> },
}

impl<T> Root<T> {
    fn part(&self) -> Part<'_, T> {
        match self {
            Root::Empty => Part::Nothing,
            Root::Single(value) => Part::Value(value),
            Root::Tree { levels, node } => Part::Tree {
                levels: *levels,
                node,
            },
        }
    }
}

// Derived, these would ask for `T: Clone`.
impl<T> Clone for Part<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Part<'_, T> {}

impl<'a, T> Part<'a, T> {
    fn levels(&self) -> u32 {
        match self {
            Part::Nothing | Part::Value(_) => 0,
            Part::Tree { levels, .. } => *levels,
        }
    }

    /// What lies in slot `index` of a node with `levels` levels that begins
    /// where this part does.
    fn slot(self, index: usize, levels: u32) -> Part<'a, T> {
        match self {
            Part::Tree { levels: own, node } if own == levels => match &**node {
                Node::Branch(children) => match children.get(index) {
                    Some(Some(node)) => Part::Tree {
                        levels: levels.saturating_sub(1),
                        node,
                    },
                    _ => Part::Nothing,
                },
                Node::Leaf(values) => match values.get(index) {
                    Some(Some(value)) => Part::Value(value),
                    _ => Part::Nothing,
                },
            },
            _ if index == 0 => self,
            _ => Part::Nothing,
        }
    }

    /// Collects the keys whose values differ. Recurses once a level, 13 at most.
    fn compare(left: Part<'a, T>, right: Part<'a, T>, base: u64, keys: &mut Vec<u64>) {
        match (left, right) {
            (Part::Nothing, Part::Nothing) => return,
            (Part::Value(left), Part::Value(right)) if Arc::ptr_eq(left, right) => return,
            (Part::Tree { node: left, .. }, Part::Tree { node: right, .. })
                if Arc::ptr_eq(left, right) =>
            {
                return;
            }
            _ => {}
        }
        let levels = left.levels().max(right.levels());
        if levels == 0 {
            keys.push(base);
            return;
        }
        let shift = BITS * (levels - 1);
        for index in 0..WIDTH {
            let base = base | (index as u64).checked_shl(shift).unwrap_or(0);
            Part::compare(
                left.slot(index, levels),
                right.slot(index, levels),
                base,
                keys,
            );
        }
    }
}

impl<T> Trie<T> {
    /// An empty map.
    pub(crate) const fn new() -> Trie<T> {
        Trie { root: Root::Empty }
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: u64) -> Option<&Arc<T>> {
        let (mut levels, mut node) = match &self.root {
            Root::Empty => return None,
            Root::Single(value) => return (key == 0).then_some(value),
            Root::Tree { levels, node } if fits(key, *levels) => (*levels, &**node),
            Root::Tree { .. } => return None,
        };
        loop {
            match node {
                Node::Leaf(values) => return values.get(slot(key, levels))?.as_ref(),
                Node::Branch(children) => node = children.get(slot(key, levels))?.as_deref()?,
            }
            levels -= 1;
        }
    }

    /// The first entry whose key is at least `from`.
    pub(crate) fn first_at(&self, from: u64) -> Option<(u64, &Arc<T>)> {
        match &self.root {
            Root::Single(value) if from == 0 => Some((0, value)),
            Root::Tree { levels, node } if fits(from, *levels) => node.first_at(from, *levels),
            _ => None,
        }
    }

    /// The entries from key `from` on, in order.
    pub(crate) fn iter_from(&self, from: u64) -> impl Iterator<Item = (u64, &Arc<T>)> {
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let (key, value) = self.first_at(next?)?;
            next = key.checked_add(1);
            Some((key, value))
        })
    }

    /// The keys, in order, whose values are not shared with another map. What
    /// the maps share is skipped as a whole, so this takes as long as they differ.
    pub(crate) fn differences(&self, other: &Trie<T>) -> Vec<u64> {
        let mut keys = Vec::new();
        let (left, right) = (self.root.part(), other.root.part());
        Part::compare(left, right, 0, &mut keys);
        keys
    }

    /// The value of a key, to be changed: nodes shared with clones are copied.
    /// The value itself may still be shared.
    pub(crate) fn get_mut(&mut self, key: u64) -> Option<&mut Arc<T>> {
        let (mut levels, mut node) = match &mut self.root {
            Root::Empty => return None,
            Root::Single(value) => return (key == 0).then_some(value),
            Root::Tree { levels, node } if fits(key, *levels) => (*levels, Arc::make_mut(node)),
            Root::Tree { .. } => return None,
        };
        loop {
            match node {
                Node::Leaf(values) => return values.get_mut(slot(key, levels))?.as_mut(),
                Node::Branch(children) => {
                    node = Arc::make_mut(children.get_mut(slot(key, levels))?.as_mut()?);
                }
            }
            levels -= 1;
        }
    }

    /// Sets the value of a key; the value it had.
    pub(crate) fn insert(&mut self, key: u64, value: Arc<T>) -> Option<Arc<T>> {
        if key == 0 && !matches!(self.root, Root::Tree { .. }) {
            return match std::mem::replace(&mut self.root, Root::Single(value)) {
                Root::Single(old) => Some(old),
                _ => None,
            };
        }
        let (mut levels, mut node) = self.tree_for(key)?;
        loop {
            match node {
                Node::Leaf(values) => return values.get_mut(slot(key, levels))?.replace(value),
                Node::Branch(children) => {
                    let child = children
                        .get_mut(slot(key, levels))?
                        .get_or_insert_with(|| Arc::new(Node::empty(levels - 1)));
                    node = Arc::make_mut(child);
                }
            }
            levels -= 1;
        }
    }

    /// Makes the root a tree deep enough for `key`. Never `None`.
    fn tree_for(&mut self, key: u64) -> Option<(u32, &mut Node<T>)> {
        if !matches!(self.root, Root::Tree { .. }) {
            let old = std::mem::replace(&mut self.root, Root::Empty);
            let mut leaf = Node::empty(1);
            if let (Node::Leaf([first, ..]), Root::Single(value)) = (&mut leaf, old) {
                *first = Some(value);
            }
            self.root = Root::Tree {
                levels: 1,
                node: Arc::new(leaf),
            };
        }
        let Root::Tree { levels, node } = &mut self.root else {
            return None;
        };
        while !fits(key, *levels) {
            let mut above = Node::empty(*levels + 1);
            if let Node::Branch([first, ..]) = &mut above
                && !node.is_empty()
            {
                *first = Some(Arc::clone(node));
            }
            *node = Arc::new(above);
            *levels += 1;
        }
        Some((*levels, Arc::make_mut(node)))
    }

    /// Removes a key; the value it had.
    pub(crate) fn remove(&mut self, key: u64) -> Option<Arc<T>> {
        self.get(key)?;
        if let Root::Tree { levels, node } = &mut self.root {
            let removed = Arc::make_mut(node).remove(key, *levels);
            self.shrink();
            return removed;
        }
        match std::mem::replace(&mut self.root, Root::Empty) {
            Root::Single(value) => Some(value),
            _ => None,
        }
    }

    /// Takes away levels at the root that no key needs any more.
    fn shrink(&mut self) {
        while let Root::Tree { levels, node } = &mut self.root {
            let smaller = match &**node {
                Node::Branch([first, others @ ..]) if others.iter().all(Option::is_none) => {
                    match first {
                        Some(child) => Root::Tree {
                            levels: *levels - 1,
                            node: Arc::clone(child),
                        },
                        None => Root::Empty,
                    }
                }
                Node::Leaf([first, others @ ..]) if others.iter().all(Option::is_none) => {
                    match first {
                        Some(value) => Root::Single(Arc::clone(value)),
                        None => Root::Empty,
                    }
                }
                _ => return,
            };
            self.root = smaller;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::Trie;

    fn key() -> impl Strategy<Value = u64> {
        prop_oneof![
            0..3_u64,
            0..100_u64,
            0..5000_u64,
            any::<u64>(),
            Just(u64::MAX)
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]
        #[test]
        fn behaves_like_a_btree_map(
            operations in prop::collection::vec((0..6_u8, key()), 0..200),
        ) {
            let mut trie = Trie::new();
            let mut model = BTreeMap::new();
            let mut forks = Vec::new();
            for (step, (operation, key)) in operations.into_iter().enumerate() {
                match operation {
                    0..=2 => {
                        let old = trie.insert(key, Arc::new(step)).map(|old| *old);
                        prop_assert_eq!(old, model.insert(key, step));
                    }
                    3 => {
                        let old = trie.remove(key).map(|old| *old);
                        prop_assert_eq!(old, model.remove(&key));
                    }
                    4 => {
                        let changed = trie.get_mut(key).map(|value| *Arc::make_mut(value) += 1);
                        prop_assert_eq!(changed, model.get_mut(&key).map(|value| *value += 1));
                    }
                    _ => forks.push((trie.clone(), model.clone())),
                }
                prop_assert_eq!(trie.get(key).map(|value| **value), model.get(&key).copied());
                prop_assert_eq!(
                    trie.first_at(key).map(|(key, value)| (key, **value)),
                    model.range(key..).next().map(|(key, value)| (*key, *value))
                );
            }
            for (fork, then) in &forks {
                let now = |key: &u64| trie.get(*key).map(Arc::as_ptr);
                let was = |key: &u64| fork.get(*key).map(Arc::as_ptr);
                let all: BTreeSet<u64> = model.keys().chain(then.keys()).copied().collect();
                let differ: Vec<u64> = all.into_iter().filter(|key| now(key) != was(key)).collect();
                prop_assert_eq!(trie.differences(fork), differ.clone());
                prop_assert_eq!(fork.differences(&trie), differ);
            }
            forks.push((trie, model));
            for (trie, model) in forks {
                let entries: Vec<_> = trie.iter_from(0).map(|(key, value)| (key, **value)).collect();
                prop_assert_eq!(entries, Vec::from_iter(model));
            }
        }
    }
}
