//! A page of a table: up to 64 records, or up to 64 pages of the level below.
//!
//! A table maps numbers to records. The page of level 0 in which number n lies
//! covers the 64 numbers with the same `n / 64`, and so on upwards. A page says
//! which numbers it covers, so it can stand in one place of one table only, and
//! nothing can be gained by naming it twice.

use super::wire::{Malformed, Reader, put_number};
use crate::hash::Hash;

/// Bits of a number that one level decides.
const BITS: u32 = 6;
/// The top level, where one page covers all numbers.
pub(crate) const TOP_LEVEL: u8 = 10;
/// Longest page: 64 link targets of 4 KiB have room in it 64 times over.
pub(crate) const PAGE_BYTES: u64 = 16 << 20;

/// What a table holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Nodes by number.
    Nodes,
    /// Entries of a directory by cookie.
    Entries,
    /// Chunks of a file by number.
    Chunks,
}

impl Kind {
    fn letter(self) -> u8 {
        match self {
            Kind::Nodes => b'N',
            Kind::Entries => b'E',
            Kind::Chunks => b'C',
        }
    }
}

/// The first number that the page of `level` covers in which `key` lies.
pub(crate) fn first_of(key: u64, level: u8) -> u64 {
    let bits = BITS * (u32::from(level) + 1);
    key.checked_shr(bits)
        .and_then(|key| key.checked_shl(bits))
        .unwrap_or(0)
}

/// The slot of `key` in a page of `level`.
fn slot_of(key: u64, level: u8) -> u8 {
    let shifted = key.checked_shr(BITS * u32::from(level)).unwrap_or(0);
    (shifted % (1 << BITS)) as u8
}

/// A page being written.
pub(crate) struct PageWriter {
    pub(crate) first: u64,
    level: u8,
    count: u8,
    slots: Vec<u8>,
}

impl PageWriter {
    /// An empty page for `key` and its neighbours.
    pub(crate) fn new(key: u64, level: u8) -> PageWriter {
        PageWriter {
            first: first_of(key, level),
            level,
            count: 0,
            slots: Vec::new(),
        }
    }

    /// Appends what `key` stands for. Keys ascend.
    pub(crate) fn push(&mut self, key: u64, record: &[u8]) {
        self.count += 1;
        self.slots.push(slot_of(key, self.level));
        self.slots.extend_from_slice(record);
    }

    /// The page's bytes.
    pub(crate) fn finish(&self, kind: Kind) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.slots.len() + 16);
        out.extend_from_slice(&[b'W', b'P', kind.letter(), self.level]);
        put_number(&mut out, self.first);
        out.push(self.count);
        out.extend_from_slice(&self.slots);
        out
    }
}

/// A page being read.
pub(crate) struct PageReader<'a> {
    pub(crate) level: u8,
    pub(crate) first: u64,
    /// What comes next; after [`PageReader::next_key`] the record.
    pub(crate) reader: Reader<'a>,
    left: u8,
    slot: Option<u8>,
}

impl<'a> PageReader<'a> {
    /// Reads the head of a page.
    pub(crate) fn new(bytes: &'a [u8], kind: Kind) -> Result<PageReader<'a>, Malformed> {
        let mut reader = Reader::new(bytes);
        let [w, p, letter, level] = reader.array()?;
        if [w, p] != *b"WP" {
            return Err(Malformed("is not a page"));
        }
        if letter != kind.letter() {
            return Err(Malformed("is a page of another table"));
        }
        if level > TOP_LEVEL {
            return Err(Malformed("has an impossible level"));
        }
        let first = reader.number()?;
        if first_of(first, level) != first {
            return Err(Malformed("begins at an impossible number"));
        }
        let left = reader.byte()?;
        if !(1..=1 << BITS).contains(&left) {
            return Err(Malformed("has an impossible count"));
        }
        Ok(PageReader {
            level,
            first,
            reader,
            left,
            slot: None,
        })
    }

    /// The next key, in ascending order; for an inner page the first number of
    /// the page below. `None` at the end.
    pub(crate) fn next_key(&mut self) -> Result<Option<u64>, Malformed> {
        let Some(left) = self.left.checked_sub(1) else {
            self.reader.finish()?;
            return Ok(None);
        };
        self.left = left;
        let slot = self.reader.byte()?;
        if slot >= 1 << BITS || self.slot.is_some_and(|last| last >= slot) {
            return Err(Malformed("has slots out of order"));
        }
        self.slot = Some(slot);
        let above = u64::from(slot)
            .checked_shl(BITS * u32::from(self.level))
            .filter(|key| slot_of(*key, self.level) == slot)
            .ok_or(Malformed("has an impossible slot"))?;
        Ok(Some(self.first | above))
    }

    /// The pages below an inner page: first numbers and hashes.
    pub(crate) fn children(mut self) -> Result<Vec<(u64, Hash)>, Malformed> {
        let mut children = Vec::with_capacity(usize::from(self.left));
        while let Some(first) = self.next_key()? {
            children.push((first, self.reader.hash()?));
        }
        Ok(children)
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, PageReader, PageWriter, TOP_LEVEL, first_of};
    use crate::format::wire::Malformed;

    fn keys(bytes: &[u8], kind: Kind) -> Result<Vec<u64>, Malformed> {
        let mut page = PageReader::new(bytes, kind)?;
        let mut keys = Vec::new();
        while let Some(key) = page.next_key()? {
            keys.push(key);
        }
        Ok(keys)
    }

    #[test]
    fn keys_come_back_at_every_level() {
        for level in 0..=TOP_LEVEL {
            for key in [0, 1, 63, 64, 4095, 4096, u64::MAX - 1, u64::MAX] {
                let child = if level == 0 {
                    key
                } else {
                    first_of(key, level - 1)
                };
                let mut page = PageWriter::new(key, level);
                page.push(child, b"");
                let bytes = page.finish(Kind::Nodes);
                assert_eq!(keys(&bytes, Kind::Nodes), Ok(vec![child]), "{level} {key}");
            }
        }
    }

    #[test]
    fn refuses_what_no_writer_makes() {
        for (bytes, reason) in [
            (&b"WQN\0\0\x01\0"[..], "is not a page"),
            (b"WPE\0\0\x01\0", "is a page of another table"),
            (b"WPN\x0b\0\x01\0", "has an impossible level"),
            (b"WPN\0\x01\x01\0", "begins at an impossible number"),
            (b"WPN\0\0\0", "has an impossible count"),
            (b"WPN\0\0\x41\0", "has an impossible count"),
            (b"WPN\0\0\x01\x40", "has slots out of order"),
            (b"WPN\0\0\x02\x05\x05", "has slots out of order"),
            (b"WPN\x0a\0\x01\x10", "has an impossible slot"),
            (b"WPN\0\0\x02\x05", "ends early"),
            (b"WPN\0\0\x01\x05x", "goes on after its end"),
        ] {
            let found = keys(bytes, Kind::Nodes);
            assert_eq!(found, Err(Malformed(reason)), "{}", bytes.escape_ascii());
        }
    }
}
