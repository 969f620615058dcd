//! What trees below cost: how often a host is asked on the way along a path, how
//! often the path is gone through, and what is kept of a tree.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::{Fingerprint, Listed, Live, LivePlace, Lower, LowerEntry, LowerFile, LowerKind, Room};
use crate::resolve::Resolution;
use crate::{At, Create, Cred, Ctx, Errno, Follow, PathMode, Quota, Resolved, SetTime, Vfs};

/// How deep paths go.
const DEPTH: usize = 2000;

/// A tree without an end: each name is a directory, but `l0`, `l1` and so on are
/// links that lead far down, each to the next one.
#[derive(Default)]
struct Endless {
    nodes: Mutex<HashMap<Vec<u8>, u64>>,
    next: AtomicU64,
    looks: AtomicUsize,
    created: AtomicUsize,
    modes: Mutex<Vec<u16>>,
}

impl Endless {
    fn entry(&self, path: &[u8]) -> LowerEntry {
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
        let mut nodes = self.nodes.lock().unwrap();
        let node = *nodes
            .entry(path.to_vec())
            .or_insert_with(|| self.next.fetch_add(1, Ordering::Relaxed));
        let link = name
            .strip_prefix(b"l")
            .and_then(|number| String::from_utf8_lossy(number).parse::<usize>().ok());
        LowerEntry {
            name: name.to_vec(),
            kind: match link {
                Some(number) => LowerKind::Symlink(
                    format!("/m/{}l{}", "d/".repeat(DEPTH), number + 1).into_bytes(),
                ),
                None => LowerKind::Directory,
            },
            mode: 0o755,
            accessed: 0,
            seen: Fingerprint {
                node,
                ..Fingerprint::default()
            },
        }
    }
}

impl Live for Endless {
    fn look(&self, path: &[u8]) -> Result<Option<LowerEntry>, Errno> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        Ok(Some(self.entry(path)))
    }

    fn list(&self, _: &[u8], _: Option<&Fingerprint>, _: Room) -> Listed {
        Ok(None)
    }

    fn read(&self, _: &LivePlace, _: u64, _: &mut [u8]) -> Result<usize, Errno> {
        Err(Errno::Isdir)
    }

    fn write(&self, _: &LivePlace, _: u64, _: &[u8]) -> Result<usize, Errno> {
        Err(Errno::Rofs)
    }

    fn set_size(&self, _: &LivePlace, _: u64) -> Result<(), Errno> {
        Err(Errno::Rofs)
    }

    fn create(&self, path: &[u8], kind: &LowerKind, mode: u16) -> Result<LowerEntry, Errno> {
        self.created.fetch_add(1, Ordering::Relaxed);
        self.modes.lock().unwrap().push(mode);
        Ok(LowerEntry {
            kind: kind.clone(),
            ..self.entry(path)
        })
    }

    fn remove(&self, _: &LivePlace, _: bool, _: bool) -> Result<(), Errno> {
        Ok(())
    }

    fn rename(&self, _: &LivePlace, _: &[u8], _: Option<(&LivePlace, bool)>) -> Result<(), Errno> {
        Ok(())
    }

    fn link(&self, _: &LivePlace, _: &[u8]) -> Result<LowerEntry, Errno> {
        Err(Errno::Rofs)
    }

    fn set_mode(&self, _: &LivePlace, mode: u16) -> Result<(), Errno> {
        self.modes.lock().unwrap().push(mode);
        Ok(())
    }

    fn set_times(&self, _: &LivePlace, _: SetTime, _: SetTime) -> Result<(), Errno> {
        Err(Errno::Rofs)
    }

    fn forget(&self, _: &Fingerprint) {}
}

fn mounted() -> (Vfs, Arc<Endless>) {
    let mut vfs = Vfs::new(Quota::default(), 0);
    let live = Arc::new(Endless::default());
    let root = vfs.root();
    let top = live.entry(b"");
    vfs.mount_live(root, b"m", live.clone(), &top, Cred::ROOT, false, 0)
        .unwrap();
    (vfs, live)
}

/// Where a path leads, and how many steps that took.
fn resolve(vfs: &mut Vfs, path: &str) -> (Result<Resolved, Errno>, usize) {
    let at = At {
        base: vfs.root(),
        root: vfs.root(),
        cred: &Cred::ROOT,
        mode: PathMode::Posix,
    };
    let mut resolution = Resolution::new(vfs, &at, path.as_bytes(), Follow::Last).unwrap();
    let result = vfs.finish_fresh(&mut resolution);
    (result, resolution.steps)
}

#[test]
fn a_deep_path_is_gone_through_once() {
    let (mut vfs, live) = mounted();
    let path = format!("/m{}", "/d".repeat(DEPTH));
    for round in 1..=2 {
        let (result, steps) = resolve(&mut vfs, &path);
        let end = result.unwrap();
        assert_eq!(steps, DEPTH + 1);
        assert_eq!(live.looks.load(Ordering::Relaxed), round * DEPTH);
        let place = vfs.live_place(end.target.unwrap()).unwrap();
        assert_eq!(place.path, path.as_bytes()[3..]);
    }
}

#[test]
fn up_and_down_again_is_gone_through_once() {
    let (mut vfs, live) = mounted();
    let path = format!("/m/d{}", "/../d".repeat(DEPTH / 4));
    let (result, steps) = resolve(&mut vfs, &path);
    let end = result.unwrap();
    assert_eq!(steps, 2 + DEPTH / 2);
    assert_eq!(live.looks.load(Ordering::Relaxed), 1 + DEPTH / 4);
    assert_eq!(vfs.live_place(end.target.unwrap()).unwrap().path, b"d");
}

#[test]
fn links_to_far_away_are_given_up() {
    let (mut vfs, live) = mounted();
    let (result, steps) = resolve(&mut vfs, "/m/l0");
    assert_eq!(result.map(drop), Err(Errno::Loop));
    assert!(live.looks.load(Ordering::Relaxed) <= 4096);
    assert!(steps <= 2 * 4096);
}

const ROOM: Room = Room {
    entries: 5,
    text_bytes: 1000,
};

const ROOT: Ctx = Ctx {
    cred: Cred::ROOT,
    now: 0,
};

#[test]
fn a_live_tree_keeps_no_more_than_there_is_room_for() {
    let (mut vfs, live) = mounted();
    let top = vfs.find("/m").unwrap();
    let mounts = Arc::make_mut(&mut vfs.mounts);
    mounts.get_mut(top).unwrap().0.room = ROOM;
    let link = |vfs: &mut Vfs, name: &[u8]| {
        let kind = Create::Symlink(&[b'x'; 300]);
        vfs.create(&ROOT, top, name, kind, 0o777).map(drop)
    };
    for round in 1..=3 {
        for name in [b"a", b"b", b"c"] {
            assert_eq!(link(&mut vfs, name), Ok(()));
        }
        // The host is not even asked.
        assert_eq!(link(&mut vfs, b"d"), Err(Errno::Overflow));
        assert_eq!(live.created.load(Ordering::Relaxed), round * 3);
        let long = [b'n'; 200];
        assert_eq!(
            vfs.rename(&ROOT, top, b"a", top, &long),
            Err(Errno::Overflow)
        );
        assert_eq!(vfs.rename(&ROOT, top, b"a", top, b"longer"), Ok(()));
        for name in [&b"longer"[..], b"b", b"c"] {
            assert_eq!(vfs.unlink(&ROOT, top, name), Ok(()));
        }
        assert_eq!(vfs.mounts.get(top).unwrap().0.room, ROOM, "all is back");
    }
    // Nodes are counted by themselves.
    let file = |vfs: &mut Vfs, name: u8| {
        let made = vfs.create(&ROOT, top, &[name], Create::Regular, 0o644);
        made.map(drop)
    };
    for name in b'a'..b'f' {
        assert_eq!(file(&mut vfs, name), Ok(()));
    }
    assert_eq!(file(&mut vfs, b'f'), Err(Errno::Overflow));
}

/// A directory in which the same directory and link are again and again.
struct Links;

impl Lower for Links {
    fn list(&self, _: &[u8], _: &Fingerprint, _: Room) -> Result<Vec<LowerEntry>, Errno> {
        let entry = |name: &[u8], kind| LowerEntry {
            name: name.to_vec(),
            kind,
            mode: 0o777,
            accessed: 0,
            seen: Fingerprint::default(),
        };
        Ok(vec![
            entry(b"dir", LowerKind::Directory),
            entry(b"link", LowerKind::Symlink(vec![b'x'; 300])),
        ])
    }

    fn read(&self, _: &LowerFile, _: u64, _: &mut [u8]) -> Result<usize, Errno> {
        Err(Errno::Io)
    }
}

#[test]
fn an_overlay_keeps_no_more_than_there_is_room_for() {
    let long = Room {
        entries: 1000,
        text_bytes: 3300,
    };
    for (room, most) in [(ROOM, 2), (long, 10)] {
        let mut vfs = Vfs::new(Quota::default(), 0);
        let root = vfs.root();
        let top = Endless::default().entry(b"");
        let top = vfs.mount(root, b"m", Arc::new(Links), &top, Cred::ROOT, false, 0);
        let mounted = vfs.mounts.get(top.unwrap()).unwrap().0;
        *mounted.mount.room.lock().unwrap() = room;
        let deep = |depth| vfs.find(format!("/m{}", "/dir".repeat(depth))).map(drop);
        assert_eq!(deep(most), Ok(()));
        assert_eq!(deep(most + 1), Err(Errno::Overflow));
        assert_eq!(deep(most), Ok(()), "what is known stays");
    }
}

#[test]
fn no_set_id_bits_leave_the_sandbox() {
    let (mut vfs, live) = mounted();
    let top = vfs.find("/m").unwrap();
    let file = vfs.create(&ROOT, top, b"file", Create::Regular, 0o6755);
    let file = file.unwrap();
    assert_eq!(vfs.chmod(&ROOT, file, 0o7711), Ok(()));
    assert_eq!(*live.modes.lock().unwrap(), [0o755, 0o711]);
    assert_eq!(vfs.stat(file).unwrap().mode, 0o711);
}
