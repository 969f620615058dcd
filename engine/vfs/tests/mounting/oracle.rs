//! The same operations on a mounted tree and on its copy in memory have the same
//! results and leave the same tree; the tree below stays as it was.

use proptest::prelude::*;
use wardian_vfs::{At, Create, Errno, Follow, Ino, NodeKind, PathMode, Quota, Resolved, Vfs};

use super::memory::{CTX, Memory, OWNER, fill, mounted};

#[derive(Clone, Debug)]
pub enum Step {
    Create(&'static str, u8),
    Write(&'static str, u64, usize),
    Truncate(&'static str, u64),
    Allocate(&'static str, u64, u64),
    Unlink(&'static str),
    Rmdir(&'static str),
    Rename(&'static str, &'static str),
    Link(&'static str, &'static str),
    Chmod(&'static str, u16),
    Fork,
}

const PATHS: &[&str] = &[
    "/m/a",
    "/m/a/b",
    "/m/a/b/f",
    "/m/a/b/g",
    "/m/a/f",
    "/m/abs",
    "/m/empty",
    "/m/empty/x",
    "/m/f",
    "/m/l",
    "/m/l/f",
    "/m/l/new",
    "/m/new",
    "/m/new/f",
    "/m/up/f",
    "/m/a/../f",
    "/out",
    "/m/a/b/",
];

fn path() -> impl Strategy<Value = &'static str> {
    prop::sample::select(PATHS)
}

fn place() -> impl Strategy<Value = u64> {
    prop_oneof![0..10_u64, 65_530..65_540_u64, 0..210_000_u64]
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (path(), 0..3_u8).prop_map(|(path, kind)| Step::Create(path, kind)),
        (path(), place(), 0..70_000_usize).prop_map(|(p, at, n)| Step::Write(p, at, n)),
        (path(), place()).prop_map(|(path, size)| Step::Truncate(path, size)),
        (path(), place(), place()).prop_map(|(p, at, n)| Step::Allocate(p, at, n)),
        path().prop_map(Step::Unlink),
        path().prop_map(Step::Rmdir),
        (path(), path()).prop_map(|(from, to)| Step::Rename(from, to)),
        (path(), path()).prop_map(|(from, to)| Step::Link(from, to)),
        (path(), 0..0o1000_u16).prop_map(|(path, mode)| Step::Chmod(path, mode | 0o700)),
        Just(Step::Fork),
    ]
}

fn resolve(vfs: &mut Vfs, path: &str, follow: Follow) -> Result<Resolved, Errno> {
    let at = At {
        base: vfs.root(),
        root: vfs.root(),
        cred: &OWNER,
        mode: PathMode::Posix,
    };
    vfs.resolve_fresh(&at, path.as_bytes(), follow)
}

fn node(vfs: &mut Vfs, path: &str) -> Result<Ino, Errno> {
    resolve(vfs, path, Follow::Last)?.target.ok_or(Errno::Noent)
}

pub fn run(vfs: &mut Vfs, step: &Step) -> Result<u64, Errno> {
    let entry = |vfs: &mut Vfs, path| resolve(vfs, path, Follow::Entry);
    match step {
        Step::Create(path, kind) => {
            let kind = match kind {
                0 => Create::Regular,
                1 => Create::Directory,
                _ => Create::Symlink(b"a/f"),
            };
            let place = entry(vfs, path)?;
            vfs.create_at(&CTX, &place, kind, 0o755).map(|_| 0)
        }
        Step::Write(path, at, length) => {
            let ino = node(vfs, path)?;
            let data = vec![*at as u8 | 1; *length];
            vfs.write(&CTX, ino, *at, &data).map(|count| count as u64)
        }
        Step::Truncate(path, size) => {
            let ino = node(vfs, path)?;
            vfs.truncate(&CTX, ino, *size).map(|()| 0)
        }
        Step::Allocate(path, at, length) => {
            let ino = node(vfs, path)?;
            vfs.allocate(&CTX, ino, *at, *length).map(|()| 0)
        }
        Step::Unlink(path) => {
            let place = entry(vfs, path)?;
            vfs.unlink_at(&CTX, &place).map(|()| 0)
        }
        Step::Rmdir(path) => {
            let place = entry(vfs, path)?;
            vfs.rmdir_at(&CTX, &place).map(|()| 0)
        }
        Step::Rename(from, to) => {
            let (from, to) = (entry(vfs, from)?, entry(vfs, to)?);
            vfs.rename_at(&CTX, &from, &to).map(|()| 0)
        }
        Step::Link(from, to) => {
            let (from, to) = (node(vfs, from)?, entry(vfs, to)?);
            vfs.link_at(&CTX, from, &to).map(|()| 0)
        }
        Step::Chmod(path, mode) => {
            let ino = node(vfs, path)?;
            vfs.chmod(&CTX, ino, *mode).map(|()| 0)
        }
        Step::Fork => {
            *vfs = vfs.fork();
            Ok(0)
        }
    }
}

/// Path, kind, mode, owner, links, size, contents.
pub type Seen = (Vec<u8>, NodeKind, u16, u32, u32, u64, Vec<u8>);

/// Everything that can be seen of a tree.
pub fn image(vfs: &Vfs) -> Vec<Seen> {
    vfs.walk("/")
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let stat = entry.stat;
            let is_dir = stat.kind == NodeKind::Directory;
            let contents = match stat.kind {
                NodeKind::Regular => {
                    let mut bytes = vec![0; stat.size_bytes as usize];
                    assert_eq!(vfs.read(stat.ino, 0, &mut bytes), Ok(bytes.len()));
                    let mut again = Vec::new();
                    while let extent = vfs.extent(stat.ino, again.len() as u64).unwrap()
                        && !extent.is_empty()
                    {
                        let mut piece = vec![1; extent.len()];
                        extent.copy_to(&mut piece);
                        again.extend(piece);
                    }
                    assert!(bytes == again);
                    bytes
                }
                NodeKind::Symlink => vfs.readlink(stat.ino).unwrap().to_vec(),
                _ => Vec::new(),
            };
            // Of a directory that was not looked into yet they are not known.
            let (size, links) = if is_dir {
                (0, 0)
            } else {
                (stat.size_bytes, stat.links)
            };
            (
                entry.path, stat.kind, stat.mode, stat.uid, links, size, contents,
            )
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
    fn mounted_and_copied_trees_are_alike(steps in prop::collection::vec(step(), 1..40)) {
        let lower = Memory::new();
        let below = image(&lower.tree);
        let (mut one, top) = mounted(&lower, Quota::default(), false);
        let mut other = Vfs::new(Quota::default(), 50);
        let root = other.root();
        other.chmod(&wardian_vfs::Ctx { cred: wardian_vfs::Cred::ROOT, now: 50 }, root, 0o777).unwrap();
        let copy = other.create(&CTX, root, b"m", Create::Directory, 0o755).unwrap();
        fill(&mut other, copy);
        let empty = one.usage();
        for step in &steps {
            let (left, right) = (run(&mut one, step), run(&mut other, step));
            // Only one of them has a mount, which stays where it is.
            if left != Err(Errno::Busy) {
                prop_assert_eq!(left, right, "{:?}", step);
            }
        }
        prop_assert_eq!(image(&one), image(&other));
        prop_assert_eq!(image(&lower.tree), below.clone());
        let pristine = one.pristine(top);
        let inside: Vec<_> = image(&pristine).into_iter().filter(|entry| entry.0.starts_with(b"m/")).map(|entry| entry.0).collect();
        let expected: Vec<_> = below.into_iter().map(|entry| [b"m/", &*entry.0].concat()).filter(|path| path != b"m/").collect();
        prop_assert_eq!(inside, expected);

        // Taking everything away gives back every byte.
        for path in ["/m/a", "/m/f", "/m/empty", "/m/l", "/m/up", "/m/abs", "/m/new", "/out"] {
            let _ = one.remove_all(path, 60);
        }
        prop_assert_eq!(one.usage().inodes, empty.inodes + 1);
        prop_assert_eq!(one.usage().bytes, empty.bytes);
    }
}
