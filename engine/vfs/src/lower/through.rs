//! Changes of a live tree: the host makes each one first, and only what it made
//! shows here. Rights were checked by the callers.

use std::sync::Arc;

use super::live::Live;
use super::source::LowerKind;
use crate::tree::inode::Body;
use crate::{Create, Ctx, Errno, Ino, Name, SetTime, Vfs};

/// What files outside get of a mode: nothing that lends the rights of their owner
/// to whoever runs them there.
const NINE_BITS: u16 = 0o777;

impl Vfs {
    /// Refuses to go from one live tree to another one, or out of it.
    ///
    /// # Errors
    /// `EXDEV`.
    pub(crate) fn check_same_live(&self, one: Ino, other: Ino) -> Result<(), Errno> {
        let mount = |ino| {
            let (mounted, _) = self.mounts.get(ino)?;
            mounted.mount.live.as_ref()?;
            Some(Arc::as_ptr(&mounted.mount))
        };
        if mount(one) == mount(other) {
            Ok(())
        } else {
            Err(Errno::Xdev)
        }
    }

    pub(crate) fn create_through(
        &mut self,
        live: &dyn Live,
        dir: Ino,
        name: &[u8],
        kind: Create<'_>,
        mode: u16,
    ) -> Result<Ino, Errno> {
        let kind = match kind {
            Create::Regular => LowerKind::Regular,
            Create::Directory => LowerKind::Directory,
            Create::Symlink(target) => {
                self.check_target(target)?;
                LowerKind::Symlink(target.to_vec())
            }
            Create::Fifo | Create::Device(_) | Create::Magic(_) => return Err(Errno::Perm),
        };
        self.check_room(dir, 1, name.len().saturating_add(kind.target_bytes()))?;
        let entry = live.create(&self.live_entry(dir, name)?, &kind, mode & NINE_BITS)?;
        self.adopt(dir, name, &entry)
    }

    pub(crate) fn link_through(
        &mut self,
        live: &dyn Live,
        ino: Ino,
        dir: Ino,
        name: &[u8],
    ) -> Result<(), Errno> {
        self.check_room(dir, 1, name.len())?;
        let entry = live.link(&self.live_place(ino)?, &self.live_entry(dir, name)?)?;
        self.adopt(dir, name, &entry).map(drop)
    }

    pub(crate) fn remove_through(
        &mut self,
        live: &dyn Live,
        (dir, name): (Ino, &[u8]),
        ino: Ino,
    ) -> Result<(), Errno> {
        let is_directory = self.inode(ino)?.is_directory();
        live.remove(&self.live_place(ino)?, is_directory, self.is_open(ino))?;
        self.change_live_dir(dir, |dir| dir.remove(name))?;
        self.forget_node(ino);
        Ok(())
    }

    pub(crate) fn rename_through(
        &mut self,
        live: &dyn Live,
        (from_dir, from): (Ino, &[u8]),
        (to_dir, to): (Ino, &[u8]),
        ino: Ino,
        target: Option<Ino>,
    ) -> Result<(), Errno> {
        self.check_room(to_dir, 0, to.len())?;
        let replaced = target
            .map(|target| Ok::<_, Errno>((self.live_place(target)?, self.is_open(target))))
            .transpose()?;
        let replaced = replaced.as_ref().map(|(place, keeps)| (place, *keeps));
        live.rename(
            &self.live_place(ino)?,
            &self.live_entry(to_dir, to)?,
            replaced,
        )?;
        self.change_live_dir(from_dir, |dir| dir.remove(from))?;
        self.change_live_dir(to_dir, |dir| dir.set(to, ino))?;
        if let Some(target) = target {
            self.forget_node(target);
        }
        self.rename_home(ino, to_dir, to);
        self.rehang(ino, to_dir, to)
    }

    /// Notes where a node of a live tree is now.
    fn rename_home(&mut self, ino: Ino, dir: Ino, name: &[u8]) {
        if let Some((mounted, node)) = Arc::make_mut(&mut self.mounts).get_mut(ino)
            && let Some(home) = mounted.homes.get_mut(node)
        {
            let home = Arc::make_mut(home);
            mounted.room.give(0, home.name.len());
            // It was checked; if the host made others of it meanwhile, these few
            // bytes are not counted.
            let _ = mounted.room.take(0, name.len());
            home.parent = dir;
            home.name = Name::new(name);
        }
    }

    pub(crate) fn write_through(
        &mut self,
        live: &dyn Live,
        ctx: &Ctx,
        ino: Ino,
        offset: u64,
        data: &[u8],
    ) -> Result<usize, Errno> {
        let written = live.write(&self.live_place(ino)?, offset, data)?;
        let inode = self.inode_mut(ino)?;
        if let Body::File(file) = &mut inode.body {
            let end = offset.saturating_add(written as u64);
            file.truncate(file.size().max(end));
        }
        inode.touch_modified(ctx.now);
        Ok(written)
    }

    pub(crate) fn resize_through(
        &mut self,
        live: &dyn Live,
        ctx: &Ctx,
        ino: Ino,
        size: u64,
    ) -> Result<(), Errno> {
        live.set_size(&self.live_place(ino)?, size)?;
        let inode = self.inode_mut(ino)?;
        if let Body::File(file) = &mut inode.body {
            file.truncate(size);
        }
        inode.touch_modified(ctx.now);
        Ok(())
    }

    pub(crate) fn chmod_through(
        &mut self,
        live: &dyn Live,
        ino: Ino,
        mode: u16,
    ) -> Result<(), Errno> {
        let mode = mode & NINE_BITS;
        live.set_mode(&self.live_place(ino)?, mode)?;
        self.inode_mut(ino)?.mode = mode;
        Ok(())
    }

    pub(crate) fn set_times_through(
        &mut self,
        live: &dyn Live,
        ino: Ino,
        accessed: SetTime,
        modified: SetTime,
    ) -> Result<(), Errno> {
        live.set_times(&self.live_place(ino)?, accessed, modified)?;
        self.refresh_node(ino);
        Ok(())
    }
}
