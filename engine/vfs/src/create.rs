//! New nodes and new names.

use std::sync::Arc;

use crate::permission::SET_GID;
use crate::quota::entry_charge;
use crate::tree::dir::Dir;
use crate::tree::file::File;
use crate::tree::inode::{Body, Inode};
use crate::{Create, Ctx, Errno, Ino, Name, Vfs, name};

impl Vfs {
    /// Makes a node and names it. It belongs to `ctx.cred`; a set-group-id
    /// directory passes its group on, and that bit to its subdirectories. The
    /// caller applies its umask to `mode` beforehand.
    ///
    /// # Errors
    /// `ENOENT`: no such directory, it was removed, or an empty name or link
    /// target. `ENOTDIR`: `dir` is not a directory. `EEXIST`: the name is taken.
    /// `EINVAL`: a `/` or NUL in the name, or a NUL in the link target.
    /// `ENAMETOOLONG`: name or target too long. `EACCES`: no right to change the
    /// directory. `ENOSPC`: out of bytes or nodes. `EMLINK`: too many
    /// subdirectories. `EROFS`: in a tree mounted read-only.
    pub fn create(
        &mut self,
        ctx: &Ctx,
        dir: Ino,
        name: &[u8],
        kind: Create<'_>,
        mode: u16,
    ) -> Result<Ino, Errno> {
        self.check_new_name(ctx, dir, name)?;
        self.raise(dir)?;
        let (parent, _) = self.dir(dir)?;
        if let Some(live) = self.live(dir) {
            return self.create_through(&*live, dir, name, kind, mode);
        }
        let mut mode = mode & 0o7777;
        let mut gid = ctx.cred.gid;
        if parent.mode & SET_GID != 0 {
            gid = parent.gid;
            if kind == Create::Directory {
                mode |= SET_GID;
            }
        }
        let body = self.new_body(dir, name, kind)?;
        self.ensure_left(entry_charge(name) + body.charge(), 1)?;
        let is_directory = matches!(body, Body::Directory(_));
        let ino = self.add_inode(Inode {
            mode: if matches!(body, Body::Symlink(_)) {
                0o777
            } else {
                mode
            },
            links: if is_directory { 2 } else { 1 },
            body,
            uid: ctx.cred.uid,
            gid,
            accessed: ctx.now,
            modified: ctx.now,
            changed: ctx.now,
            created: ctx.now,
        });
        self.attach(dir, name, ino, ctx.now)?;
        if is_directory {
            self.count_subdirectory(dir, true)?;
        }
        Ok(ino)
    }

    /// Gives a node one more name.
    ///
    /// # Errors
    /// Those of [`Vfs::create`], and `EPERM`: the node is a directory; `ENOENT`:
    /// the node has no name left; `EMLINK`: it has too many;
    /// `EXDEV`: from or to a live tree.
    pub fn link(&mut self, ctx: &Ctx, ino: Ino, dir: Ino, name: &[u8]) -> Result<(), Errno> {
        self.inode(ino)?;
        self.check_new_name(ctx, dir, name)?;
        let inode = self.inode(ino)?;
        if inode.is_directory() || matches!(inode.body, Body::Magic(_)) {
            return Err(Errno::Perm);
        }
        if inode.links == 0 {
            return Err(Errno::Noent);
        }
        if inode.links >= self.quota().links {
            return Err(Errno::Mlink);
        }
        self.check_writable(ino)?;
        self.check_same_live(ino, dir)?;
        if let Some(live) = self.live(dir) {
            return self.link_through(&*live, ino, dir, name);
        }
        self.raise(dir)?;
        self.raise(ino)?;
        self.ensure_left(entry_charge(name), 0)?;
        self.attach(dir, name, ino, ctx.now)?;
        let inode = self.inode_mut(ino)?;
        inode.links += 1;
        inode.changed = ctx.now;
        Ok(())
    }

    /// Checks that a name may be added to a directory.
    fn check_new_name(&self, ctx: &Ctx, dir: Ino, name: &[u8]) -> Result<(), Errno> {
        let (_, entries) = self.dir(dir)?;
        if name::is_special(name) {
            return Err(Errno::Exist);
        }
        name::check(name, self.quota())?;
        if entries.get(name).is_some() {
            return Err(Errno::Exist);
        }
        self.check_may_add(ctx, dir)
    }

    /// The contents of a new node.
    fn new_body(&self, dir: Ino, name: &[u8], kind: Create<'_>) -> Result<Body, Errno> {
        Ok(match kind {
            Create::Regular => Body::File(File::new()),
            Create::Directory => {
                self.check_may_hold_subdirectory(dir)?;
                Body::Directory(Arc::new(Dir::new(dir, Name::new(name))))
            }
            Create::Fifo => Body::Fifo,
            Create::Symlink(target) => {
                self.check_target(target)?;
                self.ensure_left(target.len() as u64, 1)?;
                Body::Symlink(Arc::from(target))
            }
            Create::Device(device) => Body::Device(device),
            Create::Magic(magic) => Body::Magic(magic),
        })
    }

    /// Checks the target of a symbolic link.
    pub(crate) fn check_target(&self, target: &[u8]) -> Result<(), Errno> {
        if target.is_empty() {
            Err(Errno::Noent)
        } else if target.len() > self.quota().path_bytes as usize {
            Err(Errno::Nametoolong)
        } else if target.contains(&0) {
            Err(Errno::Inval)
        } else {
            Ok(())
        }
    }
}
