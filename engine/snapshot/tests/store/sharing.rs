//! What snapshots have in common is stored once.

use wardian_snapshot::Store;
use wardian_vfs::{Cred, Ctx, Quota, Vfs};

/// Contents that are nowhere twice.
fn contents(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// Saves files, changes one in a hundred, saves again; the ratio in percent.
fn second_save(count: u64, length: usize, change: impl Fn(&mut Vfs, u64)) -> f64 {
    let quota = Quota {
        bytes: 4 << 30,
        ..Quota::default()
    };
    let mut vfs = Vfs::new(quota, 0);
    for number in 0..count {
        let path = format!("/d{}/f{number}", number % 100);
        vfs.write_file(path, &contents(number, length), 0o644, number)
            .unwrap();
    }
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_relaxed(directory.path()).unwrap();
    let first = store.save(&vfs, "first").unwrap();
    // Spread over the whole tree.
    for number in (0..count).step_by(100) {
        change(&mut vfs, number);
    }
    let second = store.save(&vfs, "second").unwrap();
    let same = store.save(&vfs, "same").unwrap();
    assert_eq!((same.bytes_written, same.root), (0, second.root));
    second.bytes_written as f64 * 100.0 / first.bytes_written as f64
}

#[test]
fn the_second_save_of_small_files_writes_little() {
    let ratio = second_save(10_000, 4096, |vfs, number| {
        let path = format!("/d{}/f{number}", number % 100);
        vfs.write_file(path, &contents(number + 1_000_000, 4096), 0o644, 5_000)
            .unwrap();
    });
    assert!(ratio <= 3.0, "{ratio} %");
}

#[test]
fn the_second_save_of_great_files_writes_little() {
    let ratio = second_save(1600, 64 << 10, |vfs, number| {
        let path = format!("/d{}/f{number}", number % 100);
        vfs.write_file(path, &contents(number + 1_000_000, 64 << 10), 0o644, 5_000)
            .unwrap();
    });
    assert!(ratio <= 1.5, "{ratio} %");
}

#[test]
fn a_changed_block_of_a_great_file_costs_a_chunk_and_a_few_pages() {
    let mut vfs = Vfs::new(Quota::default(), 0);
    let ino = vfs
        .write_file("/big", &contents(1, 40 << 20), 0o644, 1)
        .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_relaxed(directory.path()).unwrap();
    store.save(&vfs, "first").unwrap();
    let ctx = Ctx {
        cred: Cred::ROOT,
        now: 2,
    };
    vfs.write(&ctx, ino, 20 << 20, b"changed").unwrap();
    let second = store.save(&vfs, "second").unwrap();
    assert!(second.bytes_written < 80_000, "{second:?}");
}

#[test]
fn equal_contents_are_stored_once_and_loaded_once() {
    let mut vfs = Vfs::new(Quota::default(), 0);
    for number in 0..100 {
        vfs.write_file(format!("/f{number}"), &contents(1, 65_536), 0o644, 1)
            .unwrap();
    }
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open_relaxed(directory.path()).unwrap();
    let report = store.save(&vfs, "s").unwrap();
    assert!(report.bytes_written < 100_000, "{report:?}");
    let loaded = store
        .load("s", &wardian_snapshot::Limits::default())
        .unwrap();
    let chunk = |path: &str| {
        let ino = loaded.find(path).unwrap();
        std::sync::Arc::as_ptr(loaded.chunks(ino, 0).unwrap().next().unwrap().1)
    };
    assert_eq!(chunk("/f0"), chunk("/f99"));
}
