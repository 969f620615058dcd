//! Whatever happens to the files of a store, loading answers with an error that
//! names what is damaged, or with the tree as it was.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use wardian_snapshot::{ErrorKind, Limits, Store};

use crate::trees::{seen, steps, tree};

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = ["packs", "refs"]
        .iter()
        .flat_map(|folder| fs::read_dir(directory.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[derive(Clone, Debug)]
enum Damage {
    Flip(usize, u8),
    Cut(usize),
    Extend(Vec<u8>),
    Remove,
    Zero(usize, usize),
    Swap,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        6 => (any::<usize>(), 1..=255_u8).prop_map(|(place, bits)| Damage::Flip(place, bits)),
        2 => any::<usize>().prop_map(Damage::Cut),
        1 => prop::collection::vec(any::<u8>(), 1..50).prop_map(Damage::Extend),
        1 => Just(Damage::Remove),
        1 => (any::<usize>(), 1..5000_usize).prop_map(|(place, count)| Damage::Zero(place, count)),
        1 => Just(Damage::Swap),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 200,
        ..ProptestConfig::default()
    })]
    #[test]
    fn is_named_or_harmless(
        steps in steps(),
        which in any::<prop::sample::Index>(),
        damage in damage(),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let vfs = tree(&steps);
        Store::open_relaxed(directory.path()).unwrap().save(&vfs, "s").unwrap();
        let files = files(directory.path());
        let path = &files[which.index(files.len())];
        let mut bytes = fs::read(path).unwrap();
        match damage.clone() {
            Damage::Flip(place, bits) => {
                let place = place % bytes.len();
                bytes[place] ^= bits;
            }
            Damage::Cut(length) => bytes.truncate(length % bytes.len()),
            Damage::Extend(more) => bytes.extend(more),
            Damage::Remove => {}
            Damage::Zero(place, count) => {
                let place = place % bytes.len();
                let end = bytes.len().min(place + count);
                bytes[place..end].fill(0);
            }
            Damage::Swap => bytes = fs::read(&files[0]).unwrap(),
        }
        fs::remove_file(path).unwrap();
        if !matches!(damage, Damage::Remove) {
            fs::write(path, &bytes).unwrap();
        }
        let store = Store::open_relaxed(directory.path()).unwrap();
        let verified = store.verify("s", &Limits::default());
        match store.load("s", &Limits::default()) {
            Ok(loaded) => {
                prop_assert_eq!(seen(&loaded), seen(&vfs));
                prop_assert!(verified.unwrap().problems.is_empty());
            }
            Err(error) => {
                prop_assert!(verified.is_err() || !verified.unwrap().problems.is_empty());
                let text = error.to_string();
                let file = path.file_name().unwrap().to_str().unwrap();
                // Damaged indexes are named with the object that is missed.
                prop_assert!(
                    text.contains(file) || text.contains("object ") || file == "s",
                    "{} {}", file, text
                );
                prop_assert!(error.kind() != ErrorKind::Limit, "{}", text);
            }
        }
    }
}

/// Damages a byte of the pack in which the only file's contents lie.
#[test]
fn a_damaged_chunk_is_named_with_what_was_expected_and_found() {
    let directory = tempfile::tempdir().unwrap();
    let mut vfs = tree(&[]);
    vfs.write_file("/file", b"some contents of a file", 0o644, 1)
        .unwrap();
    let store = Store::open(directory.path()).unwrap();
    store.save(&vfs, "s").unwrap();
    let pack = files(directory.path())
        .into_iter()
        .find(|path| {
            fs::read(path)
                .unwrap()
                .windows(13)
                .any(|part| part == b"some contents")
        })
        .unwrap();
    let mut bytes = fs::read(&pack).unwrap();
    let place = bytes.windows(4).position(|part| part == b"some").unwrap();
    bytes[place] = b'S';
    fs::write(&pack, bytes).unwrap();
    let error = store.load("s", &Limits::default()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    let expected = wardian_snapshot::Hash::of(b"some contents of a file");
    let found = wardian_snapshot::Hash::of(b"Some contents of a file");
    let pack = pack.file_name().unwrap().to_str().unwrap();
    assert_eq!(
        error.to_string(),
        format!("object {expected}: in packs/{pack} has the hash {found}")
    );
    let problems = store.verify("s", &Limits::default()).unwrap().problems;
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].to_string(), error.to_string());
}

#[test]
fn one_damaged_snapshot_does_not_hide_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let vfs = tree(&[]);
    let store = Store::open(directory.path()).unwrap();
    store.save(&vfs, "a").unwrap();
    store.save(&vfs, "b").unwrap();
    fs::write(directory.path().join("refs/a"), b"rubbish").unwrap();
    let listed = store.list().unwrap();
    assert_eq!(listed[0].as_ref().unwrap_err().subject(), "refs/a");
    assert_eq!(listed[1].as_ref().unwrap().name, "b");
    assert!(store.load("b", &Limits::default()).is_ok());
    // Nothing is thrown away while it is unclear what is needed.
    assert_eq!(store.collect_garbage().unwrap_err().subject(), "refs/a");
    assert!(store.load("b", &Limits::default()).is_ok());
}
