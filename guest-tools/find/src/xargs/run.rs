//! Commands from the items: collected, started, several at a time, waited for.

use super::options::Config;
use crate::process;
use memchr::memmem;
use wardian_applet::cli::Context;
use wardian_applet::program::{Child, Program};
use wardian_applet::sys::{self, Errno, OpenHow};
use wardian_applet::text::quote;

/// Most children at a time when as many as possible may run.
const CHILDREN_MAX: usize = 256;

/// Builds commands and runs them.
pub struct Runner<'a> {
    context: &'a Context<'a>,
    config: &'a Config,
    program: Program,
    items: Vec<Vec<u8>>,
    bytes: usize,
    own_bytes: usize,
    children: Vec<(Child, usize)>,
    runs: u64,
    code: i32,
}

impl<'a> Runner<'a> {
    /// With nothing collected.
    pub fn new(context: &'a Context<'a>, config: &'a Config) -> Runner<'a> {
        let own_bytes = config.command.iter().map(|arg| arg.len() + 1).sum();
        Runner {
            context,
            config,
            program: Program::new(&[]),
            items: Vec::new(),
            bytes: own_bytes,
            own_bytes,
            children: Vec::new(),
            runs: 0,
            code: 0,
        }
    }

    /// Who speaks.
    pub fn context(&self) -> &'a Context<'a> {
        self.context
    }

    /// Whether items wait for their command.
    pub fn has_items(&self) -> bool {
        !self.items.is_empty()
    }

    /// Whether a command was started.
    pub fn has_run(&self) -> bool {
        self.runs > 0
    }

    /// Adds an item; runs the command when it is full.
    ///
    /// # Errors
    /// The exit code.
    pub fn add(&mut self, item: &[u8]) -> Result<(), i32> {
        let length = item.len() + 1;
        if self.bytes + length > self.config.max_bytes {
            let config = self.config;
            let limited = config.max_lines.is_some() || config.max_items.is_some();
            if self.items.is_empty() || (config.exit_if_full && limited) {
                self.context.say(match self.items.is_empty() {
                    true => b"argument line too long",
                    false => b"argument list too long",
                });
                return Err(1);
            }
            self.run_collected()?;
            return self.add(item);
        }
        self.bytes += length;
        self.items.push(item.to_vec());
        if self.config.max_items == Some(self.items.len()) {
            self.run_collected()?;
        }
        Ok(())
    }

    /// Runs the command with what was collected.
    ///
    /// # Errors
    /// The exit code.
    pub fn run_collected(&mut self) -> Result<(), i32> {
        let mut argv = self.config.command.clone();
        argv.append(&mut self.items);
        self.bytes = self.own_bytes;
        self.start(argv)
    }

    /// Runs the command with a line in place of the pattern.
    ///
    /// # Errors
    /// The exit code.
    pub fn run_with(&mut self, pattern: &[u8], line: &[u8]) -> Result<(), i32> {
        let finder = memmem::Finder::new(pattern);
        let (name, args) = self.config.command.split_first().ok_or(1)?;
        let mut argv = vec![replace(name, &finder, line)];
        argv.extend(args.iter().map(|arg| replace(arg, &finder, line)));
        let bytes: usize = argv.iter().map(|arg| arg.len() + 1).sum();
        if pattern.is_empty() || bytes > self.config.max_bytes {
            self.context.say(b"command too long");
            return Err(1);
        }
        self.start(argv)
    }

    fn start(&mut self, argv: Vec<Vec<u8>>) -> Result<(), i32> {
        self.runs += 1;
        if self.config.verbose && !self.announce(&argv)? {
            return Ok(());
        }
        let most = match self.config.processes {
            0 => CHILDREN_MAX,
            most => most,
        };
        while self.children.len() >= most {
            self.reap()?;
        }
        let slot = (0..)
            .find(|slot| self.children.iter().all(|(_, used)| used != slot))
            .unwrap_or(0);
        if let Some(name) = &self.config.slot_variable {
            let before = [name.as_slice(), b"="].concat();
            self.program.env.retain(|pair| !pair.starts_with(&before));
            let number = slot.to_string();
            self.program.env.push([&before, number.as_bytes()].concat());
        }
        self.program.argv = argv;
        let keeps_input = self.config.input.is_some();
        loop {
            match process::spawn(&self.program, keeps_input) {
                Ok(child) => {
                    self.children.push((child, slot));
                    return Ok(());
                }
                Err(Errno::Again) if !self.children.is_empty() => self.reap()?,
                Err(errno) => {
                    let name = self
                        .program
                        .argv
                        .first()
                        .map_or(b"".as_slice(), Vec::as_slice);
                    self.context.say_error(name, errno);
                    return Err(if errno == Errno::Noent { 127 } else { 126 });
                }
            }
        }
    }

    /// Shows the command; with `-p`, whether to run it.
    fn announce(&self, argv: &[Vec<u8>]) -> Result<bool, i32> {
        let words: Vec<Vec<u8>> = argv
            .iter()
            .map(|arg| quote::quote(arg, quote::Style::ShellEscape))
            .collect();
        let mut line = words.join(b" ".as_slice());
        if !self.config.ask {
            line.push(b'\n');
            let _ = sys::write(2, &line);
            return Ok(true);
        }
        let _ = sys::write(2, &line);
        let terminal = sys::File::open(b"/dev/tty", OpenHow::READ).map_err(|errno| {
            self.context
                .say_error(b"failed to open /dev/tty for reading", errno);
            1
        })?;
        let _ = sys::write(2, b"?...");
        let (mut first, mut byte) = (0, [0]);
        while terminal.read(&mut byte) == Ok(1) && byte[0] != b'\n' {
            if first == 0 {
                first = byte[0];
            }
        }
        Ok(matches!(first, b'y' | b'Y'))
    }

    /// Waits for one child and takes its exit code into account.
    fn reap(&mut self) -> Result<(), i32> {
        let fds: Vec<Child> = self
            .children
            .iter()
            .map(|(child, _)| clone(child))
            .collect();
        let (child, _) = self.children.remove(process::wait_any(&fds));
        let end = process::wait(&child);
        let name = self
            .config
            .command
            .first()
            .map_or(b"".as_slice(), Vec::as_slice);
        let say = |text: String| self.context.say(&[name, text.as_bytes()].concat());
        // With one child at a time, the code of an earlier failure stands.
        let earlier = Some(self.code).filter(|code| *code != 0 && self.config.processes == 1);
        if end.signal != 0 {
            say(format!(": terminated by signal {}", end.signal));
            return Err(earlier.unwrap_or(125));
        }
        match end.code {
            0 => {}
            255 => {
                say(": exited with status 255; aborting".to_owned());
                return Err(earlier.unwrap_or(124));
            }
            _ => self.code = 123,
        }
        Ok(())
    }

    /// Waits for all; gives the exit code.
    pub fn finish(mut self) -> i32 {
        while !self.children.is_empty() {
            if let Err(code) = self.reap() {
                return self.stop(code);
            }
        }
        self.code
    }

    /// Waits for all after a failure; gives its exit code.
    pub fn stop(mut self, code: i32) -> i32 {
        while !self.children.is_empty() {
            let _ = self.reap();
        }
        code
    }
}

fn clone(child: &Child) -> Child {
    Child {
        fd: child.fd,
        pid: child.pid,
    }
}

fn replace(arg: &[u8], finder: &memmem::Finder<'_>, line: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = arg;
    let length = finder.needle().len();
    while length > 0
        && let Some(at) = finder.find(rest)
    {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(line);
        rest = &rest[at + length..];
    }
    out.extend_from_slice(rest);
    out
}
