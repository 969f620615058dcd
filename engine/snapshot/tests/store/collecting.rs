//! Garbage goes, what is needed stays.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use wardian_snapshot::{Collection, Limits, Store};

use crate::trees::{apply, seen, steps, tree};

fn packs(directory: &Path) -> usize {
    fs::read_dir(directory.join("packs")).unwrap().count()
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 24,
        ..ProptestConfig::default()
    })]
    #[test]
    fn what_is_left_still_loads(
        changes in prop::collection::vec((steps(), any::<bool>()), 1..14),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_relaxed(directory.path()).unwrap();
        let mut vfs = tree(&[]);
        let mut kept = Vec::new();
        for (number, (steps, keep)) in changes.iter().enumerate() {
            apply(&mut vfs, steps);
            let name = format!("s{number}");
            store.save(&vfs, &name).unwrap();
            if *keep {
                kept.push((name, vfs.fork()));
            } else {
                store.remove(&name).unwrap();
            }
        }
        store.collect_garbage().unwrap();
        // The first may leave enough small packs to be put together.
        store.collect_garbage().unwrap();
        prop_assert_eq!(store.collect_garbage().unwrap(), Collection::default());
        prop_assert!(!kept.is_empty() || packs(directory.path()) == 0);
        for store in [&store, &Store::open_relaxed(directory.path()).unwrap()] {
            for (name, vfs) in &kept {
                let loaded = store.load(name, &Limits::default()).unwrap();
                prop_assert_eq!(seen(&loaded), seen(vfs));
            }
        }
    }
}

#[test]
fn another_process_sees_what_was_collected_and_saved() {
    let directory = tempfile::tempdir().unwrap();
    let one = Store::open(directory.path()).unwrap();
    let two = Store::open(directory.path()).unwrap();
    let mut vfs = tree(&[]);
    vfs.write_file("/file", &[1; 1_000_000], 0o644, 1).unwrap();
    one.save(&vfs, "s").unwrap();
    two.remove("s").unwrap();
    let collected = two.collect_garbage().unwrap();
    assert_eq!((collected.packs_removed, packs(directory.path())), (2, 0));
    // The first store must not believe that the objects are still there.
    one.save(&vfs, "again").unwrap();
    let loaded = two.load("again", &Limits::default()).unwrap();
    assert_eq!(seen(&loaded), seen(&vfs));
}

#[test]
fn what_interrupted_writers_left_goes() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    fs::write(directory.path().join("tmp/123-0"), b"half a pack").unwrap();
    store.collect_garbage().unwrap();
    assert_eq!(
        fs::read_dir(directory.path().join("tmp")).unwrap().count(),
        0
    );
}

#[test]
fn many_saves_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_relaxed(directory.path()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for round in 0..5 {
                    let mut vfs = tree(&[]);
                    vfs.write_file(format!("/{thread}"), &[round; 70_000], 0o644, 1)
                        .unwrap();
                    let name = format!("t{thread}");
                    store.save(&vfs, &name).unwrap();
                    if round == 3 {
                        store.collect_garbage().unwrap();
                    }
                    let loaded = store.load(&name, &Limits::default()).unwrap();
                    assert_eq!(seen(&loaded), seen(&vfs));
                }
            });
        }
    });
}
