//! Thousands of sandboxes for a while, most of them well-behaved, some hostile,
//! some cancelled: what each prints is its own, what it wrote is still there, and
//! memory does not grow.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wardian::{CacheDirectory, CancelToken, ExecResult, Limits, Runtime, Sandbox};

use crate::table::{Random, Table, Times, progress, progress_done, resident_bytes};

/// How much to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Sandboxes that are there all the time.
    pub sandboxes: usize,
    /// Commands at a time.
    pub at_once: usize,
    /// How long.
    pub time: Duration,
    /// Where the choices begin.
    pub seed: u64,
}

/// What a sandbox has to remember.
struct Tenant {
    number: usize,
    sandbox: Sandbox,
    /// Lines in its log.
    lines: u32,
}

/// What one task saw.
#[derive(Default)]
struct Seen {
    good: Times,
    /// How late what had to end did, by what it was.
    late: BTreeMap<&'static str, Times>,
    hostile: u64,
    cancelled: u64,
    wrong: Vec<String>,
}

/// Most lines of a log, so that files do not grow.
const LINES_MOST: u32 = 50;
const TIMEOUT: Duration = Duration::from_millis(50);

/// Scripts that mean harm, each with what it does.
const HOSTILE: [(&str, &str); 4] = [
    ("busy loop", "while :; do :; done"),
    ("fork bomb", "f() { f | f & }; f; while :; do f; done"),
    ("memory hog", "x=0123456789abcdef; while :; do x=$x$x; done"),
    ("endless output", "yes \"$RANDOM\""),
];

/// Does it, and tells.
///
/// # Panics
/// If the machine refuses threads or address space.
#[must_use]
pub fn soak(plan: &Plan) -> Table {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let limits = Limits {
        process_memory_bytes: 32 << 20,
        memory_bytes: 96 << 20,
        processes: 24,
        output_bytes: 1 << 20,
        ..Limits::hardened()
    };
    let runtime = Runtime::builder()
        .processes(plan.at_once as u32 * limits.processes + 8)
        .cache(CacheDirectory::of_user())
        .build()
        .expect("Wasmtime");
    let base = Sandbox::builder(&runtime)
        .tools(&wardian::tools())
        .limits(limits)
        .build()
        .expect("a sandbox");
    let mut groups: Vec<Vec<Tenant>> = (0..plan.at_once).map(|_| Vec::new()).collect();
    for number in 0..plan.sandboxes {
        let sandbox = base.fork();
        let files = sandbox.fs();
        files.write("id", format!("{number}\n")).expect("fits");
        groups[number % plan.at_once].push(Tenant {
            number,
            sandbox,
            lines: 0,
        });
    }

    let mut table = Table::default();
    let mut idle = Seen::default();
    tokio.block_on(async {
        let turns = (plan.sandboxes / 10).clamp(20, 2000);
        for turn in 0..turns {
            progress(&format!("alone: {turn} of {turns}"));
            let tenant = &mut groups[turn % plan.at_once][0];
            well_behaved(tenant, &mut idle).await;
        }
    });
    let ended = Arc::new(AtomicBool::new(false));
    let runs = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = groups
        .into_iter()
        .zip(plan.seed..)
        .map(|(group, seed)| tokio.spawn(tenants(group, seed, ended.clone(), runs.clone())))
        .collect();
    // Pools and caches have filled after a while.
    let mut warm = 0;
    while start.elapsed() < plan.time {
        std::thread::sleep(Duration::from_millis(200).min(plan.time / 10));
        let resident = resident_bytes();
        if start.elapsed() < plan.time * 2 / 5 {
            warm = resident.max(warm);
        }
        progress(&format!(
            "{:.0} of {:.0} s, {} runs, {} MiB resident",
            start.elapsed().as_secs_f64(),
            plan.time.as_secs_f64(),
            runs.load(Ordering::Relaxed),
            resident >> 20,
        ));
    }
    ended.store(true, Ordering::Relaxed);
    let at_end = resident_bytes();
    let mut all = Seen::default();
    for task in tasks {
        let seen = tokio.block_on(task).expect("a task that ends");
        all.good.extend(seen.good);
        for (what, late) in seen.late {
            all.late.entry(what).or_default().extend(late);
        }
        all.hostile += seen.hostile;
        all.cancelled += seen.cancelled;
        all.wrong.extend(seen.wrong);
    }
    progress_done();
    all.wrong.append(&mut idle.wrong);

    table.note("sandboxes", plan.sandboxes.to_string());
    table.note("commands at once", plan.at_once.to_string());
    table.note(
        "runs: good, hostile, cancelled",
        format!("{}, {}, {}", all.good.count(), all.hostile, all.cancelled),
    );
    table.note("a good one, alone", idle.good.shown());
    table.note("a good one, among them", all.good.shown());
    let mut late = Times::default();
    for (what, times) in all.late {
        table.note(&format!("late: {what}"), times.shown());
        late.extend(times);
    }
    table.figure(
        "late after timeout or cancel",
        "p99 <= 10 ms",
        late.shown(),
        late.within(990) <= Duration::from_millis(10),
    );
    table.must(
        "nothing lost, nothing mixed up",
        match all.wrong.first() {
            None => "nothing".into(),
            Some(first) => format!("{} times, first: {first}", all.wrong.len()),
        },
        all.wrong.is_empty(),
    );
    let most = warm + warm / 4 + (64 << 20);
    table.must(
        "resident memory: warm, end",
        format!("{} MiB, {} MiB", warm >> 20, at_end >> 20),
        at_end <= most,
    );
    table
}

/// Runs commands in some sandboxes, one after the other.
async fn tenants(
    mut group: Vec<Tenant>,
    seed: u64,
    ended: Arc<AtomicBool>,
    runs: Arc<AtomicU64>,
) -> Seen {
    let mut random = Random::new(seed);
    let mut seen = Seen::default();
    while !ended.load(Ordering::Relaxed) && !group.is_empty() {
        let which = random.below(group.len() as u64) as usize;
        let tenant = &mut group[which];
        match random.below(20) {
            0..=13 => well_behaved(tenant, &mut seen).await,
            14 | 15 => cancelled(tenant, &mut random, &mut seen).await,
            16 => tenant.sandbox = tenant.sandbox.fork(),
            _ => hostile(tenant, &mut random, &mut seen).await,
        }
        runs.fetch_add(1, Ordering::Relaxed);
    }
    for tenant in &mut group {
        // What was written is there, also where nothing ran of late.
        let log = tenant.sandbox.fs().read("log").unwrap_or_default();
        let expected = format!("{}\n", tenant.number).repeat(tenant.lines as usize);
        if log != expected.as_bytes() {
            let found = String::from_utf8_lossy(&log);
            seen.wrong
                .push(format!("the log of {} is {found:?}", tenant.number));
        }
    }
    seen
}

/// A command that says who it is, and how often it has been asked.
async fn well_behaved(tenant: &mut Tenant, seen: &mut Seen) {
    let script = "read n < id; echo $n >> log; \
                  for i in 1 2 3; do echo $n.$i; done | sort -r | head -n 1; wc -l < log";
    let start = Instant::now();
    let result = tenant.sandbox.exec(script).run().await;
    seen.good.push(start.elapsed());
    tenant.lines += 1;
    let expected = format!("{}.3\n{}\n", tenant.number, tenant.lines);
    match result {
        Ok(result) if result.exit_code == 0 && result.stdout == expected.as_bytes() => {}
        Ok(result) => {
            seen.wrong.push(format!(
                "{}: exit {}, {:?} in place of {expected:?}; {}",
                tenant.number,
                result.exit_code,
                result.stdout_text(),
                result.stderr_text()
            ));
            // It is said once.
            let log = tenant.sandbox.fs().read("log").unwrap_or_default();
            tenant.lines = log.iter().filter(|byte| **byte == b'\n').count() as u32;
        }
        Err(error) => {
            tenant.lines -= 1;
            seen.wrong.push(format!("{}: {error}", tenant.number));
        }
    }
    if tenant.lines >= LINES_MOST && tenant.sandbox.fs().remove("log").is_ok() {
        tenant.lines = 0;
    }
}

async fn hostile(tenant: &mut Tenant, random: &mut Random, seen: &mut Seen) {
    let (name, script) = HOSTILE[random.below(HOSTILE.len() as u64) as usize];
    let start = Instant::now();
    let result = tenant.sandbox.exec(script).timeout(TIMEOUT).run().await;
    let took = start.elapsed();
    seen.hostile += 1;
    match result {
        Ok(result) if result.timed_out => {
            let late = seen.late.entry(name).or_default();
            late.push(took.saturating_sub(TIMEOUT));
        }
        Ok(result) if result.exit_code != 0 => {}
        Ok(result) => {
            let code = result.exit_code;
            seen.wrong.push(format!("a {name} ended with {code}"));
        }
        Err(error) => seen.wrong.push(format!("a {name}: {error}")),
    }
    still(tenant, name, seen);
}

/// A command that is cancelled somewhere on its way.
async fn cancelled(tenant: &mut Tenant, random: &mut Random, seen: &mut Seen) {
    let script = match random.below(3) {
        0 => "while :; do :; done",
        1 => "sleep 60 | cat",
        _ => "while :; do echo x; done | tr x y > /dev/null",
    };
    let token = CancelToken::new();
    let exec = tenant.sandbox.exec(script).cancel(&token).run();
    let due = Duration::from_micros(random.below(20_000));
    let cancel = async {
        tokio::time::sleep(due).await;
        let at = Instant::now();
        token.cancel();
        at
    };
    let (result, at): (Result<ExecResult, _>, Instant) = both(exec, cancel).await;
    seen.late.entry("cancelled").or_default().push(at.elapsed());
    seen.cancelled += 1;
    if !result.is_ok_and(|result| result.cancelled) {
        seen.wrong.push(format!("{script} was not cancelled"));
    }
    still(tenant, script, seen);
}

/// Awaits two futures at once, on this task.
async fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (std::pin::pin!(one), std::pin::pin!(other));
    let (mut first, mut second) = (None, None);
    std::future::poll_fn(move |cx| {
        use std::task::Poll;
        if first.is_none()
            && let Poll::Ready(value) = one.as_mut().poll(cx)
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = other.as_mut().poll(cx)
        {
            second = Some(value);
        }
        match (first.take(), second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (one, other) => {
                (first, second) = (one, other);
                Poll::Pending
            }
        }
    })
    .await
}

/// Nothing runs on, and who it was is who it is.
fn still(tenant: &Tenant, after: &str, seen: &mut Seen) {
    let left = tenant.sandbox.processes();
    if left != 0 {
        seen.wrong
            .push(format!("{left} processes are left of {after}"));
    }
    let id = tenant.sandbox.fs().read("id").unwrap_or_default();
    if id != format!("{}\n", tenant.number).as_bytes() {
        seen.wrong.push(format!("{after} changed a file"));
    }
}
