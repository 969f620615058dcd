//! Subshells: forked copies of the shell.

use super::Shell;
use super::child_entry::ChildTask;
use super::flow::{Flow, Run};
use crate::ast::List;
use crate::sys::{self, Errno, Process};
use crate::trap::Event;
use crate::vars::Vars;

impl Shell {
    /// Forks a child that runs a function on its copy of the shell.
    ///
    /// # Errors
    /// As `fork`; the failure has been reported.
    pub fn fork_child(
        &mut self,
        group: Option<u32>,
        mut run: impl FnMut(&mut Shell) -> i32,
    ) -> Result<Process, Errno> {
        self.flush_out();
        self.shell_pid();
        let mut task = ChildTask {
            shell: &raw mut *self,
            run: &mut run,
        };
        let result = sys::fork((&raw mut task) as usize, group);
        if let Err(errno) = result {
            self.complain(&[&b"fork: "[..], errno.message().as_bytes()].concat());
        }
        result
    }

    /// Makes this copy of the shell a subshell.
    pub fn become_child(&mut self) {
        self.subshell += 1;
        self.capturing = 0;
        self.out.clear();
        self.interactive = false;
        self.tail = false;
        self.jobs.forget();
        self.process_subs.clear();
        self.traps.enter_subshell();
        self.loop_depth = 0;
        self.random = 0;
        for fd in std::mem::take(&mut self.private_fds) {
            sys::close(fd);
        }
    }

    /// Ends a subshell: its EXIT trap, its output.
    pub fn leave_child(&mut self, status: i32) -> i32 {
        self.status = status;
        let status = self.run_exit_trap(status);
        self.flush_out();
        status
    }

    /// Runs a list as the whole of a child; gives the exit status.
    pub fn run_child_list(&mut self, list: &List) -> i32 {
        self.tail = true;
        let result = self.run_list(list);
        self.tail = false;
        self.exit_status(result)
    }

    /// The status with which a result ends the process.
    pub fn exit_status(&mut self, result: Run) -> i32 {
        match result {
            Ok(status) => status,
            Err(Flow::Exit(status) | Flow::Return(status) | Flow::Discard(status)) => status,
            Err(Flow::Break(_) | Flow::Continue(_)) => self.status,
        }
    }

    /// Waits for a child in the foreground.
    pub fn wait_for(&mut self, process: Process) -> i32 {
        let (status, signal) = self.wait_quietly(process);
        self.report_signal(signal);
        self.heed_ended_jobs();
        status
    }

    /// Waits for a command in the foreground; `print` writes what it was.
    pub fn wait_for_command(
        &mut self,
        process: Process,
        print: impl FnOnce(&mut Vars, &mut Vec<u8>),
    ) -> i32 {
        let (status, signal) = self.wait_quietly(process);
        if is_announced(signal) && !self.interactive && !self.is_trapped(signal) {
            let mut text = Vec::new();
            print(&mut self.vars, &mut text);
            self.announce(process, signal, &text);
        } else {
            self.report_signal(signal);
        }
        self.heed_ended_jobs();
        status
    }

    /// After a command in the foreground, tells which background commands a signal
    /// has ended; they are no jobs any more. A command string forgets all that have
    /// ended, of which nothing is said.
    fn heed_ended_jobs(&mut self) {
        if self.jobs.list().is_empty() || self.interactive || self.options.monitor {
            return;
        }
        self.jobs.update();
        let of_string = self.command_string && self.parent_pid() > 0;
        for (process, status, signal) in self.jobs.unwaited() {
            if signal > 0 {
                self.announce_job(process, signal);
            }
            if signal > 0 || of_string {
                self.jobs.ended(process, status);
            }
        }
    }

    /// Waits for a child of which nothing is said: its status and signal.
    pub fn wait_quietly(&mut self, process: Process) -> (i32, u32) {
        loop {
            match sys::wait(process, true) {
                Ok(status) => {
                    self.jobs.close(process);
                    return (status.exit_code as i32, status.signal);
                }
                Err(Errno::Intr) => self.heed_deadly(),
                Err(_) => return (127, 0),
            }
        }
    }

    /// Says of a background command which signal ended it.
    pub fn announce_job(&mut self, process: Process, signal: u32) {
        if self.interactive || !is_announced(signal) || self.is_trapped(signal) {
            return;
        }
        let text = self.jobs.by_pid(process.pid).map(|job| job.text.clone());
        if let Some(text) = text {
            self.announce(process, signal, &text);
        }
    }

    /// `name: line N: PID Signal command`
    fn announce(&mut self, process: Process, signal: u32, text: &[u8]) {
        let signal = crate::jobs::signal_text(signal);
        let mut message = format!("{:5} {signal:24}", process.pid).into_bytes();
        message.extend_from_slice(text);
        self.complain(&message);
    }

    fn is_trapped(&self, signal: u32) -> bool {
        self.traps.get(Event::Signal(signal)).is_some()
    }

    /// What bash says when a signal ended a command.
    fn report_signal(&mut self, signal: u32) {
        if signal == 0 || matches!(signal, 2 | 13) {
            return;
        }
        let text = crate::jobs::signal_text(signal);
        self.write_stderr(&[text.as_bytes(), b"\n"].concat());
    }
}

/// Whether the end by a signal is told about with the command: not that by
/// SIGINT, SIGPIPE or SIGTERM.
fn is_announced(signal: u32) -> bool {
    !matches!(signal, 0 | 2 | 13 | 15)
}
