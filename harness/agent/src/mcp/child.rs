//! Servers that are child processes.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rmcp::model::Tool as ListedTool;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::connection::{Connection, explained, open};
use super::limit::{LimitedReader, MAX_MESSAGE};

/// Variables of the host that a server sees.
const INHERITED: &[&str] = &["PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR"];
/// How much of the end of its standard error is kept, to explain a failure.
const KEPT_STDERR: usize = 4096;
/// How long a server that does not come up has to say why. One that ended has said
/// it already, but it need not have arrived here.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A child process with all that it starts; dropping this ends them.
#[cfg(unix)]
pub(super) type Child = crate::sandbox::Group;
/// A child process; dropping this ends it.
#[cfg(not(unix))]
pub(super) type Child = tokio::process::Child;

pub(super) async fn start(
    program: &Path,
    arguments: &[String],
    env: &[(String, String)],
    cwd: Option<&Path>,
) -> Result<(Connection, Vec<ListedTool>), String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for name in INHERITED {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(env.iter().map(|(name, value)| (name, value)));
    if let Some(cwd) = cwd {
        command.current_dir(cwd);
    }
    #[cfg(unix)]
    command.process_group(0);
    #[cfg(not(unix))]
    command.kill_on_drop(true);
    let mut child = command
        .spawn()
        .map_err(|error| format!("{} cannot be started: {error}", program.display()))?;
    let (Some(stdin), Some(stdout), Some(stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err("its standard streams were not made".to_owned());
    };
    #[cfg(unix)]
    let child = Child::new(child);
    let said = Arc::new(Mutex::new(Vec::new()));
    let reading = tokio::spawn(keep_end(stderr, said.clone()));
    let (stdout, too_long) = LimitedReader::new(stdout, MAX_MESSAGE);
    match open((stdout, stdin)).await {
        Ok((connection, tools)) => Ok((connection.of_child(child).watched(too_long), tools)),
        Err(problem) => {
            let problem = explained(problem, &too_long);
            // Its standard input has ended: it has reason to end as well.
            let _ = tokio::time::timeout(LAST_WORDS, reading).await;
            drop(child);
            let said = said.lock().unwrap_or_else(PoisonError::into_inner);
            Err(match String::from_utf8_lossy(&said).trim() {
                "" => problem,
                said => format!("{problem}; it said: {said}"),
            })
        }
    }
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
