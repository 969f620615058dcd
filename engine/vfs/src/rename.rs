//! Moving a name.

use crate::tree::inode::{Body, Inode};
use crate::{Access, Ctx, Errno, Ino, Vfs, name, permission};

impl Vfs {
    /// Moves a name, replacing what `to` names: a file by a file, an empty
    /// directory by a directory. Two names of the same node: nothing happens.
    ///
    /// # Errors
    /// `ENOENT`: a directory or `from` is missing. `ENOTDIR`: a directory would
    /// replace a file, or `from_dir` or `to_dir` is no directory. `EISDIR`: a file
    /// would replace a directory. `ENOTEMPTY`: the replaced directory is not
    /// empty. `EINVAL`: a directory into itself, or a malformed name.
    /// `EBUSY`: `.`, `..`, the root or a magic node. `EACCES`, `EPERM`: no right
    /// at either end, as for [`Vfs::unlink`]; a directory that changes its parent
    /// must be writable. `EMLINK`, `ENAMETOOLONG`, `ENOSPC`, `EROFS` as for
    /// [`Vfs::create`]. `EXDEV`: from or to a live tree.
    pub fn rename(
        &mut self,
        ctx: &Ctx,
        from_dir: Ino,
        from: &[u8],
        to_dir: Ino,
        to: &[u8],
    ) -> Result<(), Errno> {
        let (ino, target) = self.rename_ends(from_dir, from, to_dir, to)?;
        if target == Some(ino) {
            return Ok(());
        }
        self.check_rename(ctx, (from_dir, ino), (to_dir, target))?;
        if target.is_none() {
            self.ensure_left(to.len().saturating_sub(from.len()) as u64, 0)?;
        }
        self.check_same_live(from_dir, to_dir)?;
        if let Some(live) = self.live(from_dir) {
            return self.rename_through(&*live, (from_dir, from), (to_dir, to), ino, target);
        }
        let is_directory = self.inode(ino)?.is_directory();
        for node in [Some(from_dir), Some(to_dir), Some(ino), target] {
            node.map_or(Ok(()), |node| self.raise(node))?;
        }
        self.detach(from_dir, from, ctx.now)?;
        if is_directory {
            self.count_subdirectory(from_dir, false)?;
        }
        self.attach(to_dir, to, ino, ctx.now)?;
        if let Some(replaced) = target {
            self.drop_link(replaced, to_dir, ctx.now)?;
        }
        if is_directory {
            self.count_subdirectory(to_dir, true)?;
            self.rehang(ino, to_dir, to)?;
        }
        self.inode_mut(ino)?.changed = ctx.now;
        Ok(())
    }

    /// The node that moves and the node that it replaces.
    fn rename_ends(
        &self,
        from_dir: Ino,
        from: &[u8],
        to_dir: Ino,
        to: &[u8],
    ) -> Result<(Ino, Option<Ino>), Errno> {
        let (_, from_entries) = self.dir(from_dir)?;
        let (_, to_entries) = self.dir(to_dir)?;
        if name::is_special(from) || name::is_special(to) {
            return Err(Errno::Busy);
        }
        name::check(from, self.quota())?;
        let ino = from_entries.get(from).ok_or(Errno::Noent)?;
        name::check(to, self.quota())?;
        let target = to_entries.get(to);
        if self.is_within(to_dir, ino) {
            return Err(Errno::Inval);
        }
        if target.is_some_and(|target| self.is_within(from_dir, target)) {
            return Err(Errno::Notempty);
        }
        Ok((ino, target))
    }

    /// Checks rights and kinds at both ends, in the order in which Linux does.
    fn check_rename(
        &self,
        ctx: &Ctx,
        (from_dir, ino): (Ino, Ino),
        (to_dir, target): (Ino, Option<Ino>),
    ) -> Result<(), Errno> {
        let moved = self.inode(ino)?;
        for node in [Some(from_dir), Some(to_dir), Some(ino), target] {
            node.map_or(Ok(()), |node| self.check_writable(node))?;
        }
        permission::check_removal(self.inode(from_dir)?, moved, &ctx.cred)?;
        match target {
            Some(target) => {
                let replaced = self.inode(target)?;
                permission::check_removal(self.inode(to_dir)?, replaced, &ctx.cred)?;
                check_replaces(moved, replaced)?;
            }
            None => self.check_may_add(ctx, to_dir)?,
        }
        if matches!(moved.body, Body::Magic(_)) {
            return Err(Errno::Busy);
        }
        self.check_no_top(ino)?;
        target.map_or(Ok(()), |target| self.check_no_top(target))?;
        if moved.is_directory() && from_dir != to_dir {
            permission::check(moved, &ctx.cred, Access::WRITE)?;
            if target.is_none() {
                self.check_may_hold_subdirectory(to_dir)?;
            }
        }
        match target {
            Some(target)
                if self.inode(target)?.is_directory()
                    && self.live(target).is_none()
                    && !self.dir(target)?.1.is_empty() =>
            {
                Err(Errno::Notempty)
            }
            _ => Ok(()),
        }
    }

    /// Whether `dir` is `ancestor` or lies below it.
    fn is_within(&self, dir: Ino, ancestor: Ino) -> bool {
        let mut at = dir;
        loop {
            if at == ancestor {
                return true;
            }
            match self.dir(at) {
                Ok((_, dir)) if dir.parent != at => at = dir.parent,
                _ => return false,
            }
        }
    }
}

/// Checks that one kind may replace another: a directory a directory, anything
/// else anything else.
fn check_replaces(moved: &Inode, replaced: &Inode) -> Result<(), Errno> {
    let is_directory = |inode: &Inode| inode.is_directory() || matches!(inode.body, Body::Magic(_));
    match (is_directory(moved), is_directory(replaced)) {
        (true, false) => Err(Errno::Notdir),
        (false, true) => Err(Errno::Isdir),
        _ if matches!(replaced.body, Body::Magic(_)) => Err(Errno::Busy),
        _ => Ok(()),
    }
}
