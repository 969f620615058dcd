//! How fast a tree of 1 GiB is saved, loaded, verified and compared.
//! `cargo bench -p wardian-snapshot`; the directory is made where `TMPDIR` says.
#![allow(
    missing_docs,
    reason = "criterion's macro makes an undocumented function"
)]

use std::time::Duration;

use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use tempfile::TempDir;
use wardian_snapshot::{Limits, Store};
use wardian_vfs::{Quota, Vfs};

const BYTES: u64 = 1 << 30;
const QUOTA: Quota = Quota {
    bytes: 4 << 30,
    inodes: 1 << 20,
    file_size_bytes: 2 << 30,
    name_bytes: 255,
    path_bytes: 4096,
    symlink_depth: 40,
    links: 65_000,
};
const LIMITS: Limits = Limits {
    quota: QUOTA,
    depth: 4096,
    page_bytes: 1 << 30,
};

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

fn path(number: u64) -> String {
    format!("/d{}/f{number}", number % 251)
}

/// 1 GiB in files of one length.
fn tree(length: usize) -> Vfs {
    let mut vfs = Vfs::new(QUOTA, 0);
    for number in 0..BYTES / length as u64 {
        vfs.write_file(path(number), &contents(number, length), 0o644, number)
            .unwrap();
    }
    vfs
}

/// Changes one file in a hundred.
fn change(vfs: &mut Vfs, length: usize) {
    for number in (0..BYTES / length as u64).step_by(100) {
        let contents = contents(number + (1 << 32), length);
        vfs.write_file(path(number), &contents, 0o644, 1 << 40)
            .unwrap();
    }
}

type Open = fn(&std::path::Path) -> Store;

fn store(open: Open) -> (TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    (directory, store)
}

fn measure(c: &mut Criterion, length: usize) {
    let before = tree(length);
    let mut after = before.fork();
    change(&mut after, length);

    let mut group = c.benchmark_group(format!("1 GiB in files of {length} bytes"));
    group.sample_size(10);
    group.sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(1));
    group.throughput(Throughput::Bytes(BYTES));
    let durable: Open = |path| Store::open(path).unwrap();
    let relaxed: Open = |path| Store::open_relaxed(path).unwrap();
    for (name, open) in [("save", durable), ("save, relaxed", relaxed)] {
        group.bench_function(name, |b| {
            b.iter_batched(
                || store(open),
                |(directory, store)| {
                    store.save(&before, "s").unwrap();
                    (directory, store)
                },
                BatchSize::PerIteration,
            );
        });
    }
    let (directory, saved) = store(relaxed);
    let first = saved.save(&before, "before").unwrap();
    let second = saved.save(&after, "after").unwrap();
    let ratio = second.bytes_written as f64 * 100.0 / first.bytes_written as f64;
    println!("the second save of a 1 % change writes {ratio:.2} % of the first");
    group.bench_function("save again after a 1 % change", |b| {
        b.iter(|| saved.save(&after, "after").unwrap());
    });
    group.bench_function("load", |b| {
        b.iter_with_large_drop(|| saved.load("before", &LIMITS).unwrap());
    });
    group.bench_function("verify", |b| {
        b.iter(|| assert!(saved.verify("before", &LIMITS).unwrap().problems.is_empty()));
    });
    group.finish();
    drop(directory);
}

fn great_files(c: &mut Criterion) {
    measure(c, 1 << 20);
}

fn small_files(c: &mut Criterion) {
    measure(c, 4096);
}

criterion_group!(benches, great_files, small_files);
criterion_main!(benches);
