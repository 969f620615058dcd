//! Running one command on the host: outputs read while it runs, a deadline, a
//! cancel, and an end for all the processes it started.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};

use super::super::{CancellationToken, ExecOutput, SandboxError};
use super::group::{Group, TERM_GRACE};
use super::kept::Kept;

/// How long outputs are read on when the shell has ended and something that it
/// left in the background still holds them.
const BACKGROUND_GRACE: Duration = Duration::from_millis(200);

/// How many bytes are read at a time.
const BLOCK_BYTES: usize = 64 << 10;

/// A command and its bounds.
pub(super) struct Run<'a> {
    pub(super) shell: &'a Path,
    pub(super) script: &'a str,
    pub(super) cwd: &'a Path,
    pub(super) env: Vec<(std::ffi::OsString, std::ffi::OsString)>,
    pub(super) stdin: Vec<u8>,
    pub(super) timeout: Option<Duration>,
    pub(super) cancel: Option<CancellationToken>,
    /// Most bytes kept of each output.
    pub(super) output_bytes: usize,
}

/// Runs it to its end.
pub(super) async fn run(run: Run<'_>) -> Result<ExecOutput, SandboxError> {
    if run
        .cancel
        .as_ref()
        .is_some_and(|token| token.is_cancelled())
    {
        return Err(SandboxError::Cancelled);
    }
    let start = Instant::now();
    let mut command = Command::new(run.shell);
    if let Some(name) = run.shell.file_name() {
        // It calls itself so in messages, wherever it is.
        command.arg0(name);
    }
    command
        .arg("-c")
        .arg(run.script)
        .current_dir(run.cwd)
        .env_clear()
        .envs(run.env)
        .stdin(if run.stdin.is_empty() {
            Stdio::null()
        } else {
            Stdio::piped()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return not_started(run.script, run.shell, run.cwd, &error),
    };
    let mut pipes = Pipes {
        stdin: child.stdin.take().map(|pipe| (pipe, run.stdin, 0)),
        stdout: child.stdout.take(),
        stderr: child.stderr.take(),
        output: Kept::new(run.output_bytes),
        errors: Kept::new(run.output_bytes),
    };
    let mut group = Group::new(child);
    let deadline = deadline(run.timeout);
    tokio::pin!(deadline);
    let ended = loop {
        tokio::select! {
            biased;
            () = cancelled(run.cancel.as_ref()) => return Err(SandboxError::Cancelled),
            () = &mut deadline => break None,
            status = group.wait() => break Some(status.map_err(|error| {
                SandboxError::Died(format!("the shell cannot be waited for: {error}"))
            })?),
            () = pipes.pump(), if pipes.are_open() => {}
        }
    };
    if ended.is_none() {
        group.terminate();
        tokio::select! {
            biased;
            () = cancelled(run.cancel.as_ref()) => return Err(SandboxError::Cancelled),
            () = pipes.pump() => {}
            () = tokio::time::sleep(TERM_GRACE) => group.kill(),
        }
    }
    // The bounded wait is also what drains pipes that nobody holds any more.
    let _ = tokio::time::timeout(BACKGROUND_GRACE, pipes.pump()).await;
    let (stdout, stdout_dropped) = pipes.output.finish();
    let (mut stderr, stderr_dropped) = pipes.errors.finish();
    if ended.is_none() {
        say_timed_out(&mut stderr, run.timeout.unwrap_or_default());
    }
    Ok(ExecOutput {
        exit_code: ended.map_or(124, exit_code),
        stdout,
        stderr,
        timed_out: ended.is_none(),
        dropped_bytes: stdout_dropped + stderr_dropped,
        wall_time: start.elapsed(),
        cpu_time: None,
        peak_memory_bytes: None,
    })
}

/// The pipes of a command. `pump` may be dropped and called again: all it knows
/// is here.
struct Pipes {
    stdin: Option<(ChildStdin, Vec<u8>, usize)>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    output: Kept,
    errors: Kept,
}

impl Pipes {
    fn are_open(&self) -> bool {
        self.stdin.is_some() || self.stdout.is_some() || self.stderr.is_some()
    }

    /// Moves bytes until every pipe is closed.
    async fn pump(&mut self) {
        tokio::join!(
            feed(&mut self.stdin),
            collect(&mut self.stdout, &mut self.output),
            collect(&mut self.stderr, &mut self.errors),
        );
    }
}

async fn feed(stdin: &mut Option<(ChildStdin, Vec<u8>, usize)>) {
    while let Some((pipe, bytes, written)) = stdin {
        let rest = bytes.get(*written..).unwrap_or_default();
        match pipe.write(rest).await {
            Ok(count) if count > 0 => *written += count,
            // All is written, or the command reads no more.
            _ => *stdin = None,
        }
    }
}

async fn collect(pipe: &mut Option<impl AsyncRead + Unpin>, kept: &mut Kept) {
    let mut block = vec![0; BLOCK_BYTES];
    while let Some(open) = pipe {
        match open.read(&mut block).await {
            Ok(count) if count > 0 => kept.push(block.get(..count).unwrap_or_default()),
            _ => *pipe = None,
        }
    }
}

async fn cancelled(token: Option<&CancellationToken>) {
    match token {
        Some(token) => token.cancelled().await,
        None => std::future::pending().await,
    }
}

async fn deadline(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}

fn say_timed_out(stderr: &mut Vec<u8>, timeout: Duration) {
    if !stderr.is_empty() && !stderr.ends_with(b"\n") {
        stderr.push(b'\n');
    }
    let line = format!(
        "wardian: timed out after {} s of wall-clock time; a longer timeout allows more\n",
        timeout.as_secs_f64()
    );
    stderr.extend_from_slice(line.as_bytes());
}

fn exit_code(status: ExitStatus) -> i32 {
    status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(1)
}

/// What the host says when no process comes to be. What the command itself is to
/// blame for is its result, so that whoever wrote it can do better.
fn not_started(
    script: &str,
    shell: &Path,
    cwd: &Path,
    error: &std::io::Error,
) -> Result<ExecOutput, SandboxError> {
    let reason = if script.contains('\0') {
        "the command holds a zero byte: write it with `\\0` or `printf` instead".to_owned()
    } else if error.raw_os_error() == Some(rustix::io::Errno::TOOBIG.raw_os_error()) {
        format!(
            "the command and its variables are too long for the host ({} bytes of command): \
             write it to a file and run that",
            script.len()
        )
    } else if !cwd.is_dir() {
        return Err(SandboxError::File {
            path: cwd.display().to_string(),
            message: "the working directory is not a directory".to_owned(),
            not_found: !cwd.exists(),
        });
    } else {
        return Err(SandboxError::Died(format!(
            "the shell {} cannot be started: {error}",
            shell.display()
        )));
    };
    Ok(ExecOutput {
        exit_code: 126,
        stderr: format!("wardian: {reason}\n").into_bytes(),
        ..ExecOutput::default()
    })
}
