//! From a filesystem to objects: chunks, then the pages that name them.

use std::sync::Arc;

use wardian_vfs::{Attributes, Errno, Ino, NodeKind, Stat, Vfs};

use super::sink::Sink;
use super::table::TableWriter;
use crate::error::{Error, ErrorKind};
use crate::format::page::{Kind, PAGE_BYTES};
use crate::format::record::{Body, Chunk, Contents, Entry, Node};
use crate::format::root::Root;
use crate::hash::Hash;

/// Longest record, so that 64 of them fit in a page.
const RECORD_BYTES: usize = (PAGE_BYTES / 65) as usize;

/// Puts all of a filesystem in; the hash of its root. Nothing may be open in it.
pub(super) fn all(tree: &Vfs, sink: &mut Sink<'_>) -> Result<Hash, Error> {
    if tree.has_mounts() {
        let detail = "has folders of the host mounted, which are not its own to save; \
                      copy them in, or keep an overlay's changes instead";
        return Err(Error::new(ErrorKind::Tree, "filesystem", detail));
    }
    let mut nodes = TableWriter::new(Kind::Nodes);
    let mut record = Vec::new();
    for ino in tree.nodes(Ino(0)) {
        record.clear();
        node(tree, ino, sink, &mut record)?;
        nodes.push(ino.0, &record, sink)?;
    }
    root(tree, nodes, sink)
}

/// Puts the root in, once all nodes are.
fn root(tree: &Vfs, nodes: TableWriter, sink: &mut Sink<'_>) -> Result<Hash, Error> {
    let nodes = nodes.finish(sink)?;
    let nodes = nodes.ok_or_else(|| Error::new(ErrorKind::Tree, "filesystem", "has no root"))?;
    let usage = tree.usage();
    let root = Root {
        inodes: usage.inodes,
        bytes: usage.bytes,
        next: tree.next_ino(),
        nodes,
    };
    sink.page(root.encode())
}

/// Puts in what a node holds; `record` gets the node itself.
fn node(tree: &Vfs, ino: Ino, sink: &mut Sink<'_>, record: &mut Vec<u8>) -> Result<(), Error> {
    let failed = |errno: Errno| {
        let detail = format!("cannot be read: {errno:?}");
        Error::new(ErrorKind::Tree, format!("node {}", ino.0), detail)
    };
    let stat = tree.stat(ino).map_err(failed)?;
    let body = match stat.kind {
        NodeKind::Regular => Body::File {
            size: stat.size_bytes,
            contents: contents(tree, ino, sink, failed)?,
        },
        NodeKind::Directory => Body::Directory(entries(tree, ino, sink, failed)?),
        NodeKind::Symlink => Body::Symlink(tree.readlink(ino).map_err(failed)?),
        NodeKind::Fifo => Body::Fifo,
        NodeKind::Device(device) => Body::Device(device),
        NodeKind::Magic(magic) => Body::Magic(magic),
    };
    let attributes = attributes(&stat);
    Node { attributes, body }.put(record);
    fits(record, ino)
}

fn attributes(stat: &Stat) -> Attributes {
    Attributes {
        mode: stat.mode,
        uid: stat.uid,
        gid: stat.gid,
        accessed: stat.accessed,
        modified: stat.modified,
        changed: stat.changed,
        created: stat.created,
    }
}

/// Refuses names and link targets that only a strange quota lets exist.
fn fits(record: &[u8], ino: Ino) -> Result<(), Error> {
    if record.len() > RECORD_BYTES {
        let detail = "has a name or a link target too long to be saved";
        return Err(Error::new(
            ErrorKind::Tree,
            format!("node {}", ino.0),
            detail,
        ));
    }
    Ok(())
}

fn contents(
    tree: &Vfs,
    ino: Ino,
    sink: &mut Sink<'_>,
    failed: impl Fn(Errno) -> Error,
) -> Result<Contents, Error> {
    let mut chunks = tree.chunks(ino, 0).map_err(failed)?.peekable();
    let put = |chunk: &Arc<Vec<u8>>, sink: &mut Sink<'_>| -> Result<Chunk, Error> {
        Ok(Chunk {
            length: chunk.len() as u32,
            hash: sink.chunk(chunk)?,
        })
    };
    let Some((index, chunk)) = chunks.next() else {
        return Ok(Contents::Hole);
    };
    let first = put(chunk, sink)?;
    if index == 0 && chunks.peek().is_none() {
        return Ok(Contents::Single(first));
    }
    let mut table = TableWriter::new(Kind::Chunks);
    let mut record = Vec::new();
    first.put(&mut record);
    table.push(index, &record, sink)?;
    for (index, chunk) in chunks {
        record.clear();
        put(chunk, sink)?.put(&mut record);
        table.push(index, &record, sink)?;
    }
    let table = table.finish(sink)?;
    Ok(table.map_or(Contents::Hole, Contents::Table))
}

fn entries(
    tree: &Vfs,
    dir: Ino,
    sink: &mut Sink<'_>,
    failed: impl Fn(Errno) -> Error,
) -> Result<Option<Hash>, Error> {
    let mut table = TableWriter::new(Kind::Entries);
    let mut record = Vec::new();
    for entry in tree.entries(dir).map_err(failed)? {
        record.clear();
        Entry {
            name: entry.name,
            ino: entry.ino,
        }
        .put(&mut record);
        fits(&record, dir)?;
        table.push(entry.cookie, &record, sink)?;
    }
    table.finish(sink)
}
