//! The life of a process: instantiate, run, replace by `exec`, end.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use tracing::Instrument;
use wardian_abi::{CHILD_EXPORT, Signal, Usage, WaitStatus};
use wasmtime::{Extern, Instance, Store, StoreContextMut, Trap, UpdateDeadline};

use super::kernel::Kernel;
use super::scheduler::turn_begins;
use super::state::{Process, ProcessCtx};
use crate::audit::AuditEvent;
use crate::fd::Description;
use crate::reached::Reached;
use crate::virtual_time::SLICE_FUEL;
use crate::wasi::End;

/// Memory that is cleared in microseconds.
const CLEARED_AT_ONCE_BYTES: u64 = 8 << 20;

/// How a process starts.
pub(super) enum Entry {
    /// At `_start` of its program.
    Start,
    /// In the middle, as the child of a `fork`: already instantiated.
    Child(Instance, u32),
}

/// A Store that gives way to others and stops when its process must.
pub(super) fn new_store(ctx: ProcessCtx) -> Store<ProcessCtx> {
    let engine = ctx.process.kernel.programs().core().engine().clone();
    let mut store = Store::new(&engine, ctx);
    store.limiter(|ctx| &mut ctx.process.limiter);
    store.set_epoch_deadline(1);
    if store.data().meter.is_some() {
        in_order(&mut store);
        return store;
    }
    store.epoch_deadline_callback(|mut ctx: StoreContextMut<'_, ProcessCtx>| {
        if let Some(signal) = ctx.data().interrupt.killed() {
            return Err(wasmtime::Error::from(End::Killed(signal)));
        }
        let gave_way = &mut ctx.data_mut().process.gave_way;
        *gave_way = !*gave_way;
        Ok(if *gave_way {
            // It looks again at once when it has another turn: it may have been
            // killed meanwhile.
            UpdateDeadline::Yield(0)
        } else {
            UpdateDeadline::Continue(1)
        })
    });
    store
}

/// A Store of a deterministic sandbox gives way when it has burnt a slice of
/// fuel. The epoch only ends it, from outside.
fn in_order(store: &mut Store<ProcessCtx>) {
    // The engine of these sandboxes counts fuel: neither can fail.
    let _ = store.set_fuel(u64::MAX);
    let _ = store.fuel_async_yield_interval(Some(SLICE_FUEL));
    store.epoch_deadline_callback(|ctx: StoreContextMut<'_, ProcessCtx>| {
        match ctx.data().interrupt.killed() {
            Some(signal) => Err(wasmtime::Error::from(End::Killed(signal))),
            None => Ok(UpdateDeadline::Continue(1)),
        }
    });
}

/// Runs a process to its end and tells everyone who waits for it.
pub(super) async fn run(store: Store<ProcessCtx>, entry: Entry) -> WaitStatus {
    let kernel = store.data().process.kernel.clone();
    let process = store.data().process.process.clone();
    let job = process.job.clone();
    let running = kernel.programs().core().ticker().running();
    let mut exit = Exit {
        process: process.clone(),
        kernel: kernel.clone(),
        own: Usage::default(),
        status: killed(Signal::KILL),
    };
    let span = tracing::debug_span!(target: "wardian", "process", pid = process.pid);
    // Pinned where it is made: moving futures of this size takes time.
    let life = pin!(life(store, entry));
    let ended = timed(pin!(life.instrument(span)), &process, &kernel).await;
    drop(running);
    exit.own.cpu_ns = process.cpu_ns();
    let (mut store, status) = match ended {
        Ok(ended) => ended,
        Err(signal) => {
            exit.own.peak_memory_bytes = process.memory_bytes.load(Ordering::Relaxed);
            exit.status = WaitStatus {
                usage: exit.own,
                ..killed(signal)
            };
            return exit.status;
        }
    };
    let ctx = store.data_mut();
    exit.own = Usage {
        peak_memory_bytes: ctx.process.limiter.peak_bytes,
        read_bytes: ctx.read_bytes,
        written_bytes: ctx.written_bytes,
        ..exit.own
    };
    let status = WaitStatus {
        usage: add(exit.own, ctx.process.children),
        ..status
    };
    if ctx.fds.refused() {
        job.reached().note(Reached::Descriptors);
    }
    // Before anybody hears of the end: whoever waited finds pipes ended, files
    // released and its memory no longer charged.
    ctx.close_all();
    ctx.process.limiter.reset();
    let peak_bytes = exit.own.peak_memory_bytes;
    exit.status = status;
    drop(exit);
    // The machine has its memory back afterwards: of hundreds of megabytes that
    // takes milliseconds, which still count against the exec's limit.
    let start = (peak_bytes > CLEARED_AT_ONCE_BYTES).then(Instant::now);
    drop(store);
    if let Some(start) = start {
        job.spend(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    status
}

/// Tells everyone of a process's end, also when its task is dropped half-way
/// (then it counts as killed).
struct Exit {
    process: Arc<Process>,
    kernel: Arc<Kernel>,
    own: Usage,
    status: WaitStatus,
}

impl Drop for Exit {
    fn drop(&mut self) {
        let process = &self.process;
        if process.parent_pid == 0 {
            process.job.set_first_ended();
        }
        self.kernel.leave(process.pid);
        process.tell_end(&self.status, self.own);
        process.completion.complete(self.status);
        if process.parent_pid != 0
            && let Some(parent) = self.kernel.find(process.parent_pid)
        {
            parent.interrupt.signal(Signal::CHLD);
        }
        process.job.ended(&self.own);
    }
}

async fn life(mut store: Store<ProcessCtx>, mut entry: Entry) -> (Store<ProcessCtx>, WaitStatus) {
    if let Some(meter) = &store.data().meter {
        meter.started();
    }
    loop {
        let result = match entry {
            Entry::Start => start(&mut store).await,
            Entry::Child(instance, argument) => child(&mut store, instance, argument).await,
        };
        if let Some(meter) = &store.data().meter {
            meter.ended(u64::MAX - store.get_fuel().unwrap_or(u64::MAX));
        }
        let ctx = store.data_mut();
        let status = match result {
            Ok(()) => exited(0),
            Err(error) => match error.downcast_ref::<End>() {
                Some(End::Exec) => match ctx.process.next.take() {
                    Some(next) => {
                        let mut ctx = store.into_data();
                        replace(&mut ctx, *next);
                        store = new_store(ctx);
                        entry = Entry::Start;
                        continue;
                    }
                    None => exited(126),
                },
                Some(End::Exit(code)) => exited(code & 0xff),
                Some(End::Killed(signal)) => killed(*signal),
                Some(End::NoMemory) | None => trapped(ctx, &error),
            },
        };
        return (store, status);
    }
}

/// Makes the process's state ready for another program.
fn replace(ctx: &mut ProcessCtx, next: super::image::Image) {
    ctx.memory = None;
    ctx.args = next.args.clone();
    ctx.env = next.env.clone();
    ctx.posix = next.program.posix;
    ctx.identity.program = next.path.clone();
    let process = &ctx.process.process;
    process.set_args(next.args.clone());
    if let Some(trail) = process.job.trail() {
        trail.record(|exec| AuditEvent::ProcessReplaced {
            exec,
            pid: process.pid,
            args: next.args.block(),
        });
    }
    ctx.interrupt.reset_caught();
    ctx.process.limiter.reset();
    ctx.process.image = next;
}

async fn start(store: &mut Store<ProcessCtx>) -> wasmtime::Result<()> {
    let program = store.data().process.image.program.clone();
    let instance = program.pre.instantiate_async(&mut *store).await?;
    store.data_mut().memory = program
        .memory
        .and_then(|memory| instance.get_module_export(&mut *store, &memory))
        .and_then(Extern::into_memory);
    let start = instance
        .get_module_export(&mut *store, &program.start)
        .and_then(Extern::into_func)
        .ok_or_else(|| wasmtime::Error::msg("_start is no function"))?
        .typed::<(), ()>(&*store)
        .map_err(|error| error.context("_start"))?;
    start.call_async(&mut *store, ()).await
}

async fn child(
    store: &mut Store<ProcessCtx>,
    instance: Instance,
    argument: u32,
) -> wasmtime::Result<()> {
    let entry = instance.get_typed_func::<u32, ()>(&mut *store, CHILD_EXPORT)?;
    entry.call_async(&mut *store, argument).await
}

fn exited(code: u32) -> WaitStatus {
    WaitStatus {
        exit_code: code,
        ..WaitStatus::default()
    }
}

fn killed(signal: Signal) -> WaitStatus {
    WaitStatus {
        exit_code: 128 + u32::from(signal.raw()),
        signal: u32::from(signal.raw()),
        ..WaitStatus::default()
    }
}

/// A trap, as the signal that a native program would have died of, with a line
/// on standard error that names the program and the reason.
fn trapped(ctx: &mut ProcessCtx, error: &wasmtime::Error) -> WaitStatus {
    let name = String::from_utf8_lossy(&ctx.identity.program).into_owned();
    let limit = ctx.limits.process_memory_bytes;
    if let Some(signal) = ctx.interrupt.killed() {
        return killed(signal);
    }
    let (signal, reason) = match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => (
            Signal::SEGV,
            "stack overflow: the program recursed too deep (16 MiB of stack)".into(),
        ),
        Some(Trap::MemoryOutOfBounds | Trap::TableOutOfBounds) => {
            (Signal::SEGV, "access outside its memory".into())
        }
        Some(Trap::IntegerDivisionByZero | Trap::IntegerOverflow) => {
            (Signal::FPE, "integer division by zero or overflow".into())
        }
        Some(Trap::UnreachableCodeReached) if ctx.process.limiter.refused => (
            Signal::ABRT,
            format!("out of memory: limit process_memory_bytes is {limit}; raise it to allow more"),
        ),
        Some(Trap::UnreachableCodeReached) => (Signal::ABRT, "aborted".into()),
        Some(trap) => (Signal::ILL, trap.to_string()),
        None if ctx.process.limiter.refused => (
            Signal::KILL,
            format!("out of memory: limit process_memory_bytes is {limit}; raise it to allow more"),
        ),
        None => (Signal::ABRT, format!("{error:#}")),
    };
    report(ctx, &format!("wardian: {name}: {reason}\n"));
    killed(signal)
}

/// Writes a line to the process's standard error, if it takes one at once.
pub(super) fn report(ctx: &ProcessCtx, line: &str) {
    let Ok(descriptor) = ctx.fds.get(2) else {
        return;
    };
    match &*descriptor.description {
        Description::Capture(capture) => capture.write(line.as_bytes()),
        Description::PipeWriter(writer, _) => {
            let mut cx = Context::from_waker(Waker::noop());
            let _ = writer.poll_write_unlimited(&mut cx, line.as_bytes());
        }
        Description::Node(file) => {
            let _ = file
                .fs()
                .lock()
                .append(&ctx.change(), file.ino(), line.as_bytes());
        }
        _ => {}
    }
}

/// Sums what two processes used.
pub(super) fn add(a: Usage, b: Usage) -> Usage {
    Usage {
        cpu_ns: a.cpu_ns.saturating_add(b.cpu_ns),
        peak_memory_bytes: a.peak_memory_bytes.max(b.peak_memory_bytes),
        read_bytes: a.read_bytes.saturating_add(b.read_bytes),
        written_bytes: a.written_bytes.saturating_add(b.written_bytes),
    }
}

/// Adds up how long a future's polls take: the process's CPU time, as long as
/// the host does not take the thread away; or what its meter says. Ends the job when it has used up its own.
///
/// A process that is killed before its first turn does not get one: it is dropped
/// where it stands, `Err`. So is one of a deterministic sandbox while it waits for
/// another turn; all others look by themselves first thing.
async fn timed<T>(
    mut future: Pin<&mut impl Future<Output = T>>,
    process: &Process,
    kernel: &Kernel,
) -> Result<T, Signal> {
    let job = &process.job;
    let (limit, reached) = match process.meter {
        Some(_) => (kernel.limits().fuel, Reached::Fuel),
        None => {
            let ns = kernel.limits().cpu_time.as_nanos();
            (u64::try_from(ns).unwrap_or(u64::MAX), Reached::CpuTime)
        }
    };
    poll_fn(|cx| {
        if process.is_preempted()
            && let Some(signal) = process.interrupt.killed()
        {
            return Poll::Ready(Err(signal));
        }
        process.set_preempted(false);
        let mut turn = || {
            process.set_running(true);
            let result = future.as_mut().poll(cx);
            process.set_running(false);
            result
        };
        let (result, spent) = match &process.meter {
            None => {
                let start = turn_begins();
                let result = turn();
                let spent = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
                process.spend(spent);
                (result, spent)
            }
            Some(meter) => {
                let before = meter.used();
                let result = turn();
                if !process.interrupt.take_waiting() && result.is_pending() {
                    process.set_preempted(true);
                    meter.burnt_slice();
                }
                (result, meter.used() - before)
            }
        };
        if job.spend(spent) > limit && !job.reached().has(reached) {
            job.reached().note(reached);
            kernel.kill_job(job, Signal::XCPU);
        }
        match result {
            Poll::Ready(value) => Poll::Ready(Ok(value)),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
