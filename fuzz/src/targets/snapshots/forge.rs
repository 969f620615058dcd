//! Makes the objects of a snapshot by the letter of the format, and wrong in
//! places that bytes choose. What is wrong gets its right hash.

use std::collections::BTreeMap;
use std::fmt;

use wardian_snapshot::Hash;
use wardian_vfs::{CHUNK_BYTES, ENTRY_BYTES, Import};

use crate::Draw;

/// How rarely a field is wrong, and an object damaged.
const WRONG_FIELD: usize = 60;
const WRONG_OBJECT: usize = 40;

/// A snapshot, as objects.
pub struct Forged {
    /// The object that the reference names.
    pub root: Hash,
    objects: Vec<(Hash, Vec<u8>)>,
}

impl fmt::Debug for Forged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "root {}", self.root)?;
        for (hash, object) in &self.objects {
            let shown = object.get(..object.len().min(400)).unwrap_or_default();
            writeln!(f, "{hash} {}: {}", object.len(), shown.escape_ascii())?;
        }
        Ok(())
    }
}

/// A node being forged.
struct Node {
    kind: u8,
    entries: Vec<(u64, Vec<u8>, u64)>,
}

struct Forge<'a, 'b> {
    draw: &'a mut Draw<'b>,
    objects: BTreeMap<Hash, Vec<u8>>,
    charged: u64,
}

impl Forged {
    /// A snapshot of up to a dozen nodes.
    pub fn draw(draw: &mut Draw<'_>) -> Forged {
        let mut forge = Forge {
            draw,
            objects: BTreeMap::new(),
            charged: 0,
        };
        let root = forge.root();
        Forged {
            root,
            objects: forge.objects.into_iter().collect(),
        }
    }

    /// The file that holds the objects, with its name.
    pub fn pack(&self) -> (String, Vec<u8>) {
        const MAGIC: &[u8] = b"WRDPACK\x01";
        let mut pack = MAGIC.to_vec();
        let mut index = Vec::new();
        for (hash, object) in &self.objects {
            pack.extend_from_slice(object);
            index.extend_from_slice(hash.as_bytes());
            index.extend_from_slice(&(object.len() as u32).to_le_bytes());
        }
        let hash = Hash::of(&index);
        pack.extend_from_slice(&index);
        pack.extend_from_slice(&(self.objects.len() as u32).to_le_bytes());
        pack.extend_from_slice(hash.as_bytes());
        pack.extend_from_slice(MAGIC);
        (format!("{hash}.pack"), pack)
    }

    /// The reference to the root.
    pub fn reference(&self) -> String {
        let lines = format!("wardian snapshot 1\nroot {}\n", self.root);
        let check = Hash::of(lines.as_bytes());
        format!("{lines}check {check}\n")
    }
}

impl Forge<'_, '_> {
    /// A number, or now and then another one.
    fn number(&mut self, right: u64) -> u64 {
        if self.draw.one_in(WRONG_FIELD) {
            self.draw.number()
        } else {
            right
        }
    }

    fn put(&mut self, out: &mut Vec<u8>, right: u64) {
        let mut number = self.number(right);
        while number >= 0x80 {
            out.push(number as u8 | 0x80);
            number >>= 7;
        }
        out.push(number as u8);
        if self.draw.one_in(WRONG_FIELD * 4) {
            // Longer than needed.
            if let Some(last) = out.last_mut() {
                *last |= 0x80;
            }
            out.push(0);
        }
    }

    /// Keeps an object, damaged now and then.
    fn object(&mut self, mut bytes: Vec<u8>) -> Hash {
        if self.draw.one_in(WRONG_OBJECT) {
            let at = self.draw.below(bytes.len() + 1);
            match self.draw.byte() % 4 {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.draw.byte()),
                2 => bytes.extend(self.draw.bytes(9)),
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = self.draw.byte();
                    }
                }
            }
        }
        let hash = Hash::of(&bytes);
        if !self.draw.one_in(WRONG_OBJECT * 5) {
            self.objects.insert(hash, bytes);
        }
        if self.draw.one_in(WRONG_OBJECT)
            && let Some(other) = self.objects.keys().next()
        {
            // Another object in its place.
            return *other;
        }
        hash
    }

    /// The pages of a table; the hash of the lowest that covers all keys.
    fn table(&mut self, letter: u8, records: Vec<(u64, Vec<u8>)>) -> Hash {
        let mut level = 0;
        let mut slots = records;
        loop {
            let mut pages: BTreeMap<u64, Vec<(u8, Vec<u8>)>> = BTreeMap::new();
            for (key, record) in slots {
                let slot = (key >> (6 * u32::from(level)) & 63) as u8;
                let first = first_of(key, level);
                pages.entry(first).or_default().push((slot, record));
            }
            let alone = pages.len() <= 1 && !self.draw.one_in(WRONG_OBJECT);
            let mut next = Vec::new();
            for (first, slots) in pages {
                let mut page = vec![b'W', b'P', letter, level];
                self.put(&mut page, first);
                page.push(self.number(slots.len() as u64) as u8);
                for (slot, record) in slots {
                    page.push(self.number(u64::from(slot)) as u8);
                    page.extend_from_slice(&record);
                }
                let hash = self.object(page);
                if alone {
                    return hash;
                }
                next.push((first, hash.as_bytes().to_vec()));
            }
            if level == 10 || next.is_empty() {
                return Hash::of(b"nothing");
            }
            slots = next;
            level += 1;
        }
    }

    fn root(&mut self) -> Hash {
        let nodes = self.nodes();
        let mut records = Vec::new();
        let mut number = 0;
        let mut numbers: Vec<u64> = Vec::new();
        for node in &nodes {
            // Numbers of nodes may leave gaps, but for the root's.
            let gap = if self.draw.one_in(8) && number > 0 {
                70
            } else {
                1
            };
            number += gap;
            numbers.push(number);
            let _ = node;
        }
        for (index, node) in nodes.iter().enumerate() {
            let record = self.node(node, &numbers);
            records.push((numbers[index], record));
        }
        let table = self.table(b'N', records);
        let mut root = b"WRDSNAP\x01".to_vec();
        let charged = self.charged;
        self.put(&mut root, nodes.len() as u64);
        self.put(&mut root, charged);
        self.put(&mut root, number + 1);
        root.extend_from_slice(table.as_bytes());
        self.object(root)
    }

    /// Kinds of nodes, and which directory names which.
    fn nodes(&mut self) -> Vec<Node> {
        let directory = || Node {
            kind: 1,
            entries: Vec::new(),
        };
        let mut nodes = vec![directory()];
        let count = self.draw.below(12);
        for index in 1..=count {
            let kind = match self.draw.byte() % 10 {
                0..=2 => 0,
                3..=5 => 1,
                6 => 2,
                7 => 3,
                8 => 4,
                _ => 5,
            };
            nodes.push(Node {
                kind,
                entries: Vec::new(),
            });
            let names = 1 + usize::from(matches!(kind, 0 | 2 | 3) && self.draw.one_in(4));
            for _ in 0..self.number(names as u64).min(4) {
                let parents: Vec<usize> = (0..index).filter(|at| nodes[*at].kind == 1).collect();
                let parent = *self.draw.pick(&parents);
                let name = match self.draw.byte() % 32 {
                    0 => self.draw.bytes(300),
                    1 => b"..".to_vec(),
                    2 => b"a/b".to_vec(),
                    3 => Vec::new(),
                    byte => format!("{byte}-{index}-{}", nodes[parent].entries.len()).into(),
                };
                let last = nodes[parent]
                    .entries
                    .last()
                    .map_or(2, |(cookie, ..)| *cookie);
                let step = if self.draw.one_in(8) { 100 } else { 1 };
                let cookie = self.number(last.saturating_add(step));
                let child = self.number(index as u64) as usize;
                nodes[parent].entries.push((cookie, name, child as u64));
            }
        }
        nodes
    }

    fn node(&mut self, node: &Node, numbers: &[u64]) -> Vec<u8> {
        let mut record = vec![self.number(u64::from(node.kind)) as u8];
        let mode = self.draw.number() & 0o7777;
        for field in [mode, 1000, 0, 1_000_000, 3, 4, 0] {
            self.put(&mut record, field);
        }
        match node.kind {
            0 => self.file(&mut record),
            1 if node.entries.is_empty() => record.push(self.number(0) as u8),
            1 => {
                let mut entries = BTreeMap::new();
                for (cookie, name, child) in &node.entries {
                    self.charged += ENTRY_BYTES + name.len() as u64;
                    let ino = numbers.get(*child as usize).copied().unwrap_or(*child);
                    let mut entry = Vec::new();
                    self.put(&mut entry, ino);
                    self.put(&mut entry, name.len() as u64);
                    entry.extend_from_slice(name);
                    entries.insert(*cookie, entry);
                }
                let table = self.table(b'E', entries.into_iter().collect());
                record.push(self.number(1) as u8);
                record.extend_from_slice(table.as_bytes());
            }
            2 => {
                let mut target = self.draw.bytes(5000);
                if !self.draw.one_in(4) {
                    target.retain(|byte| *byte != 0);
                    target.push(b't');
                }
                self.charged += target.len() as u64;
                self.put(&mut record, target.len() as u64);
                record.extend_from_slice(&target);
            }
            3 => {}
            4 => {
                let device = u64::from(self.draw.byte() % 5);
                self.put(&mut record, device);
            }
            _ => {
                let magic = u64::from(self.draw.byte() % 2);
                self.put(&mut record, magic);
            }
        }
        record
    }

    fn file(&mut self, record: &mut Vec<u8>) {
        let mut chunks = BTreeMap::new();
        let mut size = 0;
        for _ in 0..self.draw.below(4) {
            let index = match self.draw.byte() % 8 {
                0..=3 => chunks.len() as u64,
                4 | 5 => self.draw.number() % 200,
                _ => self.draw.number() >> 16,
            };
            let mut bytes = self.draw.bytes(CHUNK_BYTES);
            bytes.push(1);
            bytes.truncate(CHUNK_BYTES);
            let end = (index * CHUNK_BYTES as u64).saturating_add(bytes.len() as u64);
            size = size.max(end);
            chunks.insert(index, bytes);
        }
        if self.draw.one_in(3) {
            size = size.saturating_add(self.draw.number() % 100_000);
        }
        self.put(record, size);
        let mut records = Vec::new();
        for (index, bytes) in &chunks {
            self.charged = self
                .charged
                .saturating_add(Import::chunk_capacity(*index, bytes.len()) as u64);
            let mut chunk = Vec::new();
            self.put(&mut chunk, bytes.len() as u64);
            let hash = self.object(bytes.clone());
            chunk.extend_from_slice(hash.as_bytes());
            records.push((*index, chunk));
        }
        match records.as_slice() {
            [] => record.push(self.number(0) as u8),
            [(0, chunk)] if !self.draw.one_in(WRONG_FIELD) => {
                record.push(self.number(1) as u8);
                record.extend_from_slice(chunk);
            }
            _ => {
                record.push(2);
                let table = self.table(b'C', records);
                record.extend_from_slice(table.as_bytes());
            }
        }
    }
}

/// The first key that the page of a level covers in which `key` lies.
fn first_of(key: u64, level: u8) -> u64 {
    let bits = 6 * (u32::from(level) + 1);
    key.checked_shr(bits)
        .and_then(|key| key.checked_shl(bits))
        .unwrap_or(0)
}
