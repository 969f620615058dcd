//! The filesystem as a value, and its accounts.

use std::sync::Arc;

use crate::denials::{Denial, Log};
use crate::lower::{Mounts, is_lower};
use crate::open_files::OpenFiles;
use crate::tree::dir::Dir;
use crate::tree::file::File;
use crate::tree::inode::{Body, Inode};
use crate::tree::trie::Trie;
use crate::{Cred, Denials, Errno, Ino, Name, Quota, Timestamp, Usage};

/// The number of `/`.
const ROOT: Ino = Ino(1);

/// A filesystem. `clone` takes constant time and shares everything.
///
/// Methods that take a node's number answer `ENOENT` for a number that names no
/// node (any more).
#[derive(Clone)]
pub struct Vfs {
    inodes: Trie<Inode>,
    next_ino: u64,
    quota: Quota,
    pub(crate) usage: Usage,
    /// Trees below, with what this filesystem changed of them.
    pub(crate) mounts: Arc<Mounts>,
    pub(crate) open_files: Arc<OpenFiles>,
    pub(crate) denials: Log,
    /// Changes of nodes of its own so far.
    changes: u64,
}

impl Vfs {
    /// A filesystem with nothing but `/`, of mode 0755, owned by root.
    #[must_use]
    pub fn new(quota: Quota, now: Timestamp) -> Vfs {
        let mut vfs = Vfs::without_root(quota);
        let root = Dir::new(ROOT, Name::new(b""));
        vfs.add_inode(Inode {
            body: Body::Directory(Arc::new(root)),
            mode: 0o755,
            links: 2,
            uid: Cred::ROOT.uid,
            gid: Cred::ROOT.gid,
            accessed: now,
            modified: now,
            changed: now,
            created: now,
        });
        vfs
    }

    /// A filesystem without even `/`, to be filled by [`crate::Import`].
    pub(crate) fn without_root(quota: Quota) -> Vfs {
        Vfs {
            inodes: Trie::new(),
            next_ino: ROOT.0,
            quota,
            usage: Usage::default(),
            mounts: Arc::default(),
            open_files: Arc::default(),
            denials: Log::default(),
            changes: 0,
        }
    }

    /// The number of `/`.
    #[must_use]
    pub fn root(&self) -> Ino {
        ROOT
    }

    /// The limits.
    #[must_use]
    pub fn quota(&self) -> &Quota {
        &self.quota
    }

    /// Replaces the limits. What is there already stays, even beyond them.
    pub fn set_quota(&mut self, quota: Quota) {
        self.quota = quota;
    }

    /// What is used of the limits.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Which limits have refused something since this was last asked.
    #[must_use]
    pub fn take_denials(&self) -> Denials {
        self.denials.take()
    }

    /// A number that grows with every change of a node. As long as it is the same,
    /// each path leads where it led. None where a host folder is mounted, which
    /// changes by itself.
    #[must_use]
    pub fn changes(&self) -> Option<u64> {
        (!self.has_mounts()).then_some(self.changes)
    }

    /// A copy for another sandbox: like `clone`, but no file is open in it, so
    /// removed files that were only open are gone.
    #[must_use]
    pub fn fork(&self) -> Vfs {
        let mut fork = self.clone();
        if !self.open_files.is_empty() {
            fork.open_files = Arc::default();
            for orphan in self.open_files.orphans() {
                fork.free(orphan);
            }
        }
        fork
    }

    /// Bytes left of the quota.
    pub(crate) fn bytes_left(&self) -> u64 {
        self.quota.bytes.saturating_sub(self.usage.bytes)
    }

    /// Refuses to go on when the quota lacks `bytes` or `inodes`.
    ///
    /// # Errors
    /// `ENOSPC`.
    pub(crate) fn ensure_left(&self, bytes: u64, inodes: u64) -> Result<(), Errno> {
        let inodes_left = self.quota.inodes.saturating_sub(self.usage.inodes);
        if inodes > inodes_left {
            self.denials.note(Denial::Inodes);
            return Err(Errno::Nospc);
        }
        if bytes > self.bytes_left() {
            self.denials.note(Denial::Bytes);
            return Err(Errno::Nospc);
        }
        Ok(())
    }

    /// A node.
    ///
    /// # Errors
    /// `ENOENT`.
    pub(crate) fn inode(&self, ino: Ino) -> Result<&Inode, Errno> {
        if is_lower(ino) {
            return self.lower_inode(ino);
        }
        Ok(self.inodes.get(ino.0).ok_or(Errno::Noent)?)
    }

    /// A node, to be changed. One of a tree below is copied up.
    ///
    /// # Errors
    /// `ENOENT`. For one below that was not copied up yet, those of
    /// [`Vfs::raise`].
    pub(crate) fn inode_mut(&mut self, ino: Ino) -> Result<&mut Inode, Errno> {
        self.changes += 1;
        if is_lower(ino) {
            self.raise(ino)?;
            let (mounted, node) = Arc::make_mut(&mut self.mounts)
                .get_mut(ino)
                .ok_or(Errno::Noent)?;
            let inode = mounted.upper.get_mut(node).ok_or(Errno::Noent)?;
            return Ok(Arc::make_mut(inode));
        }
        let inode = self.inodes.get_mut(ino.0).ok_or(Errno::Noent)?;
        Ok(Arc::make_mut(inode))
    }

    /// A directory with its attributes.
    ///
    /// # Errors
    /// `ENOENT`, `ENOTDIR`; for one below, those of [`crate::Lower::list`].
    pub(crate) fn dir(&self, ino: Ino) -> Result<(&Inode, &Dir), Errno> {
        let inode = if is_lower(ino) {
            self.lower_listed(ino)?
        } else {
            self.inode(ino)?
        };
        match &inode.body {
            Body::Directory(dir) => Ok((inode, dir)),
            _ => Err(Errno::Notdir),
        }
    }

    /// A file.
    ///
    /// # Errors
    /// `ENOENT`; `EISDIR`: a directory; `EINVAL`: anything else without contents.
    pub(crate) fn file(&self, ino: Ino) -> Result<&File, Errno> {
        match &self.inode(ino)?.body {
            Body::File(file) => Ok(file),
            Body::Directory(_) | Body::Unlisted | Body::Magic(_) => Err(Errno::Isdir),
            Body::Symlink(_) | Body::Fifo | Body::Device(_) => Err(Errno::Inval),
        }
    }

    /// Adds a node and accounts for it.
    pub(crate) fn add_inode(&mut self, inode: Inode) -> Ino {
        self.changes += 1;
        let ino = Ino(self.next_ino);
        self.next_ino += 1;
        self.usage.inodes += 1;
        self.usage.bytes += inode.body.charge();
        self.inodes.insert(ino.0, Arc::new(inode));
        ino
    }

    /// All nodes.
    pub(crate) fn inodes(&self) -> &Trie<Inode> {
        &self.inodes
    }

    /// The number that the next node gets.
    #[must_use]
    pub fn next_ino(&self) -> Ino {
        Ino(self.next_ino)
    }

    /// Lets the next node have this number at least.
    pub(crate) fn skip_numbers(&mut self, next: Ino) {
        self.next_ino = self.next_ino.max(next.0);
    }

    /// Adds a node of a number still free and accounts for it. Later nodes get
    /// greater numbers. The caller has checked that some are left.
    pub(crate) fn restore_inode(&mut self, ino: Ino, inode: Inode) {
        self.changes += 1;
        self.next_ino = self.next_ino.max(ino.0.saturating_add(1));
        self.usage.inodes += 1;
        self.usage.bytes += inode.body.charge();
        self.inodes.insert(ino.0, Arc::new(inode));
    }

    /// Drops a node and what it was charged.
    pub(crate) fn free(&mut self, ino: Ino) {
        self.changes += 1;
        let removed = if is_lower(ino) {
            let Some((mounted, node)) = Arc::make_mut(&mut self.mounts).get_mut(ino) else {
                return;
            };
            if mounted.mount.live.is_some() {
                // Never charged.
                return mounted.drop_node(node);
            }
            mounted.upper.remove(node)
        } else {
            self.inodes.remove(ino.0)
        };
        if let Some(inode) = removed {
            self.usage.inodes -= 1;
            self.usage.bytes -= inode.body.charge();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Vfs;

    #[test]
    fn crosses_threads() {
        fn check<T: Clone + Send + Sync>() {}
        check::<Vfs>();
    }
}
