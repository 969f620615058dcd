//! `poll_oneoff`: waiting for files, pipes, processes and clocks at once.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use wardian_abi::Errno;
use wasmtime::{Caller, Linker};

use super::clock::time_ns;
use super::ctx::rights;
use super::guest::{GuestMemory, Refusal, guest, outcome};
use super::{Ctx, MODULE};
use crate::fd::{Description, yield_now};

const SUBSCRIPTION_BYTES: u32 = 48;
const EVENT_BYTES: u32 = 32;
const ABSOLUTE: u16 = 1;
const HANGUP: u16 = 1;

pub(super) fn add<P: Send + 'static>(linker: &mut Linker<Ctx<P>>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        MODULE,
        "poll_oneoff",
        |mut caller: Caller<'_, Ctx<P>>,
         (subscriptions, events, count, out): (u32, u32, u32, u32)| {
            Box::new(
                async move { outcome(poll(&mut caller, subscriptions, events, count, out).await) },
            )
        },
    )?;
    Ok(())
}

struct Subscription {
    userdata: u64,
    kind: u8,
    wait: Wait,
}

enum Wait {
    /// Until so many nanoseconds from now.
    Clock(u64),
    Read(Arc<Description>),
    Write(Arc<Description>),
    /// Answered at once.
    Failed(Errno),
}

struct Event {
    userdata: u64,
    error: u16,
    kind: u8,
    bytes: u64,
    flags: u16,
}

async fn poll<P>(
    caller: &mut Caller<'_, Ctx<P>>,
    subscriptions: u32,
    events: u32,
    count: u32,
    out: u32,
) -> Result<(), Refusal> {
    let (memory, ctx) = guest(caller)?;
    if count == 0 || count > ctx.limits.poll_subscriptions {
        return Err(Errno::Inval.into());
    }
    memory.bytes(events, count * EVENT_BYTES)?;
    let table = memory.bytes(subscriptions, count * SUBSCRIPTION_BYTES)?;
    let mut waits = Vec::with_capacity(count as usize);
    for entry in table.chunks_exact(SUBSCRIPTION_BYTES as usize) {
        waits.push(parse(ctx, entry)?);
    }
    let interrupt = ctx.interrupt.clone();
    let clock = ctx.clock.clone();
    let timeout_ns = waits
        .iter()
        .filter_map(|wait| match wait.wait {
            Wait::Clock(ns) => Some(ns),
            _ => None,
        })
        .min();

    let mut ready = collect(&waits, &mut Context::from_waker(std::task::Waker::noop()));
    let mut elapsed_ns = 0;
    if ready.is_empty() && timeout_ns != Some(0) {
        match timeout_ns {
            // A simulated clock jumps over the wait when nothing else can end it.
            Some(ns) if only_clocks(&waits) && clock.skip(Duration::from_nanos(ns)) => {
                interrupt.guard(yield_now()).await?;
                elapsed_ns = ns;
            }
            Some(ns) => {
                let over = match clock.virtual_time() {
                    Some(time) => {
                        let sleep = time.sleep(ns);
                        interrupt.guard(first(&waits, &mut ready, sleep)).await?
                    }
                    None => {
                        let sleep = tokio::time::sleep(Duration::from_nanos(ns));
                        interrupt.guard(first(&waits, &mut ready, sleep)).await?
                    }
                };
                if over {
                    elapsed_ns = ns;
                }
            }
            None => {
                interrupt
                    .guard(poll_fn(|cx| {
                        ready = collect(&waits, cx);
                        if ready.is_empty() {
                            Poll::Pending
                        } else {
                            Poll::Ready(())
                        }
                    }))
                    .await?;
            }
        }
    }
    let expired = waits.iter().filter_map(|wait| match wait.wait {
        Wait::Clock(ns) if ns <= elapsed_ns => Some(Event {
            userdata: wait.userdata,
            error: 0,
            kind: wait.kind,
            bytes: 0,
            flags: 0,
        }),
        _ => None,
    });
    ready.extend(expired);
    let (mut memory, _) = guest(caller)?;
    put(&mut memory, events, out, &ready)?;
    Ok(())
}

/// Waits until something is ready, or the time is over: then `true`.
async fn first(
    waits: &[Subscription],
    ready: &mut Vec<Event>,
    sleep: impl Future<Output = ()>,
) -> bool {
    let mut sleep = pin!(sleep);
    poll_fn(|cx| {
        *ready = collect(waits, cx);
        if !ready.is_empty() {
            return Poll::Ready(false);
        }
        sleep.as_mut().poll(cx).map(|()| true)
    })
    .await
}

fn parse<P>(ctx: &Ctx<P>, entry: &[u8]) -> Result<Subscription, Errno> {
    let u64_at = |at: usize| -> Result<u64, Errno> {
        let bytes = entry.get(at..at + 8).ok_or(Errno::Fault)?;
        Ok(u64::from_le_bytes(
            bytes.try_into().map_err(|_| Errno::Fault)?,
        ))
    };
    let userdata = u64_at(0)?;
    let kind = *entry.get(8).ok_or(Errno::Fault)?;
    let first = u64_at(16)? as u32;
    let wait = match kind {
        0 => {
            let timeout = u64_at(24)?;
            let absolute = u64_at(40)? as u16 & ABSOLUTE != 0;
            match time_ns(ctx, first) {
                Ok(now) if absolute => Wait::Clock(timeout.saturating_sub(now)),
                Ok(_) => Wait::Clock(timeout),
                Err(errno) => Wait::Failed(errno),
            }
        }
        1 | 2 => match ctx.fds.get(first) {
            Ok(descriptor) if !descriptor.allows(rights::POLL) => Wait::Failed(Errno::Notcapable),
            Ok(descriptor) if kind == 1 => Wait::Read(descriptor.description.clone()),
            Ok(descriptor) => Wait::Write(descriptor.description.clone()),
            Err(errno) => Wait::Failed(errno),
        },
        _ => return Err(Errno::Inval),
    };
    Ok(Subscription {
        userdata,
        kind,
        wait,
    })
}

fn only_clocks(waits: &[Subscription]) -> bool {
    waits.iter().all(|wait| matches!(wait.wait, Wait::Clock(_)))
}

/// The events of descriptors that are ready; the others remember the waker.
fn collect(waits: &[Subscription], cx: &mut Context<'_>) -> Vec<Event> {
    let mut ready = Vec::new();
    for wait in waits {
        let state = match &wait.wait {
            Wait::Clock(_) => Poll::Pending,
            Wait::Failed(errno) => Poll::Ready(Err(*errno)),
            Wait::Read(description) => readable(description, cx),
            Wait::Write(description) => writable(description, cx),
        };
        let Poll::Ready(result) = state else { continue };
        let (error, (bytes, hangup)) = match result {
            Ok(state) => (0, state),
            Err(errno) => (errno.raw(), (0, false)),
        };
        ready.push(Event {
            userdata: wait.userdata,
            error,
            kind: wait.kind,
            bytes,
            flags: if hangup { HANGUP } else { 0 },
        });
    }
    ready
}

/// Bytes to read and whether the other end is gone.
type Readiness = Result<(u64, bool), Errno>;

fn readable(description: &Description, cx: &mut Context<'_>) -> Poll<Readiness> {
    match description {
        Description::PipeReader(reader, _) | Description::PipeBoth(reader, _, _) => reader
            .poll_readable(cx)
            .map(|(bytes, ended)| Ok((bytes as u64, ended))),
        Description::Process(completion) => completion.poll(cx).map(|_| Ok((0, true))),
        Description::Node(file) => {
            let offset = *file.offset();
            let size = file
                .fs()
                .lock()
                .stat(file.ino())
                .map(|stat| stat.size_bytes);
            Poll::Ready(size.map(|size| (size.saturating_sub(offset), false)))
        }
        Description::Text(file) => {
            let rest = (file.text().len() as u64).saturating_sub(*file.offset());
            Poll::Ready(Ok((rest, false)))
        }
        Description::PipeWriter(..) | Description::Capture(_) => Poll::Ready(Err(Errno::Badf)),
        Description::Directory(_) | Description::Listing(_) => Poll::Ready(Err(Errno::Badf)),
        Description::Device(_) => Poll::Ready(Ok((1, false))),
    }
}

fn writable(description: &Description, cx: &mut Context<'_>) -> Poll<Readiness> {
    match description {
        Description::PipeWriter(writer, _) | Description::PipeBoth(_, writer, _) => writer
            .poll_writable(cx)
            .map(|(room, gone)| Ok((room as u64, gone))),
        Description::Node(_) | Description::Capture(_) | Description::Device(_) => {
            Poll::Ready(Ok((u64::from(u16::MAX), false)))
        }
        _ => Poll::Ready(Err(Errno::Badf)),
    }
}

fn put(memory: &mut GuestMemory<'_>, events: u32, out: u32, ready: &[Event]) -> Result<(), Errno> {
    for (index, event) in (0u32..).zip(ready) {
        let mut bytes = [0u8; EVENT_BYTES as usize];
        let fields = event
            .userdata
            .to_le_bytes()
            .into_iter()
            .chain(event.error.to_le_bytes())
            .chain([event.kind, 0, 0, 0, 0, 0])
            .chain(event.bytes.to_le_bytes())
            .chain(event.flags.to_le_bytes());
        for (place, byte) in bytes.iter_mut().zip(fields) {
            *place = byte;
        }
        let address = index
            .checked_mul(EVENT_BYTES)
            .and_then(|offset| events.checked_add(offset))
            .ok_or(Errno::Fault)?;
        memory.put(address, &bytes)?;
    }
    memory.put_u32(out, ready.len() as u32)
}
