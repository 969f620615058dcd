//! Loading of stored snapshots that somebody forged: every hash is right, what
//! the objects say is not. Loading refuses them, or gives a filesystem whose
//! accounts are right and which is stored as the same bytes again.

mod forge;

use std::fs;
use std::path::Path;

use wardian_snapshot::{ErrorKind, Limits, Store};
use wardian_vfs::Quota;

use self::forge::Forged;
use super::recount;
use crate::{Draw, Target, Trace};

pub(crate) static TARGET: Target = Target {
    name: "snapshots",
    run,
    seeds: Vec::new,
    pieces: &[],
    most_bytes: 1500,
};

const NAME: &str = "forged";

fn run(input: &[u8], trace: &mut Trace) {
    let mut draw = Draw::new(input);
    let limits = limits(&mut draw);
    let forged = Forged::draw(&mut draw);
    let directory = tempfile::tempdir().expect("a temporary directory");
    write(&forged, &directory.path().join("in"));

    let store = Store::open_relaxed(directory.path().join("in")).expect("a store");
    let verified = store.verify(NAME, &limits);
    let loaded = store.load(NAME, &limits);
    match loaded {
        Ok(tree) => {
            trace.note("good");
            recount::check(&tree, &[]);
            let usage = tree.usage();
            assert!(usage.bytes <= limits.quota.bytes, "{usage:?}");
            assert!(usage.inodes <= limits.quota.inodes, "{usage:?}");
            let problems = verified.expect("it loads").problems;
            assert!(problems.is_empty(), "{problems:?}");
            let again = Store::open_relaxed(directory.path().join("out")).expect("a store");
            let report = again.save(&tree, NAME).expect("it is saved");
            assert_eq!(
                report.root, forged.root,
                "a filesystem has one encoding: {forged:?}"
            );
        }
        Err(error) => {
            assert!(
                matches!(
                    error.kind(),
                    ErrorKind::Corrupt | ErrorKind::Missing | ErrorKind::Limit | ErrorKind::Version
                ),
                "{error}"
            );
            let sound = verified.is_ok_and(|found| found.problems.is_empty());
            assert!(!sound, "verified, but: {error}");
            trace.note(reason(&error.to_string()));
        }
    }
}

fn limits(draw: &mut Draw<'_>) -> Limits {
    let mut limits = Limits {
        page_bytes: 1 << 20,
        ..Limits::default()
    };
    match draw.byte() % 8 {
        0 => limits.depth = u32::from(draw.byte() % 4),
        1 => limits.page_bytes = draw.number() % 2000,
        2 => limits.quota.bytes = draw.number() % 3000,
        3 => limits.quota.inodes = draw.number() % 6,
        4 => limits.quota.file_size_bytes = draw.number(),
        5 => {
            limits.quota = Quota {
                name_bytes: 3,
                links: 4,
                path_bytes: 8,
                ..limits.quota
            }
        }
        _ => {}
    }
    limits
}

/// A message without its numbers and hashes.
fn reason(message: &str) -> String {
    let words = message.split_whitespace();
    let plain = words.filter(|word| !word.contains(|letter: char| letter.is_ascii_digit()));
    plain.collect::<Vec<_>>().join(" ")
}

fn write(forged: &Forged, store: &Path) {
    // The layout is that of a store; only the objects are ours.
    drop(Store::open_relaxed(store).expect("a store"));
    for folder in ["packs", "refs"] {
        fs::create_dir_all(store.join(folder)).expect("a directory");
    }
    let (name, bytes) = forged.pack();
    fs::write(store.join("packs").join(name), bytes).expect("a pack");
    fs::write(store.join("refs").join(NAME), forged.reference()).expect("a reference");
}
