//! Limits that only a module reaches by itself: sizes of calls, of tables, of
//! the module.

use std::sync::OnceLock;
use std::time::Duration;

use wardian_engine::{ErrorKind, ExecResult, Limits, Runtime, Sandbox};

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let builder = Runtime::builder().processes(16);
        builder.build().expect("this host runs Wasmtime")
    })
}

fn sandbox(limits: Limits) -> Sandbox {
    Sandbox::builder(runtime()).limits(limits).build().unwrap()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio.block_on(future)
}

fn run(sandbox: &Sandbox, wat: &str) -> ExecResult {
    let wasm = wat::parse_str(wat).unwrap();
    wait(sandbox.run_module(wasm, ["module"]).run()).unwrap()
}

/// A module whose exit code is what the call returns.
fn exit_with(import: &str, parameters: &str, call: &str) -> String {
    format!(
        r#"(module
            (import "wasi_snapshot_preview1" "{import}" (func $call (param {parameters}) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (memory (export "memory") 8)
            (func (export "_start") (call $exit (call $call {call}))))"#
    )
}

#[test]
fn calls_with_too_many_parts_are_invalid() {
    const EINVAL: i32 = 28;
    let sandbox = sandbox(Limits {
        io_vectors: 8,
        poll_subscriptions: 4,
        ..Limits::default()
    });
    let constants = |numbers: &[i32]| -> String {
        numbers
            .iter()
            .map(|n| format!("(i32.const {n}) "))
            .collect()
    };
    for (count, code) in [(8, 0), (9, EINVAL), (-1, EINVAL)] {
        let write = exit_with(
            "fd_write",
            "i32 i32 i32 i32",
            &constants(&[1, 0, count, 1024]),
        );
        assert_eq!(run(&sandbox, &write).exit_code, code, "{count} buffers");
    }
    // Subscriptions of zero bytes: each a clock that has rung.
    for (count, code) in [(4, 0), (5, EINVAL), (-1, EINVAL)] {
        let call = constants(&[0, 4096, count, 1024]);
        let poll = exit_with("poll_oneoff", "i32 i32 i32 i32", &call);
        assert_eq!(
            run(&sandbox, &poll).exit_code,
            code,
            "{count} subscriptions"
        );
    }
}

#[test]
fn a_table_grows_up_to_the_limit() {
    let sandbox = sandbox(Limits {
        table_elements: 100,
        ..Limits::default()
    });
    let grow = |to: u32| {
        format!(
            r#"(module
                (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                (memory (export "memory") 1)
                (table $t 10 funcref)
                (func (export "_start")
                    (call $exit (i32.eq (i32.const -1) (table.grow $t (ref.null func) (i32.const {to}))))))"#
        )
    };
    assert_eq!(run(&sandbox, &grow(90)).exit_code, 0);
    let refused = run(&sandbox, &grow(91));
    assert_eq!(refused.exit_code, 1);
    let stderr = refused.stderr_text();
    assert!(stderr.contains("limit table_elements (100)"), "{stderr}");
}

#[test]
fn large_modules_and_long_compilations_are_refused() {
    let body = "(drop (i32.add (i32.const 1) (i32.const 2)))".repeat(30_000);
    let wasm = wat::parse_str(format!(
        r#"(module (memory (export "memory") 1) (func (export "_start") {body}))"#
    ))
    .unwrap();
    for (limits, name) in [
        (
            Limits {
                module_bytes: 1000,
                ..Limits::default()
            },
            "module_bytes",
        ),
        (
            Limits {
                compile_time: Duration::ZERO,
                ..Limits::default()
            },
            "compile_time",
        ),
    ] {
        let sandbox = sandbox(limits);
        let error = wait(sandbox.run_module(wasm.clone(), ["big"]).run()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
        assert!(error.to_string().contains(name), "{error}");
        assert_eq!(sandbox.processes(), 0);
    }
    let sandbox = sandbox(Limits::default());
    let result = wait(sandbox.run_module(wasm, ["big"]).run()).unwrap();
    assert_eq!(result.exit_code, 0);
}

#[test]
fn a_timeout_covers_the_compilation() {
    // Seconds of compiling, whose result nobody needs.
    let body = "(drop (i32.add (i32.const 1) (i32.const 2)))".repeat(200_000);
    let wasm = wat::parse_str(format!(
        r#"(module (memory (export "memory") 1) (func (export "_start") {body}))"#
    ))
    .unwrap();
    let sandbox = sandbox(Limits::default());
    let exec = sandbox.run_module(wasm, ["big"]);
    let result = wait(exec.timeout(Duration::from_millis(1)).run()).unwrap();
    assert_eq!((result.exit_code, result.timed_out), (124, true));
    assert_eq!(sandbox.processes(), 0);
}

#[test]
fn streams_end_at_their_limit_with_all_that_was_within_it() {
    const WITHIN: usize = 100_000;
    let sandbox = sandbox(Limits {
        stream_bytes: WITHIN as u64,
        ..Limits::default()
    });
    for stream in [1, 2] {
        // Writes of 7000 bytes, without end.
        let wat = format!(
            r#"(module
                (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
                (memory (export "memory") 1)
                (data (i32.const 0) "\10\00\00\00\58\1b\00\00")
                (func (export "_start")
                  (loop $on
                    (drop (call $write (i32.const {stream}) (i32.const 0) (i32.const 1) (i32.const 8)))
                    (br $on))))"#
        );
        let exec = sandbox.run_module(wat::parse_str(wat).unwrap(), ["endless"]);
        let (_, stdout, stderr, result) = exec.stream().split();
        let (result, outputs) = wait(async {
            let result = tokio::spawn(result);
            let (mut outputs, mut block) = ([Vec::new(), Vec::new()], [0; 5000]);
            let streams = [stdout, stderr];
            // The other one is empty but for the note, which fits into its pipe.
            for at in [stream - 1, 2 - stream] {
                loop {
                    match streams[at].read(&mut block).await {
                        0 => break,
                        count => outputs[at].extend_from_slice(&block[..count]),
                    }
                }
            }
            (result.await.unwrap().unwrap(), outputs)
        });
        assert_eq!((result.exit_code, result.timed_out), (128 + 25, false));
        assert_eq!(sandbox.processes(), 0);
        let note = format!("limit stream_bytes ({WITHIN})");
        let [stdout, stderr] = outputs;
        let text = String::from_utf8_lossy(&stderr);
        assert!(text.contains(&note) && text.ends_with('\n'), "{text:?}");
        assert_eq!(text.matches("wardian:").count(), 1);
        if stream == 1 {
            assert_eq!(stdout.len(), WITHIN);
        } else {
            assert_eq!(text.find("wardian:"), Some(WITHIN));
        }
    }
}
