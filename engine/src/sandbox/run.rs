//! Running a command to its end: from its first process to its result, with the
//! limits of the whole and the clearing up after it.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::Instrument;
use wardian_abi::{Errno, Signal, WaitStatus};
use wardian_vfs::Vfs;

use super::exec::{Exec, ExecResult, Usage};
use super::launch::{at_once, find, launch};
use super::ordered;
use crate::audit::AuditEvent;
use crate::error::{Error, ErrorKind};
use crate::fd::{Capture, Description, Descriptor, Flags, PipeId, PipeReader, PipeWriter, pipe};
use crate::process::{Job, Kernel, Process};
use crate::reached::Reached;

/// Runs with collected outputs.
pub(super) async fn collected(mut exec: Exec) -> Result<ExecResult, Error> {
    let limit = usize::try_from(exec.kernel.limits().output_bytes).unwrap_or(usize::MAX);
    let capture = |number| Arc::new(Capture::new(limit, number));
    let (stdout, stderr) = (capture(PipeId::STDOUT), capture(PipeId::STDERR));
    let stdin = std::mem::take(&mut exec.stdin);
    let (input, feed) = if stdin.is_empty() {
        (exec.kernel.no_input(), None)
    } else {
        let capacity = exec.kernel.limits().pipe_bytes as usize;
        let (reader, writer) = pipe(capacity, PipeId::STDIN);
        let reader = Description::PipeReader(reader, Flags::default());
        let input = Descriptor::new(reader, true, false);
        (input, Some((writer, stdin)))
    };
    let stdio = [
        input,
        Descriptor::new(Description::Capture(stdout.clone()), false, true),
        Descriptor::new(Description::Capture(stderr.clone()), false, true),
    ];
    let overflow = || {
        let (output, errors) = (stdout.clone(), stderr.clone());
        async move {
            tokio::select! {
                biased;
                () = output.wait_for_overflow() => COLLECTED[0],
                () = errors.wait_for_overflow() => COLLECTED[1],
            }
        }
    };
    let feeding = feed.map(|(writer, stdin)| -> Feeding {
        Box::pin(async move {
            let _ = writer.write_all(&stdin).await;
        })
    });
    let kernel = exec.kernel.clone();
    let cut = || stdout.overflowed() || stderr.overflowed();
    // Pinned where it is made: moving futures of this size takes time.
    let supervised = pin!(supervised(&exec, stdio, overflow, cut, feeding));
    let (mut result, note) = supervised.instrument(span()).await?;
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
        (0, _) => Some(COLLECTED[1]),
        _ => Some(COLLECTED[0]),
    };
    let note = overflowed(&mut result, note, cut, &kernel);
    if let Some(note) = note {
        result.stderr.extend_from_slice(note.as_bytes());
    }
    Ok(result)
}

/// What is told of outputs that were cut, whichever way the command ended.
fn overflowed(
    result: &mut ExecResult,
    note: Option<String>,
    cut: Option<Overflow>,
    kernel: &Kernel,
) -> Option<String> {
    match cut {
        Some(overflow) if result.signal != Some(Signal::XFSZ) => {
            let (code, signal, text) = verdict(&Ended::Overflow(overflow), kernel);
            result.exit_code = code as i32;
            result.signal = Signal::from_raw(signal);
            Some(text.unwrap_or_default() + &note.unwrap_or_default())
        }
        _ => note,
    }
}

/// Runs with streams.
pub(super) async fn streamed(
    exec: Exec,
    stdin: PipeReader,
    stdout: PipeWriter,
    stderr: PipeWriter,
) -> Result<ExecResult, Error> {
    if exec.kernel.virtual_time().is_some() {
        return ordered::streamed(exec, stdin, stdout, stderr).await;
    }
    let kernel = exec.kernel.clone();
    let (output, errors) = (stdout.pipe().clone(), stderr.pipe().clone());
    let input = if exec.no_stdin {
        kernel.no_input()
    } else {
        let reader = Description::PipeReader(stdin, Flags::default());
        Descriptor::new(reader, true, false)
    };
    let stdio = [
        input,
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
    let overflow = || {
        let (output, errors) = (output.clone(), errors.clone());
        async move {
            tokio::select! {
                biased;
                () = output.wait_until_exceeded() => STREAMED[0],
                () = errors.wait_until_exceeded() => STREAMED[1],
            }
        }
    };
    let cut = || output.exceeded() || errors.exceeded();
    let (mut result, note) = supervised(&exec, stdio, overflow, cut, None)
        .instrument(span())
        .await?;
    let mut pipes = [&output, &errors].into_iter().zip(STREAMED);
    let cut = pipes.find_map(|(pipe, overflow)| pipe.exceeded().then_some(overflow));
    let note = overflowed(&mut result, note, cut, &kernel);
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

/// An output that grew beyond what is allowed.
#[derive(Clone, Copy)]
pub(super) struct Overflow {
    stream: &'static str,
    limit: &'static str,
    instead: &'static str,
}

const fn overflow(stream: &'static str, limit: &'static str, instead: &'static str) -> Overflow {
    Overflow {
        stream,
        limit,
        instead,
    }
}

const COLLECTED: [Overflow; 2] = [
    overflow("stdout", "output_bytes", ", or write to a file"),
    overflow("stderr", "output_bytes", ", or write to a file"),
];
const STREAMED: [Overflow; 2] = [
    overflow("stdout", "stream_bytes", ""),
    overflow("stderr", "stream_bytes", ""),
];

/// How a command came to its end.
pub(super) enum Ended {
    ByItself(WaitStatus),
    Timeout(Duration),
    Cancelled,
    Overflow(Overflow),
    /// Nothing that its processes wait for can come, in a deterministic sandbox.
    Stalled,
}

/// What writes a command's standard input.
type Feeding = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs with everything else that belongs to an exec. Its future is moved before it
/// runs, so it is kept small: large parts by reference, rare ones boxed.
async fn supervised<O: Future<Output = Overflow> + Send + 'static>(
    exec: &Exec,
    stdio: [Descriptor; 3],
    overflow: impl Fn() -> O,
    cut: impl Fn() -> bool,
    feeding: Option<Feeding>,
) -> Result<(ExecResult, Option<String>), Error> {
    let kernel = &exec.kernel;
    let session = &exec.session;
    let cancel = exec.cancel.as_ref();
    // What few execs wait for is boxed: each of them carries the room for the rest.
    let (_script, turn) = if session.is_none() && kernel.virtual_time().is_none() {
        (None, None)
    } else {
        // Other scripts of the same shell come first; their time is not this one's.
        let turns = async {
            let script = match session {
                Some(session) => Some(session.turn().await),
                None => None,
            };
            (script, kernel.turn().await)
        };
        let turns = Box::pin(async {
            tokio::select! {
                biased;
                turns = turns => Some(turns),
                () = cancelled(cancel) => None,
            }
        });
        match turns.await {
            Some(turns) => turns,
            None => {
                let watch = Stopwatch::start(kernel);
                return Ok(never_started(&Ended::Cancelled, kernel, watch));
            }
        }
    };
    let watch = Stopwatch::start(kernel);
    let timeout = exec.timeout.unwrap_or(kernel.limits().wall_time);
    let job = kernel.job();
    let before = job.trail().map(|_| kernel.fs().lock().fork());
    let guard = JobGuard { kernel, job: &job };
    let mut deadline = pin!(past_deadline(kernel, &job, timeout));
    let mut asked = watch.start;
    let (cwd, found) = at_once(exec)?;
    let found = match found {
        Some(found) => found,
        None => {
            let loaded = Box::pin(async {
                tokio::select! {
                    biased;
                    found = find(exec, &cwd) => Ok(found),
                    // Loading a module takes as long as compiling it.
                    () = cancelled(cancel) => Err(Ended::Cancelled),
                    () = &mut deadline => Err(Ended::Timeout(timeout)),
                }
            });
            let loaded = loaded.await;
            asked = Instant::now();
            match loaded {
                Ok(found) => found?,
                Err(ended) => return Ok(never_started(&ended, kernel, watch)),
            }
        }
    };
    let launch = launch(exec, found, cwd, stdio, job.clone(), asked)?;
    let (process, started) = match launch.prepare(kernel, None) {
        Ok(prepared) => prepared,
        // Its time was over while it was loaded: nothing can enter any more.
        Err(_) if job.is_overdue() => {
            return Ok(never_started(&Ended::Timeout(timeout), kernel, watch));
        }
        Err(errno) => return Err(limit_error(kernel, errno)),
    };
    let outside = async {
        tokio::select! {
            biased;
            () = &mut deadline => Ended::Timeout(timeout),
            () = cancelled(cancel) => Ended::Cancelled,
        }
    };
    // Held to the end: until then the next exec would move the clock.
    let (ended, status, _turn) = if let Some(turn) = turn {
        if let Some(feeding) = feeding {
            job.scheduler().spawn(feeding);
        }
        started.spawn(&job);
        Box::pin(ordered::until_end(
            kernel,
            &job,
            &process,
            overflow(),
            outside,
            turn,
        ))
        .await
    } else {
        started.spawn(&job);
        let (ended, status) = until_end(
            kernel,
            &process,
            asked,
            pin!(overflow()),
            feeding,
            pin!(outside),
        )
        .await;
        let ended = match ended {
            Ended::ByItself(_) if job.is_overdue() => Ended::Timeout(timeout),
            ended => ended,
        };
        if !job.is_empty() {
            Box::pin(end_background(kernel, &job, cancelled(cancel))).await;
        }
        (ended, status, None)
    };
    drop(guard);
    drop(process);
    let mut result = ExecResult::default();
    let (code, signal, mut note) = match ended {
        Ended::ByItself(_) => (status.exit_code, status.signal, None),
        ref outside => verdict(outside, kernel),
    };
    // A script whose output was cut counts as ended by its limit, however that was
    // seen: the shell stays as it was.
    if let (Ended::ByItself(_), Some(session), 0, false) = (&ended, session, status.signal, cut()) {
        result.exit_code = status.exit_code as i32;
        note = session.keep(&mut result, kernel.limits());
    }
    result.timed_out = matches!(ended, Ended::Timeout(_) | Ended::Stalled);
    result.cancelled = matches!(ended, Ended::Cancelled);
    let note = Some(note.unwrap_or_default() + &limits_reached(kernel, &job));
    let usage = job.usage();
    if result.exit_code == 0 {
        result.exit_code = code as i32;
    }
    result.signal = Signal::from_raw(signal);
    result.usage = Usage {
        wall_time: watch.elapsed(kernel),
        cpu_time: Duration::from_nanos(usage.cpu_ns),
        peak_memory_bytes: usage.peak_memory_bytes,
        read_bytes: usage.read_bytes,
        written_bytes: usage.written_bytes,
    };
    tell(kernel, &job, before.as_ref(), &result);
    Ok((result, note.filter(|note| !note.is_empty())))
}

/// Runs a job until its first process has ended, or something ends it from
/// outside.
async fn until_end(
    kernel: &Kernel,
    process: &Process,
    asked: Instant,
    mut overflow: Pin<&mut impl Future<Output = Overflow>>,
    mut feeding: Option<Feeding>,
    mut outside: Pin<&mut impl Future<Output = Ended>>,
) -> (Ended, WaitStatus) {
    let job = &process.job;
    let end = poll_fn(|cx| process.completion.poll(cx));
    let mut main = pin!(job.scheduler().run_until(asked, end));
    let ended = loop {
        tokio::select! {
            biased;
            status = &mut main => break Ended::ByItself(status),
            () = fed(&mut feeding), if feeding.is_some() => feeding = None,
            ended = &mut outside => break ended,
            overflow = &mut overflow => break Ended::Overflow(overflow),
        }
    };
    let status = match ended {
        Ended::ByItself(status) => status,
        _ => {
            kernel.kill_job(job, Signal::KILL);
            main.await
        }
    };
    (ended, status)
}

/// Waits until the input is written.
async fn fed(feeding: &mut Option<Feeding>) {
    if let Some(feeding) = feeding {
        feeding.await;
    }
}

/// Ends what is left in the background: a moment to finish, unless it is cancelled,
/// then the end.
async fn end_background(kernel: &Kernel, job: &Arc<Job>, cancelled: impl Future<Output = ()>) {
    let scheduler = job.scheduler();
    let over = kernel.programs().core().deadlines();
    let over = over.sleep(kernel.limits().background_grace);
    tokio::select! {
        biased;
        () = scheduler.run_until(Instant::now(), job.wait_until_empty()) => {}
        () = over => {}
        () = cancelled => {}
    }
    kernel.kill_job(job, Signal::KILL);
    scheduler
        .run_until(Instant::now(), job.wait_until_empty())
        .await;
}

/// Measures a run: by the sandbox's own clock if that is virtual, or by the host's.
#[derive(Clone, Copy)]
struct Stopwatch {
    start: Instant,
    virtual_ns: u64,
}

impl Stopwatch {
    fn start(kernel: &Kernel) -> Stopwatch {
        Stopwatch {
            start: Instant::now(),
            virtual_ns: kernel.virtual_time().map_or(0, |time| time.elapsed_ns()),
        }
    }

    fn elapsed(self, kernel: &Kernel) -> Duration {
        match kernel.virtual_time() {
            Some(time) => Duration::from_nanos(time.elapsed_ns().saturating_sub(self.virtual_ns)),
            None => self.start.elapsed(),
        }
    }
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
/// that is no command's fault, so as much time is added. The thread that keeps the
/// time kills the job; not in a deterministic sandbox, where whoever awaits the exec
/// does (`ordered::until_end`).
async fn past_deadline(kernel: &Arc<Kernel>, job: &Arc<Job>, timeout: Duration) {
    let core = kernel.programs().core();
    let mut before = core.modules().tool_time();
    let mut left = timeout;
    while !left.is_zero() {
        if kernel.virtual_time().is_some() {
            core.deadlines().sleep(left).await;
        } else {
            let (kernel, job) = (kernel.clone(), job.clone());
            let due = move || {
                if kernel.programs().core().modules().tool_time() == before {
                    kernel.end_overdue(&job);
                }
            };
            core.deadlines().sleep_then(left, due).await;
        }
        let now = core.modules().tool_time();
        left = now.saturating_sub(before);
        before = now;
    }
}

/// The result of a command that was ended before it ran.
fn never_started(ended: &Ended, kernel: &Kernel, watch: Stopwatch) -> (ExecResult, Option<String>) {
    let (code, _, note) = verdict(ended, kernel);
    let mut result = ExecResult {
        exit_code: code as i32,
        timed_out: matches!(ended, Ended::Timeout(_)),
        cancelled: matches!(ended, Ended::Cancelled),
        ..ExecResult::default()
    };
    result.usage.wall_time = watch.elapsed(kernel);
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
        Ended::Stalled => (
            124,
            0,
            Some("wardian: ended: each of its processes waits for what cannot come\n".into()),
        ),
        Ended::Overflow(Overflow {
            stream,
            limit,
            instead,
        }) => (
            128 + u32::from(Signal::XFSZ.raw()),
            u32::from(Signal::XFSZ.raw()),
            Some(format!(
                "wardian: limit {limit} ({}) reached: {stream} grew beyond it; \
                 raise it with Limits::{limit} or --limit {limit}=VALUE{instead}\n",
                kernel.limits().get(limit).unwrap_or_default()
            )),
        ),
    }
}

pub(super) async fn cancelled(token: Option<&super::cancel::CancelToken>) {
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
