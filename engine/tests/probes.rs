//! Runs every probe of the probes module, each in a fresh sandbox. A probe says
//! by itself what differs from what WASI programs may expect; the few that need
//! arguments, variables or other directories have a line in `setting`.

use std::sync::{Arc, OnceLock};

use wardian_engine::{CacheDirectory, Exec, ExecResult, Runtime, Sandbox};

/// One runtime for all tests: it compiles the module once.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let cache = CacheDirectory::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/modules"));
        let builder = Runtime::builder().processes(16).cache(Some(cache));
        builder.build().expect("this host runs Wasmtime")
    })
}

fn module() -> (Arc<[u8]>, Vec<String>) {
    let [module] = wardian_tools::probes() else {
        panic!("there is one module of probes");
    };
    let names = module.applets.iter().map(|name| (*name).to_owned());
    (module.wasm().unwrap().into(), names.collect())
}

/// Runs one probe, its arguments after its name.
fn run(sandbox: &Sandbox, wasm: &Arc<[u8]>, argv: &[&str], set: fn(Exec) -> Exec) -> ExecResult {
    let exec = sandbox.run_module(wasm.clone(), argv);
    let exec = set(exec);
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio.block_on(exec.run()).expect("the probe starts")
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::builder(runtime()).build().unwrap();
    sandbox.fs().create_dir_all("fs-tests.dir").unwrap();
    sandbox
}

/// What most probes find preopened.
fn scratch(exec: Exec) -> Exec {
    exec.preopens(["fs-tests.dir", "/"])
}

/// What a probe needs besides its name: arguments and other settings.
fn setting(probe: &str) -> (&'static [&'static str], fn(Exec) -> Exec) {
    match probe {
        "argument_strings" => (&["first", "", "two words", "\u{fc}"], scratch),
        "environment" => (&[], |exec| {
            scratch(exec)
                .env("EMPTY", "")
                .env("EQUALS", "a=b=")
                .env("SPACE", " two  words ")
        }),
        // It asks for the default.
        "working_directory" => (&[], |exec| exec),
        _ => (&[], scratch),
    }
}

#[test]
fn every_probe_finds_what_it_expects() {
    let (wasm, names) = module();
    assert!(names.len() > 50, "{} probes", names.len());
    let mut differences = String::new();
    for name in &names {
        let (args, set) = setting(name);
        let argv: Vec<&str> = [name.as_str()].iter().chain(args).copied().collect();
        let result = run(&sandbox(), &wasm, &argv, set);
        // The exit code of one of them is its only sign of life.
        let spoke = result.stdout.ends_with(b"ok\n") || name == "exit_code";
        if result.exit_code != 0 || !spoke {
            let code = result.exit_code;
            differences += &format!("{name} ({code}): {}\n", result.stderr_text().trim());
        }
    }
    assert!(differences.is_empty(), "\n{differences}");
}

#[test]
fn exit_codes_are_the_programs() {
    let (wasm, _) = module();
    for (given, expected) in [
        ("0", 0),
        ("1", 1),
        ("33", 33),
        ("125", 125),
        ("126", 126),
        ("255", 255),
        ("256", 0),
        ("4294967295", 255),
    ] {
        let result = run(&sandbox(), &wasm, &["exit_code", given], scratch);
        assert_eq!(result.exit_code, expected, "{given}");
        assert_eq!(result.signal, None);
    }
}

#[test]
fn arguments_arrive_as_they_are() {
    let (wasm, _) = module();
    let argv = ["args", "", " a\tb ", "\u{fc}"];
    let result = run(&sandbox(), &wasm, &argv, scratch);
    assert_eq!(result.stdout_text(), "\"\"\n\" a\\tb \"\n\"\u{fc}\"\nok\n");
}
