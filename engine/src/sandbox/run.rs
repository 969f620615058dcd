//! Running a command to its end: its first process in the caller's task, its
//! limits, and the clearing up after it.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::Instrument;
use wardian_abi::{Errno, Signal, WaitStatus};
use wardian_vfs::{At, Cred, Device, Follow, NodeKind, PathMode, Vfs};

use super::builder::env_block;
use super::exec::{Exec, ExecResult, Usage, What};
use crate::audit::AuditEvent;
use crate::error::{Error, ErrorKind};
use crate::fd::{Capture, Description, Descriptor, Directory, Flags, PipeReader, PipeWriter, pipe};
use crate::process::{Image, Job, Kernel, Launch, Program, Refused, load, load_module};
use crate::reached::Reached;
use crate::runtime::ModuleBytes;
use crate::wasi::Strings;

/// Runs with collected outputs.
pub(super) async fn collected(mut exec: Exec) -> Result<ExecResult, Error> {
    let limit = usize::try_from(exec.kernel.limits().output_bytes).unwrap_or(usize::MAX);
    let (stdout, stderr) = (Arc::new(Capture::new(limit)), Arc::new(Capture::new(limit)));
    let stdin = std::mem::take(&mut exec.stdin);
    let (input, feed) = if stdin.is_empty() {
        (Description::Device(Device::Null), None)
    } else {
        let (reader, writer) = pipe(exec.kernel.limits().pipe_bytes as usize);
        (
            Description::PipeReader(reader, Flags::default()),
            Some((writer, stdin)),
        )
    };
    let stdio = [
        Descriptor::new(input, true, false),
        Descriptor::new(Description::Capture(stdout.clone()), false, true),
        Descriptor::new(Description::Capture(stderr.clone()), false, true),
    ];
    let overflow = async {
        tokio::select! {
            () = stdout.wait_for_overflow() => "stdout",
            () = stderr.wait_for_overflow() => "stderr",
        }
    };
    let feeding = async move {
        if let Some((writer, stdin)) = feed {
            let _ = writer.write_all(&stdin).await;
        }
    };
    let kernel = exec.kernel.clone();
    let (mut result, note) = supervised(exec, stdio, overflow, feeding)
        .instrument(span())
        .await?;
    let (out, err) = (stdout.take(), stderr.take());
    result.stdout = out.bytes;
    result.stdout_dropped_bytes = out.dropped_bytes;
    result.stdout_gap_at = out.gap_at;
    result.stderr = err.bytes;
    result.stderr_dropped_bytes = err.dropped_bytes;
    result.stderr_gap_at = err.gap_at;
    // A command may end by itself before its overflow is seen: what was cut is
    // never a success.
    let cut = match (result.stdout_dropped_bytes, result.stderr_dropped_bytes) {
        (0, 0) => None,
        (0, _) => Some("stderr"),
        _ => Some("stdout"),
    };
    let note = match (note, cut) {
        (note, Some(stream)) if result.signal != Some(Signal::XFSZ) => {
            let (code, signal, text) = verdict(&Ended::Overflow(stream), &kernel);
            result.exit_code = code as i32;
            result.signal = Signal::from_raw(signal);
            Some(text.unwrap_or_default() + &note.unwrap_or_default())
        }
        (note, _) => note,
    };
    if let Some(note) = note {
        result.stderr.extend_from_slice(note.as_bytes());
    }
    Ok(result)
}

/// Runs with streams.
pub(super) async fn streamed(
    exec: Exec,
    stdin: PipeReader,
    stdout: PipeWriter,
    stderr: PipeWriter,
) -> Result<ExecResult, Error> {
    let errors = stderr.pipe().clone();
    let input = if exec.no_stdin {
        Description::Device(Device::Null)
    } else {
        Description::PipeReader(stdin, Flags::default())
    };
    let stdio = [
        Descriptor::new(input, true, false),
        Descriptor::new(
            Description::PipeWriter(stdout, Flags::default()),
            false,
            true,
        ),
        Descriptor::new(
            Description::PipeWriter(stderr, Flags::default()),
            false,
            true,
        ),
    ];
    // Held so that the reader sees no end before the note below is written.
    let notes = errors.writer();
    let never = std::future::pending::<&str>();
    let (result, note) = supervised(exec, stdio, never, async {})
        .instrument(span())
        .await?;
    if let Some(note) = note {
        let _ =
            tokio::time::timeout(Duration::from_secs(1), notes.write_all(note.as_bytes())).await;
    }
    Ok(result)
}

/// What a subscriber of `tracing` sees of an exec; its processes are inside.
fn span() -> tracing::Span {
    tracing::debug_span!(target: "wardian", "exec")
}

/// Why a command was ended from outside.
enum Ended {
    ByItself(WaitStatus),
    Timeout(Duration),
    Cancelled,
    Overflow(&'static str),
}

async fn supervised(
    exec: Exec,
    stdio: [Descriptor; 3],
    overflow: impl Future<Output = &'static str>,
    feeding: impl Future<Output = ()>,
) -> Result<(ExecResult, Option<String>), Error> {
    let kernel = exec.kernel.clone();
    let session = exec.session.clone();
    // Other scripts of the same shell come first; their time is not this one's.
    let _turn = match &session {
        Some(session) => tokio::select! {
            biased;
            turn = session.turn() => Some(turn),
            () = cancelled(exec.cancel.as_ref()) => {
                return Ok(never_started(&Ended::Cancelled, &kernel, Instant::now()));
            }
        },
        None => None,
    };
    let start = Instant::now();
    let timeout = exec.timeout.unwrap_or(kernel.limits().wall_time);
    let cancel = exec.cancel.clone();
    let job = kernel.job();
    let before = job.trail().map(|_| kernel.fs().lock().fork());
    let guard = JobGuard {
        kernel: &kernel,
        job: &job,
    };
    let mut deadline = std::pin::pin!(past_deadline(&kernel, timeout));
    let launch = tokio::select! {
        biased;
        launch = launch(exec, stdio, job.clone()) => launch?,
        // Loading a module takes as long as compiling it.
        () = cancelled(cancel.as_ref()) => {
            return Ok(never_started(&Ended::Cancelled, &kernel, start));
        }
        () = &mut deadline => {
            return Ok(never_started(&Ended::Timeout(timeout), &kernel, start));
        }
    };
    let (process, started) = launch
        .prepare(&kernel, None)
        .map_err(|errno| limit_error(&kernel, errno))?;

    started.spawn(&job);
    let completion = process.completion.clone();
    let end = poll_fn(|cx| completion.poll(cx));
    let mut main = std::pin::pin!(job.scheduler().run_until(end));
    let mut feeding = std::pin::pin!(feeding);
    let mut fed = false;
    let mut overflow = std::pin::pin!(overflow);
    let ended = loop {
        tokio::select! {
            biased;
            status = &mut main => break Ended::ByItself(status),
            () = &mut feeding, if !fed => fed = true,
            () = &mut deadline => break Ended::Timeout(timeout),
            () = cancelled(cancel.as_ref()) => break Ended::Cancelled,
            stream = &mut overflow => break Ended::Overflow(stream),
        }
    };
    let mut result = ExecResult::default();
    let mut note = None;
    let status = match ended {
        Ended::ByItself(status) => {
            if let (Some(session), 0) = (&session, status.signal) {
                result.exit_code = status.exit_code as i32;
                note = session.keep(&mut result, kernel.limits());
            }
            status
        }
        ref outside => {
            kernel.kill_job(&job, Signal::KILL);
            let mut status = main.await;
            (status.exit_code, status.signal, note) = verdict(outside, &kernel);
            result.timed_out = matches!(outside, Ended::Timeout(_));
            result.cancelled = matches!(outside, Ended::Cancelled);
            status
        }
    };
    if !job.is_empty() {
        // Left in the background: a moment to finish, then the end.
        let grace = kernel.limits().background_grace;
        let scheduler = job.scheduler();
        let finished = scheduler.run_until(job.wait_until_empty());
        let _ = tokio::time::timeout(grace, finished).await;
        kernel.kill_job(&job, Signal::KILL);
        scheduler.run_until(job.wait_until_empty()).await;
    }
    drop(guard);
    drop(process);
    let note = Some(note.unwrap_or_default() + &limits_reached(&kernel, &job));
    let usage = job.usage();
    if result.exit_code == 0 {
        result.exit_code = status.exit_code as i32;
    }
    result.signal = Signal::from_raw(status.signal);
    result.usage = Usage {
        wall_time: start.elapsed(),
        cpu_time: Duration::from_nanos(usage.cpu_ns),
        peak_memory_bytes: usage.peak_memory_bytes,
        read_bytes: usage.read_bytes,
        written_bytes: usage.written_bytes,
    };
    tell(&kernel, &job, before.as_ref(), &result);
    Ok((result, note.filter(|note| !note.is_empty())))
}

/// Tells the embedder of the end.
fn tell(kernel: &Kernel, job: &Job, before: Option<&Vfs>, result: &ExecResult) {
    let (Some(trail), Some(before)) = (job.trail(), before) else {
        return;
    };
    for (name, value) in job.reached().names(kernel.limits()) {
        let value = value.as_str();
        trail.record(|exec| AuditEvent::LimitReached { exec, name, value });
    }
    let after = kernel.fs().lock().fork();
    trail.record(|exec| AuditEvent::ExecEnded {
        exec,
        exit_code: result.exit_code,
        timed_out: result.timed_out,
        cancelled: result.cancelled,
        before,
        after: &after,
    });
}

/// Waits until the time is over. A tool's first use on this machine compiles it:
/// that is no command's fault, so the end waits for it.
async fn past_deadline(kernel: &Kernel, timeout: Duration) {
    tokio::time::sleep(timeout).await;
    while kernel.programs().core().modules().loads_tools() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The result of a command that was ended before it ran.
fn never_started(ended: &Ended, kernel: &Kernel, start: Instant) -> (ExecResult, Option<String>) {
    let (code, _, note) = verdict(ended, kernel);
    let mut result = ExecResult {
        exit_code: code as i32,
        timed_out: matches!(ended, Ended::Timeout(_)),
        cancelled: matches!(ended, Ended::Cancelled),
        ..ExecResult::default()
    };
    result.usage.wall_time = start.elapsed();
    (result, note)
}

/// A line for each limit that the job's processes ran into.
fn limits_reached(kernel: &Kernel, job: &Job) -> String {
    let denials = kernel.fs().lock().take_denials();
    for (denied, reached) in [
        (denials.bytes, Reached::FsBytes),
        (denials.inodes, Reached::FsInodes),
        (denials.file_size, Reached::FileBytes),
    ] {
        if denied {
            job.reached().note(reached);
        }
    }
    job.reached().lines(kernel.limits())
}

/// Exit code, signal and message for a command that was ended from outside.
fn verdict(ended: &Ended, kernel: &Kernel) -> (u32, u32, Option<String>) {
    match ended {
        Ended::ByItself(status) => (status.exit_code, status.signal, None),
        Ended::Timeout(limit) => (
            124,
            0,
            Some(format!(
                "wardian: timed out after {} s of wall-clock time; a longer timeout allows more\n",
                limit.as_secs_f64()
            )),
        ),
        Ended::Cancelled => (130, 0, Some("wardian: cancelled\n".into())),
        Ended::Overflow(stream) => (
            128 + u32::from(Signal::XFSZ.raw()),
            u32::from(Signal::XFSZ.raw()),
            Some(format!(
                "wardian: {stream} grew beyond {} bytes (limit output_bytes); raise the limit, or write to a file\n",
                kernel.limits().output_bytes
            )),
        ),
    }
}

async fn cancelled(token: Option<&super::cancel::CancelToken>) {
    match token {
        Some(token) => token.cancelled().await,
        None => std::future::pending().await,
    }
}

/// Ends what is left of a job when the exec is dropped half-way.
struct JobGuard<'a> {
    kernel: &'a Arc<Kernel>,
    job: &'a Arc<Job>,
}

impl Drop for JobGuard<'_> {
    fn drop(&mut self) {
        if !self.job.is_empty() {
            self.kernel.kill_job(self.job, Signal::KILL);
            self.job.scheduler().abandon();
        }
    }
}

fn limit_error(kernel: &Kernel, errno: Errno) -> Error {
    match errno {
        Errno::Again => Error::new(
            ErrorKind::Limit,
            "processes",
            format!(
                "{} processes are alive already; raise the limit or wait for them",
                kernel.limits().processes
            ),
        ),
        errno => Error::new(ErrorKind::Limit, "descriptors", errno),
    }
}

/// From an [`Exec`] to a process about to start.
async fn launch(exec: Exec, stdio: [Descriptor; 3], job: Arc<Job>) -> Result<Launch, Error> {
    let kernel = &exec.kernel;
    let cred = kernel.settings().cred;
    let cwd = match &exec.session {
        // A shell goes to its own directory by itself.
        Some(_) => directory(kernel, &exec.config.cwd, None, &cred)
            .or_else(|_| directory(kernel, b"/", None, &cred))?,
        None => working_directory(kernel, &exec, &cred)?,
    };
    let (argv, program, applet, path) = program(&exec, &cred, &cwd).await?;
    let env = environment(&exec);
    let size = argv.iter().map(|arg| arg.len() + 1).sum::<usize>();
    if (size + env.block().len()) as u64 > u64::from(kernel.limits().argument_bytes) {
        return Err(Error::new(
            ErrorKind::Limit,
            "argument_bytes",
            format!(
                "arguments and environment take {} bytes, allowed are {}; pass long scripts on standard input",
                size + env.block().len(),
                kernel.limits().argument_bytes
            ),
        ));
    }
    let preopens = preopens(kernel, &exec, &program, &cwd)?;
    let mut fds: Vec<_> = (0..).zip(stdio).collect();
    if let Some(session) = &exec.session {
        fds.extend(session.descriptors());
    }
    Ok(Launch {
        image: Image {
            program,
            applet,
            path: path.into(),
            args: Strings::from_list(&argv),
            env,
        },
        fds,
        preopens,
        cwd,
        umask: 0o022,
        job,
        ignored_signals: 0,
        group: Some(0),
    })
}

fn environment(exec: &Exec) -> Strings {
    // A shell sets what holds for one of its scripts itself.
    if exec.env.is_empty() || exec.session.is_some() {
        return exec.config.env_block.clone();
    }
    let own = exec.config.env.iter();
    let overridden = |name: &Vec<u8>| exec.env.iter().any(|(set, _)| set == name);
    let pairs = own
        .filter(|(name, _)| !overridden(name))
        .chain(exec.env.iter());
    env_block(pairs)
}

fn working_directory(kernel: &Kernel, exec: &Exec, cred: &Cred) -> Result<Arc<Directory>, Error> {
    match &exec.cwd {
        Some(path) => directory(kernel, path, Some(&exec.config.cwd), cred),
        None => directory(kernel, &exec.config.cwd, None, cred),
    }
}

/// Opens a directory; a relative path belongs to `base`, else to the root.
fn directory(
    kernel: &Kernel,
    path: &[u8],
    base: Option<&[u8]>,
    cred: &Cred,
) -> Result<Arc<Directory>, Error> {
    let open = || {
        let ino = {
            let mut vfs = kernel.fs().lock();
            if let Some(base) = base {
                vfs.refresh_path(base);
            }
            let base = base.and_then(|base| vfs.find(base).ok());
            let at = At {
                base: base.unwrap_or(vfs.root()),
                root: vfs.root(),
                cred,
                mode: PathMode::Posix,
            };
            let found = vfs.resolve_fresh(&at, path, Follow::Last)?;
            let ino = found.target.ok_or(Errno::Noent)?;
            if vfs.stat(ino)?.kind != NodeKind::Directory {
                return Err(Errno::Notdir);
            }
            ino
        };
        Directory::open(kernel.fs(), ino, None)
    };
    open()
        .map(Arc::new)
        .map_err(|errno| Error::path(path, errno))
}

type Found = (Vec<Vec<u8>>, Arc<Program>, Arc<[u8]>, Vec<u8>);

async fn program(exec: &Exec, cred: &Cred, cwd: &Directory) -> Result<Found, Error> {
    let kernel = &exec.kernel;
    match &exec.what {
        What::Module(wasm, argv) => {
            let bytes = ModuleBytes::Wasm(wasm.clone());
            let name = argv.first().cloned().unwrap_or_default();
            if wasm.len() as u64 > kernel.limits().module_bytes {
                return Err(Error::new(
                    ErrorKind::Limit,
                    "module_bytes",
                    format!(
                        "the module has {} bytes, allowed are {}; raise the limit for larger ones",
                        wasm.len(),
                        kernel.limits().module_bytes
                    ),
                ));
            }
            let title = String::from_utf8_lossy(&name);
            let program = load_module(kernel, &title, bytes.digest(), bytes).await?;
            Ok((argv.clone(), program, Arc::default(), name))
        }
        What::Script(script) => {
            let shell = exec.config.tools.shell().ok_or_else(|| {
                Error::new(
                    ErrorKind::NotFound,
                    "shell",
                    "the sandbox's tools name no shell",
                )
            })?;
            let name = shell.rsplit('/').next().unwrap_or_default().as_bytes();
            let mut argv = vec![name.to_vec()];
            if let Some(session) = &exec.session {
                argv.extend(session.arguments(exec));
            }
            argv.extend([b"-c".to_vec(), script.clone()]);
            let path = shell.clone().into_bytes();
            match load(kernel, cred, cwd.ino(), &path).await {
                Ok((program, applet)) => Ok((argv, program, applet, path)),
                Err(refused) => Err(refused_error(&path, refused)),
            }
        }
        What::Argv(argv) => {
            let name = argv
                .first()
                .filter(|name| !name.is_empty())
                .ok_or_else(|| {
                    Error::new(
                        ErrorKind::Usage,
                        "command",
                        "it has no name: give at least one word",
                    )
                })?;
            for path in candidates(exec, name) {
                match load(kernel, cred, cwd.ino(), &path).await {
                    Ok((program, applet)) => return Ok((argv.clone(), program, applet, path)),
                    Err(Refused::Errno(Errno::Noent | Errno::Notdir)) => {}
                    Err(refused) => return Err(refused_error(&path, refused)),
                }
            }
            Err(Error::new(
                ErrorKind::NotFound,
                String::from_utf8_lossy(name),
                "command not found",
            ))
        }
    }
}

fn candidates(exec: &Exec, name: &[u8]) -> Vec<Vec<u8>> {
    if name.contains(&b'/') {
        return vec![name.to_vec()];
    }
    let variable = exec
        .env
        .iter()
        .chain(&exec.config.env)
        .find(|(variable, _)| variable == b"PATH");
    let path = variable.map_or(&b"/usr/bin:/bin"[..], |(_, value)| value);
    path.split(|byte| *byte == b':')
        .map(|directory| [directory, b"/", name].concat())
        .collect()
}

fn refused_error(path: &[u8], refused: Refused) -> Error {
    match refused {
        Refused::Module(error) => error,
        Refused::Errno(errno) => {
            Error::new(ErrorKind::NotFound, String::from_utf8_lossy(path), errno)
        }
    }
}

fn preopens(
    kernel: &Kernel,
    exec: &Exec,
    program: &Program,
    cwd: &Directory,
) -> Result<Vec<Descriptor>, Error> {
    let names = match &exec.preopens {
        Some(names) if !program.posix => names.clone(),
        _ if program.posix => vec![b"/".to_vec()],
        _ => vec![b"/".to_vec(), b".".to_vec()],
    };
    let cred = kernel.settings().cred;
    let mut preopens = Vec::with_capacity(names.len());
    for name in names {
        let open = || {
            let ino = {
                let mut vfs = kernel.fs().lock();
                let at = At {
                    base: cwd.ino(),
                    root: vfs.root(),
                    cred: &cred,
                    mode: PathMode::Posix,
                };
                let found = vfs.resolve_fresh(&at, &name, Follow::Last)?;
                found.target.ok_or(Errno::Noent)?
            };
            Directory::open(kernel.fs(), ino, Some(&name))
        };
        let directory = open().map_err(|errno| Error::path(&name, errno))?;
        let description = Description::Directory(directory);
        preopens.push(Descriptor::new(description, true, false));
    }
    Ok(preopens)
}
