//! How fast the tools are in bulk, and how soon they start: CPU time beside the
//! machine's own tools in the same run.
//!
//! `bulk [LINES]` makes a file of so many lines (two million: 100 MB), a tree of
//! files and some JSON from a seed, runs each pipeline a few times here and by
//! the machine's `bash`, and prints the best of either with their ratio. A
//! pipeline with a tool that the machine lacks is left out, and said so. The
//! machine's peak memory is told where it has GNU `time`.

mod data;
mod native;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use wardian::{Limits, Sandbox};
use wardian_benches::Host;

/// Runs of each pipeline, of which the best counts.
const RUNS: usize = 3;
/// Runs of a tool on a small file.
const STARTS: u32 = 2000;
/// Files of the tree that is searched.
const FILES: usize = 100_000;

/// What is measured: a name and a script; `T`, `J` and `D` stand for the text,
/// the JSON and the tree.
const PIPELINES: &[(&str, &str)] = &[
    ("wc -l", "wc -l < T"),
    ("wc", "wc < T"),
    ("cat | wc -c", "cat T | wc -c"),
    ("grep -c fixed", "grep -c needle T"),
    ("grep -c regex", "grep -cE '[a-f]+[0-9]{3} (to|of)' T"),
    ("grep -v | wc", "grep -v e1 T | wc"),
    ("tr | wc", "tr a-z A-Z < T | wc"),
    (
        "cut | sort | uniq -c | sort -n",
        "cut -d ' ' -f 3 T | sort | uniq -c | sort -n | tail -n 3",
    ),
    ("sort | tail", "sort T | tail -n 3"),
    ("sort -n -k2", "sort -n -k2 T | tail -n 3"),
    ("sed s///", "sed 's/needle/thread/' T | wc -c"),
    ("awk sum", "awk '{s += $2} END {print s}' T"),
    (
        "awk count",
        "awk '{n[$3]++} END {for (k in n) c++; print c, n[\"word7\"]}' T",
    ),
    ("sha256sum", "sha256sum < T"),
    ("gzip -c", "gzip -c < T > /dev/null"),
    ("find", "find D -name '*7.txt' | wc -l"),
    ("jq", "jq -n 'reduce inputs.size as $n (0; . + $n)' J"),
];

/// Tools whose start is measured.
const STARTED: &[(&str, &str)] = &[
    ("cat", "cat small"),
    ("grep", "grep -c x small"),
    ("sed", "sed s/x/y/ small"),
    ("awk", "awk '{print $1}' small"),
    ("jq", "jq -c . small.json"),
];

fn main() -> ExitCode {
    let lines = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let lines = lines.unwrap_or(2_000_000);
    let host = Host::new(2);
    let directory = std::env::temp_dir().join(format!("wardian-bulk-{}", std::process::id()));
    println!("making {lines} lines and {FILES} files");
    let data = data::Data::new(lines, FILES);
    data.write(&directory);
    let sandbox = sandbox(&host, &data);
    let right = bulk(&host, &sandbox, &directory);
    start_up(&host, &sandbox);
    let _ = std::fs::remove_dir_all(&directory);
    match right {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn sandbox(host: &Host, data: &data::Data) -> Sandbox {
    let time = Duration::from_secs(1800);
    let limits = Limits {
        wall_time: time,
        cpu_time: time,
        process_memory_bytes: 3 << 30,
        memory_bytes: 4 << 30,
        fs_bytes: 4 << 30,
        ..Limits::default()
    };
    let sandbox = Sandbox::builder(&host.runtime)
        .tools(&wardian::tools())
        .limits(limits)
        .cwd("/bulk")
        .env("LC_ALL", "C")
        .build()
        .expect("sandbox");
    let files = sandbox.fs();
    files.write("/bulk/T", &data.text).expect("text");
    files.write("/bulk/J", &data.json).expect("JSON");
    files.write("/bulk/small", "one x\ntwo\n").expect("file");
    files
        .write("/bulk/small.json", "{\"a\":[1,2]}\n")
        .expect("file");
    for directory in data.directories() {
        let path = format!("/bulk/D/{directory}");
        files.create_dir_all(path).expect("directory");
    }
    for name in data.names() {
        files.write(format!("/bulk/D/{name}"), "").expect("file");
    }
    sandbox
}

struct Ours {
    cpu: Duration,
    peak_bytes: u64,
    output: Vec<u8>,
}

fn run(host: &Host, sandbox: &Sandbox, script: &str) -> Ours {
    let exec = sandbox.exec(script).timeout(Duration::from_secs(1800));
    let result = host.tokio.block_on(exec.run()).expect("exec");
    assert_eq!(result.exit_code, 0, "{script}: {}", result.stderr_text());
    Ours {
        cpu: result.usage.cpu_time,
        peak_bytes: result.usage.peak_memory_bytes,
        output: result.stdout,
    }
}

/// The pipelines; whether all outputs are those of the native tools.
fn bulk(host: &Host, sandbox: &Sandbox, directory: &Path) -> bool {
    const MIB: f64 = 1_048_576.0;
    println!(
        "{:32} {:>9} {:>9} {:>6} {:>9} {:>9}",
        "", "native s", "ours s", "ratio", "MiB", "ours MiB"
    );
    let (mut ratios, mut right) = (Vec::new(), true);
    for (name, script) in PIPELINES {
        if let Some(missing) = native::missing(script) {
            println!("{name:32} left out: the machine has no {missing}");
            continue;
        }
        let theirs = (0..RUNS).map(|_| native::run(script, directory));
        let theirs = theirs.min_by_key(|run| run.cpu).expect("a run");
        let ours = (0..RUNS).map(|_| run(host, sandbox, script));
        let ours = ours.min_by_key(|run| run.cpu).expect("a run");
        let ratio = ours.cpu.as_secs_f64() / theirs.cpu.as_secs_f64().max(1e-3);
        ratios.push(ratio);
        let peak = native::peak_bytes(script, directory).map_or_else(
            || "?".to_owned(),
            |bytes| format!("{:.1}", bytes as f64 / MIB),
        );
        let differs = if ours.output == theirs.output {
            ""
        } else {
            right = false;
            "  OUTPUT DIFFERS"
        };
        println!(
            "{name:32} {:9.3} {:9.3} {ratio:6.2} {peak:>9} {:9.1}{differs}",
            theirs.cpu.as_secs_f64(),
            ours.cpu.as_secs_f64(),
            ours.peak_bytes as f64 / MIB,
        );
    }
    let sum: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    let most = ratios.iter().copied().fold(0.0, f64::max);
    println!(
        "geometric mean {:.2} of {} pipelines, at most {most:.2}",
        (sum / ratios.len().max(1) as f64).exp(),
        ratios.len()
    );
    right
}

/// What a tool costs in a loop of the shell beyond the loop with a built-in.
fn start_up(host: &Host, sandbox: &Sandbox) {
    let loop_of = |command: &str| {
        format!("i=0; while [ $i -lt {STARTS} ]; do {command} > /dev/null; i=$((i+1)); done")
    };
    let best = |script: &str| {
        let script = loop_of(script);
        let runs = (0..RUNS).map(|_| {
            let start = std::time::Instant::now();
            run(host, sandbox, &script);
            start.elapsed()
        });
        runs.min().expect("a run")
    };
    let base = best(":");
    for (name, command) in STARTED {
        let each = best(command).saturating_sub(base) / STARTS;
        println!("start of {name:6} {:6.1} us", each.as_secs_f64() * 1e6);
    }
}
