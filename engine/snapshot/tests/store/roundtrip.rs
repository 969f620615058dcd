//! What is saved comes back.

use proptest::prelude::*;
use wardian_snapshot::{ErrorKind, Limits, Store};
use wardian_vfs::{Create, Cred, Ctx, Quota, Vfs};

use crate::trees::{apply, seen, steps, tree};

const ROOT: Ctx = Ctx {
    cred: Cred::ROOT,
    now: 77,
};

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 48,
        ..ProptestConfig::default()
    })]
    #[test]
    fn random_trees_come_back(first in steps(), more in steps()) {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_relaxed(directory.path()).unwrap();
        let before = tree(&first);
        let mut after = before.fork();
        apply(&mut after, &more);
        let one = store.save(&before, "one").unwrap();
        let two = store.save(&after, "two").unwrap();
        for (vfs, name, root) in [(&before, "one", one.root), (&after, "two", two.root)] {
            // A store opened afresh knows only what is on the disk.
            let store = Store::open_relaxed(directory.path()).unwrap();
            let loaded = store.load(name, &Limits::default()).unwrap();
            prop_assert_eq!(seen(&loaded), seen(vfs));
            prop_assert_eq!(loaded.usage(), vfs.usage());
            prop_assert_eq!(loaded.next_ino(), vfs.next_ino());
            let verified = store.verify(name, &Limits::default()).unwrap();
            prop_assert!(verified.problems.is_empty(), "{:?}", verified.problems);
            prop_assert_eq!(verified.inodes, vfs.usage().inodes);
            // Equal trees are equal snapshots, and cost a root at most.
            let again = store.save(&loaded, "again").unwrap();
            prop_assert_eq!(again.root, root);
            prop_assert_eq!((again.objects_written, again.bytes_written), (0, 0));
        }
    }
}

#[test]
fn a_loaded_tree_lives_on() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let mut vfs = tree(&[]);
    for number in 0..200 {
        vfs.write_file(format!("/d/{number}"), b"text", 0o644, 1)
            .unwrap();
    }
    store.save(&vfs, "s").unwrap();
    let mut loaded = store.load("s", &Limits::default()).unwrap();
    for vfs in [&mut vfs, &mut loaded] {
        vfs.remove_all("/d/7", 2).unwrap();
        vfs.write_file("/d/new", &[1; 100_000], 0o644, 3).unwrap();
        let etc = vfs.find("/etc").unwrap();
        let file = vfs.find("/d/8").unwrap();
        vfs.link(&ROOT, file, etc, b"linked").unwrap();
    }
    assert_eq!(seen(&loaded), seen(&vfs));
    assert_eq!(loaded.usage(), vfs.usage());
}

#[test]
fn files_that_are_only_open_are_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let mut vfs = tree(&[]);
    let ino = vfs.write_file("/gone", b"text", 0o644, 1).unwrap();
    vfs.retain(ino).unwrap();
    vfs.remove_all("/gone", 2).unwrap();
    store.save(&vfs, "s").unwrap();
    let loaded = store.load("s", &Limits::default()).unwrap();
    assert!(loaded.stat(ino).is_err());
    assert_eq!(loaded.usage(), vfs.fork().usage());
}

#[test]
fn a_great_hole_costs_nothing() {
    let quota = Quota {
        file_size_bytes: u64::MAX,
        ..Quota::default()
    };
    let mut vfs = Vfs::new(quota, 0);
    let root = vfs.root();
    let ino = vfs
        .create(&ROOT, root, b"sparse", Create::Regular, 0o600)
        .unwrap();
    vfs.write(&ROOT, ino, (1 << 62) + 5, b"end").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let report = store.save(&vfs, "s").unwrap();
    assert!(report.bytes_written < 2000, "{report:?}");
    let limits = Limits {
        quota,
        ..Limits::default()
    };
    let loaded = store.load("s", &limits).unwrap();
    assert_eq!(seen(&loaded), seen(&vfs));
}

#[test]
fn names() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let kind = |name: &str| {
        store
            .load(name, &Limits::default())
            .err()
            .map(|error| error.kind())
    };
    assert_eq!(kind("none"), Some(ErrorKind::NoSnapshot));
    assert_eq!(kind("../etc/passwd"), Some(ErrorKind::BadName));
    let vfs = tree(&[]);
    assert_eq!(
        store.save(&vfs, "a/b").unwrap_err().kind(),
        ErrorKind::BadName
    );
    store.save(&vfs, "b").unwrap();
    store.save(&vfs, "a").unwrap();
    let listed = || -> Vec<String> {
        let listed = store.list().unwrap().into_iter();
        listed.map(|snapshot| snapshot.unwrap().name).collect()
    };
    assert_eq!(listed(), ["a", "b"]);
    store.remove("a").unwrap();
    assert_eq!(store.remove("a").unwrap_err().kind(), ErrorKind::NoSnapshot);
    assert_eq!(listed(), ["b"]);
}
