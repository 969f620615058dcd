//! An object's members in the order they came, found by name: by looking along
//! a short list, by a hash table in a long one.

use super::value::Value;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::rc::Rc;

/// Members up to which no table is kept.
const LINEAR: usize = 12;

/// Members by name.
#[derive(Clone, Default)]
pub struct Map {
    entries: Vec<(Rc<str>, Value)>,
    table: Option<Box<HashTable<u32>>>,
}

thread_local! {
    static HASHER: foldhash::fast::RandomState = foldhash::fast::RandomState::default();
}

fn hash(key: &str) -> u64 {
    HASHER.with(|hasher| hasher.hash_one(key))
}

impl Map {
    /// With room for some members.
    pub fn with_capacity(n: usize) -> Map {
        Map {
            entries: Vec::with_capacity(n),
            table: None,
        }
    }

    /// How many members.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn find(&self, key: &str) -> Option<usize> {
        match &self.table {
            None => self.entries.iter().position(|(k, _)| &**k == key),
            Some(table) => table
                .find(hash(key), |at| &*self.entries[*at as usize].0 == key)
                .map(|at| *at as usize),
        }
    }

    /// The member of this name.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.find(key).map(|at| &self.entries[at].1)
    }

    /// Whether there is such a member.
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Sets a member; a new one goes to the end.
    pub fn insert(&mut self, key: Rc<str>, value: Value) {
        match self.find(&key) {
            Some(at) => self.entries[at].1 = value,
            None => self.push_new(key, value),
        }
    }

    /// The member of this name, made as null if it is absent.
    pub fn entry(&mut self, key: &Rc<str>) -> &mut Value {
        let at = match self.find(key) {
            Some(at) => at,
            None => {
                self.push_new(key.clone(), Value::Null);
                self.entries.len() - 1
            }
        };
        &mut self.entries[at].1
    }

    fn push_new(&mut self, key: Rc<str>, value: Value) {
        self.entries.push((key, value));
        if self.entries.len() > LINEAR {
            match &mut self.table {
                None => self.index(),
                Some(table) => {
                    let at = self.entries.len() - 1;
                    let entries = &self.entries;
                    table.insert_unique(hash(&entries[at].0), at as u32, |at| {
                        hash(&entries[*at as usize].0)
                    });
                }
            }
        }
    }

    fn index(&mut self) {
        let entries = &self.entries;
        let rehash = |at: &u32| hash(&entries[*at as usize].0);
        let mut table = HashTable::with_capacity(entries.len() * 2);
        for at in 0..entries.len() as u32 {
            table.insert_unique(rehash(&at), at, rehash);
        }
        self.table = Some(Box::new(table));
    }

    /// Removes members; the others keep their order.
    pub fn remove_all(&mut self, keys: &[&Rc<str>]) {
        let mut gone: Vec<usize> = keys.iter().filter_map(|key| self.find(key)).collect();
        if gone.is_empty() {
            return;
        }
        gone.sort_unstable();
        let mut at = 0;
        self.entries.retain(|_| {
            at += 1;
            gone.binary_search(&(at - 1)).is_err()
        });
        self.table = None;
        if self.entries.len() > LINEAR {
            self.index();
        }
    }

    /// Members in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Rc<str>, &Value)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The member at this place in the order.
    pub fn at(&self, index: usize) -> Option<(&Rc<str>, &Value)> {
        self.entries.get(index).map(|(key, value)| (key, value))
    }

    /// Values in order.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// Values in order.
    pub fn into_values(self) -> impl Iterator<Item = Value> {
        self.entries.into_iter().map(|(_, value)| value)
    }

    /// Members sorted by name.
    pub fn sorted(&self) -> Vec<(&Rc<str>, &Value)> {
        let mut all: Vec<_> = self.iter().collect();
        all.sort_unstable_by(|a, b| a.0.cmp(b.0));
        all
    }
}
