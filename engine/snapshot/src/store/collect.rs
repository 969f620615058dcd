//! Which objects snapshots need, and packs without the others.

use std::collections::HashSet;
use std::sync::Arc;

use super::index::{Index, Pack};
use super::sink::Sink;
use super::source::{Leaves, Source, malformed};
use crate::error::Error;
use crate::format::pack::Packed;
use crate::format::page::{Kind, PageReader};
use crate::format::record::{Body, Chunk, Contents, Node};
use crate::hash::Hash;

/// A pack shorter than this is small.
const SMALL_BYTES: u64 = 4 << 20;
/// So many small packs are put together.
const SMALL_MOST: usize = 8;

/// The objects that snapshots consist of.
#[derive(Default)]
pub(super) struct Needed {
    /// Roots and pages, each with all below it.
    pages: HashSet<Hash>,
    chunks: HashSet<Hash>,
}

impl Needed {
    fn has(&self, hash: &Hash) -> bool {
        self.pages.contains(hash) || self.chunks.contains(hash)
    }
}

/// Adds all objects that a snapshot consists of to `needed`. What is in there
/// already is known with all below it.
pub(super) fn mark(source: &mut Source<'_>, root: Hash, needed: &mut Needed) -> Result<(), Error> {
    let top = super::load::root(source, root)?;
    needed.pages.insert(root);
    let mut nodes = Leaves::new(Kind::Nodes, top.nodes);
    let what = || "a page of the table of nodes".to_owned();
    while let Some((hash, bytes)) = nodes.next(source, &what, |page| !needed.pages.insert(page))? {
        let malformed = |why| malformed(hash, why);
        let mut page = PageReader::new(&bytes, Kind::Nodes).map_err(malformed)?;
        while page.next_key().map_err(malformed)?.is_some() {
            match Node::read(&mut page.reader).map_err(malformed)?.body {
                Body::File {
                    contents: Contents::Single(chunk),
                    ..
                } => {
                    needed.chunks.insert(chunk.hash);
                }
                Body::File {
                    contents: Contents::Table(table),
                    ..
                } => mark_chunks(source, table, needed)?,
                Body::Directory(Some(table)) => mark_entries(source, table, needed)?,
                _ => {}
            }
        }
    }
    Ok(())
}

fn mark_chunks(source: &mut Source<'_>, table: Hash, needed: &mut Needed) -> Result<(), Error> {
    let mut leaves = Leaves::new(Kind::Chunks, table);
    let what = || "a page of a table of chunks".to_owned();
    while let Some((hash, bytes)) = leaves.next(source, &what, |page| !needed.pages.insert(page))? {
        let malformed = |why| malformed(hash, why);
        let mut page = PageReader::new(&bytes, Kind::Chunks).map_err(malformed)?;
        while page.next_key().map_err(malformed)?.is_some() {
            needed
                .chunks
                .insert(Chunk::read(&mut page.reader).map_err(malformed)?.hash);
        }
    }
    Ok(())
}

fn mark_entries(source: &mut Source<'_>, table: Hash, needed: &mut Needed) -> Result<(), Error> {
    let mut leaves = Leaves::new(Kind::Entries, table);
    let what = || "a page of the entries of a directory".to_owned();
    let mut visit = |page| !needed.pages.insert(page);
    while leaves.next(source, &what, &mut visit)?.is_some() {}
    Ok(())
}

/// A collection: what moves, what goes.
#[derive(Default)]
pub(super) struct Plan {
    /// Objects that are needed, in packs that go.
    moving: Vec<Packed>,
    /// Names and sizes of packs.
    pub(super) gone: Vec<(String, u64)>,
}

/// Decides on all packs. One that is needed by more than half stays, so that
/// collecting often does not copy often; small ones are put together.
pub(super) fn plan(index: &Index, needed: &Needed) -> Plan {
    let mut plan = Plan::default();
    let mut small = Vec::new();
    for (number, pack) in index.packs().iter().enumerate() {
        let live: Vec<Packed> = pack
            .objects
            .iter()
            .filter(|object| needed.has(&object.hash))
            // An object may lie in two packs; only one of them counts.
            .filter(|object| {
                let place = index.place(&object.hash);
                place.is_some_and(|place| place.pack == number)
            })
            .copied()
            .collect();
        let bytes = |objects: &[Packed]| -> u64 {
            let lengths = objects.iter().map(|object| u64::from(object.length));
            lengths.sum()
        };
        if bytes(&live) * 2 <= bytes(&pack.objects) {
            plan.goes(pack, live);
        } else if pack.size < SMALL_BYTES {
            small.push((pack, live));
        }
    }
    if small.len() >= SMALL_MOST {
        small
            .into_iter()
            .for_each(|(pack, live)| plan.goes(pack, live));
    }
    plan
}

impl Plan {
    fn goes(&mut self, pack: &Pack, live: Vec<Packed>) {
        self.gone.push((pack.name.clone(), pack.size));
        self.moving.extend(live);
    }
}

/// Writes what moves again; how many bytes.
pub(super) fn move_all(
    plan: &Plan,
    needed: &Needed,
    source: &mut Source<'_>,
    sink: &mut Sink<'_>,
) -> Result<u64, Error> {
    let what = || "an object that snapshots need".to_owned();
    let mut moved = 0;
    for Packed { hash, length } in &plan.moving {
        let bytes = source.chunk(*hash, *length, *length as usize, &what)?;
        if needed.pages.contains(hash) {
            sink.page(bytes)?;
        } else {
            sink.chunk(&Arc::new(bytes))?;
        }
        moved += u64::from(*length);
    }
    Ok(moved)
}
