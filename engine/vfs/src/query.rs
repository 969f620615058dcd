//! Reading the tree: attributes, links, entries, paths.

use crate::lower::is_lower;
use crate::tree::dir::Dir;
use crate::tree::inode::Body;
use crate::{Errno, Ino, NodeKind, Stat, Vfs};

/// One entry of a directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DirEntry<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// The node it names.
    pub ino: Ino,
    /// What that node is.
    pub kind: NodeKind,
    /// The cookie that continues after this entry.
    pub next_cookie: u64,
}

/// The entries of a directory: `.`, `..`, then the others in order of creation.
pub struct ReadDir<'a> {
    vfs: &'a Vfs,
    ino: Ino,
    dir: &'a Dir,
    /// The cookie of the entry given last.
    cookie: u64,
}

impl<'a> Iterator for ReadDir<'a> {
    type Item = DirEntry<'a>;

    fn next(&mut self) -> Option<DirEntry<'a>> {
        let (name, ino, next_cookie): (&[u8], _, _) = match self.cookie {
            0 => (b".", self.ino, 1),
            1 => (b"..", self.dir.parent, 2),
            cookie => {
                let entry = self.dir.first_at(cookie.checked_add(1)?)?;
                (entry.name.as_bytes(), entry.ino, entry.cookie)
            }
        };
        self.cookie = next_cookie;
        let kind = self
            .vfs
            .inode(ino)
            .map_or(NodeKind::Directory, |inode| inode.kind());
        Some(DirEntry {
            name,
            ino,
            kind,
            next_cookie,
        })
    }
}

impl Vfs {
    /// The attributes of a node.
    ///
    /// # Errors
    /// `ENOENT`: no such node.
    pub fn stat(&self, ino: Ino) -> Result<Stat, Errno> {
        let mut stat = self.inode(ino)?.stat(ino);
        if is_lower(ino)
            && stat.kind == NodeKind::Regular
            && (self.is_live(ino) || !self.is_raised(ino))
        {
            // Charged to nobody here, but it takes room somewhere.
            stat.allocated_bytes = stat.size_bytes;
        }
        Ok(stat)
    }

    /// The target of a symbolic link.
    ///
    /// # Errors
    /// `ENOENT`: no such node. `EINVAL`: not a symbolic link.
    pub fn readlink(&self, ino: Ino) -> Result<&[u8], Errno> {
        match &self.inode(ino)?.body {
            Body::Symlink(target) => Ok(target),
            _ => Err(Errno::Inval),
        }
    }

    /// The node that `name` names in a directory; `.` and `..` work.
    ///
    /// # Errors
    /// `ENOENT`: no such directory or entry. `ENOTDIR`: not a directory.
    pub fn lookup(&self, dir: Ino, name: &[u8]) -> Result<Ino, Errno> {
        let (_, entries) = self.dir(dir)?;
        match name {
            b"." | b"/" => Ok(dir),
            b".." => self.parent_of(dir),
            _ => entries.get(name).ok_or(Errno::Noent),
        }
    }

    /// The directory that holds a directory; the root holds itself.
    ///
    /// # Errors
    /// `ENOENT`: no such node, or it was removed. `ENOTDIR`: not a directory.
    pub fn parent_of(&self, dir: Ino) -> Result<Ino, Errno> {
        Ok(self.live_dir(dir)?.parent)
    }

    /// The absolute path of a directory.
    ///
    /// # Errors
    /// `ENOENT`: no such node, or it was removed. `ENOTDIR`: not a directory.
    /// `ENAMETOOLONG`: longer than the quota lets a path be.
    pub fn path_of(&self, dir: Ino) -> Result<Vec<u8>, Errno> {
        let most = self.quota().path_bytes as usize;
        let mut names = Vec::new();
        let mut length = 0;
        let mut at = dir;
        while at != self.root() {
            let dir = self.live_dir(at)?;
            length += 1 + dir.name.len();
            if length > most {
                return Err(Errno::Nametoolong);
            }
            names.push(&dir.name);
            at = dir.parent;
        }
        let mut path = Vec::with_capacity(length.max(1));
        for name in names.iter().rev() {
            path.push(b'/');
            path.extend_from_slice(name);
        }
        if path.is_empty() {
            self.live_dir(dir)?;
            path.push(b'/');
        }
        Ok(path)
    }

    /// The entries of a directory after the one whose cookie is given; 0 begins
    /// at the start. Cookies stay valid while other entries come and go.
    ///
    /// # Errors
    /// `ENOENT`: no such node, or it was removed. `ENOTDIR`: not a directory.
    pub fn read_dir(&self, dir: Ino, after_cookie: u64) -> Result<ReadDir<'_>, Errno> {
        Ok(ReadDir {
            vfs: self,
            ino: dir,
            dir: self.live_dir(dir)?,
            cookie: after_cookie,
        })
    }

    /// A directory that was not removed.
    fn live_dir(&self, ino: Ino) -> Result<&Dir, Errno> {
        match self.dir(ino)? {
            (inode, _) if inode.links == 0 => Err(Errno::Noent),
            (_, dir) => Ok(dir),
        }
    }
}
