//! Background jobs.

use crate::sys::{self, Process};

/// How many children make it worth a look which of them have ended.
const REAP_FROM: usize = 64;

/// How many statuses of children that have ended are kept.
const ENDED_MAX: usize = 4096;

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    Running,
    Done(i32, u32),
}

/// A background command.
#[derive(Clone, Debug)]
pub struct Job {
    pub number: u32,
    pub process: Process,
    /// The other parts of a pipeline, which come before.
    pub before: Vec<Process>,
    pub text: Vec<u8>,
    pub state: JobState,
    pub notified: bool,
    /// A job of the shell that this one was forked from: it can be shown and
    /// killed, but not waited for.
    pub inherited: bool,
}

/// The jobs of a shell.
#[derive(Default)]
pub struct Jobs {
    list: Vec<Job>,
    /// Those of the shell that this one was forked from.
    inherited: Vec<Job>,
    /// Statuses of children that have ended, by process number.
    ended: Vec<(u32, i32)>,
    /// Children that are no jobs but can be waited for.
    others: Vec<Process>,
    /// Parts of pipelines whose last part has ended.
    left_over: Vec<Process>,
    /// Readers of `>( )`, waited for at the end.
    pub output_subs: Vec<Process>,
    /// `$!`
    pub last_background: Option<u32>,
    /// The numbers of `%+` and of `%-`, if there are such.
    current: Option<u32>,
    previous: Option<u32>,
}

impl Jobs {
    /// Whether there is nothing to wait for.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.others.is_empty()
    }

    /// Adds a background job.
    pub fn add(&mut self, process: Process, before: Vec<Process>, text: Vec<u8>) {
        self.reap();
        let number = self.list.iter().map(|job| job.number).max().unwrap_or(0) + 1;
        self.last_background = Some(process.pid);
        self.current = Some(number);
        self.previous = self.newest_running(number);
        self.list.push(Job {
            number,
            process,
            before,
            text,
            state: JobState::Running,
            notified: false,
            inherited: false,
        });
    }

    /// The newest job but one that is not known to have ended.
    fn newest_running(&self, but: u32) -> Option<u32> {
        let running = |job: &&Job| job.state == JobState::Running && job.number != but;
        self.list.iter().rfind(running).map(|job| job.number)
    }

    /// After the end of the current job or the one before, others take their place.
    fn reset_current(&mut self) {
        let gone = |number: &u32| self.list.iter().all(|job| job.number != *number);
        if self.current.as_ref().is_some_and(gone) || self.previous.as_ref().is_some_and(gone) {
            self.current = self.newest_running(0);
            self.previous = self.current.and_then(|number| self.newest_running(number));
        }
    }

    /// What a listing marks a job with.
    pub fn mark(&self, number: u32) -> char {
        match number {
            number if self.current == Some(number) => '+',
            number if self.previous == Some(number) => '-',
            _ => ' ',
        }
    }

    /// The number of the job added last.
    pub fn current_number(&self) -> u32 {
        self.list.last().map_or(0, |job| job.number)
    }

    /// Notes a child that can be waited for by number.
    pub fn remember(&mut self, process: Process) {
        self.reap();
        self.others.push(process);
    }

    /// Notes a child that nobody will wait for.
    pub fn remember_silent(&mut self, process: Process) {
        self.remember(process);
    }

    /// Where many children are known, closes the descriptors of those that have
    /// ended: a loop may start more than can be open at once.
    fn reap(&mut self) {
        let known = self.others.len() + self.list.len();
        if known < REAP_FROM || !known.is_multiple_of(REAP_FROM) {
            return;
        }
        let own = self.list.iter().filter(|job| !job.inherited);
        let jobs = own.map(|job| job.process);
        let all: Vec<Process> = jobs.chain(self.others.iter().copied()).collect();
        for process in all {
            let waited_for = self.output_subs.iter().any(|sub| sub.pid == process.pid);
            if !waited_for && let Ok(status) = sys::wait(process, false) {
                let code = match status.signal {
                    0 => status.exit_code as i32,
                    signal => 128 + signal as i32,
                };
                self.ended(process, code);
            }
        }
        if self.ended.len() > ENDED_MAX {
            self.ended.drain(..self.ended.len() - ENDED_MAX);
        }
    }

    /// In a subshell, the parent's jobs are not its own.
    pub fn forget(&mut self) {
        let mut list = std::mem::take(&mut self.list);
        for job in &mut list {
            if !std::mem::replace(&mut job.inherited, true) {
                self.close(job.process);
                for process in std::mem::take(&mut job.before) {
                    self.close(process);
                }
            }
        }
        self.inherited = list;
        for process in std::mem::take(&mut self.others) {
            self.close(process);
        }
        for process in std::mem::take(&mut self.left_over) {
            self.close(process);
        }
        self.ended.clear();
        self.output_subs.clear();
    }

    /// In a command substitution the parent's jobs can be named all the same.
    pub fn adopt(&mut self) {
        self.list = std::mem::take(&mut self.inherited);
    }

    /// Closes the descriptor of a child that has ended.
    pub fn close(&mut self, process: Process) {
        if process.fd != 0 {
            sys::close(process.fd);
        }
    }

    /// Looks which jobs have ended.
    pub fn update(&mut self) {
        for job in &mut self.list {
            if job.state == JobState::Running
                && !job.inherited
                && let Ok(status) = sys::wait(job.process, false)
            {
                job.state = JobState::Done(status.exit_code as i32, status.signal);
            }
        }
    }

    /// Own jobs that have ended and were not waited for: with status and signal.
    pub fn unwaited(&self) -> Vec<(Process, i32, u32)> {
        let own = self.list.iter().filter(|job| !job.inherited);
        let ended = own.filter_map(|job| match job.state {
            JobState::Running => None,
            JobState::Done(status, signal) => Some((job.process, status, signal)),
        });
        ended.collect()
    }

    /// All jobs.
    pub fn list(&self) -> &[Job] {
        &self.list
    }

    /// Processes that still run, of jobs and others.
    pub fn running(&self) -> Vec<Process> {
        let jobs = self
            .list
            .iter()
            .filter(|job| job.state == JobState::Running && !job.inherited)
            .map(|job| job.process);
        jobs.chain(self.others.iter().copied()).collect()
    }

    /// Parts of pipelines that may still run though their job has ended.
    pub fn left_over(&self) -> &[Process] {
        &self.left_over
    }

    /// Records the end of a process; it is no job any more.
    pub fn ended(&mut self, process: Process, status: i32) {
        self.close(process);
        // What is left of a pipeline is no job, but waited for with all of them.
        self.left_over.retain(|part| part.pid != process.pid);
        if let Some(job) = self
            .list
            .iter_mut()
            .find(|job| job.process.pid == process.pid)
        {
            self.left_over.append(&mut job.before);
        }
        self.list.retain(|job| job.process.pid != process.pid);
        self.reset_current();
        self.others.retain(|other| other.pid != process.pid);
        self.ended.push((process.pid, status));
    }

    /// Removes finished jobs that have been told about.
    pub fn drop_notified(&mut self) {
        self.list.retain(|job| !(job.inherited && job.notified));
        let done: Vec<Process> = self
            .list
            .iter()
            .filter(|job| job.notified && job.state != JobState::Running)
            .map(|job| job.process)
            .collect();
        for process in done {
            let status = match self.by_pid(process.pid).map(|job| job.state) {
                Some(JobState::Done(status, _)) => status,
                _ => 0,
            };
            self.ended(process, status);
        }
    }

    /// Marks jobs as told about.
    pub fn notify(&mut self, number: u32) {
        if let Some(job) = self.list.iter_mut().find(|job| job.number == number) {
            job.notified = job.state != JobState::Running;
        }
    }

    /// Removes a job without waiting.
    pub fn disown(&mut self, number: u32) {
        self.list.retain(|job| job.number != number);
        self.reset_current();
    }

    /// The job with a process number.
    pub fn by_pid(&self, pid: u32) -> Option<&Job> {
        self.list.iter().find(|job| job.process.pid == pid)
    }

    /// A child by process number.
    pub fn child(&self, pid: u32) -> Option<Process> {
        match self.by_pid(pid).filter(|job| !job.inherited) {
            Some(job) => Some(job.process),
            None => self
                .others
                .iter()
                .find(|process| process.pid == pid)
                .copied(),
        }
    }

    /// The status with which a child had ended.
    pub fn status_of(&self, pid: u32) -> Option<i32> {
        self.ended
            .iter()
            .rev()
            .find(|(known, _)| *known == pid)
            .map(|(_, status)| *status)
    }

    fn numbered(&self, number: u32) -> Option<&Job> {
        self.list.iter().find(|job| job.number == number)
    }

    /// The job that `%1`, `%+`, `%-`, `%name`, `%?text` means.
    pub fn find(&self, spec: &[u8]) -> Option<&Job> {
        let spec = spec.strip_prefix(b"%").unwrap_or(spec);
        match spec {
            b"" | b"+" | b"%" => self.numbered(self.current?),
            b"-" => self.numbered(self.previous.or(self.current)?),
            _ => match crate::text::parse_int(spec) {
                Some(number) => self.list.iter().find(|job| i64::from(job.number) == number),
                None => match spec.strip_prefix(b"?") {
                    Some(text) => self
                        .list
                        .iter()
                        .find(|job| crate::text::find(&job.text, text).is_some()),
                    None => self.list.iter().find(|job| job.text.starts_with(spec)),
                },
            },
        }
    }
}

/// What is said of a signal that ended a command.
pub fn signal_text(signal: u32) -> &'static str {
    match signal {
        1 => "Hangup",
        2 => "Interrupt",
        3 => "Quit",
        4 => "Illegal instruction",
        5 => "Trace/breakpoint trap",
        6 => "Aborted",
        7 => "Bus error",
        8 => "Floating point exception",
        9 => "Killed",
        10 => "User defined signal 1",
        11 => "Segmentation fault",
        12 => "User defined signal 2",
        13 => "Broken pipe",
        14 => "Alarm clock",
        15 => "Terminated",
        _ => "Unknown signal",
    }
}
