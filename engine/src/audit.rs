//! What happens in a sandbox, told to the embedder as it happens.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use wardian_abi::{Errno, Usage};
use wardian_vfs::Vfs;

/// Where events go. It is called from the tasks that run processes: it should
/// return soon, and must not call back into the sandbox.
pub trait Audit: Send + Sync {
    /// Takes note of an event.
    fn record(&self, event: &AuditEvent<'_>);
}

/// An event. `exec` counts the commands of a sandbox from 1; what has no other
/// time is told at the moment it happens.
#[derive(Clone)]
#[non_exhaustive]
pub enum AuditEvent<'a> {
    /// A process begins: the first of an exec, one started by another, or a fork.
    ProcessStarted {
        /// Which exec.
        exec: u64,
        /// Its number.
        pid: u32,
        /// Its parent's number; 0 for the first of an exec.
        parent_pid: u32,
        /// Its arguments, NUL after each.
        args: &'a [u8],
    },
    /// Another program takes a process's place (`exec`).
    ProcessReplaced {
        /// Which exec.
        exec: u64,
        /// Its number.
        pid: u32,
        /// Its arguments from now on, NUL after each.
        args: &'a [u8],
    },
    /// A process has ended.
    ProcessEnded {
        /// Which exec.
        exec: u64,
        /// Its number.
        pid: u32,
        /// Its exit code; 128 + signal when one ended it.
        exit_code: u32,
        /// The signal that ended it, or 0.
        signal: u32,
        /// What it used, without its children.
        usage: Usage,
    },
    /// Something was refused for want of rights: a permission, a file system
    /// that is not to be written, a capability not given.
    Denied {
        /// Which exec.
        exec: u64,
        /// Which process.
        pid: u32,
        /// The path that the call named, as it named it.
        path: &'a [u8],
        /// `EACCES`, `EPERM`, `EROFS` or `ENOTCAPABLE`.
        errno: Errno,
    },
    /// An exec ran into a limit; told once for each at its end.
    LimitReached {
        /// Which exec.
        exec: u64,
        /// Name of the limit.
        name: &'a str,
        /// Its value.
        value: &'a str,
    },
    /// An exec has ended, with its files before and after: the crate
    /// `wardian-snapshot` says what is different.
    ExecEnded {
        /// Which exec.
        exec: u64,
        /// Its exit code.
        exit_code: i32,
        /// Whether its time was over.
        timed_out: bool,
        /// Whether it was cancelled.
        cancelled: bool,
        /// Files at its start.
        before: &'a Vfs,
        /// Files at its end.
        after: &'a Vfs,
    },
}

/// An [`Audit`], shared, with the exec that it listens to.
#[derive(Clone)]
pub(crate) struct Trail {
    sink: Arc<dyn Audit>,
    exec: u64,
}

/// What a process keeps to tell of denials: the path of its last call.
pub(crate) struct Denials {
    trail: Trail,
    pid: u32,
    path: Mutex<Vec<u8>>,
}

impl Trail {
    pub(crate) fn new(sink: Arc<dyn Audit>, exec: u64) -> Trail {
        Trail { sink, exec }
    }

    /// Tells of an event of this exec, whose number is given to `event`.
    pub(crate) fn record<'a>(&self, event: impl FnOnce(u64) -> AuditEvent<'a>) {
        self.sink.record(&event(self.exec));
    }

    /// For a process's own use.
    pub(crate) fn denials(&self, pid: u32) -> Box<Denials> {
        Box::new(Denials {
            trail: self.clone(),
            pid,
            path: Mutex::default(),
        })
    }
}

impl Denials {
    /// Remembers the path of a call that begins.
    pub(crate) fn about(&self, path: &[u8]) {
        let mut last = self.path.lock().unwrap_or_else(PoisonError::into_inner);
        last.clear();
        last.extend_from_slice(path);
    }

    /// Tells of a call that failed, if it failed for want of rights.
    pub(crate) fn failed(&self, errno: Errno) {
        if matches!(
            errno,
            Errno::Acces | Errno::Perm | Errno::Rofs | Errno::Notcapable
        ) {
            let path = self.path.lock().unwrap_or_else(PoisonError::into_inner);
            self.trail.record(|exec| AuditEvent::Denied {
                exec,
                pid: self.pid,
                path: &path,
                errno,
            });
        }
    }
}

impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trail({})", self.exec)
    }
}

impl fmt::Debug for Denials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Denials({})", self.pid)
    }
}
