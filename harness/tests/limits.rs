//! Scripts that run into a limit: the exit code or message that a shell user
//! knows, one line that names the limit, and a sandbox that works on.

#[path = "support/runtime.rs"]
mod runtime;

use std::time::Duration;

use runtime::runtime;
use wardian::{CancelToken, ExecResult, Limits, Sandbox};

fn sandbox(limits: Limits) -> Sandbox {
    Sandbox::builder(runtime())
        .tools(&wardian::tools())
        .limits(limits)
        .build()
        .expect("a sandbox")
}

fn run(sandbox: &Sandbox, script: &str) -> ExecResult {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    tokio
        .block_on(sandbox.exec(script).run())
        .expect("it starts")
}

/// Limit and value, script, exit code, standard output, part of standard error.
const CASES: &[(&str, &str, &str, i32, &str, &str)] = &[
    (
        "cpu_time",
        "200ms",
        "echo a; while :; do :; done",
        152,
        "a\n",
        "SIGXCPU",
    ),
    (
        "processes",
        "3",
        "sleep 0.1 & sleep 0.1 & sleep 0.1 & wait; echo end",
        0,
        "end\n",
        "EAGAIN",
    ),
    (
        "processes_started",
        "5",
        "for i in 1 2 3 4 5 6; do /bin/echo $i; done 2>/dev/null | head -n 9; echo end",
        0,
        "1\n2\nend\n",
        "EAGAIN",
    ),
    (
        "descriptors",
        "20",
        "for i in {3..30}; do eval \"exec $i</dev/null\"; done 2>/dev/null; echo end",
        0,
        "end\n",
        "EMFILE",
    ),
    (
        "fs_bytes",
        "1M",
        "head -c 3M /dev/zero >f; echo $?; rm f; echo x >f; cat f",
        0,
        "1\nx\n",
        "ENOSPC",
    ),
    (
        "fs_inodes",
        "300",
        "for i in {1..400}; do : >f$i; done; echo $?; rm f?; : >g",
        0,
        "1\n",
        "ENOSPC",
    ),
    (
        "file_bytes",
        "1M",
        "head -c 3M /dev/zero >f; echo $?",
        0,
        "1\n",
        "EFBIG",
    ),
    (
        "argument_bytes",
        "10K",
        "printf -v x '%020000d' 1; /bin/echo $x; echo $?; /bin/echo y",
        0,
        "126\ny\n",
        "E2BIG",
    ),
    (
        "process_memory_bytes",
        "20M",
        "x=$(head -c 40M /dev/zero | tr '\\0' a); echo ${#x}",
        137,
        "",
        "no more memory",
    ),
    (
        "memory_bytes",
        "40M",
        "for i in 1 2 3 4 5 6 7 8; do sleep 0.2 & done; wait; echo end",
        0,
        "end\n",
        "memory",
    ),
];

#[test]
fn a_limit_is_named_and_the_sandbox_works_on() {
    for (name, value, script, code, stdout, effect) in CASES {
        let mut limits = Limits::default();
        limits.set(name, value).expect("a limit and its value");
        let sandbox = sandbox(limits);
        let result = run(&sandbox, script);
        let stderr = result.stderr_text();
        assert_eq!(
            (result.exit_code, &*result.stdout_text()),
            (*code, *stdout),
            "{name}: {stderr}"
        );
        let line = format!("wardian: limit {name} (");
        assert!(
            stderr.contains(&line) && stderr.contains(effect),
            "{name}: {stderr}"
        );
        let after = run(&sandbox, "echo $((6 * 7))");
        assert_eq!(
            (after.exit_code, &*after.stdout_text()),
            (0, "42\n"),
            "{name}"
        );
        assert_eq!(after.stderr_text(), "", "{name}");
        assert_eq!(sandbox.processes(), 0, "{name}");
    }
}

#[test]
fn what_is_left_in_the_background_ends() {
    let limits = Limits {
        background_grace: Duration::from_millis(20),
        ..Limits::default()
    };
    let sandbox = sandbox(limits);
    let result = run(&sandbox, "(sleep 100; echo late >f) & echo started");
    assert_eq!(&*result.stdout_text(), "started\n");
    assert!(result.usage.wall_time < Duration::from_secs(10));
    assert_eq!(sandbox.processes(), 0);
    assert!(!sandbox.fs().exists("f"));
}

#[test]
fn a_deadline_that_passes_after_the_end_is_none() {
    let limits = Limits {
        wall_time: Duration::from_millis(500),
        background_grace: Duration::from_millis(1500),
        ..Limits::default()
    };
    let sandbox = sandbox(limits);
    run(&sandbox, "sleep 0");
    let result = run(
        &sandbox,
        "(sleep 0.8; echo late >f; sleep 100) & echo started",
    );
    assert_eq!((result.exit_code, result.timed_out), (0, false));
    assert!(sandbox.fs().exists("f"), "killed before its grace was over");
    assert_eq!(sandbox.processes(), 0);
    let result = run(&sandbox, "sleep 100");
    assert_eq!((result.exit_code, result.timed_out), (124, true));
}

#[test]
fn a_cancel_ends_what_is_left_in_the_background() {
    let limits = Limits {
        background_grace: Duration::from_secs(600),
        wall_time: Duration::from_secs(600),
        ..Limits::default()
    };
    let sandbox = sandbox(limits);
    let token = CancelToken::new();
    // The job tells when the shell is gone.
    let script = "(while [ -e /proc/$$ ]; do :; done; touch gone; sleep 100) & echo started";
    let exec = sandbox.exec(script);
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let result = tokio.block_on(async {
        let exec = tokio::spawn(exec.cancel(&token).run());
        while !sandbox.fs().exists("gone") {
            tokio::task::yield_now().await;
        }
        token.cancel();
        exec.await.expect("it ends").expect("it starts")
    });
    assert_eq!((result.exit_code, result.cancelled), (0, false));
    assert_eq!(&*result.stdout_text(), "started\n");
    assert_eq!(sandbox.processes(), 0);
}

#[test]
fn thousands_of_processes_live_at_once() {
    let limits = Limits {
        processes: 2100,
        descriptors: 8192,
        memory_bytes: 64 << 30,
        wall_time: Duration::from_secs(60),
        cpu_time: Duration::from_secs(60),
        ..Limits::default()
    };
    let sandbox = sandbox(limits);
    // Each waits for a pipe that the last one closes: all 2,000 are alive then.
    let script = "mkfifo p; exec 9<>p
        for ((i = 0; i < 2000; i++)); do read -r line <&9 & done
        set -- /proc/[0-9]*; echo $#
        for ((i = 0; i < 2000; i++)); do echo; done >&9
        wait; echo done";
    let result = run(&sandbox, script);
    assert_eq!(
        &*result.stdout_text(),
        "2001\ndone\n",
        "{}",
        result.stderr_text()
    );
    assert_eq!(sandbox.processes(), 0);
}

#[test]
fn a_fork_bomb_leaves_nothing_behind() {
    let sandbox = sandbox(Limits {
        processes: 100,
        ..Limits::default()
    });
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    for turn in 0..20 {
        let bomb = sandbox
            .exec("bomb() { bomb | bomb & }; bomb; while :; do :; done")
            .timeout(Duration::from_millis(20 + turn));
        let result = tokio.block_on(bomb.run()).expect("it starts");
        assert_eq!(result.exit_code, 124, "{}", result.stderr_text());
        assert_eq!(sandbox.processes(), 0);
    }
    let result = tokio.block_on(sandbox.exec("echo usable").run());
    assert_eq!(result.expect("it starts").stdout_text(), "usable\n");
}
