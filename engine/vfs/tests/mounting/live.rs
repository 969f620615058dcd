//! A live tree, made of another filesystem in memory: the same operations on it
//! and on a copy have the same results, and the tree below is changed alike.

use std::sync::{Arc, Mutex, MutexGuard};

use proptest::prelude::*;
use wardian_vfs::{
    Create, Errno, Fingerprint, Ino, Listed, Live, LivePlace, LowerEntry, LowerKind, NodeKind,
    Quota, Room, SetTime, Vfs,
};

use super::memory::{CTX, OWNER, fill};
use super::oracle::{image, run, step};

/// The other filesystem, with what was removed while open.
struct Outside(Mutex<Vfs>);

impl Outside {
    fn lock(&self) -> MutexGuard<'_, Vfs> {
        self.0.lock().unwrap()
    }
}

fn entry(vfs: &Vfs, name: &[u8], ino: Ino) -> LowerEntry {
    let stat = vfs.stat(ino).unwrap();
    LowerEntry {
        name: name.to_vec(),
        kind: match stat.kind {
            NodeKind::Directory => LowerKind::Directory,
            NodeKind::Symlink => LowerKind::Symlink(vfs.readlink(ino).unwrap().to_vec()),
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

/// The directory of a path and the name in it.
fn split<'a>(vfs: &Vfs, path: &'a [u8]) -> Result<(Ino, &'a [u8]), Errno> {
    let mut at = vfs.root();
    let mut names = path.split(|byte| *byte == b'/');
    let last = names.next_back().unwrap();
    for name in names {
        at = vfs.lookup(at, name)?;
    }
    Ok((at, last))
}

impl Live for Outside {
    fn look(&self, path: &[u8]) -> Result<Option<LowerEntry>, Errno> {
        let vfs = self.lock();
        let (dir, name) = split(&vfs, path)?;
        match vfs.lookup(dir, name) {
            Ok(ino) => Ok(Some(entry(&vfs, name, ino))),
            Err(Errno::Noent) => Ok(None),
            Err(errno) => Err(errno),
        }
    }

    fn list(&self, dir: &[u8], _: Option<&Fingerprint>, _: Room) -> Listed {
        let vfs = self.lock();
        let dir = vfs.find([b"/", dir].concat())?;
        let entries = vfs.entries(dir)?;
        let entries = entries.map(|found| entry(&vfs, found.name, found.ino));
        Ok(Some((Fingerprint::default(), entries.collect())))
    }

    fn read(&self, file: &LivePlace, offset: u64, buffer: &mut [u8]) -> Result<usize, Errno> {
        self.lock().read(Ino(file.seen.node), offset, buffer)
    }

    fn write(&self, file: &LivePlace, offset: u64, data: &[u8]) -> Result<usize, Errno> {
        self.lock().write(&CTX, Ino(file.seen.node), offset, data)
    }

    fn set_size(&self, file: &LivePlace, size: u64) -> Result<(), Errno> {
        self.lock().truncate(&CTX, Ino(file.seen.node), size)
    }

    fn create(&self, path: &[u8], kind: &LowerKind, mode: u16) -> Result<LowerEntry, Errno> {
        let mut vfs = self.lock();
        let (dir, name) = split(&vfs, path)?;
        let kind = match kind {
            LowerKind::Regular => Create::Regular,
            LowerKind::Directory => Create::Directory,
            LowerKind::Symlink(target) => Create::Symlink(target),
        };
        let ino = vfs.create(&CTX, dir, name, kind, mode)?;
        Ok(entry(&vfs, name, ino))
    }

    fn remove(&self, place: &LivePlace, is_directory: bool, _: bool) -> Result<(), Errno> {
        let mut vfs = self.lock();
        let (dir, name) = split(&vfs, &place.path)?;
        assert_eq!(vfs.lookup(dir, name), Ok(Ino(place.seen.node)));
        if is_directory {
            vfs.rmdir(&CTX, dir, name)
        } else {
            vfs.unlink(&CTX, dir, name)
        }
    }

    fn rename(
        &self,
        from: &LivePlace,
        to: &[u8],
        _: Option<(&LivePlace, bool)>,
    ) -> Result<(), Errno> {
        let mut vfs = self.lock();
        let (from, to) = (split(&vfs, &from.path)?, split(&vfs, to)?);
        vfs.rename(&CTX, from.0, from.1, to.0, to.1)
    }

    fn link(&self, from: &LivePlace, to: &[u8]) -> Result<LowerEntry, Errno> {
        let mut vfs = self.lock();
        let (dir, name) = split(&vfs, to)?;
        vfs.link(&CTX, Ino(from.seen.node), dir, name)?;
        Ok(entry(&vfs, name, Ino(from.seen.node)))
    }

    fn set_mode(&self, place: &LivePlace, mode: u16) -> Result<(), Errno> {
        self.lock().chmod(&CTX, Ino(place.seen.node), mode)
    }

    fn set_times(&self, place: &LivePlace, one: SetTime, other: SetTime) -> Result<(), Errno> {
        self.lock()
            .set_times(&CTX, Ino(place.seen.node), one, other)
    }

    fn forget(&self, _: &Fingerprint) {}
}

fn outside() -> Arc<Outside> {
    let mut vfs = Vfs::new(Quota::default(), 50);
    let root = vfs.root();
    let ctx = wardian_vfs::Ctx {
        cred: wardian_vfs::Cred::ROOT,
        now: 50,
    };
    vfs.chown(&ctx, root, Some(OWNER.uid), Some(OWNER.gid))
        .unwrap();
    fill(&mut vfs, root);
    Arc::new(Outside(Mutex::new(vfs)))
}

fn filesystem() -> Vfs {
    let mut vfs = Vfs::new(Quota::default(), 50);
    let root = vfs.root();
    let ctx = wardian_vfs::Ctx {
        cred: wardian_vfs::Cred::ROOT,
        now: 50,
    };
    vfs.chmod(&ctx, root, 0o777).unwrap();
    vfs
}

fn mounted(live: &Arc<Outside>, is_read_only: bool) -> Vfs {
    let mut vfs = filesystem();
    let root = vfs.root();
    let top = entry(&live.lock(), b"", Ino(1));
    vfs.mount_live(root, b"m", live.clone(), &top, OWNER, is_read_only, 50)
        .unwrap();
    vfs
}

/// Path, kind, mode, size, contents.
type Shown = (Vec<u8>, NodeKind, u16, u64, Vec<u8>);

/// What is below `/m`, or below `/`: without link counts, which live trees do not
/// tell.
fn below(vfs: &Vfs, top: &[u8]) -> Vec<Shown> {
    image(vfs)
        .into_iter()
        .filter_map(|(path, kind, mode, _, _, size, contents)| {
            let path = path.strip_prefix(top)?.to_vec();
            (!path.is_empty()).then_some((path, kind, mode, size, contents))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 150,
        ..ProptestConfig::default()
    })]
    #[test]
    fn live_and_copied_trees_are_alike(steps in prop::collection::vec(step(), 1..40)) {
        let live = outside();
        let mut one = mounted(&live, false);
        let mut other = filesystem();
        let root = other.root();
        let copy = other.create(&CTX, root, b"m", Create::Directory, 0o755).unwrap();
        fill(&mut other, copy);
        let before = one.usage();
        for step in &steps {
            let left = run(&mut one, step);
            // What only one of them can: neither does.
            if matches!(left, Err(Errno::Busy | Errno::Xdev)) {
                continue;
            }
            prop_assert_eq!(left, run(&mut other, step), "{:?}", step);
        }
        one.refresh_below(b"/m").unwrap();
        prop_assert_eq!(below(&one, b"m/"), below(&other, b"m/"));
        prop_assert_eq!(below(&live.lock(), b""), below(&other, b"m/"));
        let _ = one.remove_all("/out", 60);
        prop_assert_eq!(one.usage(), before, "nothing of it is charged");
    }

    #[test]
    fn read_only_trees_are_never_changed(steps in prop::collection::vec(step(), 1..40)) {
        let live = outside();
        let before = image(&live.lock());
        let mut vfs = mounted(&live, true);
        for step in &steps {
            let _ = run(&mut vfs, step);
        }
        for path in ["/m/a", "/m/f", "/m/l", "/m"] {
            let _ = vfs.remove_all(path, 60);
            let _ = vfs.write_file(path, b"x", 0o644, 60);
        }
        prop_assert_eq!(image(&live.lock()), before);
    }
}
