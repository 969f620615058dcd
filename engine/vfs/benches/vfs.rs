//! How fast the filesystem forks, reads, writes and resolves.
//! `cargo bench -p wardian-vfs`.
#![allow(
    missing_docs,
    reason = "criterion's macro makes an undocumented function"
)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use wardian_vfs::{At, Create, Cred, Ctx, Follow, Ino, PathMode, Quota, Vfs};

const CHUNK: usize = 64 * 1024;
const CTX: Ctx = Ctx {
    cred: Cred::ROOT,
    now: 1,
};

fn new_vfs() -> Vfs {
    let quota = Quota {
        bytes: 8 << 30,
        file_size_bytes: 4 << 30,
        ..Quota::default()
    };
    let mut vfs = Vfs::new(quota, 0);
    vfs.populate_base(0).unwrap();
    vfs
}

fn new_file(vfs: &mut Vfs, size: usize) -> Ino {
    let root = vfs.root();
    let ino = vfs
        .create(&CTX, root, b"big", Create::Regular, 0o644)
        .unwrap();
    for offset in (0..size).step_by(CHUNK) {
        vfs.write(&CTX, ino, offset as u64, &[7; CHUNK]).unwrap();
    }
    ino
}

fn fork(c: &mut Criterion) {
    let mut vfs = new_vfs();
    let ino = new_file(&mut vfs, 1 << 30);
    let mut group = c.benchmark_group("fork");
    group.bench_function("1 GiB tree", |b| b.iter(|| black_box(&vfs).fork()));
    group.bench_function("and write 10 bytes", |b| {
        b.iter(|| {
            let mut fork = vfs.fork();
            fork.write(&CTX, ino, (1 << 30) + 5, b"0123456789").unwrap();
            fork
        });
    });
    group.finish();
}

fn sequential(c: &mut Criterion) {
    const FILE: usize = 16 << 20;
    let block = vec![1_u8; CHUNK];
    let mut group = c.benchmark_group("16 MiB in 64 KiB blocks");
    group.throughput(Throughput::Bytes(FILE as u64));

    let mut vfs = new_vfs();
    let ino = new_file(&mut vfs, FILE);
    group.bench_function("overwrite", |b| {
        b.iter(|| {
            for offset in (0..FILE).step_by(CHUNK) {
                vfs.write(&CTX, ino, offset as u64, &block).unwrap();
            }
        });
    });
    group.bench_function("append to an empty file", |b| {
        b.iter(|| {
            vfs.truncate(&CTX, ino, 0).unwrap();
            for _ in (0..FILE).step_by(CHUNK) {
                vfs.append(&CTX, ino, &block).unwrap();
            }
        });
    });
    let mut buffer = vec![0_u8; CHUNK];
    group.bench_function("read", |b| {
        b.iter(|| {
            for offset in (0..FILE).step_by(CHUNK) {
                vfs.read(ino, offset as u64, black_box(&mut buffer))
                    .unwrap();
            }
        });
    });
    // What the machine can do at all: the same bytes, copied between two slices.
    let source = vec![2_u8; FILE];
    group.bench_function("memcpy, for comparison", |b| {
        b.iter(|| {
            for block in source.chunks(CHUNK) {
                black_box(&mut buffer).copy_from_slice(black_box(block));
            }
        });
    });
    group.finish();
}

fn small(c: &mut Criterion) {
    let mut group = c.benchmark_group("small");
    let block = [3_u8; 4096];
    let base = new_vfs();
    let mut number = 0_u64;
    group.bench_function("create and write 4 KiB", |b| {
        let mut vfs = base.clone();
        let dir = vfs.find("/tmp").unwrap();
        b.iter(|| {
            number += 1;
            let name = number.to_le_bytes().map(|byte| byte | 0x80);
            let ino = vfs.create(&CTX, dir, &name, Create::Regular, 0o644);
            if let Ok(ino) = ino {
                vfs.write(&CTX, ino, 0, &block).unwrap();
                vfs.unlink(&CTX, dir, &name).unwrap();
            }
        });
    });
    group.bench_function("append 16 bytes", |b| {
        let mut vfs = base.clone();
        let root = vfs.root();
        let ino = vfs
            .create(&CTX, root, b"log", Create::Regular, 0o644)
            .unwrap();
        b.iter(|| {
            let (_, end) = vfs.append(&CTX, ino, b"0123456789abcde\n").unwrap();
            if end > 1 << 20 {
                vfs.truncate(&CTX, ino, 0).unwrap();
            }
        });
    });
    group.finish();
}

fn names(c: &mut Criterion) {
    let mut group = c.benchmark_group("names");
    let mut vfs = new_vfs();
    let dir = vfs.mkdir_all("/many", 0o755, Cred::ROOT, 0).unwrap();
    let names: Vec<String> = (0..100_000)
        .map(|number| format!("file-{number}"))
        .collect();
    for name in &names {
        vfs.create(&CTX, dir, name.as_bytes(), Create::Regular, 0o644)
            .unwrap();
    }
    let mut turn = 0;
    group.bench_function("lookup among 100,000", |b| {
        b.iter(|| {
            turn = (turn + 7919) % names.len();
            vfs.lookup(dir, names[turn].as_bytes()).unwrap()
        });
    });
    group.bench_function("list 100,000", |b| {
        b.iter(|| vfs.read_dir(dir, 0).unwrap().count());
    });
    group.bench_function("fork and add one to 100,000", |b| {
        b.iter_batched(
            || vfs.fork(),
            |mut fork| {
                fork.create(&CTX, dir, b"new", Create::Regular, 0o644)
                    .unwrap();
                fork
            },
            BatchSize::SmallInput,
        );
    });
    vfs.write_file("/home/user/project/src/main.rs", b"x", 0o644, 0)
        .unwrap();
    let cred = Cred { uid: 0, gid: 0 };
    let at = At {
        base: vfs.root(),
        root: vfs.root(),
        cred: &cred,
        mode: PathMode::Posix,
    };
    group.bench_function("resolve 5 components", |b| {
        b.iter(|| {
            let path = black_box(b"/home/user/project/src/main.rs");
            vfs.resolve(&at, path, Follow::Last).unwrap()
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(30);
    targets = fork, sequential, small, names
}
criterion_main!(benches);
