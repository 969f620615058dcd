//! Servers that are child processes.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::Tool as ListedTool;
use rmcp::transport::TokioChildProcess;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::connection::{Connection, open};

/// Variables of the host that a server sees.
const INHERITED: &[&str] = &["PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR"];
/// How much of the end of its standard error is kept, to explain a failure.
const KEPT_STDERR: usize = 4096;

pub(super) async fn start(
    program: &Path,
    arguments: &[String],
    env: &[(String, String)],
    cwd: Option<&Path>,
) -> Result<(Connection, Vec<ListedTool>), String> {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().kill_on_drop(true);
    for name in INHERITED {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(env.iter().map(|(name, value)| (name, value)));
    if let Some(cwd) = cwd {
        command.current_dir(cwd);
    }
    let (child, stderr) = TokioChildProcess::builder(command)
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} cannot be started: {error}", program.display()))?;
    let said = Arc::new(Mutex::new(Vec::new()));
    if let Some(stderr) = stderr {
        tokio::spawn(keep_end(stderr, said.clone()));
    }
    open(child).await.map_err(|problem| {
        let said = said.lock().unwrap_or_else(PoisonError::into_inner);
        match String::from_utf8_lossy(&said).trim() {
            "" => problem,
            said => format!("{problem}; it said: {said}"),
        }
    })
}

/// Reads to the end, so that the server never waits for a reader.
async fn keep_end(mut stream: impl AsyncRead + Unpin, kept: Arc<Mutex<Vec<u8>>>) {
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let surplus = kept.len().saturating_sub(KEPT_STDERR);
        kept.drain(..surplus);
    }
}
