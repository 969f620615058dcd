//! A guest that makes the calls it is told: memory and calls come over its
//! standard input, memory and results go to a file. One module serves all
//! programs, so nothing is compiled between runs.

use std::fmt::Write;

use super::functions::{Function, OWN, STANDARD};

/// Bytes of memory that programs use.
pub const MEMORY_BYTES: usize = 0x4000;
/// Bytes of all memory at the start.
pub const WHOLE_BYTES: u32 = 5 << 16;
/// Bytes of a call: function, result, nine arguments.
pub const CALL_BYTES: usize = 80;
/// The result of a call that was not made.
pub const NOT_MADE: u32 = u32::MAX;
/// Where results are written.
pub const RESULTS: &str = "/results";
/// Calls of one program: they end where the guest's own notes begin.
pub const MOST_CALLS: usize = (NOTES as usize - MEMORY_BYTES) / CALL_BYTES;

const NOTES: u32 = 0x48000;

/// The module; `own`: it imports Wardian's module too.
pub fn text(own: bool) -> String {
    let mut wat = String::from("(module\n");
    let functions: Vec<(&str, &Function)> = STANDARD
        .iter()
        .map(|function| ("wasi_snapshot_preview1", function))
        .chain(OWN.iter().map(|function| ("wardian_v1", function)))
        .filter(|(module, _)| own || *module != "wardian_v1")
        .collect();
    for (module, function) in &functions {
        let parameters: Vec<&str> = function.parameters.chars().map(kind).collect();
        let result = if has_result(function) {
            "(result i32)"
        } else {
            ""
        };
        let (name, parameters) = (function.name, parameters.join(" "));
        let _ = writeln!(
            wat,
            r#"(import "{module}" "{name}" (func ${name} (param {parameters}) {result}))"#
        );
    }
    let _ = write!(
        wat,
        r#"(memory (export "memory") 5 8)
        (global $results (mut i32) (i32.const 0))
        (global (export "__stack_pointer") (mut i32) (i32.const 0))
        (data (i32.const {path}) "{name}")
        (func $call (param $at i32) (block $done "#,
        path = NOTES + 0x100,
        name = RESULTS.trim_start_matches('/'),
    );
    for number in (0..functions.len()).rev() {
        let _ = write!(wat, "(block $f{number} ");
    }
    wat.push_str("(br_table ");
    for number in 0..functions.len() {
        let _ = write!(wat, "$f{number} ");
    }
    wat.push_str("$done (i32.load (local.get $at))))\n");
    for (number, (_, function)) in functions.iter().enumerate() {
        let mut call = format!("(call ${}", function.name);
        for (index, parameter) in function.parameters.chars().enumerate() {
            let kind = kind(parameter);
            let offset = 8 + 8 * index;
            let _ = write!(call, " ({kind}.load offset={offset} (local.get $at))");
        }
        call.push(')');
        if has_result(function) {
            call = format!("(i32.store offset=4 (local.get $at) {call})");
        }
        // The block of the last function ends with the function.
        let end = if number + 1 == functions.len() {
            ""
        } else {
            ")"
        };
        let _ = writeln!(wat, "{call} (br $done){end}");
    }
    let _ = write!(
        wat,
        r#"))
        (func $run (param $at i32) (param $end i32)
          (block $ended (loop $next
            (br_if $ended (i32.ge_u (local.get $at) (local.get $end)))
            (call $call (local.get $at))
            (local.set $at (i32.add (local.get $at) (i32.const {CALL_BYTES})))
            (br $next))))
        (func (export "wardian_child") (param $at i32)
          (call $run
            (i32.and (local.get $at) (i32.const 0x3fff0))
            (i32.const {NOTES})))
        (func (export "_start") (local $at i32) (local $got i32)
          (drop (call $path_open (i32.const 3) (i32.const 0)
            (i32.const {path}) (i32.const {path_length}) (i32.const 9)
            (i64.const -1) (i64.const -1) (i32.const 0) (i32.const {number})))
          (global.set $results (i32.load (i32.const {number})))
          (block $read (loop $more
            (i32.store (i32.const {NOTES}) (local.get $at))
            (i32.store (i32.const {length}) (i32.sub (i32.const {NOTES}) (local.get $at)))
            (br_if $read (call $fd_read
              (i32.const 0) (i32.const {NOTES}) (i32.const 1) (i32.const {count})))
            (local.set $got (i32.load (i32.const {count})))
            (br_if $read (i32.eqz (local.get $got)))
            (local.set $at (i32.add (local.get $at) (local.get $got)))
            (br $more)))
          (call $run (i32.const {MEMORY_BYTES}) (local.get $at))
          (i32.store (i32.const {NOTES}) (i32.const 0))
          (i32.store (i32.const {length}) (local.get $at))
          (drop (call $fd_write
            (global.get $results) (i32.const {NOTES}) (i32.const 1) (i32.const {count})))))"#,
        path = NOTES + 0x100,
        path_length = RESULTS.len() - 1,
        number = NOTES + 0x200,
        length = NOTES + 4,
        count = NOTES + 8,
    );
    wat
}

fn has_result(function: &Function) -> bool {
    function.name != "proc_exit"
}

fn kind(parameter: char) -> &'static str {
    match parameter {
        'I' => "i64",
        _ => "i32",
    }
}
