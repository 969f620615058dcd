//! Trees that the host changes too: each name is looked up there again before it
//! counts here.

use std::sync::Arc;

use super::live::{Live, LivePlace};
use super::mount::Home;
use super::source::{Fingerprint, LowerEntry, LowerKind, Room, join, join_all};
use crate::name::is_special;
use crate::resolve::{Progress, Resolution};
use crate::tree::dir::Dir;
use crate::tree::file::File;
use crate::tree::inode::{Body, Inode};
use crate::{At, Cred, Errno, Follow, Ino, Name, PathMode, Resolved, Vfs};

/// Names that are looked up at the host for one path, links followed: twice as
/// many as a path of the default length can hold.
const LOOKS_MOST: u32 = 4096;

/// A directory of a live tree in which a name was looked up, and its path there.
struct Trail {
    dir: Ino,
    path: Vec<u8>,
}

impl Vfs {
    /// The live tree that a node belongs to.
    pub(crate) fn live(&self, ino: Ino) -> Option<Arc<dyn Live>> {
        self.mounts.get(ino)?.0.mount.live.clone()
    }

    /// Whether a node belongs to a live tree.
    pub(crate) fn is_live(&self, ino: Ino) -> bool {
        self.mounts
            .get(ino)
            .is_some_and(|(mounted, _)| mounted.mount.live.is_some())
    }

    /// Whether any tree is mounted that the host may change meanwhile.
    #[must_use]
    pub fn has_live(&self) -> bool {
        self.mounts
            .iter()
            .any(|mounted| mounted.mount.live.is_some())
    }

    /// [`Vfs::resolve`] with what the host has now. It takes as long as the path
    /// has names, with those of the links on the way.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`] and of the host. `ELOOP`: more than 4,096 names
    /// of live trees are on the way.
    pub fn resolve_fresh(
        &mut self,
        at: &At<'_>,
        path: &[u8],
        follow: Follow,
    ) -> Result<Resolved, Errno> {
        if !self.has_live() {
            return self.resolve(at, path, follow);
        }
        let mut resolution = Resolution::new(self, at, path, follow)?;
        self.finish_fresh(&mut resolution)
    }

    /// Brings a resolution to its end.
    pub(super) fn finish_fresh(
        &mut self,
        resolution: &mut Resolution<'_>,
    ) -> Result<Resolved, Errno> {
        let mut looks_left = LOOKS_MOST;
        let mut trail = None;
        loop {
            let (dir, name) = match resolution.go_on(self)? {
                Progress::Reached(resolved) => return Ok(resolved),
                Progress::Unseen { dir, name } => (dir, name),
            };
            looks_left = looks_left.checked_sub(1).ok_or(Errno::Loop)?;
            let here = self.follow_trail(trail.take(), dir)?;
            self.refresh_entry(&here, &name)?;
            trail = Some(here);
        }
    }

    /// Goes on to a directory, most often the one that was just entered: its path
    /// need not be gathered from the top again.
    fn follow_trail(&self, trail: Option<Trail>, dir: Ino) -> Result<Trail, Errno> {
        let path = match (trail, self.home(dir)) {
            (Some(trail), _) if trail.dir == dir => trail.path,
            (Some(trail), Some(home)) if trail.dir == home.parent => join(&trail.path, &home.name),
            _ => self.live_place(dir)?.path,
        };
        Ok(Trail { dir, path })
    }

    /// Looks again at what is on the way to an absolute path, links followed, and
    /// at a directory there. For what follows; errors show then.
    pub fn refresh_path(&mut self, path: &[u8]) {
        if !self.has_live() {
            return;
        }
        let at = At {
            base: self.root(),
            root: self.root(),
            cred: &Cred::ROOT,
            mode: PathMode::Posix,
        };
        if let Ok(place) = self.resolve_fresh(&at, path, Follow::Last)
            && let Some(ino) = place.target
        {
            let _ = self.refresh_dir(ino);
        }
    }

    /// Looks again at all that is below an absolute path.
    ///
    /// # Errors
    /// Those of the host.
    pub fn refresh_below(&mut self, path: &[u8]) -> Result<(), Errno> {
        self.refresh_path(path);
        if !self.has_live() {
            return Ok(());
        }
        let mut pending = vec![self.find(path)?];
        while let Some(ino) = pending.pop() {
            if self.inode(ino)?.is_directory() {
                self.refresh_dir(ino)?;
                pending.extend(self.dir(ino)?.1.iter().map(|entry| entry.ino));
            }
        }
        Ok(())
    }

    /// Looks again at an open node.
    pub fn refresh_node(&mut self, ino: Ino) {
        let (Some(live), Ok(place)) = (self.live(ino), self.live_place(ino)) else {
            return;
        };
        if self.inode(ino).is_ok_and(|inode| inode.links == 0) {
            return;
        }
        if let Ok(Some(entry)) = live.look(&place.path)
            && is_same(&entry.seen, &place.seen)
        {
            self.update(ino, &entry);
        }
    }

    /// Looks again at which entries a directory has.
    ///
    /// # Errors
    /// Those of the host.
    pub fn refresh_dir(&mut self, ino: Ino) -> Result<(), Errno> {
        let Some(live) = self.live(ino) else {
            return Ok(());
        };
        if !self.inode(ino)?.is_directory() {
            return Ok(());
        }
        let place = self.live_place(ino)?;
        let listed = self.home(ino).and_then(|home| home.listed);
        let Some((now, mut entries)) = live.list(&place.path, listed.as_ref(), Room::default())?
        else {
            return Ok(());
        };
        entries.sort_unstable_by(|left, right| left.name.cmp(&right.name));
        let gone: Vec<Name> = self
            .dir(ino)?
            .1
            .iter()
            .filter(|entry| {
                let found = entries.binary_search_by(|other| (*other.name).cmp(&entry.name));
                found.is_err()
            })
            .map(|entry| entry.name.clone())
            .collect();
        for name in gone {
            self.sync(ino, &name, None)?;
        }
        for entry in entries {
            self.sync(ino, &entry.name, Some(&entry))?;
        }
        self.set_home(ino, |home| home.listed = Some(now));
        Ok(())
    }

    fn refresh_entry(&mut self, trail: &Trail, name: &[u8]) -> Result<(), Errno> {
        let Some(live) = self.live(trail.dir) else {
            return Ok(());
        };
        let found = live.look(&join(&trail.path, name))?;
        self.sync(trail.dir, name, found.as_ref())
    }

    /// Lets a name stand for what the host has there.
    pub(crate) fn sync(
        &mut self,
        dir: Ino,
        name: &[u8],
        found: Option<&LowerEntry>,
    ) -> Result<(), Errno> {
        if is_special(name) {
            return Ok(());
        }
        let old = self.dir(dir)?.1.get(name);
        match (old, found) {
            (None, None) => {}
            (Some(old), Some(entry)) if self.is_still(old, entry) => self.update(old, entry),
            (Some(old), found) => {
                self.change_live_dir(dir, |dir| dir.remove(name))?;
                self.forget_node(old);
                if let Some(entry) = found {
                    self.adopt(dir, name, entry)?;
                }
            }
            (None, Some(entry)) => {
                self.adopt(dir, name, entry)?;
            }
        }
        Ok(())
    }

    /// Whether a node is what the host has now.
    fn is_still(&self, ino: Ino, entry: &LowerEntry) -> bool {
        let Ok(inode) = self.inode(ino) else {
            return false;
        };
        let same_kind = match (&inode.body, &entry.kind) {
            (Body::File(_), LowerKind::Regular) | (Body::Directory(_), LowerKind::Directory) => {
                true
            }
            (Body::Symlink(old), LowerKind::Symlink(new)) => **old == **new,
            _ => false,
        };
        let home = self.home(ino);
        same_kind && home.is_some_and(|home| is_same(&home.seen, &entry.seen))
    }

    /// Adds a node for what the host has.
    pub(crate) fn adopt(
        &mut self,
        dir: Ino,
        name: &[u8],
        entry: &LowerEntry,
    ) -> Result<Ino, Errno> {
        let mounts = Arc::make_mut(&mut self.mounts);
        let (mounted, _) = mounts.get_mut(dir).ok_or(Errno::Noent)?;
        let text_bytes = name.len().saturating_add(entry.kind.target_bytes());
        mounted.room.take(1, text_bytes)?;
        let node = mounted.next;
        let ino = mounted.mount.number(node);
        let owner = mounted.mount.owner;
        let mut file = File::new();
        file.truncate(entry.seen.size);
        let inode = Inode {
            links: if entry.kind == LowerKind::Directory {
                2
            } else {
                1
            },
            body: match &entry.kind {
                LowerKind::Regular => Body::File(file),
                LowerKind::Directory => Body::Directory(Arc::new(Dir::new(dir, Name::new(name)))),
                LowerKind::Symlink(target) => Body::Symlink(Arc::from(&**target)),
            },
            mode: entry.mode & 0o7777,
            uid: owner.uid,
            gid: owner.gid,
            accessed: entry.accessed,
            modified: entry.seen.modified,
            changed: entry.seen.changed,
            created: entry.seen.modified,
        };
        mounted.next += 1;
        mounted.upper.insert(node, Arc::new(inode));
        let home = Home {
            parent: dir,
            name: Name::new(name),
            seen: entry.seen,
            listed: None,
        };
        mounted.homes.insert(node, Arc::new(home));
        self.change_live_dir(dir, |dir| dir.set(name, ino))?;
        Ok(ino)
    }

    fn update(&mut self, ino: Ino, entry: &LowerEntry) {
        let unchanged = self.home(ino).is_some_and(|home| home.seen == entry.seen);
        if let Ok(inode) = self.inode(ino)
            && unchanged
            && inode.mode == entry.mode & 0o7777
            && inode.stat(ino).size_bytes == entry.seen.size
        {
            return;
        }
        if let Ok(inode) = self.inode_mut(ino) {
            inode.mode = entry.mode & 0o7777;
            inode.accessed = entry.accessed;
            inode.modified = entry.seen.modified;
            inode.changed = entry.seen.changed;
            if let Body::File(file) = &mut inode.body {
                file.truncate(entry.seen.size);
            }
        }
        self.set_home(ino, |home| home.seen = entry.seen);
    }

    /// Drops a node that no name leads to any more, with all below it.
    pub(crate) fn forget_node(&mut self, ino: Ino) {
        let mut pending = vec![ino];
        while let Some(ino) = pending.pop() {
            if let Ok((_, dir)) = self.dir(ino) {
                pending.extend(dir.iter().map(|entry| entry.ino));
            }
            if let Ok(inode) = self.inode_mut(ino) {
                inode.links = 0;
                self.abandon(ino);
            }
        }
    }

    pub(crate) fn change_live_dir(
        &mut self,
        dir: Ino,
        change: impl FnOnce(&mut Dir),
    ) -> Result<(), Errno> {
        match &mut self.inode_mut(dir)?.body {
            Body::Directory(dir) => change(Arc::make_mut(dir)),
            _ => return Err(Errno::Notdir),
        }
        // What was listed may be short of what came meanwhile.
        self.set_home(dir, |home| home.listed = None);
        Ok(())
    }

    fn home(&self, ino: Ino) -> Option<&Home> {
        let (mounted, node) = self.mounts.get(ino)?;
        mounted.homes.get(node).map(|home| &**home)
    }

    pub(crate) fn set_home(&mut self, ino: Ino, change: impl FnOnce(&mut Home)) {
        if let Some((mounted, node)) = Arc::make_mut(&mut self.mounts).get_mut(ino)
            && let Some(home) = mounted.homes.get_mut(node)
        {
            change(Arc::make_mut(home));
        }
    }

    /// Refuses to add what there is no room for, before the host is asked.
    ///
    /// # Errors
    /// `EOVERFLOW`.
    pub(crate) fn check_room(
        &self,
        dir: Ino,
        entries: u64,
        text_bytes: usize,
    ) -> Result<(), Errno> {
        match self.mounts.get(dir) {
            Some((mounted, _)) => {
                let mut room = mounted.room;
                room.take(entries, text_bytes)
            }
            None => Ok(()),
        }
    }

    /// Where a node of a live tree is.
    ///
    /// # Errors
    /// `ENOENT`.
    pub(crate) fn live_place(&self, ino: Ino) -> Result<LivePlace, Errno> {
        let seen = self.home(ino).ok_or(Errno::Noent)?.seen;
        let mut names = Vec::new();
        let mut at = ino;
        while self.check_no_top(at).is_ok() {
            let home = self.home(at).ok_or(Errno::Noent)?;
            names.push(&home.name);
            at = home.parent;
        }
        let path = join_all(names.iter().rev());
        Ok(LivePlace { path, seen })
    }

    /// The path of a name in a directory of a live tree.
    ///
    /// # Errors
    /// `ENOENT`.
    pub(crate) fn live_entry(&self, dir: Ino, name: &[u8]) -> Result<Vec<u8>, Errno> {
        Ok(join(&self.live_place(dir)?.path, name))
    }
}

/// Whether two looks were at the same file, whatever became of it between them.
fn is_same(one: &Fingerprint, other: &Fingerprint) -> bool {
    (one.device, one.node) == (other.device, other.node)
}
