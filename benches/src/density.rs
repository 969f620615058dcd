//! How many idle sandboxes fit in memory, what a fork of much costs, and how fast
//! a tree is saved.

use std::path::Path;
use std::time::{Duration, Instant};

use wardian::snapshot::{self, Store};
use wardian::{CacheDirectory, Limits, Runtime, Sandbox};

use crate::table::{
    Random, Table, Times, available_bytes, progress, progress_done, resident_bytes,
};

const MIB: usize = 1 << 20;
const FILES_EACH: usize = 20;

/// How much to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Idle sandboxes.
    pub sandboxes: usize,
    /// What they share, in MiB.
    pub shared_mib: usize,
    /// The tree to fork and to save, in MiB.
    pub tree_mib: usize,
}

/// Does it, and tells. Snapshots go to a folder of their own in `folder`.
///
/// # Panics
/// If the machine refuses address space or files.
#[must_use]
pub fn density(plan: &Plan, folder: &Path) -> Table {
    let runtime = Runtime::builder()
        .cache(CacheDirectory::of_user())
        .build()
        .expect("Wasmtime");
    let mut table = Table::default();
    idle(plan, &runtime, &mut table);
    forks_and_snapshots(plan, &runtime, folder, &mut table);
    progress_done();
    table
}

fn base(runtime: &Runtime) -> Sandbox {
    let limits = Limits {
        fs_bytes: 4 << 30,
        ..Limits::default()
    };
    Sandbox::builder(runtime)
        .tools(&wardian::tools())
        .limits(limits)
        .build()
        .expect("a sandbox")
}

/// The contents of a small file: whose it is.
fn contents(sandbox: usize, file: usize) -> String {
    format!("file {file} of sandbox {sandbox}\n")
}

fn idle(plan: &Plan, runtime: &Runtime, table: &mut Table) {
    let shared = base(runtime);
    let mut random = Random::new(1);
    for number in 0..plan.shared_mib {
        let name = format!("shared/{}/{number}", number % 10);
        shared.fs().write(name, random.bytes(MIB)).expect("fits");
    }
    let before = resident_bytes();
    let start = Instant::now();
    let mut sandboxes = Vec::with_capacity(plan.sandboxes);
    // A machine that runs out of memory takes others with it.
    let mut room = true;
    for number in 0..plan.sandboxes {
        let sandbox = shared.fork();
        let files = sandbox.fs();
        for file in 0..FILES_EACH {
            let name = format!("f{file}");
            files.write(name, contents(number, file)).expect("fits");
        }
        sandboxes.push(sandbox);
        if number % 5000 == 0 {
            room = available_bytes() > 1 << 30;
            progress(&format!(
                "{number} of {} sandboxes, {} MiB resident",
                plan.sandboxes,
                resident_bytes() >> 20
            ));
            if !room {
                break;
            }
        }
    }
    let took = start.elapsed();
    let made = sandboxes.len();
    let grown = resident_bytes().saturating_sub(before);
    let each = grown / made.max(1) as u64;
    let whole = before + each * plan.sandboxes as u64;
    table.note(
        "idle sandboxes made",
        format!("{made}, {:.1?} each", took / made.max(1) as u32),
    );
    table.figure(
        "resident with all of them",
        "<= 12 GiB at 1,000,000",
        format!(
            "{:.2} GiB, {each} bytes each{}",
            whole as f64 / (1_u64 << 30) as f64,
            if room {
                ""
            } else {
                " (reckoned: no memory left)"
            }
        ),
        (before + each * 1_000_000) >> 30 < 12,
    );

    let mut wrong = 0;
    for _ in 0..made.min(2000) {
        let number = random.below(made as u64) as usize;
        let file = random.below(FILES_EACH as u64) as usize;
        let found = sandboxes[number].fs().read(format!("f{file}"));
        wrong += usize::from(found.is_ok_and(|found| found != contents(number, file).as_bytes()));
    }
    table.must(
        "each has its own files",
        format!("{wrong} of {} are wrong", made.min(2000)),
        wrong == 0,
    );
    // Freeing them is no part of it, but has to end before what follows.
    progress("letting them go");
    drop(sandboxes);
}

fn forks_and_snapshots(plan: &Plan, runtime: &Runtime, folder: &Path, table: &mut Table) {
    let tree = base(runtime);
    let mut random = Random::new(2);
    for number in 0..plan.tree_mib {
        progress(&format!("{number} of {} MiB", plan.tree_mib));
        let name = format!("tree/{}/{number}", number % 16);
        tree.fs().write(name, random.bytes(MIB)).expect("fits");
    }
    let mut forks = Times::default();
    for _ in 0..10_000 {
        let start = Instant::now();
        let fork = tree.fork();
        forks.push(start.elapsed());
        drop(fork);
    }
    table.figure(
        &format!("fork of {} MiB", plan.tree_mib),
        "p50 <= 5 us",
        forks.shown(),
        forks.within(500) <= Duration::from_micros(5),
    );

    let directory = folder.join(format!("wardian-density-{}", std::process::id()));
    let store = Store::open_relaxed(&directory).expect("a folder to write to");
    progress("saving");
    let start = Instant::now();
    let first = store.save(tree.snapshot().tree(), "first").expect("saved");
    let first_took = start.elapsed();
    let speed = plan.tree_mib as f64 * MIB as f64 / 1e6 / first_took.as_secs_f64();
    table.figure(
        &format!("first save of {} MiB", plan.tree_mib),
        ">= 500 MB/s",
        format!("{speed:.0} MB/s ({first_took:.1?})"),
        speed >= 500.0,
    );
    for number in (0..plan.tree_mib).step_by(100) {
        let name = format!("tree/{}/{number}", number % 16);
        tree.fs().write(name, random.bytes(MIB)).expect("fits");
    }
    let start = Instant::now();
    let second = store.save(tree.snapshot().tree(), "second").expect("saved");
    let second_took = start.elapsed();
    let share = second_took.as_secs_f64() / first_took.as_secs_f64() * 100.0;
    let bytes = second.bytes_written as f64 / first.bytes_written.max(1) as f64 * 100.0;
    table.figure(
        "second save, 1 % changed",
        "<= 3 % of the first",
        format!("{share:.1} % of the time ({second_took:.1?}), {bytes:.1} % of the bytes"),
        share <= 3.0,
    );
    progress("loading");
    let limits = snapshot::Limits {
        quota: *tree.snapshot().tree().quota(),
        ..snapshot::Limits::default()
    };
    let start = Instant::now();
    let loaded = store.load("second", &limits).expect("loaded");
    let took = start.elapsed();
    let again = store.save(&loaded, "again").expect("saved");
    table.must(
        "what is loaded is what was saved",
        format!("loaded in {took:.1?}"),
        again.root == second.root,
    );
    // What cannot be removed stays for the machine to clean up.
    let _ = std::fs::remove_dir_all(&directory);
}
