//! What an embedder is told of: processes, denials, limits, ends of execs.

use std::sync::{Arc, Mutex};

use wardian_engine::{Audit, AuditEvent, CacheDirectory, Limits, Runtime, Sandbox};

/// Keeps a line for each event.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl Audit for Lines {
    fn record(&self, event: &AuditEvent<'_>) {
        let line = match event {
            AuditEvent::ProcessStarted {
                exec, pid, args, ..
            } => format!(
                "{exec}: {pid} started: {}",
                String::from_utf8_lossy(args).trim_end_matches('\0')
            ),
            AuditEvent::ProcessEnded {
                exec,
                pid,
                exit_code,
                ..
            } => format!("{exec}: {pid} ended with {exit_code}"),
            AuditEvent::Denied {
                exec,
                pid,
                path,
                errno,
            } => format!(
                "{exec}: {pid} denied {}: {errno:?}",
                String::from_utf8_lossy(path)
            ),
            AuditEvent::LimitReached { exec, name, value } => {
                format!("{exec}: limit {name} {value}")
            }
            AuditEvent::ExecEnded {
                exec,
                exit_code,
                before,
                after,
                ..
            } => format!(
                "{exec}: ended with {exit_code}, {} to {} nodes",
                before.usage().inodes,
                after.usage().inodes
            ),
            _ => "another".into(),
        };
        self.0.lock().unwrap().push(line);
    }
}

/// Makes a directory in `/root` if the argument count is 1, else one in `.`.
const MODULE: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_create_directory"
    (func $mkdir (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "root/secret")
  (data (i32.const 200) "mine")
  (func (export "_start")
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (if (i32.eq (i32.load (i32.const 0)) (i32.const 1))
      (then (call $exit (call $mkdir (i32.const 3) (i32.const 100) (i32.const 11))))
      (else (call $exit (call $mkdir (i32.const 4) (i32.const 200) (i32.const 4)))))))"#;

#[tokio::test]
async fn tells_what_happens() {
    let runtime = Runtime::builder()
        .cache(CacheDirectory::of_user())
        .build()
        .unwrap();
    let lines = Arc::new(Lines::default());
    let sandbox = Sandbox::builder(&runtime)
        .audit(lines.clone())
        .limits(Limits {
            fs_inodes: 1,
            ..Limits::default()
        })
        .build()
        .unwrap();
    let wasm = wat::parse_str(MODULE).unwrap();
    let denied = sandbox.run_module(wasm.clone(), ["denied"]).await.unwrap();
    let full = sandbox.run_module(wasm, ["full", "x"]).await.unwrap();
    let nodes = {
        let tree = sandbox.snapshot();
        tree.tree().usage().inodes
    };
    let lines = lines.0.lock().unwrap().clone();
    assert_eq!(
        lines,
        [
            "1: 1 started: denied".into(),
            "1: 1 denied root/secret: EACCES".into(),
            format!("1: 1 ended with {}", denied.exit_code),
            format!(
                "1: ended with {}, {nodes} to {nodes} nodes",
                denied.exit_code
            ),
            "2: 2 started: full\0x".into(),
            format!("2: 2 ended with {}", full.exit_code),
            "2: limit fs_inodes 1".into(),
            format!("2: ended with {}, {nodes} to {nodes} nodes", full.exit_code),
        ]
    );
}
