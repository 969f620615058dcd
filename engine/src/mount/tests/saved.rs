//! Saved overlays: what they take on a disk, and what is read of them.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};

use wardian_vfs::Create;

use super::{Overlay, ROOT};
use crate::mount::{Apply, OverlayChanges};

const LENGTH: u64 = 1 << 30;

/// A file of 1 GiB with little in it, of which some lies on the host.
fn long() -> Overlay {
    let folder = tempfile::tempdir().unwrap();
    let file = File::create(folder.path().join("below")).unwrap();
    file.set_len(300 << 20).unwrap();
    file.write_all_at(b"from the host", 200 << 20).unwrap();
    let mut overlay = Overlay::over(folder);
    let new = overlay.create("new", Create::Regular, 0o644);
    let below = overlay.ino("below");
    for ino in [new, below] {
        let vfs = &mut overlay.vfs;
        vfs.write(&ROOT, ino, 600 << 20, b"bytes").unwrap();
        // Zeros that were written.
        vfs.write(&ROOT, ino, 5 << 20, &[0; 1 << 20]).unwrap();
        vfs.truncate(&ROOT, ino, LENGTH).unwrap();
    }
    overlay
}

#[test]
fn what_is_long_but_empty_takes_no_room() {
    let overlay = long();
    let mut saved = Vec::new();
    overlay.changes().save(&mut saved).unwrap();
    assert!(saved.len() < 64 << 10, "{} bytes", saved.len());

    let loaded = OverlayChanges::load(&*saved).unwrap();
    assert_eq!(super::list(&loaded), ["M below", "A new"]);
    assert_eq!(loaded.apply(Apply::default()).unwrap().conflicts, []);
    for (name, at, expected) in [
        ("new", 600 << 20, &b"\0bytes\0"[..]),
        ("below", 600 << 20, b"\0bytes\0"),
        ("below", 200 << 20, b"\0from the host\0"),
        ("new", 200 << 20, b"\0\0"),
        ("new", 5 << 20, b"\0\0"),
    ] {
        let file = File::open(overlay.host(name)).unwrap();
        let metadata = file.metadata().unwrap();
        assert_eq!(metadata.len(), LENGTH, "{name}");
        assert!(metadata.blocks() * 512 < 1 << 20, "{name}");
        let mut found = vec![1; expected.len()];
        file.read_exact_at(&mut found, at - 1).unwrap();
        assert_eq!(found, expected, "{name} at {at}");
    }
}

#[test]
fn what_is_too_big_is_refused_with_the_limit() {
    let mut overlay = Overlay::over(tempfile::tempdir().unwrap());
    overlay.write("file", &[7; 100_000]);
    let mut saved = Vec::new();
    overlay.changes().save(&mut saved).unwrap();
    let load = |most| OverlayChanges::load_within(&*saved, most);
    assert_eq!(super::list(&load(200_000).unwrap()), ["A file"]);
    for most in [0, 40, 1000, 99_999, saved.len() as u64 - 1] {
        let error = load(most).map(drop).unwrap_err().to_string();
        assert!(
            error.contains(&format!("more than {most} bytes")),
            "{error}"
        );
    }
    assert!(
        fs::read_dir(overlay.folder.path())
            .unwrap()
            .next()
            .is_none()
    );
}

#[test]
fn a_length_in_the_file_is_not_believed() {
    let mut overlay = Overlay::over(tempfile::tempdir().unwrap());
    overlay.write("file", &[7; 1000]);
    let mut saved = Vec::new();
    overlay.changes().save(&mut saved).unwrap();
    // The length of the contents, before these, the end of the file and of all.
    let at = saved.len() - 4 - 16 - 1000 - 8;
    assert_eq!(saved[at..at + 8], 1000_u64.to_le_bytes());
    for length in [1001, 1 << 40, u64::MAX] {
        saved[at..at + 8].copy_from_slice(&u64::to_le_bytes(length));
        assert!(OverlayChanges::load(&*saved).is_err());
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_removes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "kept").unwrap();
    let mut overlay = Overlay::over(folder);
    overlay.remove("file");
    overlay.create("file", Create::Fifo, 0o644);
    overlay.create("pipe", Create::Fifo, 0o644);
    overlay.write("other", b"new");
    let changes = overlay.changes();
    let mut saved = Vec::new();
    changes.save(&mut saved).unwrap();
    let loaded = OverlayChanges::load(&*saved).unwrap();
    assert_eq!(super::list(&loaded), ["A other"]);
    for changes in [loaded, changes] {
        assert_eq!(changes.apply(Apply::default()).unwrap().conflicts, []);
        assert_eq!(fs::read(overlay.host("file")).unwrap(), b"kept");
        assert_eq!(fs::read(overlay.host("other")).unwrap(), b"new");
        assert!(!overlay.host("pipe").exists());
    }
}
