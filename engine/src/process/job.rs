//! A job: the processes of one exec, counted so that its end can be waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::scheduler::Scheduler;
use crate::audit::Trail;
use crate::reached::ReachedLog;

/// The processes that one exec started, directly or through others.
#[derive(Debug)]
pub struct Job {
    scheduler: Arc<Scheduler>,
    alive: AtomicUsize,
    ended: Notify,
    cpu_ns: AtomicU64,
    peak_memory_bytes: AtomicU64,
    read_bytes: AtomicU64,
    written_bytes: AtomicU64,
    spent_ns: AtomicU64,
    started: AtomicU64,
    closed: AtomicBool,
    first: AtomicU8,
    reached: ReachedLog,
    trail: Option<Trail>,
}

// What came of a job's first process.
const ALIVE: u8 = 0;
const OVERDUE: u8 = 1;
const ENDED: u8 = 2;

/// What the ended processes of a job used.
#[derive(Clone, Copy, Debug, Default)]
pub struct JobUsage {
    /// CPU time in nanoseconds.
    pub cpu_ns: u64,
    /// Largest memory of one process.
    pub peak_memory_bytes: u64,
    /// Bytes moved into processes.
    pub read_bytes: u64,
    /// Bytes moved out of processes.
    pub written_bytes: u64,
}

impl Job {
    /// A job without processes, that tells of them.
    pub fn new(scheduler: Arc<Scheduler>, trail: Option<Trail>) -> Job {
        Job {
            scheduler,
            alive: AtomicUsize::new(0),
            ended: Notify::new(),
            cpu_ns: AtomicU64::new(0),
            peak_memory_bytes: AtomicU64::new(0),
            read_bytes: AtomicU64::new(0),
            written_bytes: AtomicU64::new(0),
            spent_ns: AtomicU64::new(0),
            started: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            first: AtomicU8::new(ALIVE),
            reached: ReachedLog::default(),
            trail,
        }
    }

    /// Who gives its processes their turns.
    pub fn scheduler(&self) -> &Scheduler {
        &self.scheduler
    }

    /// Whom to tell of what happens.
    pub fn trail(&self) -> Option<&Trail> {
        self.trail.as_ref()
    }

    /// Which limits its processes ran into.
    pub fn reached(&self) -> &ReachedLog {
        &self.reached
    }

    /// From now on no process enters. Called with the table of processes locked,
    /// as [`Job::is_closed`] is: whoever is to be killed is in the table then.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// Whether it has been killed.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Notes that its time is over; not if its first process has ended before.
    pub(super) fn set_overdue(&self) -> bool {
        self.came_of_first(OVERDUE)
    }

    /// Notes that its first process has ended.
    pub(super) fn set_first_ended(&self) {
        self.came_of_first(ENDED);
    }

    fn came_of_first(&self, what: u8) -> bool {
        let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
        self.first
            .compare_exchange(ALIVE, what, success, failure)
            .is_ok()
    }

    /// Whether its time was over before its first process ended.
    pub fn is_overdue(&self) -> bool {
        self.first.load(Ordering::Acquire) == OVERDUE
    }

    /// Adds CPU time, of processes alive too; gives the sum in nanoseconds.
    pub(super) fn spend(&self, cpu_ns: u64) -> u64 {
        self.spent_ns.fetch_add(cpu_ns, Ordering::Relaxed) + cpu_ns
    }

    /// Processes started so far.
    pub(super) fn started_count(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    pub(super) fn started(&self) {
        self.started.fetch_add(1, Ordering::Relaxed);
        self.alive.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn ended(&self, usage: &wardian_abi::Usage) {
        self.cpu_ns.fetch_add(usage.cpu_ns, Ordering::Relaxed);
        self.peak_memory_bytes
            .fetch_max(usage.peak_memory_bytes, Ordering::Relaxed);
        self.read_bytes
            .fetch_add(usage.read_bytes, Ordering::Relaxed);
        self.written_bytes
            .fetch_add(usage.written_bytes, Ordering::Relaxed);
        if self.alive.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.ended.notify_waiters();
        }
    }

    /// Whether no process is left.
    pub fn is_empty(&self) -> bool {
        self.alive.load(Ordering::Acquire) == 0
    }

    /// Waits until no process is left.
    pub async fn wait_until_empty(&self) {
        loop {
            let ended = self.ended.notified();
            let mut ended = std::pin::pin!(ended);
            ended.as_mut().enable();
            if self.is_empty() {
                return;
            }
            ended.await;
        }
    }

    /// What its ended processes used.
    pub fn usage(&self) -> JobUsage {
        JobUsage {
            cpu_ns: self.cpu_ns.load(Ordering::Relaxed),
            peak_memory_bytes: self.peak_memory_bytes.load(Ordering::Relaxed),
            read_bytes: self.read_bytes.load(Ordering::Relaxed),
            written_bytes: self.written_bytes.load(Ordering::Relaxed),
        }
    }
}
