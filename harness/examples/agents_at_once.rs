//! A thousand agents at once, each with a conversation, a sandbox and files of its
//! own, beside a native shell that runs the same commands: turns and commands in a
//! second, and memory. The model is a script, which answers at once:
//! `cargo run --release -p wardian --example agents_at_once -- 1000 5`.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;
use wardian::agent::models::{Scripted, Turn};
use wardian::{CacheDirectory, Runtime, Virtual};

type Problem = Box<dyn Error + Send + Sync>;

/// What agents do all day. Each runs in a folder that holds what the ones before
/// left there.
const COMMANDS: [&str; 5] = [
    "seq 1 200 >numbers && wc -l <numbers",
    "grep -c 7 numbers",
    "sort -rn numbers | head -n 3",
    "sed 's/^1/x/' numbers >changed && cmp -s numbers changed || echo differs",
    "for f in *; do echo $f; done | tr a-z A-Z",
];

#[tokio::main]
async fn main() -> Result<(), Problem> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse());
    let agents: usize = arguments.next().transpose()?.unwrap_or(1000);
    let rounds: usize = arguments.next().transpose()?.unwrap_or(COMMANDS.len());
    println!("{agents} agents at once, {rounds} commands each");
    let answers = in_sandboxes(agents, rounds).await?;
    let expected = in_shells(agents, rounds).await?;
    if answers != expected {
        return Err(format!("the answers differ: {answers:?} and {expected:?}").into());
    }
    Ok(())
}

/// All agents in virtual sandboxes; what the commands of the first said.
async fn in_sandboxes(agents: usize, rounds: usize) -> Result<Vec<String>, Problem> {
    let runtime = Runtime::builder()
        .cache(CacheDirectory::of_user())
        // A shell and what it starts, for each agent.
        .processes(u32::try_from(agents * 4)?.max(64))
        .build()?;
    let turns = (0..rounds).map(|round| Turn::call("bash", json!({ "command": command(round) })));
    let model = Scripted::from_turns(turns.chain([Turn::text("Done.")]));
    let agent = wardian::agent()
        .model(Arc::new(model))
        .sandbox(Arc::new(Virtual::new().runtime(&runtime)))
        .build()?;
    // Tools are compiled, or read from the cache, when they are first used.
    agent
        .init()
        .await?
        .session()
        .await?
        .prompt("Warm up.")
        .await?;
    let before = memory("VmRSS:");
    let mut sessions = Vec::new();
    for _ in 0..agents {
        sessions.push(agent.init().await?.session().await?);
    }
    let start = Instant::now();
    let running: Vec<_> = sessions
        .iter()
        .map(|session| session.prompt("Go.").start())
        .collect();
    let mut turns = 0;
    for running in running {
        turns += u64::from(running.await?.turns);
    }
    let seconds = start.elapsed().as_secs_f64();
    report("wardian", agents * rounds, seconds);
    println!("  {:.0} turns a second", turns as f64 / seconds);
    let (after, most) = (memory("VmRSS:"), memory("VmHWM:"));
    if let (Some(before), Some(after), Some(most)) = (before, after, most) {
        let mebibytes = |bytes: u64| bytes as f64 / (1 << 20) as f64;
        println!(
            "  {:.0} MiB resident, {:.0} at most; {:.0} KiB for each agent with its files and \
             conversation",
            mebibytes(after),
            mebibytes(most),
            after.saturating_sub(before) as f64 / 1024.0 / agents.max(1) as f64
        );
    }
    let first = sessions.first().ok_or("no agents")?.messages();
    let results = first.iter().skip(2).step_by(2).take(rounds);
    Ok(results.map(result_of).collect())
}

/// The same commands by `sh -c` in folders of the host, all agents at once; what
/// those of the first said.
async fn in_shells(agents: usize, rounds: usize) -> Result<Vec<String>, Problem> {
    let folder = std::env::temp_dir().join(format!("agents-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let start = Instant::now();
    let running: Vec<_> = (0..agents)
        .map(|agent| tokio::spawn(in_shell(folder.join(agent.to_string()), rounds)))
        .collect();
    let mut first = None;
    for running in running {
        let answers = running.await??;
        first.get_or_insert(answers);
    }
    report("sh -c", agents * rounds, start.elapsed().as_secs_f64());
    std::fs::remove_dir_all(&folder)?;
    first.ok_or_else(|| "no agents".into())
}

async fn in_shell(folder: PathBuf, rounds: usize) -> Result<Vec<String>, Problem> {
    std::fs::create_dir(&folder)?;
    let mut answers = Vec::new();
    for round in 0..rounds {
        let mut shell = tokio::process::Command::new("sh");
        shell.arg("-c").arg(command(round)).current_dir(&folder);
        let output = shell.output().await?;
        answers.push(String::from_utf8(output.stdout)?.trim_end().to_owned());
    }
    Ok(answers)
}

fn command(round: usize) -> &'static str {
    COMMANDS
        .get(round % COMMANDS.len())
        .copied()
        .unwrap_or("true")
}

fn report(who: &str, commands: usize, seconds: f64) {
    println!(
        "{who}: {commands} commands in {seconds:.2} s, {:.0} a second",
        commands as f64 / seconds
    );
}

/// What the tool said.
fn result_of(message: &wardian::agent::models::Message) -> String {
    use wardian::agent::models::Part;
    let texts = message.parts.iter().filter_map(|part| match part {
        Part::ToolResult { content, .. } => Some(Part::joined_text(content)),
        _ => None,
    });
    texts.collect()
}

/// A line of the system's account of this process's memory, in bytes.
fn memory(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024)
}
