//! Programs: found along PATH, started, waited for.

use super::Shell;
use super::flow::{Flow, Run};
use crate::ast::{Simple, print_simple};
use crate::sys::{self, Errno, Fd, Process, Program};
use crate::vars::{ScopeKind, Sym};

/// Why a program was not started: its exit status, after a message.
type Started = Result<Process, i32>;

impl Shell {
    /// Runs a program and waits for it.
    pub fn run_external(&mut self, simple: &Simple, args: &[Vec<u8>], tail: bool) -> Run {
        let assigned = !simple.assigns.is_empty();
        if assigned {
            self.vars.push_scope(ScopeKind::Temporary);
        }
        let result = self.run_program(simple, args, tail);
        if assigned {
            self.end_scope();
        }
        result
    }

    fn run_program(&mut self, simple: &Simple, args: &[Vec<u8>], tail: bool) -> Run {
        self.assign_all(&simple.assigns)?;
        let plan = match self.plan(&simple.redirects) {
            Ok(Some(plan)) => plan,
            Ok(None) => return Ok(1),
            // A program's redirections are expanded on its behalf.
            Err(Flow::Exit(_) | Flow::Discard(_)) => return Ok(1),
            Err(flow) => return Err(flow),
        };
        let mut fds = self.fds.inherited();
        plan.change(&mut fds);
        self.flush_out();
        if tail && self.can_replace() {
            let status = self.replace_by(args, &fds);
            plan.close();
            return Ok(status);
        }
        let group = self.options.monitor.then_some(0);
        let started = self.start_program(args, &fds, group);
        plan.close();
        match started {
            Ok(process) => Ok(self.wait_for_command(process, |vars, text| {
                print_simple(simple, vars, text);
            })),
            Err(status) => Ok(status),
        }
    }

    /// Whether the process has nothing left to do after the next program.
    fn can_replace(&self) -> bool {
        !self.interactive
            && self.process_subs.is_empty()
            && self.jobs.output_subs.is_empty()
            && self.jobs.is_empty()
            && !self.traps.any()
            && !self.options.errexit
    }

    /// Starts a program as part of a pipeline or command substitution. The
    /// command's words are known to leave the shell as it is.
    pub fn spawn_wired(
        &mut self,
        simple: &Simple,
        wiring: &[(u32, Option<Fd>)],
        group: Option<u32>,
    ) -> Started {
        self.line = simple.line;
        let args = match self.expand_words(&simple.words) {
            Ok(args) if !args.is_empty() => args,
            Ok(_) => return Err(0),
            Err(flow) => return Err(self.exit_status(Err(flow))),
        };
        // Descriptors of pipes are wired first: redirections refer to them.
        let saved = self.wire(wiring);
        let plan = self.plan(&simple.redirects);
        let result = match plan {
            Ok(Some(plan)) => {
                let mut fds = self.fds.inherited();
                plan.change(&mut fds);
                let started = self.start_program(&args, &fds, group);
                plan.close();
                started
            }
            Ok(None) => Err(1),
            Err(flow) => Err(self.exit_status(Err(flow))),
        };
        self.unwire(saved);
        result
    }

    fn wire(&mut self, wiring: &[(u32, Option<Fd>)]) -> Vec<(u32, Option<Fd>)> {
        let mut saved = Vec::new();
        for (number, fd) in wiring {
            if let Some(fd) = fd {
                let former = sys::is_open(*number)
                    .then(|| sys::dup(*number).ok())
                    .flatten();
                saved.push((*number, former));
                let _ = sys::dup_to(*fd, *number);
            }
        }
        saved
    }

    fn unwire(&mut self, saved: Vec<(u32, Option<Fd>)>) {
        for (number, former) in saved {
            match former {
                Some(fd) => {
                    let _ = sys::dup_to(fd, number);
                    sys::close(fd);
                }
                None => sys::close(number),
            }
        }
    }

    /// Starts a program found by name, with these descriptors.
    fn start_program(
        &mut self,
        args: &[Vec<u8>],
        fds: &[(u32, Fd)],
        group: Option<u32>,
    ) -> Started {
        self.find_and(args, fds, |sh, path| {
            let env = sh.environment(path);
            let program = Program {
                path,
                argv: args,
                env: &env,
                fds,
                group,
                ignored_signals: sh.traps.ignored(),
            };
            match sys::spawn(&program) {
                Err(Errno::Noexec) => sh.start_script(path, args, fds, group),
                result => result,
            }
        })
    }

    /// Replaces the shell by a program; gives a status if that fails.
    pub fn replace_by(&mut self, args: &[Vec<u8>], fds: &[(u32, Fd)]) -> i32 {
        let result = self.find_and(args, fds, |sh, path| -> Result<(), Errno> {
            let env = sh.environment(path);
            let program = Program {
                path,
                argv: args,
                env: &env,
                fds,
                group: None,
                ignored_signals: sh.traps.ignored(),
            };
            match sys::exec(&program) {
                Errno::Noexec => {
                    let child = sh.start_script(path, args, fds, None)?;
                    let status = sh.wait_for(child);
                    sys::exit(status)
                }
                errno => Err(errno),
            }
        });
        result.err().unwrap_or(126)
    }

    /// Runs a file without `#!` as a script, in a copy of this shell.
    fn start_script(
        &mut self,
        path: &[u8],
        args: &[Vec<u8>],
        fds: &[(u32, Fd)],
        group: Option<u32>,
    ) -> Result<Process, Errno> {
        self.fork_child(group, |sh| {
            let copies: Vec<(u32, Option<Fd>)> = fds
                .iter()
                .map(|(number, fd)| (*number, sys::dup(*fd).ok()))
                .collect();
            for (number, fd) in copies {
                if let Some(fd) = fd {
                    let _ = sys::dup_to(fd, number);
                    sys::close(fd);
                }
            }
            sh.run_script_file(path, args)
        })
    }

    /// Looks a command up and tries an action on its path.
    fn find_and<T>(
        &mut self,
        args: &[Vec<u8>],
        fds: &[(u32, Fd)],
        mut action: impl FnMut(&mut Shell, &[u8]) -> Result<T, Errno>,
    ) -> Result<T, i32> {
        let name = &args[0];
        if name.contains(&b'/') {
            return match action(self, name) {
                Ok(done) => Ok(done),
                Err(errno) => Err(self.cannot_run(name, name, errno, fds)),
            };
        }
        if self.options.hashall
            && let Some((path, hits)) = self.hash.get_mut(name)
        {
            *hits += 1;
            let path = path.clone();
            match action(self, &path) {
                Ok(done) => return Ok(done),
                Err(Errno::Noent | Errno::Notdir) if self.shopt.checkhash => {
                    self.hash.remove(name);
                }
                Err(errno) => return Err(self.cannot_run(name, &path, errno, fds)),
            }
        }
        let search = self
            .vars
            .get(Sym::PATH)
            .value
            .text()
            .map(std::borrow::Cow::into_owned);
        let temporary = self.vars.get(Sym::PATH).attrs;
        let _ = temporary;
        let mut denied = None;
        for dir in search.unwrap_or_default().split(|c| *c == b':') {
            let mut path = dir.to_vec();
            if path.is_empty() {
                path.push(b'.');
            }
            if path.last() != Some(&b'/') {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            match action(self, &path) {
                Ok(done) => {
                    if self.options.hashall {
                        self.hash.insert(name.clone(), (path, 1));
                    }
                    return Ok(done);
                }
                Err(Errno::Noent | Errno::Notdir | Errno::Loop | Errno::Nametoolong) => {}
                Err(errno) => denied = denied.or(Some((path, errno))),
            }
        }
        // A directory or a file that is no program counts only if it is all there is.
        if let Some((path, errno)) = denied
            && !name.is_empty()
            && !(errno == Errno::Acces
                && sys::stat(&path, true).is_ok_and(|stat| sys::is_dir(&stat)))
        {
            return Err(self.cannot_run(name, &path, errno, fds));
        }
        Err(self.not_found(args, fds))
    }

    fn not_found(&mut self, args: &[Vec<u8>], fds: &[(u32, Fd)]) -> i32 {
        if let Some(handler) = self.function(b"command_not_found_handle") {
            let mut words = vec![b"command_not_found_handle".to_vec()];
            words.extend_from_slice(args);
            let child = self.fork_child(None, |sh| {
                take_over(fds);
                let result = sh.call_function(&handler, &words);
                sh.exit_status(result)
            });
            return match child {
                Ok(child) => self.wait_for(child),
                Err(_) => 127,
            };
        }
        let name = args[0].as_slice();
        let message = match self.exec_builtin {
            true => [b"exec: ", name, b": not found"].concat(),
            false => [name, b": command not found"].concat(),
        };
        self.complain_to(fds, &message);
        if !name.contains(&b'/') {
            self.offer(name, fds);
        }
        127
    }

    fn cannot_run(&mut self, name: &[u8], path: &[u8], errno: Errno, fds: &[(u32, Fd)]) -> i32 {
        let (text, status) = match errno {
            Errno::Noent | Errno::Notdir => (errno.message(), 127),
            Errno::Acces if sys::stat(path, true).is_ok_and(|stat| sys::is_dir(&stat)) => {
                ("Is a directory", 126)
            }
            Errno::Noexec => ("cannot execute binary file: Exec format error", 126),
            errno => (errno.message(), 126),
        };
        let shown = if name.contains(&b'/') { name } else { path };
        self.complain_to(fds, &[shown, b": ", text.as_bytes()].concat());
        status
    }

    /// A message where the program that could not be started would have written.
    fn complain_to(&mut self, fds: &[(u32, Fd)], message: &[u8]) {
        let text = [self.prefix(self.line).as_slice(), message, b"\n"].concat();
        self.flush_out();
        if let Some((_, fd)) = fds.iter().find(|(number, _)| *number == 2) {
            let _ = sys::write_all(*fd, &text);
        }
    }

    /// `exec`: redirections that stay, and perhaps a program.
    pub fn run_exec(&mut self, simple: &Simple, args: &[Vec<u8>]) -> Run {
        let mut at = 1;
        let (mut clear, mut login) = (false, false);
        let mut zeroth = None;
        while let Some(option) = args.get(at).filter(|arg| arg.len() > 1 && arg[0] == b'-') {
            at += 1;
            match option.as_slice() {
                b"--" => break,
                b"-c" => clear = true,
                b"-l" => login = true,
                b"-cl" | b"-lc" => (clear, login) = (true, true),
                b"-a" => {
                    zeroth = args.get(at).cloned();
                    at += 1;
                }
                other => {
                    let other = other.to_vec();
                    return self.bad_option(b"exec", &other);
                }
            }
        }
        let program = &args[at.min(args.len())..];
        if program.is_empty() {
            for assign in &simple.assigns {
                let expanded = self.expand_assign(assign)?;
                if let Err(error) = self.apply_assign(expanded) {
                    self.complain(&error.message);
                }
            }
            return match self.redirect(&simple.redirects, true)? {
                Some(_) => Ok(0),
                None if self.options.posix => Err(self.fatal(1)),
                None => Ok(1),
            };
        }
        self.vars.push_scope(ScopeKind::Temporary);
        self.assign_all(&simple.assigns)?;
        if self.redirect(&simple.redirects, true)?.is_none() {
            return Err(Flow::Exit(1));
        }
        let mut words = program.to_vec();
        if let Some(zeroth) = zeroth {
            words[0] = zeroth;
        }
        if login {
            words[0].insert(0, b'-');
        }
        if clear {
            self.environment.clear();
            self.vars.environment_changed = false;
        }
        self.flush_out();
        let fds = self.fds.inherited();
        self.exec_builtin = true;
        let status = self.replace_renamed(&program[0], &words, &fds);
        self.exec_builtin = false;
        if clear {
            self.vars.environment_changed = true;
        }
        self.end_scope();
        if self.shopt.execfail || self.interactive {
            return Ok(status);
        }
        Err(Flow::Exit(status))
    }

    fn replace_renamed(&mut self, name: &[u8], words: &[Vec<u8>], fds: &[(u32, Fd)]) -> i32 {
        if words[0] == name {
            return self.replace_by(words, fds);
        }
        let mut lookup = words.to_vec();
        lookup[0] = name.to_vec();
        let result = self.find_and(&lookup, fds, |sh, path| -> Result<(), Errno> {
            let env = sh.environment(path);
            Err(sys::exec(&Program {
                path,
                argv: words,
                env: &env,
                fds,
                group: None,
                ignored_signals: sh.traps.ignored(),
            }))
        });
        result.err().unwrap_or(126)
    }

    /// The path of a command along PATH, if there is a program.
    pub fn find_program(&mut self, name: &[u8], search: Option<&[u8]>) -> Option<Vec<u8>> {
        self.find_programs(name, search).into_iter().next()
    }

    /// All programs of this name along PATH.
    pub fn find_programs(&mut self, name: &[u8], search: Option<&[u8]>) -> Vec<Vec<u8>> {
        if name.contains(&b'/') {
            return executable(name)
                .then(|| name.to_vec())
                .into_iter()
                .collect();
        }
        let search = match search {
            Some(search) => search.to_vec(),
            None => self
                .vars
                .get(Sym::PATH)
                .value
                .text()
                .unwrap_or_default()
                .into_owned(),
        };
        let mut found = Vec::new();
        let mut other = None;
        for dir in search.split(|c| *c == b':') {
            let mut path = if dir.is_empty() {
                b".".to_vec()
            } else {
                dir.to_vec()
            };
            if path.last() != Some(&b'/') {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            if executable(&path) {
                found.push(path);
            } else if other.is_none() && is_file(&path) {
                other = Some(path);
            }
        }
        if found.is_empty() {
            found.extend(other);
        }
        found
    }
}

fn is_file(path: &[u8]) -> bool {
    sys::stat(path, true).is_ok_and(|stat| sys::is_regular(&stat))
}

/// Gives this process the first three of these descriptors as its own.
fn take_over(fds: &[(u32, Fd)]) {
    let standard = fds.iter().filter(|(number, _)| *number < 3);
    // Each may stand where another is to come.
    let copies: Vec<(u32, Fd)> = standard
        .filter_map(|(number, fd)| Some((*number, sys::dup(*fd).ok()?)))
        .collect();
    for (number, copy) in copies {
        let _ = sys::dup_to(copy, number);
        sys::close(copy);
    }
}

/// Whether the path is a regular file that someone may execute.
pub fn executable(path: &[u8]) -> bool {
    sys::stat(path, true).is_ok_and(|stat| sys::is_regular(&stat) && stat.mode & 0o111 != 0)
}
