//! A shell that lives from one exec to the next.
//!
//! Between execs there is no process: the guest hands its state out when a
//! script ends and takes it over before the next begins. The host keeps it as
//! bytes that it never reads.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::builder::{Config, Sandbox};
use super::exec::{Exec, ExecResult};
use crate::error::Error;
use crate::fd::{Capture, Description, Descriptor, PipeId, TextFile};
use crate::limits::Limits;
use crate::process::Kernel;

/// The number under which the guest finds its state; the answer goes to the next.
const STATE_FD: u32 = 3;

/// Room for the line before an answer's state.
const ANSWER_LINE_BYTES: usize = 32;

/// A shell whose scripts build on each other: variables, arrays, functions,
/// aliases, options (`set`, `shopt`), traps, working directory, `umask`,
/// positional parameters and `$?` stay from one [`Shell::exec`] to the next.
///
/// It holds bytes, not a process, so it costs nothing while no script runs, and
/// [`Shell::fork`] takes constant time. It goes on living after a script that
/// says `exit` (which [`ExecResult::shell_exited`] tells). A script that is
/// ended from outside, by timeout, cancel, limit or signal, leaves the shell as
/// it was before, and so does one that replaces the shell (`exec ls`).
///
/// Not kept: background jobs, which end with their script as those of
/// [`Sandbox::exec`] do, and descriptors that `exec 3>file` opened.
///
/// Scripts given to one shell at the same time run one after the other; use
/// [`Shell::fork`] to have them run side by side.
pub struct Shell {
    kernel: Arc<Kernel>,
    config: Arc<Config>,
    shared: Arc<Shared>,
}

/// What a [`Shell`] keeps, as bytes to be stored beside a snapshot of its
/// sandbox. Only a shell in a sandbox ever reads them, as it reads a script.
/// Clones share them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShellState(Arc<[u8]>);

/// What a shell makes of a script without running it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// It can be run.
    Complete,
    /// It ends inside a command, a quotation or a here-document, or with a
    /// backslash: another line could complete it.
    Incomplete,
    /// It cannot be run, whatever follows; with what the shell says of it.
    Wrong(String),
}

impl ShellState {
    /// The bytes; none of a shell that has run nothing.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for ShellState {
    fn from(bytes: Vec<u8>) -> ShellState {
        ShellState(bytes.into())
    }
}

impl Sandbox {
    /// A shell that keeps its variables, functions, options and working
    /// directory between scripts.
    pub fn shell(&self) -> Shell {
        self.shell_from(ShellState::default())
    }

    /// A shell that goes on where another stood. The sandbox should hold the
    /// files that it stood among: a fork, or a restored snapshot.
    pub fn shell_from(&self, state: ShellState) -> Shell {
        Shell {
            kernel: self.kernel().clone(),
            config: self.config().clone(),
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                turns: Arc::new(Semaphore::new(1)),
            }),
        }
    }
}

impl Shell {
    /// A script for this shell. Await it, stream it, or adjust it first:
    /// [`Exec::env`] and [`Exec::cwd`] hold for this script only, the latter
    /// relative to where the shell stands.
    pub fn exec(&self, script: impl Into<Vec<u8>>) -> Exec {
        self.prepare(script.into(), false).0
    }

    /// Whether a script is complete, by this shell's aliases and options. It is
    /// read by the shell in the sandbox, and not run.
    ///
    /// # Errors
    /// As [`Exec::run`].
    pub async fn check(&self, script: impl Into<Vec<u8>>) -> Result<Syntax, Error> {
        let (exec, answer) = self.prepare(script.into(), true);
        let result = exec.run().await?;
        if answer.take().bytes.starts_with(b"more ") {
            return Ok(Syntax::Incomplete);
        }
        Ok(match result.exit_code {
            0 => Syntax::Complete,
            _ => Syntax::Wrong(result.stderr_text().into_owned()),
        })
    }

    /// The same shell in another sandbox, most often a fork of this one's, as in
    /// `shell.fork(&sandbox.fork())`; the two go their own ways from here.
    ///
    /// Takes constant time. While a script runs, it is the shell from before
    /// that script.
    pub fn fork(&self, sandbox: &Sandbox) -> Shell {
        sandbox.shell_from(self.state())
    }

    /// What it keeps, to be stored with a snapshot; constant time. While a
    /// script runs, the state from before that script.
    pub fn state(&self) -> ShellState {
        self.shared.state()
    }

    fn prepare(&self, script: Vec<u8>, check: bool) -> (Exec, Arc<Capture>) {
        let limit = usize::try_from(self.kernel.limits().shell_state_bytes).unwrap_or(usize::MAX);
        // The two halves that a capture keeps: nothing is lost below the limit.
        let answer = Arc::new(Capture::new(
            limit.saturating_add(ANSWER_LINE_BYTES),
            PipeId::STATE,
        ));
        let session = Session {
            shared: self.shared.clone(),
            answer: answer.clone(),
            check,
        };
        let exec = Exec::in_shell(&self.kernel, &self.config, script, session);
        (exec, answer)
    }
}

/// What all execs of a shell share.
struct Shared {
    state: Mutex<ShellState>,
    turns: Arc<Semaphore>,
}

impl Shared {
    fn state(&self) -> ShellState {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A script's part in its shell.
#[derive(Clone)]
pub(super) struct Session {
    shared: Arc<Shared>,
    answer: Arc<Capture>,
    check: bool,
}

/// The right to be the one script that runs.
pub(super) struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Session {
    /// Waits for the scripts before; those that are only read need not.
    pub(super) async fn turn(&self) -> Turn {
        let turns = self.shared.turns.clone();
        Turn {
            _permit: match self.check {
                true => None,
                false => turns.acquire_owned().await.ok(),
            },
        }
    }

    /// The shell's arguments before `-c`.
    pub(super) fn arguments(&self, exec: &Exec) -> Vec<Vec<u8>> {
        let mut arguments = vec![format!("--session={STATE_FD}").into_bytes()];
        for (name, value) in &exec.env {
            arguments.push(b"--with".to_vec());
            arguments.push([name, &b"="[..], value].concat());
        }
        if let Some(path) = &exec.cwd {
            arguments.push(b"--directory".to_vec());
            arguments.push(path.clone());
        }
        if self.check {
            arguments.push(b"-n".to_vec());
        }
        arguments
    }

    /// The descriptors through which state comes and goes: only the shell itself
    /// ever holds them.
    pub(super) fn descriptors(&self) -> [(u32, Descriptor); 2] {
        let state = TextFile::new(self.shared.state().as_bytes().to_vec());
        [
            (
                STATE_FD,
                Descriptor::new(Description::Text(state), true, false),
            ),
            (
                STATE_FD + 1,
                Descriptor::new(Description::Capture(self.answer.clone()), false, true),
            ),
        ]
    }

    /// Takes over what a script that ended by itself has left. A note for
    /// standard error if it cannot.
    pub(super) fn keep(&self, result: &mut ExecResult, limits: &Limits) -> Option<String> {
        if self.check {
            return None;
        }
        let answer = self.answer.take();
        let line = answer.bytes.iter().take(ANSWER_LINE_BYTES);
        let end = line.take_while(|byte| **byte != b'\n').count();
        let (line, state) = answer.bytes.split_at_checked(end + 1)?;
        let line = std::str::from_utf8(line).ok()?.trim_end();
        let (word, length) = line.split_once(' ')?;
        let length: u64 = length.parse().ok()?;
        result.shell_exited = word == "exit";
        if length > limits.shell_state_bytes {
            if result.exit_code == 0 {
                result.exit_code = 1;
            }
            return Some(format!(
                "wardian: the shell's variables and functions take {length} bytes, allowed are {} (limit shell_state_bytes); \
                 it stays as it was before this script: keep large values in files, or raise the limit\n",
                limits.shell_state_bytes
            ));
        }
        // Less than it says: the shell did not come to its end.
        if state.len() as u64 == length {
            let mut kept = self
                .shared
                .state
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *kept = ShellState(state.into());
        }
        None
    }
}
