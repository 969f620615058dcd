//! Pipelines: every part runs at once.

use super::Shell;
use super::flow::Run;
use super::pure::{self, Purity};
use super::redirect::PIPE_SAFE;
use crate::ast::{AndOr, Command, Kind, List, Pipeline, TimeFormat};
use crate::sys::{self, Fd, Process};
use crate::vars::Sym;

/// A started part, or the status of one that needed no process.
enum Part {
    Running(Process),
    Done(i32),
}

impl Shell {
    /// Runs a pipeline; the status is that after `!`.
    pub fn run_pipeline(&mut self, pipeline: &Pipeline) -> Run {
        if let Some(format) = pipeline.time {
            return self.run_timed(pipeline, format);
        }
        let status = match pipeline.commands.as_slice() {
            [] => 0,
            [command] => {
                if pipeline.negate {
                    self.tail = false;
                }
                let status = self.run_command(command)?;
                match self.pipe_status.as_mut_slice() {
                    [only] => *only = status,
                    _ => self.pipe_status = vec![status],
                }
                status
            }
            commands => {
                self.tail = false;
                self.run_pipe(commands, pipeline)?
            }
        };
        let status = if pipeline.negate {
            i32::from(status == 0)
        } else {
            status
        };
        self.status = status;
        Ok(status)
    }

    fn run_pipe(&mut self, commands: &[Command], pipeline: &Pipeline) -> Run {
        self.flush_out();
        let mut parts = Vec::with_capacity(commands.len());
        let mut input: Option<Fd> = None;
        let mut last_status = None;
        let group = if self.options.monitor { Some(0) } else { None };
        let mut leader = group;
        for (at, command) in commands.iter().enumerate() {
            let last = at + 1 == commands.len();
            if last && self.shopt.lastpipe && !self.options.monitor {
                last_status = Some(self.run_last_here(command, input.take())?);
                break;
            }
            let pipe = match last {
                true => None,
                false => match sys::pipe() {
                    Ok(pipe) => Some(pipe),
                    Err(errno) => {
                        self.complain(&[&b"pipe error: "[..], errno.message().as_bytes()].concat());
                        break;
                    }
                },
            };
            let output = pipe.map(|(_, write)| write);
            let unread = pipe.map(|(read, _)| read);
            self.line = pipeline.line;
            if let Command::Simple(simple) = command
                && self.traps.has_debug()
                && !self.options.functrace
            {
                self.before_command(simple)?;
            }
            let part = self.start_part(command, input, output, unread, leader);
            if let (Part::Running(process), Some(0)) = (&part, leader) {
                leader = Some(process.pid);
            }
            parts.push(part);
            for fd in [input, output].into_iter().flatten() {
                sys::close(fd);
            }
            input = unread;
        }
        let mut statuses: Vec<i32> = Vec::with_capacity(commands.len());
        let last_part = parts.len().saturating_sub(1);
        for (at, part) in parts.into_iter().enumerate() {
            statuses.push(match part {
                Part::Running(process) if at == last_part => self.wait_for(process),
                Part::Running(process) => self.wait_quietly(process).0,
                Part::Done(status) => status,
            });
        }
        statuses.extend(last_status);
        let status = match self.options.pipefail {
            true => statuses
                .iter()
                .rev()
                .find(|status| **status != 0)
                .copied()
                .unwrap_or(0),
            false => statuses.last().copied().unwrap_or(0),
        };
        self.pipe_status = statuses;
        Ok(status)
    }

    /// The last part in the shell itself (`shopt -s lastpipe`).
    fn run_last_here(&mut self, command: &Command, input: Option<Fd>) -> Run {
        let saved = sys::dup(0);
        if let Some(input) = input {
            let _ = sys::dup_to(input, 0);
            sys::close(input);
        }
        let result = self.run_command(command);
        self.flush_out();
        if let Ok(saved) = saved {
            let _ = sys::dup_to(saved, 0);
            sys::close(saved);
        }
        result
    }

    fn start_part(
        &mut self,
        command: &Command,
        input: Option<Fd>,
        output: Option<Fd>,
        unread: Option<Fd>,
        group: Option<u32>,
    ) -> Part {
        if let Command::Simple(simple) = command {
            match pure::of_simple(self, simple) {
                Purity::Output => {
                    if let Some(output) = output
                        && let Some((text, status)) = self.run_captured(simple)
                        && text.len() <= PIPE_SAFE
                    {
                        let _ = sys::write_all(output, &text);
                        return Part::Done(status);
                    }
                }
                Purity::External => {
                    let wiring = [(0, input), (1, output)];
                    return match self.spawn_wired(simple, &wiring, group) {
                        Ok(process) => Part::Running(process),
                        Err(status) => Part::Done(status),
                    };
                }
                Purity::None => {}
            }
        }
        if matches!(command, Command::Simple(_)) {
            self.jobs.update();
        }
        let child = self.fork_child(group, |sh| sh.run_part(command, input, output, unread));
        match child {
            Ok(process) => Part::Running(process),
            Err(_) => Part::Done(254),
        }
    }

    /// Starts a list in the background.
    pub fn run_background(&mut self, item: &AndOr) -> Run {
        self.flush_out();
        let mut text = Vec::new();
        crate::ast::print_and_or(item, &mut self.vars, &mut text);
        let group = if self.options.monitor { Some(0) } else { None };
        let monitor = self.options.monitor;
        if item.rest.is_empty() && !self.options.pipefail {
            let pipeline = &item.first;
            if pipeline.time.is_none() && pipeline.commands.len() > 1 {
                return self.run_background_pipe(pipeline, text);
            }
        }
        let child = self.fork_child(group, |sh| {
            sh.traps.in_background = true;
            sh.without_input(monitor);
            sh.tail = true;
            let result = match only_command(item) {
                Some(command) => match subshell(command) {
                    Some(list) => sh.run_list(list),
                    None => sh.run_command(command),
                },
                None => sh.run_and_or(item),
            };
            sh.exit_status(result)
        });
        let Ok(process) = child else {
            return Ok(254);
        };
        self.add_job(process, Vec::new(), text);
        Ok(0)
    }

    fn add_job(&mut self, process: Process, before: Vec<Process>, text: Vec<u8>) {
        self.jobs.add(process, before, text);
        if self.interactive {
            let line = format!("[{}] {}\n", self.jobs.current_number(), process.pid);
            self.write_stderr(line.as_bytes());
        }
    }

    /// Without job control, a background command reads nothing.
    fn without_input(&self, monitor: bool) {
        if !monitor
            && self.stdin_redirected == 0
            && let Ok(null) = sys::open(
                b"/dev/null",
                sys::OpenMode {
                    read: true,
                    ..Default::default()
                },
            )
        {
            let _ = sys::dup_to(null, 0);
            sys::close(null);
        }
    }

    /// Starts the parts of a pipeline in the background: the job, and `$!`, is
    /// its last part.
    fn run_background_pipe(&mut self, pipeline: &Pipeline, text: Vec<u8>) -> Run {
        let monitor = self.options.monitor;
        let mut group = if monitor { Some(0) } else { None };
        let mut started: Vec<Process> = Vec::with_capacity(pipeline.commands.len());
        let mut input: Option<Fd> = None;
        let count = pipeline.commands.len();
        for (at, command) in pipeline.commands.iter().enumerate() {
            let pipe = match at + 1 == count {
                true => None,
                false => match sys::pipe() {
                    Ok(pipe) => Some(pipe),
                    Err(errno) => {
                        self.complain(&[&b"pipe error: "[..], errno.message().as_bytes()].concat());
                        break;
                    }
                },
            };
            let output = pipe.map(|(_, write)| write);
            let unread = pipe.map(|(read, _)| read);
            let child = self.fork_child(group, |sh| {
                sh.traps.in_background = true;
                if input.is_none() {
                    sh.without_input(monitor);
                }
                sh.run_part(command, input, output, unread)
            });
            for fd in [input, output].into_iter().flatten() {
                sys::close(fd);
            }
            input = unread;
            let Ok(process) = child else { break };
            if group == Some(0) {
                group = Some(process.pid);
            }
            started.push(process);
        }
        if let Some(unread) = input {
            sys::close(unread);
        }
        match started.pop() {
            Some(process) => {
                self.add_job(process, started, text);
                Ok(0)
            }
            None => Ok(254),
        }
    }

    /// Runs a part of a pipeline as all of a process that was forked for it.
    fn run_part(
        &mut self,
        command: &Command,
        input: Option<Fd>,
        output: Option<Fd>,
        unread: Option<Fd>,
    ) -> i32 {
        if matches!(command, Command::Simple(_)) {
            self.jobs.adopt();
        }
        if let Some(unread) = unread {
            sys::close(unread);
        }
        for (number, fd) in [(0, input), (1, output)] {
            if let Some(fd) = fd {
                let _ = sys::dup_to(fd, number);
                sys::close(fd);
            }
        }
        self.tail = true;
        let result = match subshell(command) {
            Some(list) => self.run_list(list),
            None => self.run_command(command),
        };
        self.exit_status(result)
    }

    /// `time`: runs the pipeline and prints how long it took.
    fn run_timed(&mut self, pipeline: &Pipeline, format: TimeFormat) -> Run {
        self.tail = false;
        let start = (
            sys::monotonic_ns(),
            sys::usage(false).cpu_ns,
            sys::usage(true).cpu_ns,
        );
        let inner = Untimed(pipeline);
        let result = self.run_untimed(&inner);
        let user = (sys::usage(false).cpu_ns - start.1)
            + (sys::usage(true).cpu_ns.saturating_sub(start.2));
        let real = sys::monotonic_ns() - start.0;
        let text = match format {
            TimeFormat::Posix => b"real %2R\nuser %2U\nsys %2S".to_vec(),
            TimeFormat::Default => match self.vars.get(Sym::TIMEFORMAT).value.text() {
                Some(text) => text.into_owned(),
                None => b"\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS".to_vec(),
            },
        };
        if !text.is_empty() {
            let mut line = time_text(&text, [real, user, 0]);
            line.push(b'\n');
            self.write_stderr(&line);
        }
        result
    }

    fn run_untimed(&mut self, inner: &Untimed<'_>) -> Run {
        let pipeline = inner.0;
        let status = match pipeline.commands.as_slice() {
            [] => 0,
            [command] => self.run_command(command)?,
            commands => self.run_pipe(commands, pipeline)?,
        };
        let status = if pipeline.negate {
            i32::from(status == 0)
        } else {
            status
        };
        self.status = status;
        Ok(status)
    }
}

/// The command that is all of a background list with `!`, which then counts for
/// nothing, or that is `( … )`.
fn only_command(item: &AndOr) -> Option<&Command> {
    match item.first.commands.as_slice() {
        [command]
            if item.rest.is_empty()
                && item.first.time.is_none()
                && (item.first.negate || subshell(command).is_some()) =>
        {
            Some(command)
        }
        _ => None,
    }
}

/// The list of a command that is nothing but `( … )`: a process that has just
/// been forked for the command is its subshell.
fn subshell(command: &Command) -> Option<&List> {
    match command {
        Command::Compound(compound) if compound.redirects.is_empty() => match &compound.kind {
            Kind::Subshell(list) => Some(list),
            _ => None,
        },
        _ => None,
    }
}

/// A pipeline whose `time` has been taken care of.
struct Untimed<'a>(&'a Pipeline);

/// TIMEFORMAT with its `%` sequences replaced; times in nanoseconds.
fn time_text(format: &[u8], times: [u64; 3]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < format.len() {
        if format[at] != b'%' {
            out.push(format[at]);
            at += 1;
            continue;
        }
        at += 1;
        let mut digits = 3;
        if let Some(digit) = format.get(at).filter(|c| c.is_ascii_digit()) {
            digits = usize::from(digit - b'0').min(3);
            at += 1;
        }
        let long = format.get(at) == Some(&b'l');
        at += usize::from(long);
        let time = match format.get(at) {
            Some(b'R') => times[0],
            Some(b'U') => times[1],
            Some(b'S') => times[2],
            Some(b'P') => {
                let percent = (times[1] + times[2]) as f64 * 100.0 / times[0].max(1) as f64;
                out.extend_from_slice(format!("{percent:.2}").as_bytes());
                at += 1;
                continue;
            }
            other => {
                out.extend(other);
                at += 1;
                continue;
            }
        };
        at += 1;
        let (minutes, seconds) = match long {
            true => (Some(time / 60_000_000_000), time % 60_000_000_000),
            false => (None, time),
        };
        if let Some(minutes) = minutes {
            out.extend_from_slice(format!("{minutes}m").as_bytes());
        }
        let divisor = 10u64.pow(9 - digits as u32);
        let units = seconds / divisor;
        let scale = 10u64.pow(digits as u32);
        out.extend_from_slice(format!("{}", units / scale).as_bytes());
        if digits > 0 {
            out.extend_from_slice(format!(".{:0digits$}", units % scale).as_bytes());
        }
        if long {
            out.push(b's');
        }
    }
    out
}
