//! Deterministic sandboxes: the same script gives the same bytes and the same
//! figures, however busy the host is and however many threads it has.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use wardian_engine::{
    Audit, AuditEvent, CacheDirectory, CancelToken, Determinism, Exec, ExecResult, Limits,
    ModuleBytes, Runtime, Sandbox, SandboxBuilder, Signal, Tool, Tools,
};

/// What could come out differently each time: pipelines and jobs at once, jobs
/// that write to one file, sleeps, randomness, time, who ends first, processes
/// seen by others, timeouts, files with their times.
const SCRIPT: &str = r#"
    seq 2000 | tee >(wc -l > lines) | sort -rn | head -n 3
    for n in 1 2 3 4 5; do
        (for m in 1 2 3 4; do echo "$n $m"; done >> log; sleep 0.0$((RANDOM % 9)); echo "$n end" >> log) &
    done
    wait; cat log lines
    (sleep 2; exit 7) & (sleep 1; exit 3) & (sleep 3) &
    wait -n; echo first $?
    wait -n; echo second $?
    ps; wait
    echo $RANDOM $RANDOM $SRANDOM $$ $BASHPID $!
    head -c 12 /dev/urandom | od -An -tx1
    date '+%F %T.%N'; sleep 10; date '+%s %N'
    timeout 1 sleep 5; echo timeout $?
    yes busy | head -n 3000 | cksum
    awk 'BEGIN { srand(); for (i = 0; i < 3; i++) print rand() }'
    mktemp; mktemp -d
    mkfifo pipe; (cat pipe; echo read $?) & echo through > pipe; wait
    trap 'echo caught' USR1; (sleep 0.5; kill -USR1 $$) & sleep 1; wait
    read -t 2 -r word < <(sleep 60); echo read $?
    while :; do :; done & busy=$!; sleep 0.01; kill $busy; wait $busy; echo killed $?
    stat -c '%n %i %s %y' *; ls -la --time-style=full-iso / /usr/bin | cksum
    cat /proc/uptime /proc/meminfo /proc/self/stat; free; uptime
    { time sort -r log > sorted; } 2>&1
    echo out; echo err >&2
"#;

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

fn new_runtime() -> Runtime {
    let builder = Runtime::builder().processes(64);
    let cache = CacheDirectory::of_user();
    builder.cache(cache).build().expect("this host runs it")
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(new_runtime)
}

fn builder(runtime: &Runtime) -> SandboxBuilder {
    let limits = Limits {
        // Real time: far more than any of these takes.
        wall_time: Duration::from_secs(240),
        ..Limits::default()
    };
    Sandbox::builder(runtime)
        .tools(&tools())
        .deterministic(Determinism::seeded(7))
        .limits(limits)
}

fn wait(threads: usize, exec: Exec) -> ExecResult {
    let mut builder = match threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let tokio = builder.worker_threads(threads).enable_all().build();
    tokio.unwrap().block_on(exec.run()).unwrap()
}

fn run(script: &str) -> ExecResult {
    wait(2, builder(runtime()).build().unwrap().exec(script))
}

/// All of a result, as text that says where two differ.
fn all(result: &ExecResult) -> String {
    format!(
        "{}\n{}\n{:?}",
        result.stdout_text(),
        result.stderr_text(),
        (
            result.exit_code,
            result.signal,
            result.timed_out,
            result.cancelled,
            result.usage
        )
    )
}

/// Keeps processors busy until dropped.
struct Load(Arc<AtomicBool>);

impl Load {
    fn new() -> Load {
        let go = Arc::new(AtomicBool::new(true));
        for _ in 0..2 {
            let go = go.clone();
            std::thread::spawn(move || {
                while go.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Load(go)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

#[test]
fn twenty_runs_are_the_same() {
    let first = run(SCRIPT);
    println!("{}", all(&first));
    assert_eq!(first.exit_code, 0);
    for turn in 0..20 {
        let _load = (turn % 4 == 0).then(Load::new);
        let start = Instant::now();
        // Each on its own, and with other numbers of threads; one with modules
        // that are loaded while the script runs.
        let fresh = (turn == 7).then(new_runtime);
        let sandbox = builder(fresh.as_ref().unwrap_or(runtime())).build();
        let result = wait(1 + turn % 3, sandbox.unwrap().exec(SCRIPT));
        assert_eq!(all(&result), all(&first), "run {turn}");
        println!("run {turn}: {:?}", start.elapsed());
    }
}

#[test]
fn another_seed_and_another_start_are_seen() {
    let script = "echo $RANDOM $SRANDOM; date +%F";
    let texts: Vec<_> = [Determinism::seeded(7), Determinism::seeded(8), {
        let start = std::time::UNIX_EPOCH + Duration::from_secs(86_400);
        Determinism {
            start,
            ..Determinism::seeded(7)
        }
    }]
    .into_iter()
    .map(|determinism| {
        let sandbox = builder(runtime()).deterministic(determinism).build();
        let result = wait(1, sandbox.unwrap().exec(script));
        result.stdout_text().into_owned()
    })
    .collect();
    assert_ne!(texts[0], texts[1]);
    assert!(texts[0].ends_with("2000-01-01\n") && texts[2].ends_with("1970-01-02\n"));
    assert_eq!(texts[0].lines().next(), texts[2].lines().next());
}

#[test]
fn a_busy_loop_ends_at_the_same_count_of_fuel() {
    let mut seen = Vec::new();
    for turn in 0..3 {
        let _load = (turn == 1).then(Load::new);
        let limits = Limits {
            fuel: 50_000_000,
            wall_time: Duration::from_secs(240),
            ..Limits::default()
        };
        let sandbox = builder(runtime()).limits(limits).build().unwrap();
        let script = "x=0; (while :; do :; done) & while :; do x=$((x + 1)); echo $x; done";
        let result = wait(2, sandbox.exec(script));
        assert_eq!(result.exit_code, 152);
        assert_eq!(result.signal, Some(Signal::XCPU));
        assert!(result.stderr_text().contains("limit fuel (50000000)"));
        assert!(result.usage.cpu_time >= Duration::from_millis(50));
        assert!(result.usage.cpu_time <= Duration::from_millis(55));
        assert_eq!(sandbox.processes(), 0);
        seen.push(all(&result));
    }
    assert!(seen[0].contains("\n100\n"), "{}", seen[0]);
    assert!(seen.iter().all(|text| *text == seen[0]), "{seen:?}");
}

#[test]
fn a_sleep_takes_no_time() {
    let start = Instant::now();
    let result = run("date +%s; sleep 1000; date +%s");
    assert!(start.elapsed() < Duration::from_secs(100));
    assert_eq!(result.stdout_text(), "946684800\n946685800\n");
    assert_eq!(result.usage.wall_time.as_secs(), 1000);
    assert!(result.usage.cpu_time < Duration::from_secs(1));
}

#[test]
fn what_waits_for_ever_is_ended_at_once() {
    for script in [
        "mkfifo f; cat f",
        "sleep infinity",
        "cat < <(sleep infinity)",
    ] {
        let start = Instant::now();
        let result = run(&format!("echo before; {script}"));
        assert!(start.elapsed() < Duration::from_secs(100), "{script}");
        assert_eq!(
            (result.exit_code, result.timed_out),
            (124, true),
            "{script}"
        );
        assert_eq!(result.stdout_text(), "before\n");
        assert!(result.stderr_text().contains("cannot come"), "{script}");
    }
}

#[test]
fn input_and_floods_of_output_are_the_same_each_time() {
    let mut seen = Vec::new();
    for turn in 0..3 {
        let _load = (turn == 1).then(Load::new);
        let limits = Limits {
            output_bytes: 100_000,
            wall_time: Duration::from_secs(240),
            ..Limits::default()
        };
        let sandbox = builder(runtime()).limits(limits).build().unwrap();
        let input: Vec<u8> = (0..2_000_000_u32).map(|byte| byte as u8).collect();
        let exec = sandbox.exec("tee copy | cksum; yes; echo never");
        let result = wait(1 + turn, exec.stdin(input));
        assert_eq!(result.exit_code, 153);
        assert!(result.stdout_dropped_bytes > 0);
        seen.push((all(&result), result.stdout_dropped_bytes));
    }
    assert!(seen.iter().all(|one| *one == seen[0]));
}

#[test]
fn streams_give_what_collecting_gives() {
    let collected = {
        let sandbox = builder(runtime()).build().unwrap();
        wait(1, sandbox.exec("cat; echo err >&2; date +%N").stdin("in\n"))
    };
    let sandbox = builder(runtime()).build().unwrap();
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let (result, stdout) = tokio.block_on(async {
        let streaming = sandbox.exec("cat; echo err >&2; date +%N").stream();
        let (input, output, errors, result) = streaming.split();
        let result = tokio::spawn(result);
        assert!(input.write_all(b"i").await && input.write_all(b"n\n").await);
        drop(input);
        let (mut all, mut block) = (Vec::new(), [0; 7]);
        loop {
            match output.read(&mut block).await {
                0 => break,
                count => all.extend_from_slice(&block[..count]),
            }
        }
        assert_eq!(errors.read(&mut [0; 16]).await, 4);
        (result.await.unwrap().unwrap(), all)
    });
    assert_eq!(stdout, collected.stdout);
    assert_eq!(
        format!("{:?}", result.usage),
        format!("{:?}", collected.usage)
    );
}

#[test]
fn execs_at_once_and_forks_go_on_from_where_they_are() {
    let go = || {
        let sandbox = builder(runtime()).build().unwrap();
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        tokio.block_on(async {
            let script = "echo $$ $RANDOM; date +%N >> times; sleep 1";
            let (one, two) = tokio::join!(sandbox.exec(script).run(), sandbox.exec(script).run());
            let fork = sandbox.fork();
            let (left, right) = tokio::join!(
                sandbox.exec("cat times; echo $$ $RANDOM; date +%s").run(),
                fork.exec("cat times; echo $$ $RANDOM; date +%s; sleep 5")
                    .run()
            );
            let shell = sandbox.shell();
            shell.exec("x=$RANDOM; sleep 1").await.unwrap();
            let last = shell.exec("echo $x; date +%s").await;
            [one, two, left, right, last].map(|result| all(&result.unwrap()))
        })
    };
    let first = go();
    assert!(first[4].contains("\n946684803\n"), "{}", first[4]);
    for _ in 0..3 {
        let _load = Load::new();
        assert_eq!(go(), first);
    }
}

#[derive(Default)]
struct Events(Mutex<Vec<String>>);

impl Audit for Events {
    fn record(&self, event: &AuditEvent<'_>) {
        let text = match event {
            AuditEvent::ProcessStarted { pid, args, .. } => format!("{pid} {args:?}"),
            AuditEvent::ProcessEnded { pid, usage, .. } => format!("{pid} {usage:?}"),
            _ => return,
        };
        self.0.lock().unwrap().push(text);
    }
}

#[test]
fn events_come_in_the_same_order() {
    let mut seen = Vec::new();
    for turn in 0..4 {
        let _load = (turn == 1).then(Load::new);
        let events = Arc::new(Events::default());
        let sandbox = builder(runtime()).audit(events.clone()).build().unwrap();
        wait(1 + turn, sandbox.exec(SCRIPT));
        seen.push(std::mem::take(&mut *events.0.lock().unwrap()));
    }
    assert!(seen[0].len() > 50);
    assert!(seen.iter().all(|events| *events == seen[0]));
}

#[test]
fn a_wall_limit_and_a_cancel_come_from_outside() {
    for cancelled in [false, true] {
        let limits = Limits {
            fuel: u64::MAX,
            ..Limits::default()
        };
        let sandbox = builder(runtime()).limits(limits).build().unwrap();
        let script = "echo begun; while :; do :; done & while :; do :; done";
        let token = CancelToken::new();
        let mut exec = sandbox.exec(script).cancel(&token);
        if cancelled {
            token.cancel();
        } else {
            exec = exec.timeout(Duration::from_millis(300));
        }
        let result = wait(2, exec);
        assert_eq!(result.timed_out, !cancelled, "{}", all(&result));
        assert_eq!(result.cancelled, cancelled);
        assert_eq!(sandbox.processes(), 0);
        assert_eq!(wait(1, sandbox.exec("echo on")).stdout_text(), "on\n");
    }
}

#[test]
fn an_exec_that_is_dropped_lets_the_next_one_run() {
    let sandbox = builder(runtime()).build().unwrap();
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio.block_on(async {
        let busy = sandbox
            .exec("while :; do :; done & while :; do :; done")
            .run();
        assert!(
            tokio::time::timeout(Duration::from_millis(100), busy)
                .await
                .is_err()
        );
        let next = sandbox.exec("echo next").await.unwrap();
        assert_eq!(next.stdout_text(), "next\n");
    });
}

#[test]
fn modules_of_guests_own_and_numbers_that_are_none() {
    // 0/0 has one sign and one payload, whatever the processor makes of it.
    let wat = r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\10\00\00\00\08\00\00\00")
        (func $zero (result f64) (f64.load (i32.const 512)))
        (func (export "_start")
            (f64.store (i32.const 16) (f64.div (call $zero) (call $zero)))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))))"#;
    let sandbox = builder(runtime()).build().unwrap();
    let wasm = wat::parse_str(wat).unwrap();
    let result = wait(1, sandbox.run_module(wasm, ["nan"]));
    assert_eq!(result.stdout, 0x7ff8_0000_0000_0000_u64.to_le_bytes());
}

/// What was printed where this was written, with its figures: numbers that are none and
/// numbers that are rounded, random bytes, time before and after the work.
#[test]
fn another_machine_gives_the_same() {
    const PRINTED: &str = "791c4952cf4c230df320bf4ed23033d97af04ce3e2e4ac82da7c2679480dab40\
        665ed8440000c07f000000000000f87f000000000000f87f406ec70300000000";
    const USED: &str = "Usage { wall_time: 63.403041ms, cpu_time: 63.403041ms, \
        peak_memory_bytes: 65536, read_bytes: 0, written_bytes: 64 }";
    let wat = r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\10\00\00\00\40\00\00\00")
        (func (export "_start")
            (local $n i32) (local $sum f64) (local $small f32)
            (drop (call $clock (i32.const 0) (i64.const 1) (i32.const 16)))
            (drop (call $random (i32.const 24) (i32.const 16)))
            (loop $on
                (local.set $n (i32.add (local.get $n) (i32.const 1)))
                (local.set $sum (f64.add (local.get $sum)
                    (f64.div (f64.const 1) (f64.sqrt (f64.convert_i32_u (local.get $n))))))
                (local.set $small (f32.sub (f32.demote_f64 (local.get $sum)) (local.get $small)))
                (br_if $on (i32.lt_u (local.get $n) (i32.const 3000000))))
            (f64.store (i32.const 40) (local.get $sum))
            (f32.store (i32.const 48) (local.get $small))
            (f32.store (i32.const 52) (f32.sqrt (f32.neg (f32.abs (local.get $small)))))
            (f64.store (i32.const 56) (f64.sub (f64.const inf) (f64.const inf)))
            (v128.store (i32.const 64) (f64x2.div (v128.load (i32.const 512)) (v128.load (i32.const 512))))
            (drop (call $clock (i32.const 1) (i64.const 1) (i32.const 72)))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;
    let sandbox = builder(runtime()).build().unwrap();
    let wasm = wat::parse_str(wat).unwrap();
    let result = wait(2, sandbox.run_module(wasm, ["work"]));
    let printed: String = result
        .stdout
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        (&*printed, &*format!("{:?}", result.usage)),
        (PRINTED, USED)
    );
}
