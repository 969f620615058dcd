//! The operations on a `Vfs`, put together as the engine does.

use wardian_vfs::{
    At, Create, Cred, Ctx, Errno, FileType, Follow, Ino, NodeKind, PathMode, Resolved, Vfs,
};

use super::script::{Answer, Leaf, Op, Outcome};
use crate::targets::recount;

/// A filesystem and the directory that paths start from.
pub struct World {
    vfs: Vfs,
    ctx: Ctx,
    base: Ino,
    mode: PathMode,
}

impl World {
    /// Paths resolve from `base`.
    pub fn new(vfs: Vfs, base: Ino, mode: PathMode) -> World {
        let ctx = Ctx {
            cred: Cred::ROOT,
            now: 0,
        };
        World {
            vfs,
            ctx,
            base,
            mode,
        }
    }

    fn resolve(&self, path: &[u8], follow: Follow) -> Result<Resolved, Errno> {
        let at = At {
            base: self.base,
            root: self.vfs.root(),
            cred: &self.ctx.cred,
            mode: self.mode,
        };
        self.vfs.resolve(&at, path, follow)
    }

    fn node(&self, path: &[u8], follow: Follow) -> Result<Ino, Errno> {
        let place = self.resolve(path, follow)?;
        place.target.ok_or(Errno::Noent)
    }

    fn file(&self, path: &[u8]) -> Result<Ino, Errno> {
        let ino = self.node(path, Follow::Last)?;
        match self.vfs.stat(ino)?.kind {
            NodeKind::Directory => Err(Errno::Isdir),
            _ => Ok(ino),
        }
    }

    fn entry(&self, path: &[u8]) -> Result<Resolved, Errno> {
        self.resolve(path, Follow::Entry)
    }

    /// Performs an operation.
    pub fn run(&mut self, op: &Op) -> Outcome {
        self.ctx.now += 1;
        let ctx = self.ctx;
        match op {
            Op::Create(path) => {
                let place = self.entry(path)?;
                self.vfs.create_at(&ctx, &place, Create::Regular, 0o644)?;
            }
            Op::Mkdir(path) => {
                let place = self.entry(path)?;
                self.vfs.create_at(&ctx, &place, Create::Directory, 0o755)?;
            }
            Op::Symlink(target, path) => {
                if target.is_empty() {
                    return Err(Errno::Noent);
                }
                let place = self.entry(path)?;
                self.vfs
                    .create_at(&ctx, &place, Create::Symlink(target), 0)?;
            }
            Op::Link(old, new) => {
                let ino = self.node(old, Follow::NoLast)?;
                let place = self.entry(new)?;
                self.vfs.link_at(&ctx, ino, &place)?;
            }
            Op::Unlink(path) => {
                let place = self.entry(path)?;
                self.vfs.unlink_at(&ctx, &place)?;
            }
            Op::Rmdir(path) => {
                let place = self.entry(path)?;
                self.vfs.rmdir_at(&ctx, &place)?;
            }
            Op::Rename(old, new) => {
                let from = self.entry(old)?;
                let to = self.entry(new)?;
                self.vfs.rename_at(&ctx, &from, &to)?;
            }
            Op::Write(path, offset, data) => {
                let ino = self.file(path)?;
                return self.vfs.write(&ctx, ino, *offset, data).map(Answer::Count);
            }
            Op::Truncate(path, size) => {
                let ino = self.file(path)?;
                self.vfs.truncate(&ctx, ino, *size)?;
            }
            Op::Allocate(path, offset, length) => {
                let ino = self.file(path)?;
                self.vfs.allocate(&ctx, ino, *offset, *length)?;
            }
            Op::Read(path, offset, length) => {
                let ino = self.node(path, Follow::Last)?;
                let mut buffer = vec![0xaa; *length];
                let count = self.vfs.read(ino, *offset, &mut buffer)?;
                buffer.truncate(count);
                return Ok(Answer::Bytes(buffer));
            }
            Op::Chmod(path, mode) => {
                let ino = self.node(path, Follow::Last)?;
                self.vfs.chmod(&ctx, ino, *mode)?;
            }
            Op::Stat(path) => return self.stat(self.node(path, Follow::Last)?),
            Op::Lstat(path) => return self.stat(self.node(path, Follow::NoLast)?),
            Op::Readlink(path) => {
                let ino = self.node(path, Follow::NoLast)?;
                let target = self.vfs.readlink(ino)?;
                return Ok(Answer::Bytes(target.to_vec()));
            }
            Op::List(path) => {
                let entries = self.vfs.read_dir(self.node(path, Follow::Last)?, 2)?;
                let mut names: Vec<_> = entries.map(|entry| entry.name.to_vec()).collect();
                names.sort();
                return Ok(Answer::Names(names));
            }
        }
        Ok(Answer::Done)
    }

    fn stat(&self, ino: Ino) -> Outcome {
        let stat = self.vfs.stat(ino)?;
        Ok(match stat.file_type() {
            FileType::Directory => Answer::Stat(FileType::Directory, stat.mode, 0, 0),
            other => Answer::Stat(other, stat.mode, stat.size_bytes, u64::from(stat.links)),
        })
    }

    /// Everything below the base, sorted by path.
    pub fn tree(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        let mut pending = vec![(Vec::new(), self.base)];
        while let Some((path, dir)) = pending.pop() {
            for entry in self.vfs.read_dir(dir, 2).expect("a directory") {
                let mut path: Vec<u8> = path.clone();
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(entry.name);
                let stat = self.vfs.stat(entry.ino).expect("a node");
                let bytes = match stat.kind {
                    NodeKind::Regular => {
                        let mut bytes = vec![0xaa; stat.size_bytes as usize];
                        let count = self.vfs.read(entry.ino, 0, &mut bytes);
                        assert_eq!(count, Ok(bytes.len()));
                        bytes
                    }
                    NodeKind::Symlink => self.vfs.readlink(entry.ino).expect("a link").to_vec(),
                    _ => Vec::new(),
                };
                let is_directory = stat.kind == NodeKind::Directory;
                if is_directory {
                    pending.push((path.clone(), entry.ino));
                }
                leaves.push(Leaf {
                    path,
                    is_directory,
                    links: if is_directory {
                        0
                    } else {
                        u64::from(stat.links)
                    },
                    bytes,
                });
            }
        }
        leaves.sort();
        leaves
    }

    /// Its accounts are right.
    pub fn check(&self) {
        recount::check(&self.vfs, &[]);
    }
}
