//! From objects to a filesystem, trusting none of them.

use std::collections::HashMap;
use std::sync::Arc;

use wardian_vfs::{Create, Errno, Flaw, FlawKind, Import, Ino, Vfs};

use super::source::{Leaves, Source, malformed, object};
use crate::error::{Error, ErrorKind};
use crate::format::page::{Kind, PageReader};
use crate::format::record::{Body, Chunk, Contents, Entry, Node};
use crate::format::root::{NoRoot, ROOT_BYTES, Root};
use crate::hash::Hash;
use crate::limits::Limits;

/// What becomes of chunks.
pub(super) enum Chunks<'a> {
    /// They go into the filesystem.
    Keep,
    /// They are only read and checked, each once; what is wrong with one is
    /// collected, up to so many problems.
    Check(&'a mut Vec<Error>, usize),
}

/// Reads the root of a snapshot.
pub(super) fn root(source: &mut Source<'_>, hash: Hash) -> Result<Root, Error> {
    let bytes = source.page(hash, &|| "the root of the snapshot".to_owned())?;
    if bytes.len() as u64 > ROOT_BYTES {
        return Err(Error::corrupt(object(hash), "is too long for a root"));
    }
    Root::decode(&bytes).map_err(|why| match why {
        NoRoot::Malformed(why) => malformed(hash, why),
        NoRoot::Version(version) => {
            let detail = format!("is a snapshot of version {version}, known is 1");
            Error::new(ErrorKind::Version, object(hash), detail)
        }
    })
}

/// Reads a whole snapshot.
pub(super) fn all(
    source: &mut Source<'_>,
    hash: Hash,
    limits: &Limits,
    chunks: Chunks<'_>,
) -> Result<Vfs, Error> {
    let root = root(source, hash)?;
    for (limit, most, found) in [
        ("quota.inodes", limits.quota.inodes, root.inodes),
        ("quota.bytes", limits.quota.bytes, root.bytes),
    ] {
        if found > most {
            return Err(Error::limit(object(hash), limit, most, found));
        }
    }
    let keeps = matches!(chunks, Chunks::Keep);
    let mut loader = Loader {
        source,
        limits,
        import: Import::new(limits.quota),
        chunks,
        seen: HashMap::new(),
        unkept: 0,
    };
    loader.nodes(root.nodes)?;
    let unkept = loader.unkept;
    let tree = loader.import.finish(root.next, limits.depth);
    let tree = tree.map_err(|flaw| flawed(hash, flaw, limits))?;
    let usage = tree.usage();
    let found = (usage.inodes, usage.bytes + unkept);
    if found != (root.inodes, root.bytes) {
        let (inodes, bytes) = (root.inodes, root.bytes);
        let detail = format!(
            "speaks of {inodes} nodes and {bytes} bytes, but there are {} and {}",
            found.0, found.1
        );
        return Err(Error::corrupt(object(hash), detail));
    }
    if tree.next_ino() != root.next {
        let detail = format!("gives the next node the impossible number {}", root.next.0);
        return Err(Error::corrupt(object(hash), detail));
    }
    debug_assert!(keeps || unkept == 0 || tree.usage().inodes > 0);
    Ok(tree)
}

fn flawed(root: Hash, flaw: Flaw, limits: &Limits) -> Error {
    let subject = format!("node {} of {}", flaw.ino.0, object(root));
    match flaw.kind {
        FlawKind::TooDeep => {
            let found = "the number of names in a path below it";
            Error::limit(subject, "depth", limits.depth, found)
        }
        FlawKind::TooManyLinks => {
            let found = "its number of links";
            Error::limit(subject, "quota.links", limits.quota.links, found)
        }
        FlawKind::NoRoot => Error::corrupt(subject, "is no directory, though it is the root"),
        FlawKind::Missing => Error::corrupt(subject, "does not exist, though an entry names it"),
        FlawKind::TwoParents => Error::corrupt(subject, "is a directory that two entries name"),
        FlawKind::Unreachable => Error::corrupt(subject, "cannot be reached from the root"),
    }
}

struct Loader<'l, 's> {
    source: &'l mut Source<'s>,
    limits: &'l Limits,
    import: Import,
    chunks: Chunks<'l>,
    /// Chunks read so far, by hash and capacity, for files that share them; where
    /// they are only checked, by hash and length.
    seen: HashMap<(Hash, usize), Arc<Vec<u8>>>,
    /// What chunks only checked would be charged.
    unkept: u64,
}

impl Loader<'_, '_> {
    fn nodes(&mut self, table: Hash) -> Result<(), Error> {
        let mut leaves = Leaves::new(Kind::Nodes, table);
        let what = || "a page of the table of nodes".to_owned();
        while let Some((hash, bytes)) = leaves.next(self.source, &what, |_| false)? {
            let malformed = |why| malformed(hash, why);
            let mut page = PageReader::new(&bytes, Kind::Nodes).map_err(malformed)?;
            while let Some(ino) = page.next_key().map_err(malformed)? {
                let node = Node::read(&mut page.reader).map_err(malformed)?;
                self.node(Ino(ino), &node, hash)?;
            }
        }
        Ok(())
    }

    fn node(&mut self, ino: Ino, node: &Node<'_>, page: Hash) -> Result<(), Error> {
        let kind = match node.body {
            Body::File { .. } => Create::Regular,
            Body::Directory(_) => Create::Directory,
            Body::Symlink(target) => Create::Symlink(target),
            Body::Fifo => Create::Fifo,
            Body::Device(device) => Create::Device(device),
            Body::Magic(magic) => Create::Magic(magic),
        };
        let added = self.import.add(ino, kind, &node.attributes);
        added.map_err(|errno| self.refused(errno, page, || format!("node {}", ino.0)))?;
        match node.body {
            Body::File { size, contents } => {
                let sized = self.import.set_size(ino, size);
                sized.map_err(|errno| {
                    self.refused(errno, page, || {
                        format!("the {size} bytes of node {}", ino.0)
                    })
                })?;
                match contents {
                    Contents::Hole => Ok(()),
                    Contents::Single(chunk) => self.chunk(ino, 0, chunk, size, page),
                    Contents::Table(table) => self.contents(ino, table, size),
                }
            }
            Body::Directory(Some(table)) => self.entries(ino, table),
            _ => Ok(()),
        }
    }

    fn contents(&mut self, ino: Ino, table: Hash, size: u64) -> Result<(), Error> {
        let mut leaves = Leaves::new(Kind::Chunks, table);
        let what = || format!("a page of the chunks of node {}", ino.0);
        let mut last = 0;
        while let Some((hash, bytes)) = leaves.next(self.source, &what, |_| false)? {
            let malformed = |why| malformed(hash, why);
            let mut page = PageReader::new(&bytes, Kind::Chunks).map_err(malformed)?;
            while let Some(index) = page.next_key().map_err(malformed)? {
                let chunk = Chunk::read(&mut page.reader).map_err(malformed)?;
                self.chunk(ino, index, chunk, size, hash)?;
                last = index;
            }
        }
        if last == 0 {
            let detail = "is a table of chunk 0 alone, which belongs to its node";
            return Err(Error::corrupt(object(table), detail));
        }
        Ok(())
    }

    fn chunk(
        &mut self,
        ino: Ino,
        index: u64,
        chunk: Chunk,
        size: u64,
        page: Hash,
    ) -> Result<(), Error> {
        let what = || format!("chunk {index} of node {}", ino.0);
        let length = chunk.length as usize;
        let room = self.import.check_room(index, length);
        room.map_err(|errno| self.refused(errno, page, what))?;
        let capacity = Import::chunk_capacity(index, length);
        if let Chunks::Check(problems, most) = &mut self.chunks {
            let start = index.checked_mul(wardian_vfs::CHUNK_BYTES as u64);
            let end = start.and_then(|start| start.checked_add(length as u64));
            if end.is_none_or(|end| end > size) {
                return Err(Error::corrupt(
                    object(page),
                    format!("{} is out of place", what()),
                ));
            }
            self.unkept += capacity as u64;
            // Each once, for every length it is said to have.
            if self
                .seen
                .insert((chunk.hash, length), Arc::default())
                .is_none()
                && let Err(problem) = self.source.chunk(chunk.hash, chunk.length, 0, &what)
            {
                problems.push(problem);
                if problems.len() >= *most {
                    let detail = "has more problems than are listed";
                    return Err(Error::corrupt("snapshot", detail));
                }
            }
            return Ok(());
        }
        let bytes = match self.seen.get(&(chunk.hash, capacity)) {
            Some(bytes) if bytes.len() == length => Arc::clone(bytes),
            _ => {
                let bytes = self
                    .source
                    .chunk(chunk.hash, chunk.length, capacity, &what)?;
                let bytes = Arc::new(bytes);
                self.seen.insert((chunk.hash, capacity), Arc::clone(&bytes));
                bytes
            }
        };
        let added = self.import.add_chunk(ino, index, bytes);
        added.map_err(|errno| self.refused(errno, page, what))
    }

    fn entries(&mut self, dir: Ino, table: Hash) -> Result<(), Error> {
        let mut leaves = Leaves::new(Kind::Entries, table);
        let what = || format!("a page of the entries of node {}", dir.0);
        while let Some((hash, bytes)) = leaves.next(self.source, &what, |_| false)? {
            let malformed = |why| malformed(hash, why);
            let mut page = PageReader::new(&bytes, Kind::Entries).map_err(malformed)?;
            while let Some(cookie) = page.next_key().map_err(malformed)? {
                let entry = Entry::read(&mut page.reader).map_err(malformed)?;
                let added = self.import.add_entry(dir, cookie, entry.name, entry.ino);
                added.map_err(|errno| {
                    self.refused(errno, hash, || {
                        let name = entry.name.get(..64).unwrap_or(entry.name);
                        format!("entry `{}` of node {}", name.escape_ascii(), dir.0)
                    })
                })?;
            }
        }
        Ok(())
    }

    /// Why the filesystem did not take something.
    fn refused(&self, errno: Errno, page: Hash, what: impl FnOnce() -> String) -> Error {
        let quota = &self.limits.quota;
        let (subject, what) = (object(page), what());
        match errno {
            Errno::Nospc => Error::limit(
                subject,
                "quota.bytes or quota.inodes",
                format!("{} or {}", quota.bytes, quota.inodes),
                what,
            ),
            Errno::Fbig => Error::limit(
                subject,
                "quota.file_size_bytes",
                quota.file_size_bytes,
                what,
            ),
            Errno::Nametoolong => Error::limit(
                subject,
                "quota.name_bytes or quota.path_bytes",
                format!("{} or {}", quota.name_bytes, quota.path_bytes),
                what,
            ),
            Errno::Exist => Error::corrupt(subject, format!("{what} is there twice")),
            Errno::Noent => Error::corrupt(subject, format!("{what} is empty")),
            _ => Error::corrupt(subject, format!("{what} is none that can exist")),
        }
    }
}
