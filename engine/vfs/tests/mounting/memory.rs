//! A tree below, made of another filesystem in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wardian_vfs::{
    Create, Cred, Ctx, Errno, Fingerprint, Ino, Lower, LowerEntry, LowerFile, LowerKind, NodeKind,
    Quota, Room, Vfs,
};

pub const OWNER: Cred = Cred { uid: 7, gid: 7 };
pub const CTX: Ctx = Ctx {
    cred: OWNER,
    now: 50,
};

pub struct Memory {
    pub tree: Vfs,
    pub listed: AtomicUsize,
    pub read_bytes: AtomicUsize,
}

/// A tree with a bit of everything; the same below and, copied, in memory.
pub fn fill(vfs: &mut Vfs, top: Ino) {
    let dir = |vfs: &mut Vfs, parent, name: &[u8]| {
        vfs.create(&CTX, parent, name, Create::Directory, 0o755)
            .unwrap()
    };
    let a = dir(vfs, top, b"a");
    let b = dir(vfs, a, b"b");
    dir(vfs, top, b"empty");
    for (parent, name, size) in [
        (top, &b"f"[..], 5_u64),
        (a, b"f", 200_000),
        (b, b"f", 65_536),
        (b, b"g", 0),
    ] {
        let ino = vfs
            .create(&CTX, parent, name, Create::Regular, 0o644)
            .unwrap();
        let bytes: Vec<u8> = (0..size).map(|at| (at / 7 % 251) as u8).collect();
        assert_eq!(vfs.write(&CTX, ino, 0, &bytes), Ok(bytes.len()));
    }
    for (name, target) in [
        (&b"l"[..], &b"a/b"[..]),
        (b"up", b"../a"),
        (b"abs", b"/m/a/f"),
    ] {
        vfs.create(&CTX, top, name, Create::Symlink(target), 0o777)
            .unwrap();
    }
}

impl Memory {
    pub fn new() -> Arc<Memory> {
        let mut tree = Vfs::new(Quota::default(), 50);
        let top = tree.root();
        tree.chown(
            &Ctx {
                cred: Cred::ROOT,
                now: 50,
            },
            top,
            Some(OWNER.uid),
            Some(OWNER.gid),
        )
        .unwrap();
        fill(&mut tree, top);
        Memory::of(tree)
    }

    pub fn of(tree: Vfs) -> Arc<Memory> {
        Arc::new(Memory {
            tree,
            listed: AtomicUsize::new(0),
            read_bytes: AtomicUsize::new(0),
        })
    }

    fn at(&self, path: &[u8]) -> Result<Ino, Errno> {
        self.tree.find([b"/", path].concat())
    }

    fn entry(&self, name: &[u8], ino: Ino) -> LowerEntry {
        let stat = self.tree.stat(ino).unwrap();
        LowerEntry {
            name: name.to_vec(),
            kind: match stat.kind {
                NodeKind::Directory => LowerKind::Directory,
                NodeKind::Symlink => LowerKind::Symlink(self.tree.readlink(ino).unwrap().to_vec()),
                _ => LowerKind::Regular,
            },
            mode: stat.mode,
            accessed: stat.accessed,
            seen: Fingerprint {
                device: 1,
                node: ino.0,
                size: stat.size_bytes,
                modified: stat.modified,
                changed: stat.changed,
            },
        }
    }
}

impl Lower for Memory {
    fn list(&self, dir: &[u8], _: &Fingerprint, room: Room) -> Result<Vec<LowerEntry>, Errno> {
        self.listed.fetch_add(1, Ordering::Relaxed);
        let entries: Vec<LowerEntry> = self
            .tree
            .entries(self.at(dir)?)?
            .map(|entry| self.entry(entry.name, entry.ino))
            .collect();
        if entries.len() as u64 > room.entries {
            return Err(Errno::Overflow);
        }
        Ok(entries)
    }

    fn read(&self, file: &LowerFile, offset: u64, buffer: &mut [u8]) -> Result<usize, Errno> {
        let count = self.tree.read(self.at(&file.path())?, offset, buffer)?;
        self.read_bytes.fetch_add(count, Ordering::Relaxed);
        Ok(count)
    }
}

/// A filesystem with the tree at `/m`.
pub fn mounted(lower: &Arc<Memory>, quota: Quota, is_read_only: bool) -> (Vfs, Ino) {
    let mut vfs = Vfs::new(quota, 50);
    let root = vfs.root();
    vfs.chmod(
        &Ctx {
            cred: Cred::ROOT,
            now: 50,
        },
        root,
        0o777,
    )
    .unwrap();
    let top = lower.entry(b"", lower.tree.root());
    let top = vfs
        .mount(root, b"m", lower.clone(), &top, OWNER, is_read_only, 50)
        .unwrap();
    (vfs, top)
}
