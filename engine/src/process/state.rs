//! What is known of one process: shared with those who wait for it or signal
//! it, and private to its own host functions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use wardian_abi::Usage;

use super::image::Image;
use super::job::Job;
use super::kernel::Kernel;
use super::limiter::Limiter;
use crate::fd::{Completion, Interrupt};
use crate::wasi::Ctx;

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
}

impl Process {
    pub(super) fn new(
        pid: u32,
        parent_pid: u32,
        session: u32,
        group: u32,
        job: Arc<Job>,
        interrupt: Arc<Interrupt>,
    ) -> Process {
        Process {
            pid,
            parent_pid,
            session,
            group: AtomicU32::new(group),
            job,
            interrupt,
            completion: Arc::default(),
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
    /// CPU time so far, in nanoseconds, up to the last time it gave way.
    pub cpu_ns: Arc<std::sync::atomic::AtomicU64>,
}
