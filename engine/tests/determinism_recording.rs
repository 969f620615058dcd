//! Recordings: a run taken down in one file is the same when it is run again,
//! and what was tampered with is named.

use std::sync::OnceLock;
use std::time::Duration;

use wardian_engine::{
    CacheDirectory, Determinism, ErrorKind, ExecResult, Limits, ModuleBytes, MountMode, Recording,
    Runtime, Sandbox, Tool, Tools,
};

fn tools() -> Tools {
    static TOOLS: OnceLock<Tools> = OnceLock::new();
    let tool = |module: &wardian_tools::GuestModule| Tool {
        name: module.name.into(),
        bytes: ModuleBytes::Lazy {
            digest: module.sha256,
            make: |name| {
                let module = wardian_tools::find_module(name).ok_or("no such module")?;
                module.wasm().map_err(|error| error.to_string())
            },
        },
        applets: module.applets.iter().map(|name| (*name).into()).collect(),
    };
    TOOLS
        .get_or_init(|| {
            let tools = wardian_tools::modules().iter().map(tool);
            Tools::new(tools.collect(), Some("bash"))
        })
        .clone()
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let builder = Runtime::builder().processes(64);
        let cache = CacheDirectory::of_user();
        builder.cache(cache).build().expect("this host runs it")
    })
}

/// A sandbox with something of everything that a recording takes along.
fn sandbox() -> Sandbox {
    Sandbox::builder(runtime())
        .tools(&tools())
        .deterministic(Determinism::seeded(11))
        .limits(Limits {
            wall_time: Duration::from_secs(240),
            processes: 20,
            ..Limits::default()
        })
        .env("MODE", "fast")
        .cwd("/srv")
        .user(500, 50)
        .processors(3)
        .file_with_mode("/srv/run.sh", "#!/bin/bash\necho from a file $MODE", 0o755)
        .file("/etc/motd", "hello\n")
        .build()
        .unwrap()
}

const SCRIPT: &str = r#"
    ./run.sh; cat; id -u; pwd; nproc; cat /etc/motd; ls -lai --full-time . /usr/bin | cksum
    for n in 1 2 3; do (sleep 0.$((RANDOM % 10)); echo $n >> order) & done; wait; cat order
    ln order hard; ln -s order soft; mkfifo pipe; date +%N; ulimit -a >&2; exit 3
"#;

fn run(recording: &Recording) -> (Sandbox, ExecResult) {
    let sandbox = recording.sandbox(runtime(), &tools()).unwrap();
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let result = tokio.block_on(recording.exec(&sandbox).run()).unwrap();
    (sandbox, result)
}

#[test]
fn a_replay_gives_what_was_recorded() {
    let before = sandbox();
    before.fs().write("/srv/later", "put there").unwrap();
    let mut recording = Recording::new(&before, SCRIPT, "input\n").unwrap();
    assert!(recording.write(Vec::new()).is_err(), "it has not run");
    let (sandbox, result) = run(&recording);
    let text = result.stdout_text();
    assert_eq!(result.exit_code, 3, "{text} {}", result.stderr_text());
    assert!(
        text.starts_with("from a file fast\ninput\n500\n/srv\n3\nhello\n"),
        "{text}"
    );
    assert!(sandbox.fs().exists("/srv/later") && sandbox.fs().exists("/srv/hard"));
    recording.finish(&sandbox, &result).unwrap();
    let mut file = Vec::new();
    recording.write(&mut file).unwrap();

    let replayed = Recording::read(&*file).unwrap();
    let (sandbox, again) = run(&replayed);
    assert_eq!(again.stdout, result.stdout);
    assert_eq!(replayed.compare(&sandbox, &again).unwrap(), []);

    // Another script with the same length, and a digest that fits, still shows.
    let at = file.windows(6).position(|part| part == b"exit 3").unwrap();
    file[at + 5] = b'4';
    let error = Recording::read(&*file).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::HostFile);
    assert!(error.to_string().contains("changed"), "{error}");
    let mut other = Recording::new(&before, "exit 4", "").unwrap();
    let (sandbox, four) = run(&other);
    other.finish(&sandbox, &four).unwrap();
    let named: Vec<_> = other
        .compare(&sandbox, &result)
        .unwrap()
        .into_iter()
        .map(|difference| difference.what)
        .collect();
    for what in ["exit code", "stdout", "fuel", "wall time in ns"] {
        assert!(named.contains(&what), "{named:?}");
    }
    assert!(!named.iter().any(|what| what.starts_with("files")));
}

#[test]
fn what_cannot_be_repeated_is_refused() {
    let plain = Sandbox::builder(runtime()).tools(&tools()).build().unwrap();
    let error = Recording::new(&plain, "true", "").err().unwrap();
    assert!(error.to_string().contains("deterministic"), "{error}");

    let mounted = Sandbox::builder(runtime())
        .deterministic(Determinism::default())
        .mount(env!("CARGO_MANIFEST_DIR"), "/src", MountMode::ReadOnly)
        .build()
        .unwrap();
    let error = Recording::new(&mounted, "true", "").err().unwrap();
    assert!(error.to_string().contains("mounted"), "{error}");

    let recording = Recording::new(&sandbox(), "true", "").unwrap();
    let error = recording.sandbox(runtime(), &Tools::none()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Module);
    assert!(error.to_string().contains("there is none"), "{error}");
}
