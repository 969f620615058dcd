//! How often a host is asked on the way along a path, and how often the path is
//! gone through.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::{Fingerprint, Listed, Live, LivePlace, LowerEntry, LowerKind};
use crate::resolve::Resolution;
use crate::{At, Cred, Errno, Follow, PathMode, Quota, Resolved, SetTime, Vfs};

/// How deep paths go.
const DEPTH: usize = 2000;

/// A tree without an end: each name is a directory, but `l0`, `l1` and so on are
/// links that lead far down, each to the next one.
#[derive(Default)]
struct Endless {
    nodes: Mutex<HashMap<Vec<u8>, u64>>,
    next: AtomicU64,
    looks: AtomicUsize,
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

    fn list(&self, _: &[u8], _: Option<&Fingerprint>, _: usize) -> Listed {
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

    fn create(&self, path: &[u8], kind: &LowerKind, _: u16) -> Result<LowerEntry, Errno> {
        Ok(LowerEntry {
            kind: kind.clone(),
            ..self.entry(path)
        })
    }

    fn remove(&self, _: &LivePlace, _: bool, _: bool) -> Result<(), Errno> {
        Err(Errno::Rofs)
    }

    fn rename(&self, _: &LivePlace, _: &[u8], _: Option<(&LivePlace, bool)>) -> Result<(), Errno> {
        Err(Errno::Rofs)
    }

    fn link(&self, _: &LivePlace, _: &[u8]) -> Result<LowerEntry, Errno> {
        Err(Errno::Rofs)
    }

    fn set_mode(&self, _: &LivePlace, _: u16) -> Result<(), Errno> {
        Err(Errno::Rofs)
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
