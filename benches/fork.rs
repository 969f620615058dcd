//! Forks of a big workspace, and what an idle sandbox weighs.

#![allow(missing_docs, reason = "criterion's macros make functions without any")]

use criterion::{Criterion, criterion_group, criterion_main};
use wardian::{Limits, Sandbox};
use wardian_benches::Host;

const MIB: usize = 1 << 20;

fn fork(c: &mut Criterion) {
    let host = Host::new(1);
    // First, while no freed memory lies about that sandboxes could be put in.
    let base = host.sandbox();
    const COUNT: usize = 100_000;
    let before = resident_bytes();
    let idle: Vec<Sandbox> = (0..COUNT).map(|_| base.fork()).collect();
    let after = resident_bytes();
    println!(
        "idle sandbox: {} bytes resident each, of {COUNT}",
        (after - before) / idle.len()
    );
    drop(idle);

    let sandbox = Sandbox::builder(&host.runtime)
        .tools(&wardian::tools())
        .limits(Limits {
            fs_bytes: 2 << 30,
            ..Limits::default()
        })
        .build()
        .expect("sandbox");
    let block: Vec<u8> = (0..MIB).map(|n| n as u8).collect();
    for n in 0..1024 {
        sandbox
            .fs()
            .write(format!("tree/{}/{n}", n % 16), &block)
            .expect("write");
    }
    c.bench_function("fork of a 1 GiB tree", |b| b.iter(|| sandbox.fork()));
}

/// Resident memory of this process (Linux `statm`), in bytes.
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("statm");
    let pages: usize = statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse().ok())
        .expect("resident pages");
    pages * 4096
}

criterion_group!(benches, fork);
criterion_main!(benches);
