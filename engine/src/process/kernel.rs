//! The sandbox as its processes see it: one filesystem, one table of processes,
//! one set of limits.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Instant;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wardian_abi::{Errno, Signal, SystemInfo};
use wardian_vfs::{Cred, Device};

use super::job::Job;
use super::last_start::LastStart;
use super::program::Programs;
use super::scheduler::Scheduler;
use super::state::Process;
use super::table::Table;
use crate::audit::{Audit, AuditEvent, Trail};
use crate::clock::Clock;
use crate::fd::{Description, Descriptor, Interrupt, SharedFs};
use crate::limits::Limits;
use crate::reached::Reached;
use crate::runtime::ModuleBytes;
use crate::virtual_time::{Meter, VirtualTime};
use crate::wasi::{ProcessView, Strings, System, SystemView};

/// The sandbox, as long as it is there.
struct View(Weak<Kernel>);

impl System for View {
    fn info(&self) -> SystemInfo {
        let kernel = self.0.upgrade();
        kernel.map_or_else(SystemInfo::default, |kernel| kernel.machine_info())
    }

    fn processes(&self) -> Vec<ProcessView> {
        let kernel = self.0.upgrade();
        kernel.map_or_else(Vec::new, |kernel| kernel.views())
    }

    fn process(&self, pid: u32) -> Option<ProcessView> {
        let kernel = self.0.upgrade()?;
        let process = kernel.find(pid)?;
        Some(kernel.view_of(&process))
    }
}

/// What all processes have the same of, made with the first of them: most of a
/// million forks never start any.
struct Lasting {
    view: SystemView,
    no_input: Descriptor,
}

/// A module that applet files name.
#[derive(Clone)]
pub struct ProgramSource {
    /// SHA-256 of the module.
    pub digest: [u8; 32],
    /// Its bytes.
    pub bytes: ModuleBytes,
}

/// What a sandbox is made of.
pub struct KernelSettings {
    /// Linked programs, shared by all sandboxes.
    pub programs: Arc<Programs>,
    /// Modules that applet files may name.
    pub sources: Arc<BTreeMap<String, ProgramSource>>,
    /// The filesystem.
    pub fs: SharedFs,
    /// Limits.
    pub limits: Arc<Limits>,
    /// Time.
    pub clock: Clock,
    /// Whom processes run as.
    pub cred: Cred,
    /// Seed of every process's randomness.
    pub seed: [u8; 32],
    /// Processors shown to guests.
    pub processors: u32,
    /// Whom to tell of what happens.
    pub audit: Option<Arc<dyn Audit>>,
}

/// A sandbox's processes and what they share.
pub struct Kernel {
    settings: KernelSettings,
    started_ns: u64,
    memory_bytes: Arc<AtomicU64>,
    next_pid: AtomicU32,
    execs: AtomicU64,
    seeds: Mutex<Option<Box<ChaCha12Rng>>>,
    table: Mutex<Table>,
    lasting: OnceLock<Box<Lasting>>,
    turns: Arc<Semaphore>,
    last_start: LastStart,
}

impl Kernel {
    /// A sandbox without processes.
    pub fn new(settings: KernelSettings) -> Kernel {
        Kernel {
            started_ns: settings.clock.monotonic_ns(),
            settings,
            memory_bytes: Arc::default(),
            next_pid: AtomicU32::new(1),
            execs: AtomicU64::new(0),
            seeds: Mutex::default(),
            table: Mutex::default(),
            lasting: OnceLock::new(),
            turns: Arc::new(Semaphore::new(1)),
            last_start: LastStart::default(),
        }
    }

    /// What it was made of.
    pub fn settings(&self) -> &KernelSettings {
        &self.settings
    }

    /// The filesystem.
    pub fn fs(&self) -> &SharedFs {
        &self.settings.fs
    }

    /// The limits.
    pub fn limits(&self) -> &Arc<Limits> {
        &self.settings.limits
    }

    /// Linked programs.
    pub fn programs(&self) -> &Arc<Programs> {
        &self.settings.programs
    }

    /// The clock of a deterministic sandbox; `None` of all others.
    pub fn virtual_time(&self) -> Option<&Arc<VirtualTime>> {
        self.settings.clock.virtual_time()
    }

    /// The right to run, which the execs of a deterministic sandbox have one
    /// after the other, in the order they asked.
    pub async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        match self.virtual_time() {
            Some(_) => self.turns.clone().acquire_owned().await.ok(),
            None => None,
        }
    }

    /// Memory charged to its processes, in bytes.
    pub fn memory_bytes(&self) -> &Arc<AtomicU64> {
        &self.memory_bytes
    }

    /// A new exec, which tells of itself if the embedder listens.
    pub fn job(&self) -> Arc<Job> {
        let exec = self.execs.fetch_add(1, Ordering::Relaxed) + 1;
        let trail = self.settings.audit.as_ref();
        let pool = self.programs().core().pool().clone();
        let scheduler = match self.virtual_time() {
            Some(time) => Scheduler::in_order(pool, time.clone()),
            None => Scheduler::new(pool, self.settings.processors as usize),
        };
        Arc::new(Job::new(
            scheduler,
            trail.map(|sink| Trail::new(sink.clone(), exec)),
        ))
    }

    /// The module with this name.
    pub fn program_source(&self, module: &str) -> Option<&ProgramSource> {
        self.settings.sources.get(module)
    }

    /// Where its last script began.
    pub fn last_start(&self) -> &LastStart {
        &self.last_start
    }

    /// Enters a new process into the table. `now` is the host's time.
    ///
    /// # Errors
    /// `EAGAIN`: [`Limits::processes`] are alive, the job has started
    /// [`Limits::processes_started`], or it has been killed.
    pub fn enter(
        &self,
        parent: Option<&Process>,
        group: Option<u32>,
        job: Arc<Job>,
        interrupt: Arc<Interrupt>,
        args: Strings,
        now: Instant,
    ) -> Result<Arc<Process>, Errno> {
        let mut table = self.table();
        if job.is_closed() {
            return Err(Errno::Again);
        }
        if table.all().len() >= self.limits().processes as usize {
            job.reached().note(Reached::Processes);
            return Err(Errno::Again);
        }
        if job.started_count() >= self.limits().processes_started {
            job.reached().note(Reached::ProcessesStarted);
            return Err(Errno::Again);
        }
        // Numbers come round again after 2^31; the table is far smaller.
        let mut pid = 0;
        while pid == 0 || table.has(pid) {
            pid = self.next_pid.fetch_add(1, Ordering::Relaxed) & i32::MAX as u32;
        }
        let (parent_pid, session, own) = match parent {
            Some(parent) => (parent.pid, parent.session, parent.group()),
            None => (0, pid, pid),
        };
        let group = match group {
            None => own,
            Some(0) => pid,
            Some(group) => group,
        };
        let started_ns = self.settings.clock.monotonic_ns_at(now);
        let process = Process::new(
            [pid, parent_pid, session, group],
            started_ns,
            job,
            interrupt,
            args,
            self.virtual_time().map(Meter::new),
        );
        let process = Arc::new(process);
        process.job.started();
        table.insert(process.clone());
        drop(table);
        if let Some(trail) = process.job.trail() {
            let args = process.args();
            trail.record(|exec| AuditEvent::ProcessStarted {
                exec,
                pid,
                parent_pid,
                args: args.block(),
            });
        }
        Ok(process)
    }

    /// Takes an ended process out of the table.
    pub fn leave(&self, pid: u32) {
        // Not within the lock: it may be the last of its job.
        let left = self.table().remove(pid);
        drop(left);
    }

    /// The process with this number.
    pub fn find(&self, pid: u32) -> Option<Arc<Process>> {
        self.table().get(pid).cloned()
    }

    /// Signals every process that `wanted` picks; gives their number.
    pub fn signal_where(&self, signal: Option<Signal>, wanted: impl Fn(&Process) -> bool) -> usize {
        let chosen: Vec<_> = {
            let table = self.table();
            table
                .all()
                .iter()
                .filter(|process| wanted(process))
                .cloned()
                .collect()
        };
        for process in &chosen {
            if let Some(signal) = signal {
                process.interrupt.signal(signal);
            }
        }
        chosen.len()
    }

    /// Ends every process of a job with this signal, and lets no other enter: a
    /// fork under way at this moment fails.
    pub fn kill_job(&self, job: &Arc<Job>, signal: Signal) {
        let chosen: Vec<_> = {
            let table = self.table();
            job.close();
            let of_job = |process: &&Arc<Process>| Arc::ptr_eq(&process.job, job);
            table.all().iter().filter(of_job).cloned().collect()
        };
        for process in chosen {
            process.interrupt.kill(signal);
        }
        job.scheduler().hurry();
    }

    /// Ends a job whose time is over, unless its first process has ended.
    pub fn end_overdue(&self, job: &Arc<Job>) {
        if job.set_overdue() {
            self.kill_job(job, Signal::KILL);
        }
    }

    /// Processes alive.
    pub fn alive(&self) -> usize {
        self.table().all().len()
    }

    /// A seed for a new process's randomness.
    pub fn next_seed(&self) -> [u8; 32] {
        let mut seeds = self.seeds.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seed = [0; 32];
        seeds
            .get_or_insert_with(|| Box::new(ChaCha12Rng::from_seed(self.settings.seed)))
            .fill_bytes(&mut seed);
        seed
    }

    /// The sandbox as a machine.
    pub fn system_info(&self) -> SystemInfo {
        let (quota, usage) = {
            let vfs = self.fs().lock();
            (*vfs.quota(), vfs.usage())
        };
        SystemInfo {
            fs_limit_bytes: quota.bytes,
            fs_used_bytes: usage.bytes,
            fs_limit_inodes: quota.inodes,
            fs_used_inodes: usage.inodes,
            ..self.machine_info()
        }
    }

    /// The same without the filesystem, whose lock is not taken.
    fn machine_info(&self) -> SystemInfo {
        SystemInfo {
            uptime_ns: self
                .settings
                .clock
                .monotonic_ns()
                .saturating_sub(self.started_ns),
            memory_limit_bytes: self.limits().memory_bytes,
            memory_used_bytes: self.memory_bytes.load(Ordering::Relaxed),
            processes: self.alive() as u32,
            processors: self.settings.processors,
            ..SystemInfo::default()
        }
    }

    /// [`Kernel::system_info`] for the layers below.
    pub fn system_view(self: &Arc<Self>) -> SystemView {
        self.lasting().view.clone()
    }

    /// Standard input that is empty.
    pub fn no_input(self: &Arc<Self>) -> Descriptor {
        self.lasting().no_input.clone()
    }

    fn lasting(self: &Arc<Self>) -> &Lasting {
        self.lasting.get_or_init(|| {
            let null = Description::Device(Device::Null);
            Box::new(Lasting {
                view: SystemView(Arc::new(View(Arc::downgrade(self)))),
                no_input: Descriptor::new(null, true, false),
            })
        })
    }

    fn views(&self) -> Vec<ProcessView> {
        let processes = self.table().all().to_vec();
        processes
            .iter()
            .map(|process| self.view_of(process))
            .collect()
    }

    fn view_of(&self, process: &Process) -> ProcessView {
        let cred = self.settings.cred;
        ProcessView {
            pid: process.pid,
            parent_pid: process.parent_pid,
            group: process.group(),
            session: process.session,
            uid: cred.uid,
            gid: cred.gid,
            args: process.args(),
            running: process.is_running(),
            cpu_ns: process.cpu_ns(),
            memory_bytes: process.memory_bytes.load(Ordering::Relaxed),
            started_ns: process.started_ns.saturating_sub(self.started_ns),
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
