//! `wardian run`: what follows the module is the module's, as it stands, and
//! nothing else reaches it.

use std::process::{Command, Output, Stdio};

/// Prints its arguments, each with a NUL after it.
const PRINT_ARGUMENTS: &str = r#"(module
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get"
    (func $get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $sizes (i32.const 0) (i32.const 12)))
    (drop (call $get (i32.const 32) (i32.const 4096)))
    (i32.store (i32.const 8) (i32.const 4096))
    (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16)))))"#;

fn run(before: &[&str], after: &[&str]) -> Output {
    run_module(PRINT_ARGUMENTS, before, after)
}

fn run_module(wat: &str, before: &[&str], after: &[&str]) -> Output {
    let dir = tempfile::tempdir().unwrap();
    let module = dir.path().join("print.wasm");
    std::fs::write(&module, wat::parse_str(wat).unwrap()).unwrap();
    Command::new(env!("CARGO_BIN_EXE_wardian"))
        .arg("run")
        .args(before)
        .arg(module)
        .args(after)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn what_follows_the_module_is_its_own() {
    let cases: &[(&[&str], &[&str], &str)] = &[
        (&[], &[], "print.wasm"),
        (&[], &["--help"], "print.wasm|--help"),
        (&["--cwd", "/tmp"], &["-c", "x y", ""], "print.wasm|-c|x y|"),
        (
            &["--env", "A=1"],
            &["a", "--env", "B"],
            "print.wasm|a|--env|B",
        ),
        (&[], &["--json", "--", "-"], "print.wasm|--json|--|-"),
        // Between the two, as other programs have it.
        (&[], &["--", "--flag"], "print.wasm|--flag"),
        (&["--"], &["--flag"], "print.wasm|--flag"),
        (&[], &["--", "--"], "print.wasm|--"),
    ];
    for (before, after, expected) in cases {
        let output = run(before, after);
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            "",
            "{before:?} {after:?}"
        );
        let printed = String::from_utf8_lossy(&output.stdout).replace('\0', "|");
        assert_eq!(printed, format!("{expected}|"), "{before:?} {after:?}");
    }
}

#[test]
fn an_argument_need_not_be_text() {
    use std::os::unix::ffi::OsStringExt;
    let dir = tempfile::tempdir().unwrap();
    let module = dir.path().join("print.wasm");
    std::fs::write(&module, wat::parse_str(PRINT_ARGUMENTS).unwrap()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wardian"))
        .arg("run")
        .arg(module)
        .arg(std::ffi::OsString::from_vec(b"\xff\xfe".to_vec()))
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"print.wasm\0\xff\xfe\0");
}

#[test]
fn the_environment_is_what_is_set() {
    let print_environment = PRINT_ARGUMENTS.replace("args_", "environ_");
    let cases: &[(&[&str], &str)] = &[
        (&[], ""),
        (
            &["--env", "B=2", "--env", "A=1=x", "--env", "B="],
            "B=|A=1=x|",
        ),
    ];
    for (options, expected) in cases {
        let output = run_module(&print_environment, options, &[]);
        let printed = String::from_utf8_lossy(&output.stdout).replace('\0', "|");
        assert_eq!(printed, *expected, "{options:?}");
    }
}

/// Prints the names of its preopened directories, each with a NUL after it.
const PRINT_PREOPENS: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_prestat_get"
    (func $get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name"
    (func $name (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (local $fd i32) (local $length i32)
    (local.set $fd (i32.const 3))
    (loop $next
      (if (i32.eqz (call $get (local.get $fd) (i32.const 0)))
        (then
          (local.set $length (i32.load (i32.const 4)))
          (drop (call $name (local.get $fd) (i32.const 64) (local.get $length)))
          (i32.store8 (i32.add (i32.const 64) (local.get $length)) (i32.const 0))
          (i32.store (i32.const 8) (i32.const 64))
          (i32.store (i32.const 12) (i32.add (local.get $length) (i32.const 1)))
          (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16)))
          (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
          (br $next))))))"#;

#[test]
fn directories_are_preopened_under_the_names_they_were_given() {
    let host = tempfile::tempdir().unwrap();
    let host = host.path().to_str().unwrap();
    let mount = |guest: &str| format!("{host}:{guest}");
    let (data, here) = (mount("/data"), mount("."));
    let cases: &[(&[&str], &str)] = &[
        (&[], "/|.|"),
        (&["--mount", &data], "/data|"),
        // A directory that is named is what relative paths are relative to.
        (&["--mount", &data, "--cwd", "/data"], "/data|.|"),
        (&["--mount", &here, "--cwd", "/tmp"], ".|"),
    ];
    for (options, expected) in cases {
        let output = run_module(PRINT_PREOPENS, options, &[]);
        let printed = String::from_utf8_lossy(&output.stdout).replace('\0', "|");
        assert_eq!(printed, *expected, "{options:?}");
    }
}
