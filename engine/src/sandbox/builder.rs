//! Making a sandbox, and the sandbox itself.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wardian_vfs::{Cred, Quota, Vfs};

use super::determinism::Determinism;
use super::exec::Exec;
use super::files::Files;
use super::import;
use super::runtime::Runtime;
use super::snapshot::Snapshot;
use super::tools::Tools;
use crate::audit::Audit;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind};
use crate::fd::SharedFs;
use crate::limits::Limits;
use crate::mount::{MountMode, Record};
use crate::process::{Kernel, KernelSettings};
use crate::virtual_time::VirtualTime;
use crate::wasi::Strings;

/// Whom guests run as unless told otherwise.
const USER: Cred = Cred {
    uid: 1000,
    gid: 1000,
};

/// An isolated machine: a filesystem in memory and the processes in it.
///
/// A sandbox without a running command holds no instance and no thread; what it
/// shares with others (the image of the tools, a common ancestor) is stored
/// once. Dropping it ends its commands.
pub struct Sandbox {
    runtime: Runtime,
    kernel: Arc<Kernel>,
    config: Arc<Config>,
    mounts: Mutex<Vec<Record>>,
}

/// What a sandbox and its forks have in common.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) tools: Tools,
    pub(crate) env: Vec<(Vec<u8>, Vec<u8>)>,
    /// The same, as a process finds it.
    pub(crate) env_block: Strings,
    pub(crate) cwd: Vec<u8>,
}

/// Makes a [`Sandbox`]. Every default is the narrowest that works:
///
/// | what | default |
/// |---|---|
/// | files | the standard directories and `/usr/bin`, nothing of the host |
/// | mounts | none |
/// | tools | none: [`SandboxBuilder::tools`] names them |
/// | environment | `HOME=/home/user`, `LANG=C.UTF-8`, `LOGNAME=user`, `PATH=/usr/local/bin:/usr/bin:/bin`, `SHELL=/bin/bash`, `TERM=dumb`, `USER=user`; nothing of the host |
/// | working directory | `/home/user` |
/// | user | 1000 (`user`) |
/// | network | none |
/// | clock | the host's ([`Clock::System`]) |
/// | randomness | the host's, unless a seed is given |
/// | order of processes | as it comes, unless [`SandboxBuilder::deterministic`] |
/// | processors shown | 2 |
/// | audit | nobody is told |
/// | limits | [`Limits::default`] |
pub struct SandboxBuilder {
    runtime: Runtime,
    tools: Tools,
    snapshot: Option<Snapshot>,
    files: Vec<(Vec<u8>, Vec<u8>, u16)>,
    copies: Vec<(PathBuf, Vec<u8>)>,
    mounts: Vec<(PathBuf, Vec<u8>, MountMode)>,
    env: Vec<(Vec<u8>, Vec<u8>)>,
    cwd: Vec<u8>,
    limits: Limits,
    clock: Clock,
    seed: Option<[u8; 32]>,
    deterministic: bool,
    cred: Cred,
    processors: u32,
    audit: Option<Arc<dyn Audit>>,
}

impl SandboxBuilder {
    /// The tools to find in `/usr/bin`.
    pub fn tools(mut self, tools: &Tools) -> SandboxBuilder {
        self.tools = tools.clone();
        self
    }

    /// Files to start from, `/usr/bin` included: its commands work as far as
    /// [`SandboxBuilder::tools`] has them. Without it, a sandbox starts from the
    /// image of its tools.
    pub fn snapshot(mut self, snapshot: &Snapshot) -> SandboxBuilder {
        self.snapshot = Some(snapshot.clone());
        self
    }

    /// A file to start with, mode 0644; directories above it are made.
    pub fn file(self, path: impl AsRef<[u8]>, contents: impl Into<Vec<u8>>) -> SandboxBuilder {
        self.file_with_mode(path, contents, 0o644)
    }

    /// A file to start with.
    pub fn file_with_mode(
        mut self,
        path: impl AsRef<[u8]>,
        contents: impl Into<Vec<u8>>,
        mode: u16,
    ) -> SandboxBuilder {
        self.files
            .push((path.as_ref().to_vec(), contents.into(), mode));
        self
    }

    /// Copies a folder (or file) of the host into the sandbox when it is built.
    /// Nothing is ever written back.
    pub fn copy_from_host(
        mut self,
        host: impl AsRef<Path>,
        path: impl AsRef<[u8]>,
    ) -> SandboxBuilder {
        self.copies
            .push((host.as_ref().to_owned(), path.as_ref().to_vec()));
        self
    }

    /// Mounts a folder of the host at an absolute path of the sandbox, which is
    /// made; there must be nothing yet. The folder is read when commands look
    /// into it. In the sandbox everything in it belongs to the sandbox's user;
    /// symbolic links are links of the sandbox, so none leads out of the folder;
    /// devices, sockets and named pipes are not shown.
    pub fn mount(
        mut self,
        host: impl AsRef<Path>,
        guest: impl AsRef<[u8]>,
        mode: MountMode,
    ) -> SandboxBuilder {
        self.mounts
            .push((host.as_ref().to_owned(), guest.as_ref().to_vec(), mode));
        self
    }

    /// Sets an environment variable of every command.
    pub fn env(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> SandboxBuilder {
        set_variable(&mut self.env, name.as_ref(), value.as_ref());
        self
    }

    /// Drops every environment variable set so far, the defaults included.
    pub fn clear_env(mut self) -> SandboxBuilder {
        self.env.clear();
        self
    }

    /// Working directory of every command; made if it does not exist.
    pub fn cwd(mut self, cwd: impl AsRef<[u8]>) -> SandboxBuilder {
        self.cwd = cwd.as_ref().to_vec();
        self
    }

    /// Limits.
    pub fn limits(mut self, limits: Limits) -> SandboxBuilder {
        self.limits = limits;
        self
    }

    /// Time. A virtual clock is [`SandboxBuilder::deterministic`]'s to make.
    pub fn clock(mut self, clock: Clock) -> SandboxBuilder {
        self.clock = clock;
        self.deterministic = false;
        self
    }

    /// Seed of all randomness that guests get.
    pub fn seed(mut self, seed: [u8; 32]) -> SandboxBuilder {
        self.seed = Some(seed);
        self
    }

    /// Makes every run repeatable: the same commands on the same files give the
    /// same bytes and the same [`crate::Usage`], on any machine.
    ///
    /// Clock and seed are taken from `determinism`, whatever was set before. Time
    /// is virtual: it moves with the fuel that processes burn (about one unit, and
    /// so one nanosecond, for each instruction) and jumps over sleeps. Processes
    /// take turns by fuel in one order, one at a time, and so do execs. An exec
    /// whose processes all wait for what cannot come is ended at once, with 124.
    /// [`Limits::fuel`] holds in place of [`Limits::cpu_time`].
    ///
    /// Streams are not live: input is taken to its end before a command begins,
    /// and outputs come when it has ended. Modules are compiled once more, and run
    /// somewhat slower.
    ///
    /// What the host decides is as it comes: [`Limits::wall_time`], which is real
    /// time, [`Limits::compile_time`], a cancel, mounted folders, and too little
    /// memory or [`crate::RuntimeBuilder::processes`]. How deep a recursion may
    /// go depends on the processor's architecture.
    pub fn deterministic(mut self, determinism: Determinism) -> SandboxBuilder {
        self.clock = Clock::Virtual(VirtualTime::new(determinism.start_ns()));
        self.seed = Some(determinism.seed);
        self.deterministic = true;
        self
    }

    /// User and group that commands run as. 0 is root, who may change any file
    /// of the sandbox (and nothing else).
    pub fn user(mut self, uid: u32, gid: u32) -> SandboxBuilder {
        self.cred = Cred { uid, gid };
        self
    }

    /// Whom to tell of processes, denials, limits and ends of execs, of this
    /// sandbox and its forks.
    pub fn audit(mut self, audit: Arc<dyn Audit>) -> SandboxBuilder {
        self.audit = Some(audit);
        self
    }

    /// How many processors guests are told of.
    pub fn processors(mut self, processors: u32) -> SandboxBuilder {
        self.processors = processors.max(1);
        self
    }

    /// Makes the sandbox.
    ///
    /// # Errors
    /// [`ErrorKind::File`]: a file does not fit. [`ErrorKind::HostFile`]: a
    /// folder of the host cannot be read. [`ErrorKind::Usage`]: the working
    /// directory is not absolute, or a mount's place is taken.
    pub fn build(self) -> Result<Sandbox, Error> {
        let now = self.clock.realtime_ns();
        let mut vfs = match &self.snapshot {
            Some(snapshot) => snapshot.tree().fork(),
            None if self.deterministic => self.tools.fresh_image(now)?,
            None => self.tools.image(now)?,
        };
        vfs.set_quota(quota(&self.limits));
        for (host, path) in &self.copies {
            import::copy(&mut vfs, host, path, self.cred, now)?;
        }
        let mut mounts: Vec<Record> = Vec::new();
        for (host, guest, mode) in &self.mounts {
            let record = Record::mount(&mut vfs, host, guest, *mode, self.cred, now)?;
            if let Some(other) = mounts.iter().find(|other| nested(other, &record)) {
                return Err(Error::new(
                    ErrorKind::Usage,
                    String::from_utf8_lossy(guest),
                    format!(
                        "a mount cannot lie in another one, {}",
                        String::from_utf8_lossy(&other.guest)
                    ),
                ));
            }
            mounts.push(record);
        }
        for (path, contents, mode) in &self.files {
            vfs.write_file_as(path, contents, *mode, self.cred, now)
                .map_err(|errno| Error::path(path, errno))?;
        }
        if !self.cwd.starts_with(b"/") {
            return Err(Error::new(
                ErrorKind::Usage,
                String::from_utf8_lossy(&self.cwd),
                "the working directory must be an absolute path",
            ));
        }
        vfs.mkdir_all(&self.cwd, 0o755, self.cred, now)
            .map_err(|errno| Error::path(&self.cwd, errno))?;
        let config = Config {
            tools: self.tools,
            env_block: env_block(&self.env),
            env: self.env,
            cwd: self.cwd,
        };
        let settings = KernelSettings {
            programs: match self.deterministic {
                true => self.runtime.metered_programs()?,
                false => self.runtime.programs().clone(),
            },
            sources: config.tools.sources().clone(),
            fs: SharedFs::new(vfs),
            limits: Arc::new(self.limits),
            clock: self.clock,
            cred: self.cred,
            seed: match self.seed {
                Some(seed) => seed,
                None => host_seed()?,
            },
            processors: self.processors,
            audit: self.audit,
        };
        Ok(Sandbox {
            runtime: self.runtime,
            kernel: Arc::new(Kernel::new(settings)),
            config: Arc::new(config),
            mounts: Mutex::new(mounts),
        })
    }
}

impl Sandbox {
    /// Starts a builder; see there for every default.
    pub fn builder(runtime: &Runtime) -> SandboxBuilder {
        let env = [
            ("HOME", "/home/user"),
            ("LANG", "C.UTF-8"),
            ("LOGNAME", "user"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("SHELL", "/bin/bash"),
            ("TERM", "dumb"),
            ("USER", "user"),
        ];
        SandboxBuilder {
            runtime: runtime.clone(),
            tools: Tools::none(),
            snapshot: None,
            files: Vec::new(),
            copies: Vec::new(),
            mounts: Vec::new(),
            env: env
                .iter()
                .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
                .collect(),
            cwd: b"/home/user".to_vec(),
            limits: Limits::default(),
            clock: Clock::system(),
            seed: None,
            deterministic: false,
            cred: USER,
            processors: 2,
            audit: None,
        }
    }

    /// A script for the sandbox's shell. Await it, or adjust it first.
    pub fn exec(&self, script: impl Into<Vec<u8>>) -> Exec {
        Exec::script(self, script.into())
    }

    /// A program with its arguments, without a shell. The name is looked up in
    /// the sandbox's `PATH` unless it has a slash.
    pub fn command<S: AsRef<[u8]>>(&self, argv: impl IntoIterator<Item = S>) -> Exec {
        let argv = argv.into_iter().map(|arg| arg.as_ref().to_vec()).collect();
        Exec::argv(self, argv)
    }

    /// A WASI module from the host, with its arguments (the first is its name).
    /// It sees standard preview 1 only.
    pub fn run_module<S: AsRef<[u8]>>(
        &self,
        wasm: impl Into<Arc<[u8]>>,
        argv: impl IntoIterator<Item = S>,
    ) -> Exec {
        let argv = argv.into_iter().map(|arg| arg.as_ref().to_vec()).collect();
        Exec::module(self, wasm.into(), argv)
    }

    /// The sandbox's files, with the rights of root.
    pub fn fs(&self) -> Files {
        Files::new(&self.kernel, &self.config)
    }

    /// A copy that shares everything until one of them changes it. Takes
    /// constant time, whatever the sandbox holds. Running commands and open
    /// files are not copied.
    pub fn fork(&self) -> Sandbox {
        let settings = self.kernel.settings();
        let vfs: Vfs = settings.fs.lock().fork();
        let settings = KernelSettings {
            programs: settings.programs.clone(),
            sources: settings.sources.clone(),
            fs: SharedFs::new(vfs),
            limits: settings.limits.clone(),
            clock: settings.clock.fork(),
            cred: settings.cred,
            seed: self.kernel.next_seed(),
            processors: settings.processors,
            audit: settings.audit.clone(),
        };
        Sandbox {
            runtime: self.runtime.clone(),
            kernel: Arc::new(Kernel::new(settings)),
            config: self.config.clone(),
            mounts: Mutex::new(self.mounts().clone()),
        }
    }

    /// Processes running in it.
    pub fn processes(&self) -> usize {
        self.kernel.alive()
    }

    /// Names of the commands in `/usr/bin`.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.config.tools.commands()
    }

    pub(crate) fn kernel(&self) -> &Arc<Kernel> {
        &self.kernel
    }

    /// The folders of the host that are mounted.
    pub(crate) fn mounts(&self) -> MutexGuard<'_, Vec<Record>> {
        self.mounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.config
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.kernel
            .signal_where(Some(wardian_abi::Signal::KILL), |_| true);
    }
}

/// Whether one mount lies in the other.
fn nested(one: &Record, other: &Record) -> bool {
    let within = |inner: &[u8], outer: &[u8]| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    };
    within(&one.guest, &other.guest) || within(&other.guest, &one.guest)
}

/// Variables as a process finds them: `NAME=VALUE` strings.
pub(crate) fn env_block<'a>(pairs: impl IntoIterator<Item = &'a (Vec<u8>, Vec<u8>)>) -> Strings {
    let joined = pairs
        .into_iter()
        .map(|(name, value)| [name, &b"="[..], value].concat());
    Strings::from_list(joined.collect::<Vec<_>>().iter())
}

pub(crate) fn set_variable(env: &mut Vec<(Vec<u8>, Vec<u8>)>, name: &[u8], value: &[u8]) {
    match env.iter_mut().find(|(known, _)| known == name) {
        Some((_, old)) => *old = value.to_vec(),
        None => env.push((name.to_vec(), value.to_vec())),
    }
}

pub(super) fn quota(limits: &Limits) -> Quota {
    Quota {
        bytes: limits.fs_bytes,
        inodes: limits.fs_inodes,
        file_size_bytes: limits.file_bytes,
        name_bytes: limits.name_bytes,
        path_bytes: limits.path_bytes,
        symlink_depth: limits.symlink_depth,
        ..Quota::default()
    }
}

fn host_seed() -> Result<[u8; 32], Error> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| Error::new(ErrorKind::Runtime, "randomness of the host", error))?;
    Ok(seed)
}
