//! One command: how to run it, and what came of it.

use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use wardian_abi::Signal;

use super::builder::{Config, Sandbox, set_variable};
use super::cancel::CancelToken;
use super::run;
use super::shell::Session;
use super::streams::{InputWriter, OutputReader, Streaming};
use crate::error::Error;
use crate::fd::{Pipe, PipeId, pipe};
use crate::process::Kernel;

/// A command to run; await it for its [`ExecResult`].
///
/// Defaults: the sandbox's environment and working directory, empty standard
/// input, outputs collected, the wall-clock limit of [`crate::Limits`].
pub struct Exec {
    pub(super) kernel: Arc<Kernel>,
    pub(super) config: Arc<Config>,
    pub(super) what: What,
    pub(super) cwd: Option<Vec<u8>>,
    pub(super) env: Vec<(Vec<u8>, Vec<u8>)>,
    pub(super) stdin: Vec<u8>,
    pub(super) no_stdin: bool,
    pub(super) timeout: Option<Duration>,
    pub(super) cancel: Option<CancelToken>,
    pub(super) preopens: Option<Vec<Vec<u8>>>,
    pub(super) session: Option<Session>,
}

pub(super) enum What {
    Script(Vec<u8>),
    Argv(Vec<Vec<u8>>),
    Module(Arc<[u8]>, Vec<Vec<u8>>),
}

/// What came of a command.
#[derive(Clone, Debug, Default)]
pub struct ExecResult {
    /// Exit code: the command's own, 124 after a timeout, 130 after a cancel,
    /// 128 + n where signal n ended it.
    pub exit_code: i32,
    /// The signal that ended it.
    pub signal: Option<Signal>,
    /// Standard output; empty where it was streamed.
    pub stdout: Vec<u8>,
    /// Standard error, likewise.
    pub stderr: Vec<u8>,
    /// Bytes of standard output beyond [`crate::Limits::output_bytes`]: its first
    /// and last half are kept.
    pub stdout_dropped_bytes: u64,
    /// Where in `stdout` they would be.
    pub stdout_gap_at: usize,
    /// Bytes of standard error beyond the limit.
    pub stderr_dropped_bytes: u64,
    /// Where in `stderr` they would be.
    pub stderr_gap_at: usize,
    /// Whether the wall-clock limit ended it.
    pub timed_out: bool,
    /// Whether its [`CancelToken`] ended it.
    pub cancelled: bool,
    /// Whether the script ended its [`crate::Shell`], by `exit` or under
    /// `set -e`. The shell takes further scripts all the same.
    pub shell_exited: bool,
    /// What it used.
    pub usage: Usage,
}

/// What a command and all its processes used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// From start to end.
    pub wall_time: Duration,
    /// Time spent running guests and their host calls, over all processes.
    pub cpu_time: Duration,
    /// Largest linear memory of one process, in bytes.
    pub peak_memory_bytes: u64,
    /// Bytes that processes read, from files and pipes. What a process read that
    /// was killed in the middle of a computation is not in it: its memory and its
    /// counts are dropped where they stand.
    pub read_bytes: u64,
    /// Bytes that processes wrote, counted like those read.
    pub written_bytes: u64,
}

impl ExecResult {
    /// Standard output as text; what is not UTF-8 is replaced.
    pub fn stdout_text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.stdout)
    }

    /// Standard error as text; what is not UTF-8 is replaced.
    pub fn stderr_text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.stderr)
    }
}

impl Exec {
    fn new(sandbox: &Sandbox, what: What) -> Exec {
        Exec::with(sandbox.kernel(), sandbox.config(), what)
    }

    fn with(kernel: &Arc<Kernel>, config: &Arc<Config>, what: What) -> Exec {
        Exec {
            kernel: kernel.clone(),
            config: config.clone(),
            what,
            cwd: None,
            env: Vec::new(),
            stdin: Vec::new(),
            no_stdin: false,
            timeout: None,
            cancel: None,
            preopens: None,
            session: None,
        }
    }

    pub(super) fn script(sandbox: &Sandbox, script: Vec<u8>) -> Exec {
        Exec::new(sandbox, What::Script(script))
    }

    pub(super) fn in_shell(
        kernel: &Arc<Kernel>,
        config: &Arc<Config>,
        script: Vec<u8>,
        session: Session,
    ) -> Exec {
        Exec {
            session: Some(session),
            ..Exec::with(kernel, config, What::Script(script))
        }
    }

    pub(super) fn argv(sandbox: &Sandbox, argv: Vec<Vec<u8>>) -> Exec {
        Exec::new(sandbox, What::Argv(argv))
    }

    pub(super) fn module(sandbox: &Sandbox, wasm: Arc<[u8]>, argv: Vec<Vec<u8>>) -> Exec {
        Exec::new(sandbox, What::Module(wasm, argv))
    }

    /// Working directory; relative to the sandbox's.
    pub fn cwd(mut self, cwd: impl AsRef<[u8]>) -> Exec {
        self.cwd = Some(cwd.as_ref().to_vec());
        self
    }

    /// Sets an environment variable besides the sandbox's.
    pub fn env(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Exec {
        set_variable(&mut self.env, name.as_ref(), value.as_ref());
        self
    }

    /// Standard input.
    pub fn stdin(mut self, input: impl Into<Vec<u8>>) -> Exec {
        self.stdin = input.into();
        self
    }

    /// Gives a streamed command `/dev/null` as its standard input; what is written
    /// to [`Streaming`]'s writer goes nowhere.
    pub fn no_stdin(mut self) -> Exec {
        self.no_stdin = true;
        self
    }

    /// A wall-clock limit for this command, in place of the sandbox's
    /// [`crate::Limits::wall_time`].
    pub fn timeout(mut self, timeout: Duration) -> Exec {
        self.timeout = Some(timeout);
        self
    }

    /// Ends the command when this token is cancelled.
    pub fn cancel(mut self, token: &CancelToken) -> Exec {
        self.cancel = Some(token.clone());
        self
    }

    /// Directories of the sandbox that a WASI module finds preopened, under
    /// these names (relative ones belong to the working directory). Without
    /// this: `/`, and the working directory as `.`.
    pub fn preopens<S: AsRef<[u8]>>(mut self, names: impl IntoIterator<Item = S>) -> Exec {
        let names = names.into_iter().map(|name| name.as_ref().to_vec());
        self.preopens = Some(names.collect());
        self
    }

    /// Runs it, collecting its outputs.
    ///
    /// # Errors
    /// None for anything the command does: that is its exit code. An error
    /// means that it could not be started: [`crate::ErrorKind::NotFound`],
    /// [`crate::ErrorKind::Module`], [`crate::ErrorKind::File`] (the working
    /// directory), [`crate::ErrorKind::Limit`] (too many processes).
    pub async fn run(self) -> Result<ExecResult, Error> {
        run::collected(self).await
    }

    /// Runs it with its input and outputs streamed. What [`Exec::stdin`] set is
    /// ignored. When an output grows beyond [`crate::Limits::stream_bytes`] (in a
    /// deterministic sandbox, where outputs are given at the end, beyond
    /// [`crate::Limits::output_bytes`]) all its processes are killed, and the result
    /// is that of SIGXFSZ: 153.
    pub fn stream(self) -> Streaming {
        let capacity = self.kernel.limits().pipe_bytes as usize;
        let (input, stdin) = pipe(capacity, PipeId::STDIN);
        let limit = self.kernel.limits().stream_bytes;
        let limited = |number| Pipe::limited(capacity, PipeId::Nowhere(number), limit);
        let (output, errors) = (limited(PipeId::STDOUT), limited(PipeId::STDERR));
        let (output, stdout) = (output.reader(), output.writer());
        let (errors, stderr) = (errors.reader(), errors.writer());
        let result = Box::pin(run::streamed(self, input, stdout, stderr));
        Streaming {
            stdin: InputWriter(stdin),
            stdout: OutputReader(output),
            stderr: OutputReader(errors),
            result,
        }
    }
}

impl IntoFuture for Exec {
    type Output = Result<ExecResult, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
