//! Modules that mean harm or are broken: each gets the fitting error or exit
//! code with words that say why, and the sandbox works on afterwards.

use std::sync::OnceLock;
use std::time::Duration;

use wardian_engine::{Error, ErrorKind, Exec, ExecResult, Limits, Runtime, Sandbox};

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let builder = Runtime::builder().processes(16);
        builder.build().expect("this host runs Wasmtime")
    })
}

/// A sandbox whose limits are soon reached.
fn sandbox() -> Sandbox {
    let limits = Limits {
        process_memory_bytes: 64 << 20,
        memory_bytes: 128 << 20,
        output_bytes: 1 << 20,
        random_bytes: 1 << 20,
        wall_time: Duration::from_secs(20),
        ..Limits::default()
    };
    let builder = Sandbox::builder(runtime()).limits(limits);
    builder.build().unwrap()
}

fn wait(exec: Exec) -> Result<ExecResult, Error> {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio.block_on(exec.run())
}

fn exec(sandbox: &Sandbox, wat: &str) -> Exec {
    let wasm = wat::parse_str(wat).unwrap_or_else(|error| panic!("{wat}: {error}"));
    sandbox.run_module(wasm, ["hostile"])
}

/// The sandbox still runs what is in order, and holds no process.
fn assert_usable(sandbox: &Sandbox) {
    let good = r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\08\00\00\00\03\00\00\00ok\0a")
        (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))))"#;
    let result = wait(exec(sandbox, good)).unwrap();
    assert_eq!((result.exit_code, &result.stdout[..]), (0, &b"ok\n"[..]));
    assert_eq!(sandbox.processes(), 0);
}

#[test]
fn what_is_no_wasi_command_is_refused() {
    let sandbox = sandbox();
    let start = r#"(func (export "_start"))"#;
    for (wat, reason) in [
        ("(module)".to_owned(), "_start"),
        (r#"(module (memory (export "_start") 1))"#.into(), "_start"),
        (
            format!(r#"(module (import "env" "secret" (func)) {start})"#),
            "secret",
        ),
        (
            format!(r#"(module (import "wasi_snapshot_preview1" "fd_hack" (func)) {start})"#),
            "fd_hack",
        ),
        (
            format!(r#"(module (import "wasi_snapshot_preview1" "fd_close" (func)) {start})"#),
            "fd_close",
        ),
        (
            format!(r#"(module (import "wardian" "spawn" (func)) {start})"#),
            "wardian",
        ),
        (
            format!(r#"(module (import "env" "memory" (memory 1)) {start})"#),
            "memory",
        ),
        (format!(r#"(module (memory i64 1) {start})"#), "memory"),
        (
            format!(r#"(module (table 100000000 funcref) {start})"#),
            "table",
        ),
    ] {
        let error = wait(exec(&sandbox, &wat)).expect_err(&wat);
        assert_eq!(error.kind(), ErrorKind::Module, "{wat}: {error}");
        assert_eq!(error.subject(), "hostile");
        assert!(error.to_string().contains(reason), "{wat}: {error}");
        assert_usable(&sandbox);
    }
}

#[test]
fn what_is_no_wasm_is_refused() {
    let sandbox = sandbox();
    let good = wat::parse_str(r#"(module (func (export "_start")))"#).unwrap();
    let mut cut = good.clone();
    cut.pop();
    let mut grown = good.clone();
    grown.extend([0; 100]);
    let component = b"\0asm\x0d\0\x01\0".to_vec();
    for bytes in [
        Vec::new(),
        b"\0".to_vec(),
        b"\0asm".to_vec(),
        b"\x7fELF and more".to_vec(),
        b"(module)".to_vec(),
        vec![0xff; 4096],
        component,
        cut,
        grown,
    ] {
        let error = wait(sandbox.run_module(bytes, ["hostile"])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Module, "{error}");
        assert_usable(&sandbox);
    }
    // No name at all is no reason to fail.
    let none: [&str; 0] = [];
    assert_eq!(wait(sandbox.run_module(good, none)).unwrap().exit_code, 0);
}

#[test]
fn a_program_that_breaks_ends_with_a_signal_and_a_reason() {
    let sandbox = sandbox();
    let imports = r#"
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))"#;
    for (module, code, reason) in [
        (r#"(func (export "_start") unreachable)"#, 134, "aborted"),
        (
            r#"(memory (export "memory") 1)
               (func (export "_start") (drop (i32.load (i32.const 0x7fffffff))))"#,
            139,
            "outside its memory",
        ),
        (
            r#"(table 1 funcref)
               (func (export "_start") (call_indirect (i32.const 9)))"#,
            139,
            "outside",
        ),
        (
            r#"(table 1 funcref)
               (func (export "_start") (call_indirect (i32.const 0)))"#,
            132,
            "uninitialized",
        ),
        (
            r#"(func (export "_start") (drop (i32.div_u (i32.const 1) (i32.const 0))))"#,
            136,
            "division",
        ),
        (
            r#"(func $deep (export "_start") (call $deep))"#,
            139,
            "stack overflow",
        ),
        // No memory: fine until a call needs one.
        (r#"(func (export "_start"))"#, 0, ""),
        (
            r#"(func (export "_start")
                 (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0))))"#,
            134,
            "memory",
        ),
        (
            r#"(func (export "memory"))
               (func (export "_start")
                 (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0))))"#,
            134,
            "memory",
        ),
        // Data that does not fit.
        (
            r#"(memory (export "memory") 1) (data (i32.const 65536) "x")
               (func (export "_start"))"#,
            139,
            "outside its memory",
        ),
        (r#"(func (export "_start") (param i32))"#, 134, "_start"),
        // What starts before `_start`.
        (
            r#"(func $first unreachable) (start $first) (func (export "_start"))"#,
            134,
            "aborted",
        ),
        (
            r#"(func $first (call $exit (i32.const 3))) (start $first)
               (func (export "_start"))"#,
            3,
            "",
        ),
        (
            r#"(memory (export "memory") 65536) (func (export "_start"))"#,
            137,
            "process_memory_bytes",
        ),
        // Growing up to the limit is refused, not fatal; a program that gives up
        // then hears why.
        (
            r#"(memory (export "memory") 1)
               (func (export "_start")
                 (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
                 (call $exit (i32.const 5)))"#,
            5,
            "limit process_memory_bytes (67108864)",
        ),
        (
            r#"(memory (export "memory") 1)
               (func (export "_start")
                 (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
                 unreachable)"#,
            134,
            "process_memory_bytes",
        ),
        (
            r#"(table $t 1 funcref)
               (func (export "_start")
                 (loop $more
                   (br_if $more (i32.ne (table.grow $t (ref.null func) (i32.const 1000))
                     (i32.const -1)))))"#,
            0,
            "limit table_elements (100000)",
        ),
    ] {
        let wat = format!("(module {imports} {module})");
        let result = wait(exec(&sandbox, &wat)).unwrap_or_else(|error| panic!("{wat}: {error}"));
        let errors = result.stderr_text();
        assert_eq!(result.exit_code, code, "{wat}: {errors}");
        assert!(errors.contains(reason), "{wat}: {errors}");
        assert_eq!(errors.is_empty(), reason.is_empty(), "{wat}: {errors}");
        assert!(result.usage.peak_memory_bytes <= 64 << 20);
        assert_usable(&sandbox);
    }
}

#[test]
fn what_does_not_end_is_ended() {
    let sandbox = sandbox();
    let poll = r#"(import "wasi_snapshot_preview1" "poll_oneoff"
        (func $poll (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
        (memory (export "memory") 1)"#;
    for module in [
        r#"(func (export "_start") (loop $on (br $on)))"#,
        r#"(func $first (loop $on (br $on))) (start $first) (func (export "_start"))"#,
        r#"(func (export "_start") (loop $on (drop (call $yield)) (br $on)))"#,
        // Asleep for centuries.
        r#"(func (export "_start")
             (i64.store (i32.const 24) (i64.const -1))
             (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))"#,
    ] {
        let wat = format!("(module {poll} {module})");
        let exec = exec(&sandbox, &wat).timeout(Duration::from_millis(200));
        let result = wait(exec).unwrap();
        assert!(result.timed_out, "{wat}");
        assert_eq!(result.exit_code, 124, "{wat}");
        assert!(result.stderr_text().contains("timed out after 0.2 s"));
        assert!(result.usage.wall_time < Duration::from_secs(5));
        assert_usable(&sandbox);
    }
}

#[test]
fn output_without_end_stops_at_the_limit() {
    let sandbox = sandbox();
    for stream in [1, 2] {
        let wat = format!(
            r#"(module
            (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 0) "\10\00\00\00\00\80\00\00")
            (func (export "_start")
              (loop $on
                (drop (call $write (i32.const {stream}) (i32.const 0) (i32.const 1) (i32.const 8)))
                (br $on))))"#
        );
        let result = wait(exec(&sandbox, &wat)).unwrap();
        assert_eq!(result.exit_code, 128 + 25);
        let (kept, dropped) = match stream {
            1 => (&result.stdout, result.stdout_dropped_bytes),
            _ => (&result.stderr, result.stderr_dropped_bytes),
        };
        assert!(kept.len() >= 1 << 20 && kept.len() < 2 << 20);
        assert!(dropped > 0);
        assert!(result.stderr_text().contains("output_bytes"));
        assert_usable(&sandbox);
    }
}

#[test]
fn output_beyond_the_limit_is_no_success_even_if_the_program_ends_by_itself() {
    let sandbox = sandbox();
    // 33 writes of 32 KiB: just over the limit of 1 MiB, then a normal end.
    let wat = r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\10\00\00\00\00\80\00\00")
        (global $left (mut i32) (i32.const 33))
        (func (export "_start")
          (loop $on
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
            (global.set $left (i32.sub (global.get $left) (i32.const 1)))
            (br_if $on (global.get $left)))))"#;
    let result = wait(exec(&sandbox, wat)).unwrap();
    assert_eq!(result.exit_code, 128 + 25);
    assert_eq!(result.stdout_dropped_bytes, 32 << 10);
    assert!(result.stderr_text().contains("output_bytes"));
    assert_usable(&sandbox);
}

/// What an argument of a function is.
#[derive(Clone, Copy, PartialEq)]
enum Argument {
    /// A number that does no harm.
    Is(i64),
    /// The address of something of 4 bytes or more.
    Pointer(u32),
    /// A number of bytes or of structures.
    Count(u32),
}

use Argument::{Count, Is, Pointer};

/// Where the module below keeps what the calls use.
const OUT: Argument = Pointer(0x400);
const PATH: Argument = Pointer(0x40);
const LINK: Argument = Pointer(0x44);
const BUFFERS: Argument = Pointer(0x80);
const ZEROS: Argument = Pointer(0x1000);

/// Every function that takes an address, with arguments that work: 4 is the
/// working directory, 5 an open file, 1 the output.
const CALLS: &[(&str, &[Argument])] = &[
    ("args_get", &[ZEROS, OUT]),
    ("args_sizes_get", &[OUT, OUT]),
    ("environ_get", &[ZEROS, OUT]),
    ("environ_sizes_get", &[OUT, OUT]),
    ("clock_res_get", &[Is(0), OUT]),
    ("clock_time_get", &[Is(0), Is(1 << 40), OUT]),
    ("fd_fdstat_get", &[Is(5), OUT]),
    ("fd_filestat_get", &[Is(5), OUT]),
    ("fd_pread", &[Is(5), BUFFERS, Count(1), Is(1 << 40), OUT]),
    ("fd_prestat_get", &[Is(4), OUT]),
    ("fd_pwrite", &[Is(5), BUFFERS, Count(1), Is(1 << 40), OUT]),
    ("fd_read", &[Is(5), BUFFERS, Count(1), OUT]),
    ("fd_readdir", &[Is(4), ZEROS, Count(64), Is(1 << 40), OUT]),
    ("fd_seek", &[Is(5), Is(1 << 40), Is(0), OUT]),
    ("fd_tell", &[Is(5), OUT]),
    ("fd_write", &[Is(1), BUFFERS, Count(1), OUT]),
    ("path_create_directory", &[Is(4), PATH, Count(4)]),
    ("path_filestat_get", &[Is(4), Is(0), PATH, Count(4), OUT]),
    (
        "path_filestat_set_times",
        &[
            Is(4),
            Is(0),
            PATH,
            Count(4),
            Is(1 << 40),
            Is(1 << 40),
            Is(0),
        ],
    ),
    (
        "path_link",
        &[Is(4), Is(0), PATH, Count(4), Is(4), LINK, Count(4)],
    ),
    (
        "path_open",
        &[
            Is(4),
            Is(0),
            PATH,
            Count(4),
            Is(0),
            Is(1 << 40),
            Is(1 << 40),
            Is(0),
            OUT,
        ],
    ),
    (
        "path_readlink",
        &[Is(4), LINK, Count(4), ZEROS, Is(64), OUT],
    ),
    ("path_remove_directory", &[Is(4), PATH, Count(4)]),
    (
        "path_rename",
        &[Is(4), PATH, Count(4), Is(4), PATH, Count(4)],
    ),
    ("path_symlink", &[PATH, Count(4), Is(4), LINK, Count(4)]),
    ("path_unlink_file", &[Is(4), PATH, Count(4)]),
    ("poll_oneoff", &[Pointer(0x600), OUT, Count(1), OUT]),
    ("random_get", &[ZEROS, Count(64)]),
    ("sock_accept", &[Is(5), Is(0), OUT]),
    ("sock_recv", &[Is(5), BUFFERS, Count(1), Is(0), OUT, OUT]),
    ("sock_send", &[Is(5), BUFFERS, Count(1), Is(0), OUT]),
];

/// Arguments whose type is `i64`: offsets, cookies, times and rights, which the
/// table writes as large numbers.
fn constant(value: i64) -> String {
    if value >= 1 << 40 {
        "(i64.const 0)".into()
    } else {
        format!("(i32.const {})", value as i32)
    }
}

#[test]
fn addresses_and_counts_out_of_range_are_errnos() {
    const INVALID: [u32; 4] = [0xffff_ffff, 0xffff_fff0, 0x7fff_fffe, 0xffff];
    let mut cases = Vec::new();
    for (name, arguments) in CALLS {
        for (place, argument) in arguments.iter().enumerate() {
            let bad: &[u32] = match argument {
                Is(_) => continue,
                Pointer(_) => &INVALID,
                Count(_) => &INVALID[..3],
            };
            for bad in bad {
                let values = arguments.iter().enumerate().map(|(at, argument)| {
                    let value = match argument {
                        _ if at == place => i64::from(*bad),
                        Is(value) => *value,
                        Pointer(value) | Count(value) => i64::from(*value),
                    };
                    constant(value)
                });
                let values: Vec<String> = values.collect();
                cases.push((*name, place, *bad, values.join(" ")));
            }
        }
    }
    let mut imports = String::new();
    for (name, arguments) in CALLS {
        let types = arguments.iter().map(|argument| match argument {
            Is(value) if *value >= 1 << 40 => "i64",
            _ => "i32",
        });
        let types = types.collect::<Vec<_>>().join(" ");
        imports += &format!(
            "(import \"wasi_snapshot_preview1\" \"{name}\" (func ${name} (param {types}) (result i32)))\n"
        );
    }
    let mut calls = String::new();
    for (index, (name, _, _, values)) in cases.iter().enumerate() {
        let answer = 0x2000 + index;
        calls += &format!("(i32.store8 (i32.const {answer}) (call ${name} {values}))\n");
    }
    let wat = format!(
        r#"(module {imports}
        (memory (export "memory") 1 1)
        (data (i32.const 0x40) "filelinkname")
        (data (i32.const 0x80) "\00\03\00\00\04\00\00\00")
        (data (i32.const 0x90) "\00\20\00\00{size}")
        (func (export "_start")
          (drop (call $path_open (i32.const 4) (i32.const 0) (i32.const 0x40) (i32.const 4)
            (i32.const 1) (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 0x400)))
          (drop (call $path_symlink (i32.const 0x40) (i32.const 4) (i32.const 4)
            (i32.const 0x44) (i32.const 4)))
          {calls}
          (drop (call $fd_write (i32.const 2) (i32.const 0x90) (i32.const 1) (i32.const 0)))))"#,
        size = (cases.len() as u32)
            .to_le_bytes()
            .map(|byte| format!("\\{byte:02x}"))
            .concat(),
    );
    let sandbox = sandbox();
    let result = wait(exec(&sandbox, &wat)).unwrap();
    assert_eq!(result.exit_code, 0, "{}", result.stderr_text());
    assert_eq!(result.stderr.len(), cases.len());
    let mut wrong = String::new();
    for ((name, place, bad, _), errno) in cases.iter().zip(&result.stderr) {
        // EFAULT; EINVAL and ENAMETOOLONG for counts beyond a limit.
        let fits = match errno {
            21 => true,
            28 | 37 => matches!(bad, 0xffff_ffff | 0xffff_fff0 | 0x7fff_fffe),
            57 => name.starts_with("sock_"),
            // The path is only looked at when both are in memory.
            _ => false,
        };
        if !fits {
            wrong += &format!("{name}, argument {place} = {bad:#x}: errno {errno}\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert_usable(&sandbox);
}

#[test]
fn buffers_out_of_range_move_nothing() {
    let sandbox = sandbox();
    // Tables of two buffers each, the first in order.
    for (address, length) in [
        (0xffff_ffffu32, 1u32),
        (0xffff_fff0, 0xff),
        (0xffff, 2),
        (0x1_0001, 0),
        (0, 0xffff_ffff),
        (0x300, 0x1_0000),
    ] {
        let hex = |value: u32| {
            value
                .to_le_bytes()
                .map(|byte| format!("\\{byte:02x}"))
                .concat()
        };
        let wat = format!(
            r#"(module
            (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (memory (export "memory") 1 1)
            (data (i32.const 0x80) "\00\03\00\00\04\00\00\00{address}{length}")
            (func (export "_start")
              (if (i32.ne (i32.const 21) (call $read (i32.const 0) (i32.const 0x80) (i32.const 2) (i32.const 0x90)))
                (then (call $exit (i32.const 1))))
              (if (i32.ne (i32.const 21) (call $write (i32.const 1) (i32.const 0x80) (i32.const 2) (i32.const 0x90)))
                (then (call $exit (i32.const 2))))))"#,
            address = hex(address),
            length = hex(length),
        );
        let result = wait(exec(&sandbox, &wat)).unwrap();
        assert_eq!(result.exit_code, 0, "{address:#x} {length:#x}");
        assert_eq!(result.stdout, b"", "{address:#x} {length:#x}");
        assert_usable(&sandbox);
    }
}
