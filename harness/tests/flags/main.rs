//! Tools by their flags, over generated inputs: standard output and exit code
//! must be those of the machine's own GNU tools.
//!
//! `guest-tools/NAME/cases/flags/*.txt` hold commands with alternatives
//! (`commands.rs`); a seed makes the inputs and picks which commands meet which
//! input (`inputs.rs`). Thousands of commands run in one exec, natively in one
//! bash. `FLAGS_SEED` is the seed, `FLAGS_INPUTS` how many inputs each command
//! meets (1; `all`: every one), `FLAGS_ONLY` a part of the commands to run.
//!
//! A file is compared only where the machine's tools have the versions that it
//! is about; a command that uses a tool which the machine lacks is left out.

mod commands;
mod inputs;
#[path = "../support/runtime.rs"]
mod runtime;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use commands::Commands;
use inputs::Random;
use runtime::runtime;
use wardian::{Limits, Sandbox};

/// Bytes of a script; the kernel takes an argument of no more than 128 KiB.
const SCRIPT_BYTES: usize = 90_000;
/// What is shown of an output that differs.
const SHOWN_BYTES: usize = 160;
/// What is shown of the differences of one line of a file.
const SHOWN: usize = 3;

/// One command on one input.
struct Job {
    locale: String,
    input: String,
    other: String,
    command: String,
    /// The line of the file that it comes from.
    line: usize,
    /// Known to differ.
    differs: bool,
}

type Outcome = (Vec<u8>, i32);

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn has_version(command: &str, version: &str) -> bool {
    let output = Command::new(command).arg("--version").output();
    output.is_ok_and(|output| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut words = text.lines().next().unwrap_or_default().split_whitespace();
        words.any(|word| {
            let word = word.trim_end_matches(',');
            word == version
                || word
                    .strip_prefix(version)
                    .is_some_and(|rest| rest.starts_with('.'))
        })
    })
}

/// Whether the machine has each tool of ours that the command mentions.
fn machine_has_tools_of(command: &str, ours: &BTreeSet<&str>) -> bool {
    let word = |c: char| !(c.is_ascii_alphanumeric() || "_.-[".contains(c));
    let mut used = command.split(word).filter(|word| ours.contains(word));
    used.all(|name| {
        ["/usr/bin", "/bin"]
            .iter()
            .any(|at| Path::new(at).join(name).exists())
    })
}

fn jobs(file: &Commands, ours: &BTreeSet<&str>) -> Vec<Job> {
    let seed = setting("FLAGS_SEED").and_then(|text| text.parse().ok());
    let mut random = Random::new(seed.unwrap_or(1));
    let wanted = setting("FLAGS_INPUTS").unwrap_or_default();
    let only = setting("FLAGS_ONLY").unwrap_or_default();
    let mut jobs = Vec::new();
    for line in &file.lines {
        for command in commands::expanded(&line.text) {
            let uses = command.contains("$f") || command.contains("$g");
            let count = match wanted.as_str() {
                _ if !uses => 1,
                "all" => line.inputs.len(),
                text => text.parse().unwrap_or(1).min(line.inputs.len()),
            };
            let first = if uses {
                random.below(line.inputs.len())
            } else {
                0
            };
            if !command.contains(&only) || !machine_has_tools_of(&command, ours) {
                continue;
            }
            for at in 0..count {
                let input = line.inputs[(first + at) % line.inputs.len()].clone();
                let other = line.inputs[random.below(line.inputs.len())].clone();
                for locale in &line.locales {
                    jobs.push(Job {
                        locale: locale.clone(),
                        input: input.clone(),
                        other: other.clone(),
                        command: command.clone(),
                        line: line.number,
                        differs: line.differs,
                    });
                }
            }
        }
    }
    jobs
}

fn script(job: &Job) -> String {
    format!(
        "export LC_ALL={}; f=in/{} g=in/{}\n{{ {}\n}} </dev/null 2>/dev/null; printf '\\n@@%d@@\\n' $?\n",
        job.locale, job.input, job.other, job.command
    )
}

/// The output of each command, taken apart at the marks between them.
fn outcomes(output: &[u8]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut rest = output;
    let mut from = 0;
    while let Some(at) = find(&rest[from..], b"\n@@").map(|at| at + from) {
        let tail = &rest[at + 3..];
        let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 && tail[digits..].starts_with(b"@@\n") {
            let code = String::from_utf8_lossy(&tail[..digits])
                .parse()
                .unwrap_or(-1);
            outcomes.push((rest[..at].to_vec(), code));
            rest = &tail[digits + 3..];
            from = 0;
        } else {
            from = at + 1;
        }
    }
    outcomes
}

fn find(text: &[u8], pattern: &[u8]) -> Option<usize> {
    text.windows(pattern.len()).position(|part| part == pattern)
}

fn native(script: &str, directory: &Path) -> Vec<u8> {
    let output = Command::new("bash")
        .args(["-c", script])
        .current_dir(directory)
        .env_clear()
        .envs([
            ("HOME", "/home/user"),
            ("LOGNAME", "user"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("SHELL", "/bin/bash"),
            ("TERM", "dumb"),
            ("USER", "user"),
        ])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .expect("bash");
    output.stdout
}

async fn ours(script: &str, files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let time = Duration::from_secs(300);
    let limits = Limits {
        wall_time: time,
        cpu_time: time,
        ..Limits::default()
    };
    let mut builder = Sandbox::builder(runtime())
        .tools(&wardian::tools())
        .limits(limits)
        .cwd("/flags");
    for (name, text) in files {
        builder = builder.file(format!("/flags/in/{name}"), text.clone());
    }
    let sandbox = builder.build().expect("sandbox");
    let exec = sandbox.exec(script).timeout(time);
    exec.run().await.expect("exec").stdout
}

/// The jobs in scripts that are not too long.
fn chunks(jobs: Vec<Job>) -> Vec<(Vec<Job>, String)> {
    let mut chunks: Vec<(Vec<Job>, String)> = Vec::new();
    for job in jobs {
        let text = script(&job);
        match chunks.last_mut() {
            Some((jobs, script)) if script.len() + text.len() < SCRIPT_BYTES => {
                jobs.push(job);
                script.push_str(&text);
            }
            _ => chunks.push((vec![job], text)),
        }
    }
    chunks
}

async fn compare(guest: &str, base: (&str, &str)) {
    let tools = wardian::tools();
    let commands: BTreeSet<&str> = tools.commands().collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../guest-tools")
        .join(guest)
        .join("cases/flags");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("flags")
        .map(|entry| entry.expect("entry").path())
        .collect();
    paths.sort();
    let files = inputs::files();
    let mut failed = Vec::new();
    for path in paths {
        let stem = path
            .file_stem()
            .expect("name")
            .to_string_lossy()
            .into_owned();
        let file = Commands::read(&path);
        let needed = file
            .needs
            .iter()
            .map(|(tool, version)| (tool.as_str(), version.as_str()));
        if let Some((tool, version)) = needed
            .chain([("bash", "5.2"), base])
            .find(|(tool, version)| !has_version(tool, version))
        {
            println!("{guest}/{stem}: no {tool} {version} to compare with");
            continue;
        }
        let scratch = inputs::scratch(&format!("{guest}-{stem}"), &files);
        let mut differ: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        let (mut compared, mut agreed) = (0, BTreeMap::new());
        for (jobs, script) in chunks(jobs(&file, &commands)) {
            let theirs = outcomes(&native(&script, &scratch));
            let ours = outcomes(&ours(&script, &files).await);
            assert_eq!(theirs.len(), jobs.len(), "{guest}/{stem}: bash ended early");
            if ours.len() < jobs.len() {
                let job = &jobs[ours.len()];
                differ
                    .entry(job.line)
                    .or_default()
                    .push(format!("{}: the shell ended", job.command));
            }
            for ((job, theirs), ours) in jobs.iter().zip(theirs).zip(ours) {
                compared += 1;
                if job.differs {
                    *agreed.entry(job.line).or_insert(true) &= theirs == ours;
                } else if theirs != ours {
                    differ
                        .entry(job.line)
                        .or_default()
                        .push(shown(job, &ours, &theirs));
                }
            }
        }
        let _ = std::fs::remove_dir_all(&scratch);
        let count: usize = differ.values().map(Vec::len).sum();
        println!("{guest}/{stem}: {compared} compared, {count} differ");
        for (line, _) in agreed.into_iter().filter(|(_, agreed)| *agreed) {
            println!("{guest}/{stem}:{line}: agrees, though listed");
        }
        for (line, texts) in differ {
            failed.push(format!("{guest}/{stem}.txt:{line}: {} differ", texts.len()));
            failed.extend(texts.into_iter().take(SHOWN));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn shown(job: &Job, ours: &Outcome, theirs: &Outcome) -> String {
    let same = ours
        .0
        .iter()
        .zip(&theirs.0)
        .take_while(|(a, b)| a == b)
        .count();
    let from = same.saturating_sub(SHOWN_BYTES / 4);
    let part = |text: &[u8]| {
        let tail = &text[from.min(text.len())..];
        let tail = &tail[..tail.len().min(SHOWN_BYTES)];
        tail.escape_ascii().to_string()
    };
    format!(
        "  {} f={} g={}: {}\n    ours   {} @{from} {}\n    native {} @{from} {}",
        job.locale,
        job.input,
        job.other,
        job.command,
        ours.1,
        part(&ours.0),
        theirs.1,
        part(&theirs.0),
    )
}

macro_rules! compared {
    ($($test:ident: $guest:literal, $tool:literal, $version:literal;)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            compare($guest, ($tool, $version)).await;
        })*
    };
}

compared! {
    flags_of_the_core_tools: "coreutils", "ls", "9.1";
    flags_of_the_text_tools: "text", "ls", "9.1";
    flags_of_awk: "awk", "awk", "5.2";
}
