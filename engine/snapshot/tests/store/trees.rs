//! Random filesystems, and all that can be seen of one.

use std::collections::BTreeMap;

use proptest::prelude::*;
use wardian_vfs::{Create, Cred, Ctx, Device, Ino, NodeKind, Quota, SetTime, Stat, Vfs};

/// One step of making a filesystem. Numbers pick among what is there.
#[derive(Clone, Debug)]
pub enum Step {
    File(usize, u8, Vec<u8>, u64),
    Dir(usize, u8),
    Crowd(usize, u16),
    Symlink(usize, u8, Vec<u8>),
    Fifo(usize, u8),
    Device(usize, u8),
    Link(usize, usize, u8),
    Remove(usize, u8),
    Rename(usize, u8, usize, u8),
    Write(usize, u64, Vec<u8>),
    Truncate(usize, u64),
    Attributes(usize, u16, u32, u32, u64, u64),
}

pub fn step() -> impl Strategy<Value = Step> {
    let pick = || any::<usize>();
    let offset = || {
        prop_oneof![
            0..100_u64,
            0..300_000_u64,
            Just(1 << 16),
            Just(2 << 16),
            Just(100 << 20)
        ]
    };
    let data = || {
        prop_oneof![
            3 => prop::collection::vec(any::<u8>(), 0..40),
            1 => (any::<u8>(), 0..200_000_usize).prop_map(|(byte, length)| vec![byte; length]),
        ]
    };
    prop_oneof![
        6 => (pick(), any::<u8>(), data(), offset())
            .prop_map(|(dir, name, data, at)| Step::File(dir, name, data, at)),
        4 => (pick(), any::<u8>()).prop_map(|(dir, name)| Step::Dir(dir, name)),
        1 => (pick(), 1..300_u16).prop_map(|(dir, count)| Step::Crowd(dir, count)),
        2 => (pick(), any::<u8>(), prop::collection::vec(1..255_u8, 1..30))
            .prop_map(|(dir, name, target)| Step::Symlink(dir, name, target)),
        1 => (pick(), any::<u8>()).prop_map(|(dir, name)| Step::Fifo(dir, name)),
        1 => (pick(), any::<u8>()).prop_map(|(dir, name)| Step::Device(dir, name)),
        2 => (pick(), pick(), any::<u8>()).prop_map(|(node, dir, name)| Step::Link(node, dir, name)),
        2 => (pick(), any::<u8>()).prop_map(|(dir, name)| Step::Remove(dir, name)),
        2 => (pick(), any::<u8>(), pick(), any::<u8>())
            .prop_map(|(from, old, to, new)| Step::Rename(from, old, to, new)),
        3 => (pick(), offset(), data()).prop_map(|(node, at, data)| Step::Write(node, at, data)),
        1 => (pick(), offset()).prop_map(|(node, size)| Step::Truncate(node, size)),
        3 => (pick(), 0..0o10000_u16, any::<u32>(), any::<u32>(), any::<u64>(), any::<u64>())
            .prop_map(|(node, mode, uid, gid, a, m)| Step::Attributes(node, mode, uid, gid, a, m)),
    ]
}

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 0..60)
}

/// Names of few kinds: some strange, some long.
fn name(seed: u8) -> Vec<u8> {
    match seed % 16 {
        0 => b"\xff\xfe not UTF-8".to_vec(),
        1 => b"new\nline".to_vec(),
        2 => vec![b'n'; 255],
        3 => b" ".to_vec(),
        other => vec![b'a' + other % 4],
    }
}

/// Applies steps; those that make no sense do nothing.
pub fn apply(vfs: &mut Vfs, steps: &[Step]) {
    for (now, step) in (1_700_000_000_123_456_789..).zip(steps) {
        let ctx = Ctx {
            cred: Cred::ROOT,
            now,
        };
        take(vfs, &ctx, step);
    }
}

fn take(vfs: &mut Vfs, ctx: &Ctx, step: &Step) {
    let nodes: Vec<Ino> = vfs.nodes(Ino(0)).collect();
    let is_dir = |ino: &Ino| vfs.stat(*ino).unwrap().kind == NodeKind::Directory;
    let dirs: Vec<Ino> = nodes.iter().copied().filter(is_dir).collect();
    let dir = |pick: usize| dirs[pick % dirs.len()];
    let node = |pick: usize| nodes[pick % nodes.len()];
    // Failures are fine: the tree stays as it is.
    match step {
        Step::File(at, seed, data, offset) => {
            if let Ok(ino) = vfs.create(ctx, dir(*at), &name(*seed), Create::Regular, 0o644) {
                let _ = vfs.write(ctx, ino, *offset, data);
            }
        }
        Step::Dir(at, seed) => {
            let _ = vfs.create(ctx, dir(*at), &name(*seed), Create::Directory, 0o755);
        }
        Step::Crowd(at, count) => {
            for number in 0..*count {
                let name = format!("member {number}");
                let made = vfs.create(ctx, dir(*at), name.as_bytes(), Create::Regular, 0o600);
                if let Ok(ino) = made {
                    let _ = vfs.write(ctx, ino, 0, name.as_bytes());
                }
            }
        }
        Step::Symlink(at, seed, target) => {
            let _ = vfs.create(ctx, dir(*at), &name(*seed), Create::Symlink(target), 0o777);
        }
        Step::Fifo(at, seed) => {
            let _ = vfs.create(ctx, dir(*at), &name(*seed), Create::Fifo, 0o640);
        }
        Step::Device(at, seed) => {
            let device = [
                Device::Null,
                Device::Zero,
                Device::Full,
                Device::Random,
                Device::Tty,
            ];
            let kind = Create::Device(device[usize::from(*seed) % 5]);
            let _ = vfs.create(ctx, dir(*at), &name(*seed), kind, 0o666);
        }
        Step::Link(what, at, seed) => {
            let _ = vfs.link(ctx, node(*what), dir(*at), &name(*seed));
        }
        Step::Remove(at, seed) => {
            let _ = vfs.unlink(ctx, dir(*at), &name(*seed));
            let _ = vfs.rmdir(ctx, dir(*at), &name(*seed));
        }
        Step::Rename(from, old, to, new) => {
            let _ = vfs.rename(ctx, dir(*from), &name(*old), dir(*to), &name(*new));
        }
        Step::Write(what, offset, data) => {
            let _ = vfs.write(ctx, node(*what), *offset, data);
        }
        Step::Truncate(what, size) => {
            let _ = vfs.truncate(ctx, node(*what), *size);
        }
        Step::Attributes(what, mode, uid, gid, accessed, modified) => {
            let ino = node(*what);
            let _ = vfs.chown(ctx, ino, Some(*uid), Some(*gid));
            let _ = vfs.chmod(ctx, ino, *mode);
            let times = (SetTime::At(*accessed), SetTime::At(*modified));
            let _ = vfs.set_times(ctx, ino, times.0, times.1);
        }
    }
}

/// A filesystem with the standard layout and these steps.
pub fn tree(steps: &[Step]) -> Vfs {
    let mut vfs = Vfs::new(Quota::default(), 5);
    vfs.populate_base(6).unwrap();
    apply(&mut vfs, steps);
    vfs
}

/// All that can be seen of a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    pub stat: Stat,
    /// Chunks, link target, or entries in order of creation.
    pub inside: Vec<(u64, Vec<u8>)>,
}

/// All that can be seen of a filesystem, by number of node.
pub fn seen(vfs: &Vfs) -> BTreeMap<u64, Seen> {
    let vfs = vfs.fork();
    let look = |ino: Ino| {
        let stat = vfs.stat(ino).unwrap();
        let inside = match stat.kind {
            NodeKind::Regular => {
                let chunks = vfs.chunks(ino, 0).unwrap();
                chunks
                    .map(|(index, chunk)| (index, chunk.to_vec()))
                    .collect()
            }
            NodeKind::Symlink => vec![(0, vfs.readlink(ino).unwrap().to_vec())],
            NodeKind::Directory => {
                let entries = vfs.entries(ino).unwrap();
                let entry = |entry: wardian_vfs::Entry<'_>| {
                    [
                        (entry.ino.0, entry.name.to_vec()),
                        (entry.cookie, Vec::new()),
                    ]
                };
                let parent = (
                    vfs.parent_of(ino).unwrap().0,
                    vfs.path_of(ino).unwrap_or_default(),
                );
                entries.flat_map(entry).chain([parent]).collect()
            }
            _ => Vec::new(),
        };
        (ino.0, Seen { stat, inside })
    };
    vfs.nodes(Ino(0)).map(look).collect()
}
