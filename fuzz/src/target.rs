//! What is fuzzed, and what a run tells about itself.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Something that reads hostile bytes.
pub struct Target {
    /// Its name, also that of its test and of its folder in `corpus`.
    pub name: &'static str,
    /// Reads the bytes; panics if something is wrong.
    pub run: fn(&[u8], &mut Trace),
    /// Inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Bytes that mean something to the reader.
    pub pieces: &'static [&'static [u8]],
    /// Longest input worth trying.
    pub most_bytes: usize,
}

/// Kinds of behaviour that a run showed. An input that shows a new one is kept
/// and mutated further, so that a driver without coverage gets beyond the first
/// check of a reader.
#[derive(Default)]
pub struct Trace(Vec<u64>);

impl Trace {
    /// Notes a kind of behaviour. There should be some thousands of them at most.
    pub fn note(&mut self, kind: impl Hash) {
        let mut hasher = DefaultHasher::new();
        kind.hash(&mut hasher);
        self.0.push(hasher.finish());
    }

    /// What was noted.
    #[must_use]
    pub fn kinds(&self) -> &[u64] {
        &self.0
    }
}
