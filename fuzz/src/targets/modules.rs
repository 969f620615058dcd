//! Random modules against the host: imports of every function, random code that
//! calls them. Whatever they are, they end with an error or an exit code.

use std::fmt::Write;
use std::time::Duration;

use wardian_engine::{Clock, ErrorKind, Limits, ModuleBytes, Sandbox, Tool, Tools};
use wasm_smith::{Config, Module};

use super::guest::functions::{Function, OWN, STANDARD};
use super::guest::{block_on, check, runtime, small_limits};
use crate::{Draw, Target, Trace};

pub(crate) static TARGET: Target = Target {
    name: "modules",
    run,
    seeds: Vec::new,
    pieces: &[],
    most_bytes: 3000,
};

/// Loop turns and calls until a random module stops itself.
const FUEL: u32 = 2000;

fn run(input: &[u8], trace: &mut Trace) {
    let mut draw = Draw::new(input);
    let own = draw.one_in(2);
    let Some(wasm) = module(&mut draw, own) else {
        return;
    };
    let tools = Tools::none().with(Tool {
        name: "random".into(),
        bytes: ModuleBytes::Wasm(wasm.clone().into()),
        applets: vec!["random".into()],
    });
    let sandbox = Sandbox::builder(runtime())
        .tools(&tools)
        .limits(Limits {
            process_memory_bytes: 16 << 20,
            memory_bytes: 32 << 20,
            table_elements: 5000,
            ..small_limits()
        })
        .clock(Clock::simulated(1, Duration::from_nanos(1)))
        .seed([7; 32])
        .file("/in", b"input")
        .build()
        .expect("a sandbox");
    let exec = if own {
        sandbox.command(["random", "argument"])
    } else {
        sandbox.run_module(wasm, ["random", "argument"])
    };
    match block_on(exec.stdin(b"some input".to_vec()).run()) {
        Ok(result) => {
            assert!(result.usage.wall_time.as_secs() < 30, "{:?}", result.usage);
            trace.note((own, result.exit_code));
        }
        Err(error) => {
            assert!(
                matches!(error.kind(), ErrorKind::Module | ErrorKind::Limit),
                "{error}"
            );
            // What it could have imported matters more than numbers in messages.
            let words: Vec<String> = error
                .to_string()
                .split_whitespace()
                .filter(|word| word.chars().all(char::is_alphabetic))
                .map(String::from)
                .collect();
            trace.note(words);
        }
    }
    check(&sandbox);
}

/// A module that imports some functions; `None`: the bytes make none.
fn module(draw: &mut Draw<'_>, own: bool) -> Option<Vec<u8>> {
    let mut shape = String::from("(module\n");
    for _ in 0..1 + draw.below(10) {
        let (module, function) = if own && draw.one_in(2) {
            ("wardian_v1", draw.pick(OWN))
        } else {
            ("wasi_snapshot_preview1", draw.pick(STANDARD))
        };
        import(&mut shape, module, function);
    }
    shape.push_str(
        r#"(memory (export "memory") 1 20)
        (global (export "__stack_pointer") (mut i32) (i32.const 0))
        (func (export "wardian_child") (param i32))
        (func (export "_start")))"#,
    );
    let shape = wat::parse_str(&shape).unwrap_or_else(|error| panic!("{shape}: {error}"));
    let config = Config {
        module_shape: Some(shape),
        max_instructions: 200,
        max_table_elements: 1000,
        memory_max_size_required: true,
        exceptions_enabled: false,
        gc_enabled: false,
        compact_imports_enabled: false,
        relaxed_simd_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        extended_const_enabled: false,
        memory64_enabled: false,
        // `externref` is refused: that is seen soon.
        reference_types_enabled: draw.one_in(8),
        ..Config::default()
    };
    let mut module = Module::new(config, draw.unstructured()).ok()?;
    module.ensure_termination(FUEL).ok()?;
    Some(module.to_bytes())
}

fn import(shape: &mut String, module: &str, function: &Function) {
    let parameters: Vec<&str> = function
        .parameters
        .chars()
        .map(|parameter| if parameter == 'I' { "i64" } else { "i32" })
        .collect();
    let result = match function.name {
        "proc_exit" => "",
        _ => "(result i32)",
    };
    let _ = writeln!(
        shape,
        r#"(import "{module}" "{}" (func (param {}) {result}))"#,
        function.name,
        parameters.join(" "),
    );
}
