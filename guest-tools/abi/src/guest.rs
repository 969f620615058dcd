//! What Wardian's guests share: starting as a process of the sandbox, and
//! starting others.

use crate::{Errno, FdMap, Slice, SpawnArgs, StartHeader, imports, spawn_flags};

/// Gives the C library the working directory that the engine set. Call it
/// first in `main`: WASI itself starts every program in `/`.
pub fn init() {
    if let Ok(cwd) = imports::working_directory()
        && cwd != b"/"
        && let Ok(text) = String::from_utf8(cwd)
    {
        let _ = std::env::set_current_dir(text);
    }
}

/// What this program was started with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Start {
    /// Its arguments, each ended by NUL.
    pub args: &'static [u8],
    /// Its environment: `NAME=VALUE` strings, each ended by NUL.
    pub env: &'static [u8],
    /// Its working directory; empty if that was removed.
    pub cwd: &'static [u8],
    /// The monotonic clock at the start, in nanoseconds.
    pub monotonic_ns: u64,
}

impl Start {
    /// Asks the engine, in one call as a rule. Call it once: the bytes stay.
    ///
    /// # Errors
    /// As [`imports::start`].
    pub fn read() -> Result<Start, Errno> {
        let mut buffer = vec![0; START_BYTES];
        let length = match imports::start(&mut buffer) {
            Err((Errno::Range, length)) => {
                buffer = vec![0; length];
                imports::start(&mut buffer)
            }
            first => first,
        }
        .map_err(|(errno, _)| errno)?;
        let bytes: &'static [u8] = buffer.leak();
        Start::parse(bytes.get(..length).ok_or(Errno::Inval)?).ok_or(Errno::Inval)
    }

    fn parse(bytes: &'static [u8]) -> Option<Start> {
        let (head, rest) = bytes.split_at_checked(size_of::<StartHeader>())?;
        let word = |at: usize| {
            let word = head.get(at..at + 4)?;
            Some(u32::from_le_bytes(word.try_into().ok()?) as usize)
        };
        let monotonic_ns = u64::from_le_bytes(head.get(..8)?.try_into().ok()?);
        let (args, rest) = rest.split_at_checked(word(8)?)?;
        let (env, rest) = rest.split_at_checked(word(12)?)?;
        let cwd = rest.get(..word(16)?)?;
        Some(Start {
            args,
            env,
            cwd,
            monotonic_ns,
        })
    }
}

/// Room for what most programs are started with.
const START_BYTES: usize = 1024;

/// A program to start.
#[derive(Clone, Debug, Default)]
pub struct Command {
    path: Vec<u8>,
    argv: Vec<u8>,
    env: Vec<u8>,
    cwd: Vec<u8>,
    fds: Vec<FdMap>,
    flags: u32,
    group: u32,
    ignored_signals: u64,
}

/// A started process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Descriptor that becomes readable when the process ends.
    pub fd: u32,
    /// Process number.
    pub pid: u32,
}

/// How deep `#!` interpreters may nest, as on Linux.
const INTERPRETER_DEPTH_MAX: usize = 4;

/// How much of a script is read to find its interpreter, as on Linux.
const INTERPRETER_LINE_BYTES: usize = 256;

impl Command {
    /// A program by path (no search), with `argv[0]` and no environment.
    /// It inherits descriptors 0, 1 and 2.
    #[must_use]
    pub fn new(path: &[u8], argv0: &[u8]) -> Command {
        let mut command = Command {
            path: path.to_vec(),
            fds: (0..3)
                .map(|n| FdMap {
                    child: n,
                    parent: n,
                })
                .collect(),
            ..Command::default()
        };
        command.arg(argv0);
        command
    }

    /// Adds an argument.
    pub fn arg(&mut self, arg: &[u8]) -> &mut Self {
        self.argv.extend_from_slice(arg);
        self.argv.push(0);
        self
    }

    /// Adds a variable, without replacing an earlier one of the same name.
    pub fn env(&mut self, name: &[u8], value: &[u8]) -> &mut Self {
        self.env.extend_from_slice(name);
        self.env.push(b'=');
        self.env.extend_from_slice(value);
        self.env.push(0);
        self
    }

    /// Sets the whole environment: `NAME=VALUE` strings, each ended by NUL.
    pub fn env_block(&mut self, block: Vec<u8>) -> &mut Self {
        self.env = block;
        self
    }

    /// Passes on the environment of this process.
    pub fn inherit_env(&mut self) -> &mut Self {
        use std::os::wasi::ffi::OsStrExt;
        for (name, value) in std::env::vars_os() {
            self.env(name.as_bytes(), value.as_bytes());
        }
        self
    }

    /// Sets the working directory (absolute). Without it the child starts where
    /// the engine last knew this process ([`imports::change_directory`]).
    pub fn cwd(&mut self, cwd: &[u8]) -> &mut Self {
        self.cwd = cwd.to_vec();
        self
    }

    /// Replaces the inherited descriptors.
    pub fn fds(&mut self, fds: &[FdMap]) -> &mut Self {
        self.fds = fds.to_vec();
        self
    }

    /// Puts the child into a process group; 0: a new one that it leads.
    pub fn group(&mut self, group: u32) -> &mut Self {
        self.flags |= spawn_flags::SET_GROUP;
        self.group = group;
        self
    }

    /// Signals that the child ignores (bit n-1 for signal n).
    pub fn ignored_signals(&mut self, mask: u64) -> &mut Self {
        self.ignored_signals = mask;
        self
    }

    /// Starts the program, going through `#!` interpreters.
    ///
    /// # Errors
    /// As [`imports::spawn`]. `ENOEXEC`: no program and no `#!` line, which a
    /// shell takes as a script of its own.
    pub fn spawn(&self) -> Result<Process, Errno> {
        self.resolve(|args| imports::spawn(args).map(|(fd, pid)| Process { fd, pid }))
    }

    /// Replaces this program by the other one. Returns only on failure;
    /// errors as [`Command::spawn`].
    pub fn exec(&self) -> Errno {
        match self.resolve::<()>(|args| Err(imports::exec(args))) {
            Err(errno) => errno,
            Ok(()) => Errno::Nosys,
        }
    }

    fn resolve<T>(&self, call: impl Fn(&SpawnArgs) -> Result<T, Errno>) -> Result<T, Errno> {
        match call(&self.args(&self.path, &self.argv)) {
            Err(Errno::Noexec) => {}
            result => return result,
        }
        let (mut path, mut argv) = (self.path.clone(), self.argv.clone());
        for _ in 0..INTERPRETER_DEPTH_MAX {
            let (interpreter, argument) = interpreter_of(&self.absolute(&path)?)?;
            let mut wrapped = interpreter.clone();
            wrapped.push(0);
            if let Some(argument) = argument {
                wrapped.extend_from_slice(&argument);
                wrapped.push(0);
            }
            wrapped.extend_from_slice(&path);
            wrapped.push(0);
            let rest = argv.iter().position(|byte| *byte == 0).map_or(0, |n| n + 1);
            wrapped.extend_from_slice(&argv[rest..]);
            (path, argv) = (interpreter, wrapped);
            match call(&self.args(&path, &argv)) {
                Err(Errno::Noexec) => {}
                result => return result,
            }
        }
        Err(Errno::Loop)
    }

    /// The path from the root: the C library has a working directory of its own
    /// idea, which need not be where the program will start.
    fn absolute(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        if path.starts_with(b"/") {
            return Ok(path.to_vec());
        }
        let mut whole = if self.cwd.is_empty() {
            imports::working_directory()?
        } else {
            self.cwd.clone()
        };
        whole.push(b'/');
        whole.extend_from_slice(path);
        Ok(whole)
    }

    fn args(&self, path: &[u8], argv: &[u8]) -> SpawnArgs {
        SpawnArgs {
            path: slice(path),
            argv: slice(argv),
            env: slice(&self.env),
            cwd: slice(&self.cwd),
            fds: Slice {
                address: self.fds.as_ptr() as usize as u32,
                length: self.fds.len() as u32,
            },
            flags: self.flags,
            group: self.group,
            ignored_signals: self.ignored_signals,
        }
    }
}

fn slice(bytes: &[u8]) -> Slice {
    Slice {
        address: bytes.as_ptr() as usize as u32,
        length: bytes.len() as u32,
    }
}

/// Interpreter and its one optional argument, from a script's first line.
fn interpreter_of(path: &[u8]) -> Result<(Vec<u8>, Option<Vec<u8>>), Errno> {
    let mut head = vec![0; INTERPRETER_LINE_BYTES];
    let length = imports::read_head(path, &mut head)?;
    head.truncate(length);
    let line = head.strip_prefix(b"#!").ok_or(Errno::Noexec)?;
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.trim_ascii();
    let end = line
        .iter()
        .position(|byte| byte.is_ascii_whitespace())
        .unwrap_or(line.len());
    let (interpreter, argument) = line.split_at(end);
    if interpreter.is_empty() {
        return Err(Errno::Noexec);
    }
    let argument = argument.trim_ascii();
    Ok((
        interpreter.to_vec(),
        (!argument.is_empty()).then(|| argument.to_vec()),
    ))
}
