//! Bytes through a pipe between two guests, beside the kernel's pipe.

#![allow(missing_docs, reason = "criterion's macros make functions without any")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wardian_benches::{Host, native};

const BYTES: u64 = 1 << 30;

fn pipe(c: &mut Criterion) {
    let host = Host::new(2);
    let sandbox = host.sandbox();
    let script = format!("head -c {BYTES} /dev/zero | wc -c");
    host.check(&sandbox, &script, &format!("{BYTES}\n"));
    let mut group = c.benchmark_group("pipe");
    group.throughput(Throughput::Bytes(BYTES)).sample_size(10);
    group.bench_function("wardian", |b| {
        b.iter(|| host.tokio.block_on(sandbox.exec(script.as_str()).run()));
    });
    group.bench_function("native", |b| b.iter(|| native(&script)));
    group.finish();
}

criterion_group!(benches, pipe);
criterion_main!(benches);
