//! A filesystem put together from saved nodes, with their numbers kept.
//!
//! What is saved may have been tampered with: every step is checked against the
//! quota before it takes memory, and [`Import::finish`] lets nothing pass that
//! is not one tree with every node in it.

use std::sync::Arc;

use crate::quota::entry_charge;
use crate::tree::chunk;
use crate::tree::dir::Dir;
use crate::tree::file::File;
use crate::tree::inode::{Body, Inode};
use crate::{Create, Errno, Ino, Name, Quota, Timestamp, Vfs, name};

/// Numbers and cookies stay below this, so that counting on never overflows.
const NUMBER_END: u64 = 1 << 62;
/// The parent of a directory that no entry has named yet.
const NOWHERE: Ino = Ino(0);

/// The attributes of a saved node. Links and sizes follow from the rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attributes {
    /// The twelve permission bits.
    pub mode: u16,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Last access.
    pub accessed: Timestamp,
    /// Last change of the contents.
    pub modified: Timestamp,
    /// Last change of the contents or the attributes.
    pub changed: Timestamp,
    /// Creation.
    pub created: Timestamp,
}

/// Why what was imported is no filesystem.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flaw {
    /// The node at fault.
    pub ino: Ino,
    /// What is wrong with it.
    pub kind: FlawKind,
}

/// What is wrong with a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FlawKind {
    /// It is the root and missing, or no directory.
    NoRoot,
    /// An entry names it, but it does not exist.
    Missing,
    /// Two entries name it, though it is a directory.
    TwoParents,
    /// No path leads to it: no entry names it, or only a ring of directories.
    Unreachable,
    /// The paths below it have more names than allowed.
    TooDeep,
    /// More entries name it than links are allowed, or it holds more directories.
    TooManyLinks,
}

/// A filesystem in the making.
pub struct Import {
    vfs: Vfs,
}

impl Import {
    /// Begins with nothing, not even a root.
    #[must_use]
    pub fn new(quota: Quota) -> Import {
        Import {
            vfs: Vfs::without_root(quota),
        }
    }

    /// Adds a node: a file empty, a directory without entries.
    ///
    /// # Errors
    /// `EEXIST`: the number is taken. `EINVAL`: not a number for a node, more
    /// than the permission bits in the mode, or a NUL in the link target.
    /// `ENOENT`, `ENAMETOOLONG`: an empty or too long link target. `ENOSPC`: the
    /// quota has no nodes or bytes left.
    pub fn add(
        &mut self,
        ino: Ino,
        kind: Create<'_>,
        attributes: &Attributes,
    ) -> Result<(), Errno> {
        if !(self.vfs.root().0..NUMBER_END).contains(&ino.0) || attributes.mode > 0o7777 {
            return Err(Errno::Inval);
        }
        if self.vfs.inode(ino).is_ok() {
            return Err(Errno::Exist);
        }
        let is_root = ino == self.vfs.root();
        let body = match kind {
            Create::Regular => Body::File(File::new()),
            Create::Directory => {
                let parent = if is_root { ino } else { NOWHERE };
                Body::Directory(Arc::new(Dir::new(parent, Name::new(b""))))
            }
            Create::Fifo => Body::Fifo,
            Create::Symlink(target) => {
                self.vfs.check_target(target)?;
                self.vfs.ensure_left(target.len() as u64, 1)?;
                Body::Symlink(Arc::from(target))
            }
            Create::Device(device) => Body::Device(device),
            Create::Magic(magic) => Body::Magic(magic),
        };
        self.vfs.ensure_left(body.charge(), 1)?;
        let links = if matches!(body, Body::Directory(_)) {
            2
        } else {
            0
        };
        self.vfs.restore_inode(
            ino,
            Inode {
                body,
                mode: attributes.mode,
                links,
                uid: attributes.uid,
                gid: attributes.gid,
                accessed: attributes.accessed,
                modified: attributes.modified,
                changed: attributes.changed,
                created: attributes.created,
            },
        );
        Ok(())
    }

    /// Sets the length of a file that has no chunks yet.
    ///
    /// # Errors
    /// Those of [`Vfs::read`]. `EFBIG`: longer than the quota allows.
    pub fn set_size(&mut self, ino: Ino, size: u64) -> Result<(), Errno> {
        let longest = self.vfs.quota().file_size_bytes.min(i64::MAX as u64);
        if size > longest {
            return Err(Errno::Fbig);
        }
        let Body::File(file) = &mut self.vfs.inode_mut(ino)?.body else {
            return Err(Errno::Inval);
        };
        file.truncate(size.max(file.size()));
        Ok(())
    }

    /// The capacity that chunk `index` must have for `length` bytes; it is what
    /// the quota is charged.
    #[must_use]
    pub fn chunk_capacity(index: u64, length: usize) -> usize {
        chunk::charge(index, length)
    }

    /// Refuses a chunk that the quota has no room for, before it takes memory.
    ///
    /// # Errors
    /// `ENOSPC`.
    pub fn check_room(&self, index: u64, length: usize) -> Result<(), Errno> {
        self.vfs.ensure_left(chunk::charge(index, length) as u64, 0)
    }

    /// Adds a chunk to a file. It may be shared; its capacity should be
    /// [`Import::chunk_capacity`].
    ///
    /// # Errors
    /// Those of [`Vfs::read`]. `EINVAL`: it is empty or too long, lies beyond the
    /// length of the file, or where there is one already. `ENOSPC`.
    pub fn add_chunk(&mut self, ino: Ino, index: u64, chunk: Arc<Vec<u8>>) -> Result<(), Errno> {
        let charge = chunk::charge(index, chunk.len()) as u64;
        self.vfs.ensure_left(charge, 0)?;
        let Body::File(file) = &mut self.vfs.inode_mut(ino)?.body else {
            return Err(Errno::Inval);
        };
        if !file.restore(index, chunk) {
            return Err(Errno::Inval);
        }
        self.vfs.usage.bytes += charge;
        Ok(())
    }

    /// Adds an entry to a directory, in order of the cookies. The node it names
    /// may follow later.
    ///
    /// # Errors
    /// `ENOENT`: no such directory, or an empty name. `ENOTDIR`. `EINVAL`: `.`,
    /// `..`, a `/` or NUL in the name, or a cookie out of order. `ENAMETOOLONG`.
    /// `EEXIST`: the name is taken. `ENOSPC`.
    pub fn add_entry(
        &mut self,
        dir: Ino,
        cookie: u64,
        entry: &[u8],
        ino: Ino,
    ) -> Result<(), Errno> {
        if name::is_special(entry) || cookie >= NUMBER_END {
            return Err(Errno::Inval);
        }
        name::check(entry, self.vfs.quota())?;
        self.vfs.ensure_left(entry_charge(entry), 0)?;
        let Body::Directory(dir) = &mut self.vfs.inode_mut(dir)?.body else {
            return Err(Errno::Notdir);
        };
        if dir.get(entry).is_some() {
            return Err(Errno::Exist);
        }
        if !Arc::make_mut(dir).restore(entry, ino, cookie) {
            return Err(Errno::Inval);
        }
        self.vfs.usage.bytes += entry_charge(entry);
        Ok(())
    }

    /// The filesystem, if all of it is one tree and no path in it has more than
    /// `depth` names. The next
    /// node gets number `next`, or a greater one where that is taken.
    ///
    /// # Errors
    /// The first flaw found.
    pub fn finish(mut self, next: Ino, depth: u32) -> Result<Vfs, Flaw> {
        let reached = self.hang(depth)?;
        if reached != self.vfs.usage.inodes {
            let lost = self
                .vfs
                .nodes(self.vfs.root())
                .find(|ino| self.is_lost(*ino));
            return Err(Flaw {
                ino: lost.unwrap_or(NOWHERE),
                kind: FlawKind::Unreachable,
            });
        }
        self.vfs.skip_numbers(Ino(next.0.min(NUMBER_END)));
        Ok(self.vfs)
    }

    /// Whether no entry that can be reached names a node.
    fn is_lost(&self, ino: Ino) -> bool {
        match self.vfs.inode(ino) {
            Ok(inode) => match &inode.body {
                Body::Directory(dir) => dir.parent == NOWHERE,
                _ => inode.links == 0,
            },
            Err(_) => false,
        }
    }

    /// Goes through all entries from the root on, level by level, and tells the
    /// nodes where they hang; how many there are.
    fn hang(&mut self, depth: u32) -> Result<u64, Flaw> {
        let root = self.vfs.root();
        if self.vfs.dir(root).is_err() {
            return Err(Flaw {
                ino: root,
                kind: FlawKind::NoRoot,
            });
        }
        let mut level = vec![root];
        let mut reached = 1;
        let mut deep = 0;
        while !level.is_empty() {
            let mut next = Vec::new();
            for dir in level {
                let entries = match self.vfs.dir(dir) {
                    // Shared, so that the nodes can be changed meanwhile.
                    Ok((_, entries)) => entries.clone(),
                    Err(_) => continue,
                };
                for entry in entries.iter() {
                    reached += u64::from(self.name_node(dir, &entry.name, entry.ino)?);
                    if matches!(self.vfs.dir(entry.ino), Ok((_, below)) if !below.is_empty()) {
                        next.push(entry.ino);
                    }
                }
            }
            deep += 1;
            if deep >= depth
                && let Some(ino) = next.first().copied()
            {
                return Err(Flaw {
                    ino,
                    kind: FlawKind::TooDeep,
                });
            }
            level = next;
        }
        Ok(reached)
    }

    /// Notes that an entry names a node; whether it is the first that does.
    fn name_node(&mut self, parent: Ino, name: &Name, ino: Ino) -> Result<bool, Flaw> {
        let flaw = |kind| Flaw { ino, kind };
        let most = self.vfs.quota().links;
        let inode = self
            .vfs
            .inode_mut(ino)
            .map_err(|_| flaw(FlawKind::Missing))?;
        let Body::Directory(dir) = &mut inode.body else {
            if inode.links >= most {
                return Err(flaw(FlawKind::TooManyLinks));
            }
            if inode.links > 0 && matches!(inode.body, Body::Magic(_)) {
                return Err(flaw(FlawKind::TwoParents));
            }
            inode.links += 1;
            return Ok(inode.links == 1);
        };
        if dir.parent != NOWHERE {
            return Err(flaw(FlawKind::TwoParents));
        }
        let dir = Arc::make_mut(dir);
        dir.parent = parent;
        dir.name = name.clone();
        let too_many = |_| Flaw {
            ino: parent,
            kind: FlawKind::TooManyLinks,
        };
        self.vfs
            .check_may_hold_subdirectory(parent)
            .and_then(|()| self.vfs.count_subdirectory(parent, true))
            .map_err(too_many)?;
        Ok(true)
    }
}
