//! Conveniences for the embedder: by absolute path, with root rights.

use crate::{
    At, Create, Cred, Ctx, Errno, Follow, Ino, NodeKind, PathMode, Resolved, Stat, Timestamp, Vfs,
};

impl Vfs {
    /// The node at a path, symbolic links followed.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`]; `ENOENT`: nothing there. Inside a magic node
    /// there is nothing.
    pub fn find(&self, path: impl AsRef<[u8]>) -> Result<Ino, Errno> {
        self.node_at(path.as_ref(), Follow::Last)
    }

    /// The attributes of the node at a path, symbolic links followed.
    ///
    /// # Errors
    /// Those of [`Vfs::find`].
    pub fn stat_path(&self, path: impl AsRef<[u8]>) -> Result<Stat, Errno> {
        self.stat(self.find(path)?)
    }

    /// The whole contents of a file. It may be as long as the quota lets a file
    /// be, and mostly a hole: ask [`Vfs::stat_path`] first where that matters.
    ///
    /// # Errors
    /// Those of [`Vfs::find`] and [`Vfs::read`].
    pub fn read_file(&self, path: impl AsRef<[u8]>) -> Result<Vec<u8>, Errno> {
        let ino = self.find(path)?;
        let size = self.file(ino)?.size();
        let mut contents = vec![0; usize::try_from(size).map_err(|_| Errno::Fbig)?];
        self.read(ino, 0, &mut contents)?;
        Ok(contents)
    }

    /// Replaces the contents of a file, all or nothing. A new file gets `mode`
    /// and belongs to root, as do missing directories on the way (0755); a file
    /// that is there keeps its mode and owner. Relative paths
    /// start at `/`.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`], [`Vfs::create`] and [`Vfs::write`].
    pub fn write_file(
        &mut self,
        path: impl AsRef<[u8]>,
        data: &[u8],
        mode: u16,
        now: Timestamp,
    ) -> Result<Ino, Errno> {
        self.write_file_as(path, data, mode, Cred::ROOT, now)
    }

    /// [`Vfs::write_file`] with an owner for what it makes.
    ///
    /// # Errors
    /// Those of [`Vfs::write_file`].
    pub fn write_file_as(
        &mut self,
        path: impl AsRef<[u8]>,
        data: &[u8],
        mode: u16,
        owner: Cred,
        now: Timestamp,
    ) -> Result<Ino, Errno> {
        // All or nothing: a fork is free, so work on one and keep it if it is good.
        let mut next = self.clone();
        let ino = next.replace_contents(path.as_ref(), data, mode, owner, now)?;
        *self = next;
        Ok(ino)
    }

    /// Makes a directory and what is missing above it, all with `mode` and `owner`. Those that are there stay
    /// as they are.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`] and [`Vfs::create`]; `ENOTDIR`: something else is
    /// in the way.
    pub fn mkdir_all(
        &mut self,
        path: impl AsRef<[u8]>,
        mode: u16,
        owner: Cred,
        now: Timestamp,
    ) -> Result<Ino, Errno> {
        let mut dir = self.root();
        for component in path.as_ref().split(|byte| *byte == b'/') {
            if component.is_empty() {
                continue;
            }
            let place = self.resolve_anew(dir, component, Follow::Last)?;
            dir = match place.target {
                Some(found) if self.stat(found)?.kind == NodeKind::Directory => found,
                Some(_) => return Err(Errno::Notdir),
                None => {
                    let ctx = Ctx { cred: owner, now };
                    self.create_as_root(&ctx, &place, Create::Directory, mode)?
                }
            };
        }
        Ok(dir)
    }

    /// Removes a file, or a directory with all in it. A symbolic link at the end
    /// of the path is removed, not followed.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`]; `ENOENT`: nothing there. `EBUSY`: the root.
    pub fn remove_all(&mut self, path: impl AsRef<[u8]>, now: Timestamp) -> Result<(), Errno> {
        let place = self.resolve_anew(self.root(), path.as_ref(), Follow::Entry)?;
        let target = place.target.ok_or(Errno::Noent)?;
        if place
            .magic
            .as_ref()
            .is_some_and(|(_, rest)| !rest.is_empty())
        {
            return Err(Errno::Noent);
        }
        if crate::name::is_special(&place.name) {
            return Err(Errno::Busy);
        }
        place.check_slash(self)?;
        self.check_writable(place.parent)?;
        self.check_no_top(target)?;
        self.empty_out(target, now)?;
        self.take_away(place.parent, &place.name, target, now)
    }

    /// Removes an entry with the node it names, an empty directory or none.
    fn take_away(
        &mut self,
        dir: Ino,
        name: &[u8],
        child: Ino,
        now: Timestamp,
    ) -> Result<(), Errno> {
        self.check_no_top(child)?;
        if let Some(live) = self.live(dir) {
            self.check_writable(dir)?;
            return self.remove_through(&*live, (dir, name), child);
        }
        self.raise(dir)?;
        self.raise(child)?;
        self.detach(dir, name, now)?;
        self.drop_link(child, dir, now)
    }

    /// Removes all below a directory, deepest first, without recursion.
    fn empty_out(&mut self, top: Ino, now: Timestamp) -> Result<(), Errno> {
        self.refresh_dir(top)?;
        let mut open = vec![top];
        while let Some(dir) = open.last().copied() {
            let first = match self.dir(dir) {
                Ok((_, entries)) => entries.first_at(0),
                Err(_) => None,
            };
            let Some((name, child)) = first.map(|entry| (entry.name.clone(), entry.ino)) else {
                open.pop();
                continue;
            };
            self.refresh_dir(child)?;
            match self.dir(child) {
                Ok((_, entries)) if !entries.is_empty() => open.push(child),
                _ => self.take_away(dir, &name, child, now)?,
            }
        }
        Ok(())
    }

    fn replace_contents(
        &mut self,
        path: &[u8],
        data: &[u8],
        mode: u16,
        owner: Cred,
        now: Timestamp,
    ) -> Result<Ino, Errno> {
        let place = match self.resolve_anew(self.root(), path, Follow::Last) {
            Err(Errno::Noent) => {
                let cut = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
                self.mkdir_all(path.get(..cut).unwrap_or(&[]), 0o755, owner, now)?;
                self.resolve_anew(self.root(), path, Follow::Last)?
            }
            place => place?,
        };
        let ino = match place.target {
            _ if place.magic.is_some() => return Err(Errno::Acces),
            Some(found) => found,
            None if place.trailing_slash => return Err(Errno::Isdir),
            None => {
                let ctx = Ctx { cred: owner, now };
                self.create_as_root(&ctx, &place, Create::Regular, mode)?
            }
        };
        let ctx = Ctx {
            cred: Cred::ROOT,
            now,
        };
        self.truncate(&ctx, ino, 0)?;
        match self.write(&ctx, ino, 0, data)? {
            written if written == data.len() => Ok(ino),
            _ if data.len() as u64 > self.quota().file_size_bytes => Err(Errno::Fbig),
            _ => Err(Errno::Nospc),
        }
    }

    /// Creates a node with root rights, but for the owner that `ctx` names.
    fn create_as_root(
        &mut self,
        ctx: &Ctx,
        place: &Resolved,
        kind: Create<'_>,
        mode: u16,
    ) -> Result<Ino, Errno> {
        let root = Ctx {
            cred: Cred::ROOT,
            now: ctx.now,
        };
        let ino = self.create(&root, place.parent, &place.name, kind, mode)?;
        if self.is_live(ino) {
            return Ok(ino);
        }
        let inode = self.inode_mut(ino)?;
        inode.uid = ctx.cred.uid;
        inode.gid = ctx.cred.gid;
        Ok(ino)
    }

    /// The node at a path, with root rights.
    pub(crate) fn node_at(&self, path: &[u8], follow: Follow) -> Result<Ino, Errno> {
        let place = self.resolve_from(self.root(), path, follow)?;
        match place.magic {
            Some((_, rest)) if !rest.is_empty() => Err(Errno::Noent),
            _ => place.target.ok_or(Errno::Noent),
        }
    }

    /// [`Vfs::resolve_from`] with what the host has now.
    fn resolve_anew(&mut self, base: Ino, path: &[u8], follow: Follow) -> Result<Resolved, Errno> {
        let at = At {
            base,
            root: self.root(),
            cred: &Cred::ROOT,
            mode: PathMode::Posix,
        };
        self.resolve_fresh(&at, path, follow)
    }

    fn resolve_from(&self, base: Ino, path: &[u8], follow: Follow) -> Result<Resolved, Errno> {
        let at = At {
            base,
            root: self.root(),
            cred: &Cred::ROOT,
            mode: PathMode::Posix,
        };
        self.resolve(&at, path, follow)
    }
}
