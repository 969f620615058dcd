//! A command's process group, which ends with the value that stands for it.

use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;
use tokio::time::{Instant, sleep_until};

/// How long a command may take to tidy up after SIGTERM.
pub(super) const TERM_GRACE: Duration = Duration::from_secs(2);

/// A shell that leads a process group. Unless it ended by itself, dropping this
/// ends the whole group: SIGTERM at once, SIGKILL after [`TERM_GRACE`].
///
/// The shell is not waited for while it is being ended: as long as it is a
/// zombie its number, and so the group's, cannot be given to a stranger.
pub(crate) struct Group {
    child: Option<Child>,
    id: Option<Pid>,
    terminated: Option<Instant>,
}

impl Group {
    pub(crate) fn new(child: Child) -> Group {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Group {
            child: Some(child),
            id: id.and_then(Pid::from_raw),
            terminated: None,
        }
    }

    /// Waits until the shell ends. What it left in the background lives on.
    pub(super) async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        let Some(child) = self.child.as_mut() else {
            return Err(std::io::Error::other("the command was waited for before"));
        };
        let status = child.wait().await?;
        self.child = None;
        Ok(status)
    }

    /// Sends SIGTERM to the group, once.
    pub(super) fn terminate(&mut self) {
        if self.child.is_some() && self.terminated.is_none() {
            self.signal(Signal::TERM);
            self.terminated = Some(Instant::now());
        }
    }

    /// Sends SIGKILL to the group.
    pub(super) fn kill(&self) {
        if self.child.is_some() {
            self.signal(Signal::KILL);
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(id) = self.id {
            // A group that is gone needs no signal.
            let _ = kill_process_group(id, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.child.is_none() {
            return;
        }
        self.terminate();
        let killed_at = self.terminated.unwrap_or_else(Instant::now) + TERM_GRACE;
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                let reaper = Reaper(Group {
                    child: self.child.take(),
                    id: self.id,
                    terminated: self.terminated,
                });
                runtime.spawn(reaper.run(killed_at));
            }
            // Nobody is left to come back later.
            Err(_) => self.kill(),
        }
    }
}

/// Ends a group in the background; when the runtime ends first, at once.
struct Reaper(Group);

impl Reaper {
    async fn run(mut self, killed_at: Instant) {
        sleep_until(killed_at).await;
        self.0.kill();
        let _ = self.0.wait().await;
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        self.0.kill();
        self.0.child = None;
    }
}
