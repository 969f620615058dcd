//! A directory: names to node numbers, listed in order of creation.
//!
//! Few entries are one vector sorted by name. Many are a trie by cookie, which
//! is the order of creation, with an index by hash of the name, so that a change
//! after a fork copies a few small nodes however many entries there are.

use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

use super::hash_index::HashIndex;
use super::trie::Trie;
use crate::{Ino, Name};

/// Most entries kept in one vector.
const SMALL_MOST: usize = 64;
/// How many entries more the vector gets room for when it is full.
const SMALL_STEP: usize = 8;
/// A big directory with no more entries than this becomes small again.
const SMALL_AGAIN: usize = 32;
/// Cookies 1 and 2 stand for `.` and `..`.
const FIRST_COOKIE: u64 = 3;

/// A directory.
#[derive(Clone)]
pub(crate) struct Dir {
    /// The directory that holds this one; the root holds itself.
    pub(crate) parent: Ino,
    /// Its name there; the root's is empty.
    pub(crate) name: Name,
    next_cookie: u64,
    entries: Entries,
}

/// A name and what it names.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: Name,
    pub(crate) ino: Ino,
    /// Place in the order of creation.
    pub(crate) cookie: u64,
}

#[derive(Clone)]
enum Entries {
    /// Sorted by name.
    Small(Vec<Entry>),
    /// Each entry is in both.
    Large {
        by_cookie: Trie<Entry>,
        by_hash: HashIndex<Entry>,
        count: usize,
    },
}

/// SipHash with a fixed key: the same tree behaves the same in every run. A
/// guest that searches for colliding names slows down only its own directory.
fn hash(name: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(name);
    hasher.finish()
}

fn position(entries: &[Entry], name: &[u8]) -> Result<usize, usize> {
    entries.binary_search_by(|entry| entry.name.as_bytes().cmp(name))
}

fn named<'a>(by_hash: &'a HashIndex<Entry>, name: &[u8]) -> Option<&'a Entry> {
    by_hash
        .get(hash(name))
        .find(|entry| entry.name.as_bytes() == name)
}

impl Dir {
    /// An empty directory.
    pub(crate) fn new(parent: Ino, name: Name) -> Dir {
        Dir {
            parent,
            name,
            next_cookie: FIRST_COOKIE,
            entries: Entries::Small(Vec::new()),
        }
    }

    /// Number of entries, without `.` and `..`.
    pub(crate) fn len(&self) -> usize {
        match &self.entries {
            Entries::Small(entries) => entries.len(),
            Entries::Large { count, .. } => *count,
        }
    }

    /// Whether there are no entries.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The node a name stands for.
    pub(crate) fn get(&self, name: &[u8]) -> Option<Ino> {
        match &self.entries {
            Entries::Small(entries) => {
                let found = position(entries, name).ok()?;
                Some(entries.get(found)?.ino)
            }
            Entries::Large { by_hash, .. } => Some(named(by_hash, name)?.ino),
        }
    }

    /// Makes a name stand for a node. A name that is there keeps its cookie.
    pub(crate) fn set(&mut self, name: &[u8], ino: Ino) {
        let mut entry = Entry {
            name: Name::new(name),
            ino,
            cookie: self.next_cookie,
        };
        match &mut self.entries {
            Entries::Small(entries) => match position(entries, name) {
                Ok(found) => {
                    if let Some(entry) = entries.get_mut(found) {
                        entry.ino = ino;
                    }
                    return;
                }
                Err(place) => {
                    // In small steps: many forks each hold a few entries.
                    if entries.len() == entries.capacity() {
                        entries.reserve_exact(SMALL_STEP);
                    }
                    entries.insert(place, entry);
                }
            },
            Entries::Large {
                by_cookie,
                by_hash,
                count,
            } => {
                let replaced = named(by_hash, name).map(|entry| entry.cookie);
                match replaced {
                    Some(cookie) => {
                        entry.cookie = cookie;
                        by_hash.remove(hash(name), |entry| entry.cookie == cookie);
                    }
                    None => *count += 1,
                }
                let entry = Arc::new(entry);
                by_cookie.insert(entry.cookie, Arc::clone(&entry));
                by_hash.insert(hash(name), entry);
                if replaced.is_some() {
                    return;
                }
            }
        }
        self.next_cookie += 1;
        self.grow();
    }

    /// Removes a name.
    pub(crate) fn remove(&mut self, name: &[u8]) {
        match &mut self.entries {
            Entries::Small(entries) => {
                if let Ok(found) = position(entries, name) {
                    entries.remove(found);
                }
            }
            Entries::Large {
                by_cookie,
                by_hash,
                count,
            } => {
                if let Some(cookie) = named(by_hash, name).map(|entry| entry.cookie) {
                    by_hash.remove(hash(name), |entry| entry.cookie == cookie);
                    by_cookie.remove(cookie);
                    *count -= 1;
                }
            }
        }
        self.shrink();
    }

    /// The first entry whose cookie is at least `cookie`.
    pub(crate) fn first_at(&self, cookie: u64) -> Option<&Entry> {
        match &self.entries {
            Entries::Small(entries) => entries
                .iter()
                .filter(|entry| entry.cookie >= cookie)
                .min_by_key(|entry| entry.cookie),
            Entries::Large { by_cookie, .. } => {
                by_cookie.first_at(cookie).map(|(_, entry)| &**entry)
            }
        }
    }

    /// The entries in order of creation.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> {
        let mut next = Some(0);
        std::iter::from_fn(move || {
            let entry = self.first_at(next?)?;
            next = entry.cookie.checked_add(1);
            Some(entry)
        })
    }

    /// Puts back an entry of a saved directory at its old cookie, which must be
    /// greater than those before it; whether it was, and the name free.
    pub(crate) fn restore(&mut self, name: &[u8], ino: Ino, cookie: u64) -> bool {
        if cookie < self.next_cookie || self.get(name).is_some() {
            return false;
        }
        self.next_cookie = cookie;
        self.set(name, ino);
        true
    }

    /// Names, in order, among which are all that the two directories do not
    /// have in common. Few others are, when one was made from the other.
    pub(crate) fn differences(&self, other: &Dir) -> Vec<Name> {
        let mut names: Vec<Name> = match (&self.entries, &other.entries) {
            (
                Entries::Large {
                    by_cookie: left, ..
                },
                Entries::Large {
                    by_cookie: right, ..
                },
            ) => {
                let cookies = left.differences(right);
                let both = cookies
                    .iter()
                    .flat_map(|cookie| [left.get(*cookie), right.get(*cookie)]);
                both.flatten().map(|entry| entry.name.clone()).collect()
            }
            _ => {
                let differs = |entry: &&Entry, other: &Dir| {
                    other.get(&entry.name).is_none_or(|ino| ino != entry.ino)
                };
                let left = self.iter().filter(|entry| differs(entry, other));
                let right = other.iter().filter(|entry| differs(entry, self));
                left.chain(right).map(|entry| entry.name.clone()).collect()
            }
        };
        names.sort_unstable();
        names.dedup();
        names
    }

    fn grow(&mut self) {
        let Entries::Small(entries) = &mut self.entries else {
            return;
        };
        if entries.len() <= SMALL_MOST {
            return;
        }
        let count = entries.len();
        let mut by_cookie = Trie::new();
        let mut by_hash = HashIndex::new();
        for entry in entries.drain(..) {
            let entry = Arc::new(entry);
            by_cookie.insert(entry.cookie, Arc::clone(&entry));
            by_hash.insert(hash(&entry.name), entry);
        }
        self.entries = Entries::Large {
            by_cookie,
            by_hash,
            count,
        };
    }

    fn shrink(&mut self) {
        if self.len() > SMALL_AGAIN || matches!(self.entries, Entries::Small(_)) {
            return;
        }
        let mut entries: Vec<Entry> = self.iter().cloned().collect();
        entries.sort_by(|left, right| left.name.cmp(&right.name));
        self.entries = Entries::Small(entries);
    }
}

#[cfg(test)]
mod tests {
    use super::{Dir, Ino, Name, SMALL_AGAIN, SMALL_MOST};

    fn name(number: usize) -> Vec<u8> {
        format!("file-{number}").into_bytes()
    }

    fn listed(dir: &Dir) -> Vec<u64> {
        dir.iter().map(|entry| entry.ino.0).collect()
    }

    #[test]
    fn grows_and_shrinks_with_order_and_cookies_kept() {
        let mut dir = Dir::new(Ino(1), Name::new(b""));
        let most = SMALL_MOST * 20;
        for number in 0..most {
            dir.set(&name(number), Ino(number as u64));
            assert_eq!(dir.len(), number + 1);
        }
        let full = dir.clone();
        let order: Vec<u64> = (0..most as u64).collect();
        assert_eq!(listed(&dir), order);
        for number in (SMALL_AGAIN / 2..most).rev() {
            assert_eq!(dir.get(&name(number)), Some(Ino(number as u64)));
            dir.remove(&name(number));
            assert_eq!(dir.get(&name(number)), None);
        }
        assert_eq!(listed(&dir), order[..SMALL_AGAIN / 2]);
        assert_eq!(listed(&full), order);
        assert_eq!(dir.first_at(5).map(|entry| entry.cookie), Some(5));
    }

    #[test]
    fn replacing_keeps_the_place() {
        for count in [3, SMALL_MOST * 3] {
            let mut dir = Dir::new(Ino(1), Name::new(b""));
            for number in 0..count {
                dir.set(&name(number), Ino(number as u64));
            }
            dir.set(&name(1), Ino(9999));
            assert_eq!(dir.len(), count);
            assert_eq!(listed(&dir)[..3], [0, 9999, 2]);
        }
    }

    #[test]
    fn differences_are_the_names_not_in_common() {
        for count in [5, SMALL_MOST * 5] {
            let mut dir = Dir::new(Ino(1), Name::new(b""));
            for number in 0..count {
                dir.set(&name(number), Ino(number as u64));
            }
            let before = dir.clone();
            dir.remove(&name(3));
            dir.set(&name(1), Ino(9999));
            dir.set(b"new", Ino(77));
            let found = dir.differences(&before);
            let found: Vec<_> = found.iter().map(Name::as_bytes).collect();
            assert_eq!(found, [&name(1)[..], &name(3), b"new"]);
            assert_eq!(before.differences(&dir).len(), 3);
            assert!(dir.differences(&dir.clone()).is_empty());
        }
    }

    #[test]
    fn restores_entries_at_their_cookies_only() {
        let mut dir = Dir::new(Ino(1), Name::new(b""));
        assert!(dir.restore(b"a", Ino(2), 5));
        assert!(!dir.restore(b"a", Ino(3), 6), "the name is taken");
        assert!(!dir.restore(b"b", Ino(3), 5), "the cookie is taken");
        assert!(dir.restore(b"b", Ino(3), 1 << 40));
        assert_eq!(listed(&dir), [2, 3]);
    }

    #[test]
    fn is_small() {
        assert!(size_of::<Dir>() <= 96, "{}", size_of::<Dir>());
    }
}
