//! Path operations on a `Vfs`, put together as an engine would.

use wardian_vfs::{
    At, Create, Cred, Ctx, Errno, FileType, Follow, Ino, NodeKind, PathMode, Resolved, Vfs,
};

use crate::script::{Answer, Leaf, Op, Outcome};

/// A filesystem, who uses it, and the directory that paths start from.
#[derive(Clone)]
pub struct World {
    pub vfs: Vfs,
    pub ctx: Ctx,
    pub base: Ino,
    pub mode: PathMode,
}

impl World {
    pub fn new(vfs: Vfs) -> World {
        World {
            base: vfs.root(),
            vfs,
            ctx: Ctx {
                cred: Cred::ROOT,
                now: 0,
            },
            mode: PathMode::Posix,
        }
    }

    fn resolve(&self, path: &str, follow: Follow) -> Result<Resolved, Errno> {
        let at = At {
            base: self.base,
            root: self.vfs.root(),
            cred: &self.ctx.cred,
            mode: self.mode,
        };
        self.vfs.resolve(&at, path.as_bytes(), follow)
    }

    fn node(&self, path: &str, follow: Follow) -> Result<Ino, Errno> {
        self.resolve(path, follow)?.target.ok_or(Errno::Noent)
    }

    fn file(&self, path: &str) -> Result<Ino, Errno> {
        let ino = self.node(path, Follow::Last)?;
        match self.vfs.stat(ino)?.kind {
            NodeKind::Directory => Err(Errno::Isdir),
            _ => Ok(ino),
        }
    }

    fn entry(&self, path: &str) -> Result<Resolved, Errno> {
        self.resolve(path, Follow::Entry)
    }

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
                let place = self.entry(path)?;
                let kind = Create::Symlink(target.as_bytes());
                self.vfs.create_at(&ctx, &place, kind, 0)?;
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
            Op::Read(path, offset, length) => {
                let ino = self.node(path, Follow::Last)?;
                let mut buffer = vec![0xaa; *length];
                let count = self.vfs.read(ino, *offset, &mut buffer)?;
                buffer.truncate(count);
                return Ok(Answer::Bytes(buffer));
            }
            Op::Stat(path) => return self.stat(self.node(path, Follow::Last)?),
            Op::Lstat(path) => return self.stat(self.node(path, Follow::NoLast)?),
            Op::Readlink(path) => {
                let ino = self.node(path, Follow::NoLast)?;
                return self
                    .vfs
                    .readlink(ino)
                    .map(|target| Answer::Bytes(target.to_vec()));
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
            FileType::Directory => Answer::Stat(FileType::Directory, 0, 0),
            other => Answer::Stat(other, stat.size_bytes, u64::from(stat.links)),
        })
    }

    /// Everything below the base, sorted by path.
    pub fn tree(&self) -> Vec<Leaf> {
        let base = self.vfs.path_of(self.base).unwrap();
        let mut leaves = Vec::new();
        for entry in self.vfs.walk(base).unwrap().skip(1) {
            let entry = entry.unwrap();
            let ino = entry.stat.ino;
            let bytes = match entry.stat.kind {
                NodeKind::Regular => {
                    let mut bytes = vec![0xaa; entry.stat.size_bytes as usize];
                    assert_eq!(self.vfs.read(ino, 0, &mut bytes), Ok(bytes.len()));
                    bytes
                }
                NodeKind::Symlink => self.vfs.readlink(ino).unwrap().to_vec(),
                _ => Vec::new(),
            };
            leaves.push(Leaf {
                path: entry.path,
                stat: self.stat(ino).unwrap(),
                bytes,
            });
        }
        leaves.sort_by(|left, right| left.path.cmp(&right.path));
        leaves
    }
}
