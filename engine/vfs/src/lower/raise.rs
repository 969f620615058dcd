//! Mounting, and the layer above a tree below: a node is copied up before it is
//! first changed, at the cost of a node and of a directory's entries, not of a
//! file's bytes.

use std::sync::Arc;

use super::live::Live;
use super::mount::{Mounted, Mounts, is_lower};
use super::source::{Fingerprint, Lower, LowerEntry};
use crate::quota::entry_charge;
use crate::tree::inode::{Body, Inode};
use crate::tree::trie::Trie;
use crate::{Cred, Errno, Ino, Name, Timestamp, Vfs};

/// Where a node lies in the tree below, whatever became of it since.
#[derive(Clone, Debug)]
pub struct LowerPlace {
    /// Path from the top of the tree below; empty for the top itself.
    pub path: Vec<u8>,
    /// The directory that listed it.
    pub parent: Ino,
    /// Its name there.
    pub name: Name,
    /// What it was then.
    pub seen: Fingerprint,
}

impl Vfs {
    /// Hangs a tree below this one into the directory `parent`, as `name`, in
    /// place of what is there. Everything in it belongs to `owner`. The tree is
    /// read when it is looked into; what is written stays in this filesystem,
    /// and with `is_read_only` nothing is.
    ///
    /// # Errors
    /// `ENOENT`, `ENOTDIR`: no such directory. `EBUSY`: a directory with entries
    /// is there, or a special one. `ENOSPC`.
    #[allow(clippy::too_many_arguments, reason = "each is another thing")]
    pub fn mount(
        &mut self,
        parent: Ino,
        name: &[u8],
        source: Arc<dyn Lower>,
        top: &LowerEntry,
        owner: Cred,
        is_read_only: bool,
        now: Timestamp,
    ) -> Result<Ino, Errno> {
        self.hang(parent, name, now, |mounts| {
            mounts.add(source, top, (parent, name), owner, is_read_only)
        })
    }

    /// [`Vfs::mount`] of a tree that is looked at again at each step and, unless
    /// `is_read_only`, changed in place. Nothing of it is charged.
    ///
    /// # Errors
    /// Those of [`Vfs::mount`].
    #[allow(clippy::too_many_arguments, reason = "each is another thing")]
    pub fn mount_live(
        &mut self,
        parent: Ino,
        name: &[u8],
        live: Arc<dyn Live>,
        top: &LowerEntry,
        owner: Cred,
        is_read_only: bool,
        now: Timestamp,
    ) -> Result<Ino, Errno> {
        self.hang(parent, name, now, |mounts| {
            mounts.add_live(live, top, (parent, name), owner, is_read_only)
        })
    }

    /// Hangs a tree that is added into a directory.
    fn hang(
        &mut self,
        parent: Ino,
        name: &[u8],
        now: Timestamp,
        add: impl FnOnce(&mut Mounts) -> Ino,
    ) -> Result<Ino, Errno> {
        self.clear_place(parent, name, now)?;
        let top = add(Arc::make_mut(&mut self.mounts));
        self.attach(parent, name, top, now)?;
        self.count_subdirectory(parent, true)?;
        Ok(top)
    }

    /// Makes a name free for a mount.
    fn clear_place(&mut self, parent: Ino, name: &[u8], now: Timestamp) -> Result<(), Errno> {
        crate::name::check(name, self.quota())?;
        let old = self.dir(parent)?.1.get(name);
        if let Some(old) = old {
            let is_empty = match &self.inode(old)?.body {
                Body::Magic(_) => false,
                _ => self.dir(old).map_or(true, |(_, dir)| dir.is_empty()),
            };
            if !is_empty {
                return Err(Errno::Busy);
            }
            self.detach(parent, name, now)?;
            self.drop_link(old, parent, now)?;
        }
        self.ensure_left(entry_charge(name), 0)
    }

    /// Puts `source`, read anew, in place of a mounted tree and of everything
    /// that was changed above it; the new top. Files that are open stay as they
    /// are until they are closed.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EINVAL`: not the top of a mounted tree.
    pub fn remount(
        &mut self,
        top: Ino,
        source: Arc<dyn Lower>,
        entry: &LowerEntry,
        now: Timestamp,
    ) -> Result<Ino, Errno> {
        let (mounted, node) = self.mounts.get(top).ok_or(Errno::Inval)?;
        let found = mounted.mount.get(node).ok_or(Errno::Noent)?;
        if node != 0 {
            return Err(Errno::Inval);
        }
        let (parent, name) = (found.parent, found.name.clone());
        let is_read_only = mounted.mount.is_read_only;
        let owner = Cred {
            uid: found.bare.uid,
            gid: found.bare.gid,
        };
        self.drop_above(top)?;
        let mounts = Arc::make_mut(&mut self.mounts);
        let top = mounts.add(source, entry, (parent, &name), owner, is_read_only);
        self.attach(parent, &name, top, now)?;
        Ok(top)
    }

    /// This filesystem as if nothing had been changed in the tree mounted at
    /// `top`; everything else is shared with it.
    #[must_use]
    pub fn pristine(&self, top: Ino) -> Vfs {
        let mut pristine = self.clone();
        if let Some((mounted, _)) = Arc::make_mut(&mut pristine.mounts).get_mut(top) {
            mounted.upper = Trie::new();
        }
        pristine
    }

    /// Drops what lies above a mounted tree: copied nodes and new ones.
    fn drop_above(&mut self, top: Ino) -> Result<(), Errno> {
        let mut pending = vec![top];
        let mut above = Vec::new();
        while let Some(ino) = pending.pop() {
            // What was never listed has nothing above it.
            let inode = self.inode(ino)?;
            if let Body::Directory(dir) = &inode.body {
                pending.extend(dir.iter().map(|entry| entry.ino));
            }
            if !is_lower(ino) || self.is_raised(ino) {
                above.push(ino);
            }
        }
        for ino in above {
            let Ok(inode) = self.inode_mut(ino) else {
                continue; // one more name of a file that is gone already
            };
            let mut entries = 0;
            let links = match &inode.body {
                Body::Directory(dir) => {
                    entries = dir.iter().map(|entry| entry_charge(&entry.name)).sum();
                    0
                }
                _ => inode.links.saturating_sub(1),
            };
            inode.links = links;
            self.usage.bytes = self.usage.bytes.saturating_sub(entries);
            if links == 0 {
                self.abandon(ino);
            }
        }
        Ok(())
    }

    /// Whether a node's tree is mounted read-only.
    ///
    /// # Errors
    /// `EROFS`.
    pub(crate) fn check_writable(&self, ino: Ino) -> Result<(), Errno> {
        match self.mounts.get(ino) {
            Some((mounted, _)) if mounted.mount.is_read_only => Err(Errno::Rofs),
            _ => Ok(()),
        }
    }

    /// Refuses to move or remove the top of a mounted tree.
    ///
    /// # Errors
    /// `EBUSY`.
    pub(crate) fn check_no_top(&self, ino: Ino) -> Result<(), Errno> {
        match self.mounts.get(ino) {
            Some((_, 0)) => Err(Errno::Busy),
            _ => Ok(()),
        }
    }

    /// Copies a node up, if it lies below: from then on it can be changed, and
    /// changing it cannot fail.
    ///
    /// # Errors
    /// `EROFS`. `ENOSPC`: no nodes left, or no bytes for a directory's entries.
    /// Those of [`Lower::list`].
    pub(crate) fn raise(&mut self, ino: Ino) -> Result<(), Errno> {
        if !is_lower(ino) || self.is_raised(ino) {
            return Ok(());
        }
        self.check_writable(ino)?;
        let (mounted, node) = self.mounts.get(ino).ok_or(Errno::Noent)?;
        let inode = mounted.mount.listed(node)?.clone();
        let entries: u64 = match &inode.body {
            Body::Directory(dir) => dir.iter().map(|entry| entry_charge(&entry.name)).sum(),
            _ => 0,
        };
        let charge = entries + inode.body.charge();
        self.ensure_left(charge, 1)?;
        self.usage.inodes += 1;
        self.usage.bytes += charge;
        let mounts = Arc::make_mut(&mut self.mounts);
        if let Some((mounted, node)) = mounts.get_mut(ino) {
            mounted.upper.insert(node, Arc::new(inode));
        }
        Ok(())
    }

    /// Whether a node below was copied up.
    pub(crate) fn is_raised(&self, ino: Ino) -> bool {
        let mounted = self.mounts.get(ino);
        mounted.is_some_and(|(mounted, node)| mounted.upper.get(node).is_some())
    }

    /// A node below, with the changes above it.
    pub(crate) fn lower_inode(&self, ino: Ino) -> Result<&Inode, Errno> {
        let (mounted, node) = self.mounts.get(ino).ok_or(Errno::Noent)?;
        match mounted.upper.get(node) {
            Some(inode) => Ok(inode),
            None => mounted.mount.inode(node).ok_or(Errno::Noent),
        }
    }

    /// As [`Vfs::lower_inode`]; a directory with its entries.
    pub(crate) fn lower_listed(&self, ino: Ino) -> Result<&Inode, Errno> {
        let (mounted, node) = self.mounts.get(ino).ok_or(Errno::Noent)?;
        match mounted.upper.get(node) {
            Some(inode) => Ok(inode),
            None => mounted.mount.listed(node),
        }
    }

    /// Where a node of a mounted tree was listed; `None`: a node of this
    /// filesystem's own.
    #[must_use]
    pub fn lower_place(&self, ino: Ino) -> Option<LowerPlace> {
        let (mounted, node) = self.mounts.get(ino)?;
        let found = mounted.mount.get(node)?;
        Some(LowerPlace {
            path: mounted.mount.path(node).ok()?,
            parent: found.parent,
            name: found.name.clone(),
            seen: found.seen,
        })
    }

    /// Whether any tree is mounted, or was.
    #[must_use]
    pub fn has_mounts(&self) -> bool {
        self.mounts.iter().next().is_some()
    }

    /// The numbers of copied nodes that are not the same in both.
    pub(crate) fn changed_above(&self, other: &Vfs) -> Vec<Ino> {
        let empty = Trie::new();
        let (mut left, mut right) = (self.mounts.iter(), other.mounts.iter());
        let mut changed = Vec::new();
        loop {
            let pair: (Option<&Mounted>, Option<&Mounted>) = (left.next(), right.next());
            let Some(mount) = pair.0.or(pair.1).map(|mounted| &mounted.mount) else {
                return changed;
            };
            let upper = |mounted: Option<&Mounted>| {
                mounted.map_or_else(|| empty.clone(), |mounted| mounted.upper.clone())
            };
            let numbers = upper(pair.0).differences(&upper(pair.1));
            changed.extend(numbers.into_iter().map(|node| mount.number(node)));
        }
    }
}
