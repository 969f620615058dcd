//! How soon what must end ends, by what it does at that moment, and what an
//! honest command waits, while many other sandboxes run.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use wardian::{CacheDirectory, CancelToken, Exec, Limits, Runtime, Sandbox};

use crate::table::{Table, Times, progress, progress_done};

/// How much to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Sandboxes that run all the time: half of them compute, a quarter sleeps, a
    /// quarter waits at a pipe.
    pub others: usize,
    /// Timeouts and cancels of each kind, so many of both.
    pub rounds: usize,
}

/// What an end is measured of.
const KINDS: [(&str, &str); 8] = [
    ("busy loop", "while :; do :; done"),
    ("blocked pipe", "while :; do sleep 600; done | cat | cat"),
    ("sleep", "sleep 600"),
    (
        "regex",
        "yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | grep -E -c '^((a+)+(a|b)*)*(.*)*c$'",
    ),
    ("sort", "seq 1 100000 | sort -r; seq 1 5000000 | sort -r"),
    // Up to 16 MiB, over and over: within what a process may have.
    (
        "memory hog",
        "while :; do x=0123456789abcdef; for i in {1..20}; do x=$x$x; done; done",
    ),
    (
        "fork bomb",
        "f() { f | f & }; f; while :; do f; done 2> /dev/null",
    ),
    ("compile", ""),
];

/// What the other sandboxes run.
const OTHERS: [&str; 4] = [
    "while :; do :; done",
    "sleep 600",
    "while :; do :; done",
    "sleep 600 | cat",
];

/// How long something runs before it must end.
const DUE: Duration = Duration::from_millis(30);

/// Does it, and tells.
///
/// # Panics
/// If the machine refuses threads or address space.
#[must_use]
pub fn preempt(plan: &Plan) -> Table {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let limits = Limits {
        wall_time: Duration::from_secs(3600),
        cpu_time: Duration::from_secs(3600),
        process_memory_bytes: 64 << 20,
        memory_bytes: 256 << 20,
        processes: 64,
        ..Limits::default()
    };
    let runtime = Runtime::builder()
        .processes(plan.others as u32 * 2 + 200)
        .cache(CacheDirectory::of_user())
        .build()
        .expect("Wasmtime");
    let base = Sandbox::builder(&runtime)
        .tools(&wardian::tools())
        .limits(limits)
        .build()
        .expect("a sandbox");
    let mut table = Table::default();
    tokio.block_on(async {
        // Each tool's first use loads its module.
        for (_, script) in KINDS {
            let exec = base.fork().exec(script).timeout(10 * DUE).run();
            let _ = tokio::spawn(exec).await;
        }
        table.note("an honest command, alone", honest(&base, plan).await.most());
        let everything = CancelToken::new();
        let mut others = Vec::new();
        for number in 0..plan.others {
            let sandbox = base.fork();
            let exec = sandbox.exec(OTHERS[number % OTHERS.len()]);
            let exec = exec.cancel(&everything).run();
            others.push((sandbox, tokio::spawn(exec)));
        }
        for (sandbox, other) in &others {
            while sandbox.processes() == 0 && !other.is_finished() {
                tokio::time::sleep(DUE).await;
            }
        }
        table.note("sandboxes that run beside", plan.others.to_string());
        let waited = honest(&base, plan).await;
        table.note("an honest command, among them", waited.most());
        let mut all = Times::default();
        let (mut left, mut by_themselves) = (0, 0);
        for (kind, script) in KINDS {
            for cancels in [false, true] {
                let mut late = Times::default();
                let how = if cancels { "cancel" } else { "timeout" };
                for round in 0..plan.rounds {
                    progress(&format!("{kind}, {how}: {round} of {}", plan.rounds));
                    let sandbox = base.fork();
                    let exec = match kind {
                        "compile" => sandbox.run_module(large(), ["large"]),
                        _ => sandbox.exec(script),
                    };
                    match lateness(exec, cancels).await {
                        Some(time) => late.push(time),
                        None => by_themselves += 1,
                    }
                    left += sandbox.processes();
                    if kind == "compile" {
                        // Two of guests' own are compiled at a time.
                        tokio::time::sleep(10 * DUE).await;
                    }
                }
                table.note(&format!("{kind}, {how}"), late.most());
                all.extend(late);
            }
        }
        table.figure(
            "late, all of them",
            "p99 <= 10 ms",
            all.most(),
            all.within(990) <= Duration::from_millis(10),
        );
        let share = format!("{by_themselves} of {}", all.count() + by_themselves);
        table.note("ended by themselves before", share);
        everything.cancel();
        let start = Instant::now();
        for (sandbox, other) in others {
            let result = other.await.expect("a task that ends");
            left += sandbox.processes();
            left += usize::from(!result.is_ok_and(|result| result.cancelled));
        }
        let took = start.elapsed();
        table.note("all the others cancelled at once", format!("{took:.1?}"));
        table.must("processes left", left.to_string(), left == 0);
    });
    progress_done();
    table
}

/// How late it ends; `None` if it ended by itself before.
async fn lateness(exec: Exec, cancels: bool) -> Option<Duration> {
    let start = Instant::now();
    if !cancels {
        let exec = tokio::spawn(exec.timeout(DUE).run());
        let result = exec.await.expect("a task that ends");
        let late = start.elapsed().saturating_sub(DUE);
        return result.is_ok_and(|result| result.timed_out).then_some(late);
    }
    let token = CancelToken::new();
    let exec = tokio::spawn(exec.cancel(&token).run());
    // The cancel comes from a thread of its own: it is not late itself.
    let cancel = tokio::task::spawn_blocking(move || {
        std::thread::sleep(DUE.saturating_sub(start.elapsed()));
        let at = Instant::now();
        token.cancel();
        at
    });
    let result = exec.await.expect("a task that ends");
    let ended = Instant::now();
    let late = ended.saturating_duration_since(cancel.await.expect("a thread that ends"));
    result.is_ok_and(|result| result.cancelled).then_some(late)
}

/// A short command, again and again.
async fn honest(base: &Sandbox, plan: &Plan) -> Times {
    let mut times = Times::default();
    for _ in 0..plan.rounds * 5 {
        let sandbox = base.fork();
        let exec = sandbox.exec("for i in 1 2 3; do echo $i; done | sort -r | head -n 1");
        let start = Instant::now();
        let result = tokio::spawn(exec.run()).await.expect("a task that ends");
        times.push(start.elapsed());
        assert!(result.is_ok_and(|result| result.stdout == b"3\n"));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    times
}

/// A module that takes long to compile, and another each time: none is in a cache.
fn large() -> Arc<[u8]> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let number = now.unwrap_or_default().as_nanos() as i64;
    let body = "(drop (i32.add (i32.const 1) (i32.const 2)))".repeat(100_000);
    let start = format!("(func (export \"_start\") (drop (i64.const {number})) {body})");
    wat::parse_str(format!("(module (memory (export \"memory\") 1) {start})"))
        .expect("wat")
        .into()
}
