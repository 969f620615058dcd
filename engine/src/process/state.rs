//! What is known of one process: shared with those who wait for it or signal
//! it, and private to its own host functions.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use wardian_abi::{Usage, WaitStatus};

use super::image::Image;
use super::job::Job;
use super::kernel::Kernel;
use super::limiter::Limiter;
use crate::audit::AuditEvent;
use crate::fd::{Completion, Interrupt};
use crate::virtual_time::Meter;
use crate::wasi::{Ctx, Strings};

/// Data of a process's Store.
pub type ProcessCtx = Ctx<Private>;

/// What others may know of a process.
#[derive(Debug)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its parent's number; 0 for the first of an exec.
    pub parent_pid: u32,
    /// Number of the first process's group.
    pub session: u32,
    group: AtomicU32,
    /// The exec it belongs to.
    pub job: Arc<Job>,
    /// Where its signals go.
    pub interrupt: Arc<Interrupt>,
    /// Its end.
    pub completion: Arc<Completion>,
    /// When it started, on the sandbox's monotonic clock.
    pub started_ns: u64,
    /// Linear memory that it holds.
    pub memory_bytes: AtomicU64,
    /// Counts what it uses, in place of its CPU time, in a deterministic sandbox.
    pub meter: Option<Arc<Meter>>,
    cpu_ns: AtomicU64,
    running: AtomicBool,
    preempted: AtomicBool,
    args: Mutex<Strings>,
}

impl Process {
    pub(super) fn new(
        [pid, parent_pid, session, group]: [u32; 4],
        started_ns: u64,
        job: Arc<Job>,
        interrupt: Arc<Interrupt>,
        args: Strings,
        meter: Option<Arc<Meter>>,
    ) -> Process {
        Process {
            pid,
            parent_pid,
            session,
            group: AtomicU32::new(group),
            job,
            interrupt,
            completion: Arc::default(),
            started_ns,
            memory_bytes: AtomicU64::new(0),
            meter,
            cpu_ns: AtomicU64::new(0),
            running: AtomicBool::new(false),
            preempted: AtomicBool::new(true),
            args: Mutex::new(args),
        }
    }

    /// Its arguments.
    pub fn args(&self) -> Strings {
        self.args
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Sets them: another program has taken its place.
    pub(super) fn set_args(&self, args: Strings) {
        *self.args.lock().unwrap_or_else(PoisonError::into_inner) = args;
    }

    /// CPU time in nanoseconds, up to the last time it gave way.
    pub fn cpu_ns(&self) -> u64 {
        match &self.meter {
            Some(meter) => meter.used(),
            None => self.cpu_ns.load(Ordering::Relaxed),
        }
    }

    /// Adds CPU time.
    pub(super) fn spend(&self, cpu_ns: u64) {
        self.cpu_ns.fetch_add(cpu_ns, Ordering::Relaxed);
    }

    /// Notes that it gave way in the middle of computing, not to wait, in a
    /// deterministic sandbox. A process that has not begun counts as one that did.
    pub(super) fn set_preempted(&self, preempted: bool) {
        self.preempted.store(preempted, Ordering::Relaxed);
    }

    /// Whether it has not begun, or gave way in the middle of computing.
    pub(super) fn is_preempted(&self) -> bool {
        self.preempted.load(Ordering::Relaxed)
    }

    /// Whether it computes at this moment.
    pub fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed)
    }

    pub(super) fn set_running(&self, running: bool) {
        self.running.store(running, Ordering::Relaxed);
    }

    /// Tells the embedder of its end.
    pub(super) fn tell_end(&self, status: &WaitStatus, usage: Usage) {
        if let Some(trail) = self.job.trail() {
            trail.record(|exec| AuditEvent::ProcessEnded {
                exec,
                pid: self.pid,
                exit_code: status.exit_code,
                signal: status.signal,
                usage,
            });
        }
    }

    /// Its process group.
    pub fn group(&self) -> u32 {
        self.group.load(Ordering::Relaxed)
    }

    /// Moves it to a group.
    pub fn set_group(&self, group: u32) {
        self.group.store(group, Ordering::Relaxed);
    }
}

/// What only the process's own host functions touch.
pub struct Private {
    /// The sandbox.
    pub kernel: Arc<Kernel>,
    /// The process as others see it.
    pub process: Arc<Process>,
    /// The program that runs.
    pub image: Image,
    /// The program that takes its place when this one ends by `exec`.
    pub next: Option<Box<Image>>,
    /// Memory charged.
    pub limiter: Limiter,
    /// Used by children it has waited for.
    pub children: Usage,
    /// Whether others have had a turn since it was last interrupted.
    pub gave_way: bool,
}
