//! The nodes of a tree below: made when a directory is first looked into, and
//! never changed. What a filesystem changes of them lies in its own layer above.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::arena::Arena;
use super::live::Live;
use super::source::{Fingerprint, Lower, LowerEntry, LowerFile, LowerKind, Room, join_all};
use crate::tree::dir::Dir;
use crate::tree::file::File;
use crate::tree::inode::{Body, Inode};
use crate::tree::trie::Trie;
use crate::{Cred, Errno, Ino, Name};

/// Numbers from here on are of nodes below. A saved tree has none of them.
const LOWER: u64 = 1 << 62;
/// How many bits number the nodes of one mount.
const NODE_BITS: u32 = 40;
/// Whether a number is of a node below.
pub(crate) fn is_lower(ino: Ino) -> bool {
    ino.0 >= LOWER
}

/// A mounted tree. Forks share it.
pub(crate) struct Mount {
    source: Arc<dyn Lower>,
    pub(crate) is_read_only: bool,
    /// Set for a tree whose changes are the host's, with nodes that live above.
    pub(crate) live: Option<Arc<dyn Live>>,
    pub(crate) owner: Cred,
    /// The number of its top.
    first: u64,
    nodes: Arena<LowerNode>,
    /// What it may still keep.
    pub(super) room: Mutex<Room>,
}

/// A node as it was listed.
pub(crate) struct LowerNode {
    /// The node; a directory without its entries.
    pub(crate) bare: Inode,
    pub(crate) parent: Ino,
    pub(crate) name: Name,
    pub(crate) seen: Fingerprint,
    /// A directory with its entries, once they are asked for.
    listed: OnceLock<Inode>,
}

/// A mount as one filesystem has it: with its changes above.
#[derive(Clone)]
pub(crate) struct Mounted {
    pub(crate) mount: Arc<Mount>,
    /// Nodes that were copied up, by their number in the mount.
    pub(crate) upper: Trie<Inode>,
    /// Of a live tree: where its nodes are.
    pub(crate) homes: Trie<Home>,
    /// Of a live tree: the number of the next node, and how many more there may be.
    pub(crate) next: u64,
    pub(crate) room: Room,
}

/// Where a node of a live tree is, as far as was seen last.
#[derive(Clone)]
pub(crate) struct Home {
    pub(crate) parent: Ino,
    pub(crate) name: Name,
    pub(crate) seen: Fingerprint,
    /// A directory: what it was when its entries were last listed.
    pub(crate) listed: Option<Fingerprint>,
}

/// All mounts of a filesystem, those no longer reachable among them.
#[derive(Clone, Default)]
pub(crate) struct Mounts {
    list: Vec<Mounted>,
}

impl Mounts {
    /// The mount of a node and the node's number in it.
    pub(crate) fn get(&self, ino: Ino) -> Option<(&Mounted, u64)> {
        let (mount, node) = split(ino)?;
        Some((self.list.get(mount)?, node))
    }

    /// As [`Mounts::get`], to be changed.
    pub(crate) fn get_mut(&mut self, ino: Ino) -> Option<(&mut Mounted, u64)> {
        let (mount, node) = split(ino)?;
        Some((self.list.get_mut(mount)?, node))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Mounted> {
        self.list.iter()
    }

    /// Adds a tree; the number of its top, which hangs in `parent` as `name`.
    pub(crate) fn add(
        &mut self,
        source: Arc<dyn Lower>,
        top: &LowerEntry,
        (parent, name): (Ino, &[u8]),
        owner: Cred,
        is_read_only: bool,
    ) -> Ino {
        let first = LOWER | (self.list.len() as u64) << NODE_BITS;
        let mount = Mount {
            source,
            is_read_only,
            live: None,
            owner,
            first,
            nodes: Arena::new(),
            room: Mutex::default(),
        };
        let node = mount.node(top, parent, name, &Arc::default());
        mount.nodes.grow().push(node);
        self.list.push(Mounted {
            mount: Arc::new(mount),
            upper: Trie::new(),
            homes: Trie::new(),
            next: 1,
            room: Room::default(),
        });
        Ino(first)
    }

    /// Adds a tree that is changed in place; see [`Mounts::add`].
    pub(crate) fn add_live(
        &mut self,
        live: Arc<dyn Live>,
        top: &LowerEntry,
        (parent, name): (Ino, &[u8]),
        owner: Cred,
        is_read_only: bool,
    ) -> Ino {
        let nothing = Arc::new(Nothing);
        let ino = self.add(nothing, top, (parent, name), owner, is_read_only);
        let Some(mounted) = self.list.last_mut() else {
            return ino;
        };
        let Some(mount) = Arc::get_mut(&mut mounted.mount) else {
            return ino;
        };
        mount.live = Some(live);
        if let Ok(inode) = mount.listed(0) {
            mounted.upper.insert(0, Arc::new(inode.clone()));
        }
        let home = Home {
            parent,
            name: Name::new(name),
            seen: top.seen,
            listed: None,
        };
        mounted.homes.insert(0, Arc::new(home));
        ino
    }
}

impl Mounted {
    /// Drops a node of a live tree.
    pub(crate) fn drop_node(&mut self, node: u64) {
        let target = match self.upper.get(node).map(|inode| &inode.body) {
            Some(Body::Symlink(target)) => target.len(),
            _ => 0,
        };
        self.upper.remove(node);
        if let Some(home) = self.homes.get(node) {
            self.room.give(1, home.name.len().saturating_add(target));
            self.homes.remove(node);
        }
    }
}

/// An empty tree, below a live one.
struct Nothing;

impl Lower for Nothing {
    fn list(&self, _: &[u8], _: &Fingerprint, _: Room) -> Result<Vec<LowerEntry>, Errno> {
        Ok(Vec::new())
    }

    fn read(&self, _: &LowerFile, _: u64, _: &mut [u8]) -> Result<usize, Errno> {
        Err(Errno::Io)
    }
}

/// The number of the mount and of the node in it.
fn split(ino: Ino) -> Option<(usize, u64)> {
    let number = ino.0.checked_sub(LOWER)?;
    let node = number & ((1 << NODE_BITS) - 1);
    Some((usize::try_from(number >> NODE_BITS).ok()?, node))
}

impl Mount {
    /// The number in the filesystem of a node of this mount.
    pub(crate) fn number(&self, node: u64) -> Ino {
        Ino(self.first | node)
    }

    /// A node as it was listed.
    pub(crate) fn get(&self, node: u64) -> Option<&LowerNode> {
        self.nodes.get(node)
    }

    /// A node; a directory with its entries, if they are known.
    pub(crate) fn inode(&self, node: u64) -> Option<&Inode> {
        let node = self.nodes.get(node)?;
        Some(node.listed.get().unwrap_or(&node.bare))
    }

    /// A node; a directory with its entries, which are read if they are not
    /// known.
    ///
    /// # Errors
    /// `ENOENT`. `EOVERFLOW`: more than is kept. Those of [`Lower::list`].
    pub(crate) fn listed(&self, node: u64) -> Result<&Inode, Errno> {
        let found = self.nodes.get(node).ok_or(Errno::Noent)?;
        if !found.bare.is_directory() {
            return Ok(&found.bare);
        }
        if let Some(listed) = found.listed.get() {
            return Ok(listed);
        }
        let mut growing = self.nodes.grow();
        // Another fork may have been first.
        if let Some(listed) = found.listed.get() {
            return Ok(listed);
        }
        let path: Arc<[u8]> = Arc::from(self.path(node)?);
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = *room;
        left.take(0, path.len())?;
        let mut entries = self.source.list(&path, &found.seen, left)?;
        entries.retain(|entry| is_name(&entry.name));
        entries.sort_unstable_by(|left, right| left.name.cmp(&right.name));
        entries.dedup_by(|later, first| later.name == first.name);
        for entry in &entries {
            left.take(1, entry.text_bytes())?;
        }
        *room = left;
        let mut dir = Dir::new(found.parent, found.name.clone());
        let mut links = 2;
        for entry in entries {
            dir.set(&entry.name, self.number(growing.next()));
            links += u32::from(entry.kind == LowerKind::Directory);
            growing.push(self.node(&entry, self.number(node), &entry.name, &path));
        }
        let mut listed = found.bare.clone();
        listed.body = Body::Directory(Arc::new(dir));
        listed.links = links;
        Ok(found.listed.get_or_init(|| listed))
    }

    /// The path of a node from the top, where it was listed.
    ///
    /// # Errors
    /// `ENOENT`.
    pub(crate) fn path(&self, node: u64) -> Result<Vec<u8>, Errno> {
        let mut names = Vec::new();
        let mut at = node;
        while at != 0 {
            let found = self.nodes.get(at).ok_or(Errno::Noent)?;
            names.push(&found.name);
            at = split(found.parent).ok_or(Errno::Noent)?.1;
        }
        Ok(join_all(names.iter().rev()))
    }

    fn node(&self, entry: &LowerEntry, parent: Ino, name: &[u8], dir: &Arc<[u8]>) -> LowerNode {
        let body = match &entry.kind {
            LowerKind::Regular => Body::File(File::below(LowerFile {
                source: Arc::clone(&self.source),
                dir: Arc::clone(dir),
                name: name.into(),
                seen: entry.seen,
            })),
            LowerKind::Directory => Body::Unlisted,
            LowerKind::Symlink(target) => Body::Symlink(Arc::from(&**target)),
        };
        LowerNode {
            bare: Inode {
                links: if matches!(body, Body::Unlisted) { 2 } else { 1 },
                body,
                mode: entry.mode & 0o7777,
                uid: self.owner.uid,
                gid: self.owner.gid,
                accessed: entry.accessed,
                modified: entry.seen.modified,
                changed: entry.seen.changed,
                created: entry.seen.modified,
            },
            parent,
            name: Name::new(name),
            seen: entry.seen,
            listed: OnceLock::new(),
        }
    }
}

/// Whether an entry can have this name: a source might say anything.
fn is_name(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && !name.iter().any(|byte| matches!(byte, 0 | b'/'))
}
