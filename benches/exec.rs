//! What a command costs: a fresh instance each, beside a native spawn. It is awaited
//! where an embedder awaits it, inside the asynchronous runtime.

#![allow(missing_docs, reason = "criterion's macros make functions without any")]

use criterion::{Criterion, criterion_group, criterion_main};
use wardian::Sandbox;
use wardian_benches::{Host, native};

fn exec(c: &mut Criterion) {
    let host = Host::new(0);
    let sandbox = host.sandbox();
    let lines: String = (0..200).map(|n| format!("line {n} x{}\n", n % 7)).collect();
    sandbox.fs().write("f", &lines).expect("write");
    std::fs::write("/tmp/wardian-bench-f", &lines).expect("write");

    let wat = "(module (memory (export \"memory\") 1) (func (export \"_start\")))";
    let module: std::sync::Arc<[u8]> = wat::parse_str(wat).expect("wat").into();
    c.bench_function("instance/true.wasm", |b| {
        b.to_async(&host.tokio)
            .iter(|| sandbox.run_module(module.clone(), ["true"]).run());
    });

    let loop_echo = "i=0; while [ $i -lt 1000 ]; do echo $i | cat; i=$((i+1)); done";
    let scripts = [
        ("true", "true", "true"),
        ("echo", "echo hi", "echo hi"),
        (
            "pipeline",
            "cat f | grep x3 | wc -l",
            "cat /tmp/wardian-bench-f | grep x3 | wc -l",
        ),
        ("1000 echo|cat", loop_echo, loop_echo),
    ];
    for (name, ours, theirs) in scripts {
        let mut group = c.benchmark_group(format!("exec/{name}"));
        if name.starts_with("1000") {
            group.sample_size(10);
        }
        group.bench_function("wardian", |b| {
            b.to_async(&host.tokio).iter(|| sandbox.exec(ours).run());
        });
        group.bench_function("native sh", |b| b.iter(|| native(theirs)));
        group.finish();
    }

    let tools = wardian::tools();
    c.bench_function("create+write+exec(true)", |b| {
        b.iter(|| {
            let sandbox = Sandbox::builder(&host.runtime)
                .tools(&tools)
                .build()
                .expect("sandbox");
            sandbox.fs().write("file", "contents\n").expect("write");
            host.tokio.block_on(sandbox.exec("true").run())
        });
    });
}

criterion_group!(benches, exec);
criterion_main!(benches);
