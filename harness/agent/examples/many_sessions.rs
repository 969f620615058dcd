//! How many turns a second, and how much memory, many sessions at once take. The
//! model answers from a script at once, so that only the harness is measured:
//! `cargo run --release -p wardian-agent --example many_sessions -- 1000 20`.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use serde_json::json;
use wardian_agent::Agent;
use wardian_agent::models::{Event, Events, Model, Part, Reply, Request, StopReason, TokenUsage};
use wardian_agent::sandbox::{
    DirEntry, ExecOptions, ExecOutput, FileKind, FileStat, Sandbox, SandboxError, SandboxFactory,
};

/// Calls a tool in all turns but the last.
struct Busy {
    turns: usize,
}

impl Model for Busy {
    fn name(&self) -> &str {
        "script/busy"
    }

    fn send(&self, request: Request) -> Events {
        let is_last = request.messages.len() + 1 >= 2 * self.turns;
        let part = if is_last {
            Part::text("All done.")
        } else {
            Part::ToolCall {
                id: format!("call-{}", request.messages.len()),
                name: "bash".to_owned(),
                arguments: json!({"command": "grep -c TODO src/main.rs"}),
            }
        };
        let reply = Reply {
            parts: vec![part],
            stop: if is_last {
                StopReason::EndTurn
            } else {
                StopReason::ToolCalls
            },
            usage: TokenUsage {
                input_tokens: 100,
                output_tokens: 10,
                ..TokenUsage::default()
            },
        };
        stream::iter([Ok(Event::Finished(reply))]).boxed()
    }
}

/// A sandbox without files, in which every command says the same.
struct Empty;

fn missing(path: &str) -> SandboxError {
    SandboxError::File {
        path: path.to_owned(),
        message: "No such file or directory".to_owned(),
        not_found: true,
    }
}

#[async_trait]
impl Sandbox for Empty {
    async fn exec(&self, _: &str, _: ExecOptions) -> Result<ExecOutput, SandboxError> {
        Ok(ExecOutput {
            stdout: b"12\n".to_vec(),
            ..ExecOutput::default()
        })
    }

    async fn read_file(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        Err(missing(path))
    }

    async fn write_file(&self, path: &str, _: &[u8]) -> Result<(), SandboxError> {
        Err(missing(path))
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        match path {
            "." => Ok(FileStat {
                kind: FileKind::Directory,
                is_symlink: Some(false),
                size_bytes: None,
                modified: None,
            }),
            path => Err(missing(path)),
        }
    }

    async fn read_dir(&self, path: &str) -> Result<Vec<DirEntry>, SandboxError> {
        match path {
            "." => Ok(Vec::new()),
            path => Err(missing(path)),
        }
    }

    async fn mkdir(&self, _: &str, _: bool) -> Result<(), SandboxError> {
        Ok(())
    }

    async fn rm(&self, path: &str, _: bool, _: bool) -> Result<(), SandboxError> {
        Err(missing(path))
    }

    fn cwd(&self) -> &str {
        "/home/user"
    }

    fn reach(&self) -> &'static str {
        "empty"
    }
}

#[async_trait]
impl SandboxFactory for Empty {
    async fn create(&self, _: &str) -> Result<Arc<dyn Sandbox>, SandboxError> {
        Ok(Arc::new(Empty))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args()
        .skip(1)
        .map(|argument| argument.parse::<usize>());
    let sessions = arguments.next().transpose()?.unwrap_or(1000);
    let turns = arguments.next().transpose()?.unwrap_or(20);
    let agent = Agent::builder()
        .model(Arc::new(Busy { turns }))
        .sandbox(Arc::new(Empty))
        .build()?;
    let harness = agent.init().await?;
    let at_rest = resident_bytes();
    let mut open = Vec::new();
    for number in 0..sessions {
        open.push(harness.session_named(&number.to_string()).await?);
    }
    let started = Instant::now();
    let running: Vec<_> = open
        .iter()
        .map(|session| session.prompt("Count.").start())
        .collect();
    let mut done = 0;
    for running in running {
        done += running.await?.turns;
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{sessions} sessions, {done} turns in {seconds:.2} s");
    println!("{:.0} turns a second", f64::from(done) / seconds);
    if let (Some(before), Some(after)) = (at_rest, resident_bytes()) {
        let each = after.saturating_sub(before) / sessions.max(1) as u64;
        println!(
            "{:.1} MiB resident, {:.1} KiB for each session with its conversation",
            after as f64 / 1_048_576.0,
            each as f64 / 1024.0
        );
    }
    Ok(())
}

/// Memory in use, where the system says.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024)
}
