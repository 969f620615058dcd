//! The operations on entries, for a path that was resolved with
//! [`Follow::Entry`](crate::Follow::Entry): what a slash at its end asks for,
//! and what the inside of a magic node refuses.

use crate::name::{self, is_special};
use crate::{Create, Ctx, Errno, Ino, NodeKind, Resolved, Vfs};

impl Vfs {
    /// [`Vfs::create`] where a path leads.
    ///
    /// # Errors
    /// Those of [`Vfs::create`]. With a slash at the end, for anything but a
    /// directory: `EISDIR` for a file, otherwise `ENOENT`. `ENOENT`: inside a
    /// magic node.
    pub fn create_at(
        &mut self,
        ctx: &Ctx,
        place: &Resolved,
        kind: Create<'_>,
        mode: u16,
    ) -> Result<Ino, Errno> {
        match kind {
            Create::Directory => refuse_inside_magic(place, Errno::Noent)?,
            Create::Regular if place.trailing_slash && !is_special(&place.name) => {
                return Err(Errno::Isdir);
            }
            _ => self.check_new_entry(place)?,
        }
        self.create(ctx, place.parent, &place.name, kind, mode)
    }

    /// [`Vfs::link`] where a path leads.
    ///
    /// # Errors
    /// Those of [`Vfs::link`]. `ENOENT`: a slash at the end, or inside a magic node.
    pub fn link_at(&mut self, ctx: &Ctx, ino: Ino, place: &Resolved) -> Result<(), Errno> {
        self.check_new_entry(place)?;
        self.link(ctx, ino, place.parent, &place.name)
    }

    /// [`Vfs::unlink`] where a path leads.
    ///
    /// # Errors
    /// Those of [`Vfs::unlink`]. `ENOTDIR`: a slash follows what is no directory.
    /// `EPERM`: inside a magic node.
    pub fn unlink_at(&mut self, ctx: &Ctx, place: &Resolved) -> Result<(), Errno> {
        refuse_inside_magic(place, Errno::Perm)?;
        place.check_slash(self)?;
        self.unlink(ctx, place.parent, &place.name)
    }

    /// [`Vfs::rmdir`] where a path leads.
    ///
    /// # Errors
    /// Those of [`Vfs::rmdir`]. `EPERM`: inside a magic node.
    pub fn rmdir_at(&mut self, ctx: &Ctx, place: &Resolved) -> Result<(), Errno> {
        refuse_inside_magic(place, Errno::Perm)?;
        self.rmdir(ctx, place.parent, &place.name)
    }

    /// [`Vfs::rename`] between where two paths lead.
    ///
    /// # Errors
    /// Those of [`Vfs::rename`]. `ENOTDIR`: a slash at either end, and what moves
    /// is no directory. `EPERM`: inside a magic node.
    pub fn rename_at(&mut self, ctx: &Ctx, from: &Resolved, to: &Resolved) -> Result<(), Errno> {
        refuse_inside_magic(from, Errno::Perm)?;
        refuse_inside_magic(to, Errno::Perm)?;
        if (from.trailing_slash || to.trailing_slash)
            && !is_special(&from.name)
            && !is_special(&to.name)
            && let Some(ino) = from.target
        {
            name::check(&to.name, self.quota())?;
            if self.stat(ino)?.kind != NodeKind::Directory {
                return Err(Errno::Notdir);
            }
        }
        self.rename(ctx, from.parent, &from.name, to.parent, &to.name)
    }

    /// Refuses a slash after a new name that is not to be a directory.
    fn check_new_entry(&self, place: &Resolved) -> Result<(), Errno> {
        refuse_inside_magic(place, Errno::Noent)?;
        if place.trailing_slash && place.target.is_none() {
            name::check(&place.name, self.quota())?;
            return Err(Errno::Noent);
        }
        Ok(())
    }
}

fn refuse_inside_magic(place: &Resolved, errno: Errno) -> Result<(), Errno> {
    match &place.magic {
        Some((_, rest)) if !rest.is_empty() => Err(errno),
        _ => Ok(()),
    }
}
