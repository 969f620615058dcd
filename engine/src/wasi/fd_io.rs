//! `fd_read`, `fd_write`, `fd_pread`, `fd_pwrite`: the hot path. Bytes are
//! copied once, between the guest's memory and the file or pipe.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use wardian_abi::{Disposition, Errno, Signal};
use wardian_vfs::Device;
use wasmtime::{Caller, Linker};

use super::ctx::rights;
use super::guest::{Buffers, End, GuestMemory, Refusal, guest, outcome};
use super::{Ctx, MODULE};
use crate::fd::{Description, Flags, NodeFile, PipeReader, PipeWriter};

pub(super) fn add<P: Send + 'static>(linker: &mut Linker<Ctx<P>>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        MODULE,
        "fd_read",
        |mut caller: Caller<'_, Ctx<P>>, (fd, buffers, count, out): (u32, u32, u32, u32)| {
            Box::new(async move { outcome(read(&mut caller, fd, buffers, count, out).await) })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "fd_write",
        |mut caller: Caller<'_, Ctx<P>>, (fd, buffers, count, out): (u32, u32, u32, u32)| {
            Box::new(async move { outcome(write(&mut caller, fd, buffers, count, out).await) })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_pread",
        |mut caller: Caller<'_, Ctx<P>>, fd: u32, buffers: u32, count: u32, at: u64, out: u32| {
            outcome(read_at(&mut caller, fd, buffers, count, at, out))
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_pwrite",
        |mut caller: Caller<'_, Ctx<P>>, fd: u32, buffers: u32, count: u32, at: u64, out: u32| {
            outcome(write_at(&mut caller, fd, buffers, count, at, out))
        },
    )?;
    Ok(())
}

/// The descriptor's description with the buffers of the call, all checked.
fn target<P>(
    caller: &mut Caller<'_, Ctx<P>>,
    fd: u32,
    buffers: u32,
    count: u32,
    right: u64,
) -> Result<(Arc<Description>, Buffers), Refusal> {
    let (memory, ctx) = guest(caller)?;
    let descriptor = ctx.fds.get(fd)?;
    if matches!(
        &*descriptor.description,
        Description::Directory(_) | Description::Listing(_)
    ) {
        // POSIX says EISDIR; other WASI hosts say EBADF, and so do we to their guests.
        return Err(if ctx.posix { Errno::Isdir } else { Errno::Badf }.into());
    }
    if !descriptor.allows(right) {
        return Err(Errno::Badf.into());
    }
    let buffers = memory.buffers(buffers, count, ctx.limits.io_vectors)?;
    Ok((descriptor.description.clone(), buffers))
}

pub(super) async fn read<P>(
    caller: &mut Caller<'_, Ctx<P>>,
    fd: u32,
    buffers: u32,
    count: u32,
    out: u32,
) -> Result<(), Refusal> {
    let (description, buffers) = target(caller, fd, buffers, count, rights::READ)?;
    let moved = match &*description {
        Description::PipeReader(reader, flags) | Description::PipeBoth(reader, _, flags) => {
            read_pipe(caller, reader, flags, &buffers).await?
        }
        Description::Node(file) => {
            let (mut memory, _) = guest(caller)?;
            let mut offset = file.offset();
            let moved = read_node(&mut memory, file, *offset, &buffers)?;
            *offset += moved;
            moved
        }
        Description::Text(file) => {
            let (mut memory, _) = guest(caller)?;
            let mut offset = file.offset();
            let moved = read_text(&mut memory, file.text(), *offset, &buffers)?;
            *offset += moved;
            moved
        }
        Description::Device(device) => {
            let (mut memory, ctx) = guest(caller)?;
            read_device(&mut memory, ctx, *device, &buffers)?
        }
        _ => return Err(Errno::Badf.into()),
    };
    let (mut memory, ctx) = guest(caller)?;
    ctx.read_bytes += moved;
    memory.put_u32(out, moved as u32)?;
    Ok(())
}

fn read_at<P>(
    caller: &mut Caller<'_, Ctx<P>>,
    fd: u32,
    buffers: u32,
    count: u32,
    at: u64,
    out: u32,
) -> Result<(), Refusal> {
    let (description, buffers) = target(caller, fd, buffers, count, rights::READ | rights::SEEK)
        .map_err(|refusal| unseekable(caller, fd, refusal))?;
    let (mut memory, ctx) = guest(caller)?;
    let moved = match &*description {
        Description::Node(file) => read_node(&mut memory, file, at, &buffers)?,
        Description::Text(file) => read_text(&mut memory, file.text(), at, &buffers)?,
        _ => return Err(Errno::Spipe.into()),
    };
    ctx.read_bytes += moved;
    memory.put_u32(out, moved as u32)?;
    Ok(())
}

fn read_node(
    memory: &mut GuestMemory<'_>,
    file: &NodeFile,
    mut offset: u64,
    buffers: &Buffers,
) -> Result<u64, Errno> {
    let mut moved = 0;
    let mut vfs = file.fs().lock();
    vfs.refresh_node(file.ino());
    for slice in buffers.iter() {
        let into = memory.bytes_mut(slice.address, slice.length)?;
        let count = vfs.read(file.ino(), offset, into)? as u64;
        moved += count;
        offset = offset.saturating_add(count);
        if count < u64::from(slice.length) {
            break;
        }
    }
    Ok(moved)
}

fn read_text(
    memory: &mut GuestMemory<'_>,
    text: &[u8],
    offset: u64,
    buffers: &Buffers,
) -> Result<u64, Errno> {
    let start = usize::try_from(offset)
        .unwrap_or(usize::MAX)
        .min(text.len());
    let mut rest = text.get(start..).unwrap_or_default();
    let mut moved = 0;
    for slice in buffers.iter() {
        let (now, later) = rest.split_at(rest.len().min(slice.length as usize));
        memory.put(slice.address, now)?;
        moved += now.len() as u64;
        rest = later;
    }
    Ok(moved)
}

fn read_device<P>(
    memory: &mut GuestMemory<'_>,
    ctx: &mut Ctx<P>,
    device: Device,
    buffers: &Buffers,
) -> Result<u64, Errno> {
    let mut moved = 0;
    for slice in buffers.iter() {
        let into = memory.bytes_mut(slice.address, slice.length)?;
        match device {
            Device::Null => return Ok(0),
            Device::Zero | Device::Full => into.fill(0),
            Device::Random => {
                // As on Linux, a large read may come back short.
                let length = into.len().min(ctx.limits.random_bytes as usize);
                let into = into.get_mut(..length).ok_or(Errno::Fault)?;
                ctx.fill_random(into);
                return Ok(moved + length as u64);
            }
            Device::Tty => return Err(Errno::Io),
        }
        moved += u64::from(slice.length);
    }
    Ok(moved)
}

async fn read_pipe<P>(
    caller: &mut Caller<'_, Ctx<P>>,
    reader: &PipeReader,
    flags: &Flags,
    buffers: &Buffers,
) -> Result<u64, Refusal> {
    let Some(first) = buffers.iter().next() else {
        return Ok(0);
    };
    let interrupt = caller.data().interrupt.clone();
    let nonblock = flags.get() & Flags::NONBLOCK != 0;
    let count = poll_fn(|cx| {
        let result = guest(caller)
            .map_err(Refusal::from)
            .and_then(|(mut memory, _)| {
                let into = memory.bytes_mut(first.address, first.length)?;
                Ok(reader.poll_read(cx, into))
            });
        match result {
            Ok(Poll::Ready(count)) => Poll::Ready(Ok(count)),
            Ok(Poll::Pending) if nonblock => Poll::Ready(Err(Errno::Again.into())),
            Ok(Poll::Pending) => Poll::Pending,
            Err(refusal) => Poll::Ready(Err(refusal)),
        }
    });
    let count = interrupt.guard(count).await?? as u64;
    if count < u64::from(first.length) {
        return Ok(count);
    }
    // More buffers take what is there already.
    let mut moved = count;
    for slice in buffers.iter().skip(1) {
        if reader.available() == 0 {
            break;
        }
        let (mut memory, _) = guest(caller)?;
        let into = memory.bytes_mut(slice.address, slice.length)?;
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        match reader.poll_read(&mut cx, into) {
            Poll::Ready(count) => moved += count as u64,
            Poll::Pending => break,
        }
    }
    Ok(moved)
}

pub(super) async fn write<P>(
    caller: &mut Caller<'_, Ctx<P>>,
    fd: u32,
    buffers: u32,
    count: u32,
    out: u32,
) -> Result<(), Refusal> {
    let (description, buffers) = target(caller, fd, buffers, count, rights::WRITE)?;
    let moved = match &*description {
        Description::PipeWriter(writer, flags) | Description::PipeBoth(_, writer, flags) => {
            write_pipe(caller, writer, flags, &buffers).await?
        }
        Description::Capture(capture) => {
            let (memory, _) = guest(caller)?;
            let mut moved = 0;
            for slice in buffers.iter() {
                capture.write(memory.bytes(slice.address, slice.length)?);
                moved += u64::from(slice.length);
            }
            moved
        }
        Description::Node(file) => {
            let (memory, ctx) = guest(caller)?;
            let append = file.flags().get() & Flags::APPEND != 0;
            let mut offset = file.offset();
            write_node(&memory, ctx, file, &mut offset, append, &buffers)?
        }
        Description::Device(device) => write_device(*device, &buffers)?,
        _ => return Err(Errno::Badf.into()),
    };
    let (mut memory, ctx) = guest(caller)?;
    ctx.written_bytes += moved;
    memory.put_u32(out, moved as u32)?;
    Ok(())
}

fn write_at<P>(
    caller: &mut Caller<'_, Ctx<P>>,
    fd: u32,
    buffers: u32,
    count: u32,
    at: u64,
    out: u32,
) -> Result<(), Refusal> {
    let (description, buffers) = target(caller, fd, buffers, count, rights::WRITE | rights::SEEK)
        .map_err(|refusal| unseekable(caller, fd, refusal))?;
    let (mut memory, ctx) = guest(caller)?;
    let Description::Node(file) = &*description else {
        return Err(Errno::Spipe.into());
    };
    let mut offset = at;
    let moved = write_node(&memory, ctx, file, &mut offset, false, &buffers)?;
    ctx.written_bytes += moved;
    memory.put_u32(out, moved as u32)?;
    Ok(())
}

fn write_node<P>(
    memory: &GuestMemory<'_>,
    ctx: &Ctx<P>,
    file: &NodeFile,
    offset: &mut u64,
    append: bool,
    buffers: &Buffers,
) -> Result<u64, Errno> {
    let change = ctx.change();
    let mut moved: u64 = 0;
    let mut vfs = file.fs().lock();
    vfs.refresh_node(file.ino());
    for slice in buffers.iter() {
        let data = memory.bytes(slice.address, slice.length)?;
        let result = if append {
            vfs.append(&change, file.ino(), data)
        } else {
            vfs.write(&change, file.ino(), *offset, data)
                .map(|count| (count, offset.saturating_add(count as u64)))
        };
        match result {
            Ok((count, after)) => {
                moved += count as u64;
                *offset = after;
                if count < data.len() {
                    break;
                }
            }
            // What went in before the quota was hit counts; the next call fails.
            Err(_) if moved > 0 => break,
            Err(errno) => return Err(errno),
        }
    }
    Ok(moved)
}

fn write_device(device: Device, buffers: &Buffers) -> Result<u64, Errno> {
    match device {
        Device::Full => Err(Errno::Nospc),
        Device::Tty => Err(Errno::Io),
        Device::Null | Device::Zero | Device::Random => {
            Ok(buffers.iter().map(|slice| u64::from(slice.length)).sum())
        }
    }
}

/// Writes everything, as POSIX asks of a blocking pipe.
async fn write_pipe<P>(
    caller: &mut Caller<'_, Ctx<P>>,
    writer: &PipeWriter,
    flags: &Flags,
    buffers: &Buffers,
) -> Result<u64, Refusal> {
    let interrupt = caller.data().interrupt.clone();
    let nonblock = flags.get() & Flags::NONBLOCK != 0;
    let mut moved: u64 = 0;
    for slice in buffers.iter() {
        let mut done: u32 = 0;
        while done < slice.length {
            let step = poll_fn(|cx| {
                let result = guest(caller)
                    .map_err(Refusal::from)
                    .and_then(|(memory, _)| {
                        let address = slice.address.checked_add(done).ok_or(Errno::Fault)?;
                        let data = memory.bytes(address, slice.length - done)?;
                        Ok(writer.poll_write(cx, data))
                    });
                match result {
                    Ok(Poll::Ready(result)) => Poll::Ready(result.map_err(Refusal::from)),
                    Ok(Poll::Pending) if nonblock => Poll::Ready(Err(Errno::Again.into())),
                    Ok(Poll::Pending) => Poll::Pending,
                    Err(refusal) => Poll::Ready(Err(refusal)),
                }
            });
            let result = match interrupt.guard(step).await {
                Ok(result) => result,
                Err(stop) => Err(stop.into()),
            };
            match result {
                Ok(count) => {
                    done = done.saturating_add(count as u32);
                    moved += count as u64;
                }
                Err(Refusal::Errno(Errno::Pipe)) => return Err(broken_pipe(caller.data())),
                Err(Refusal::Errno(_)) if moved > 0 => return Ok(moved),
                Err(refusal) => return Err(refusal),
            }
        }
    }
    Ok(moved)
}

/// A write to a pipe that nobody reads: `SIGPIPE`, then `EPIPE` if that did not
/// end the process (POSIX `write`).
fn broken_pipe<P>(ctx: &Ctx<P>) -> Refusal {
    ctx.interrupt.signal(Signal::PIPE);
    match ctx.interrupt.disposition(Signal::PIPE) {
        Disposition::Default => End::Killed(Signal::PIPE).into(),
        Disposition::Ignore | Disposition::Catch => Errno::Pipe.into(),
    }
}

/// `EBADF` for want of the right to seek is `ESPIPE` on what cannot seek.
fn unseekable<P>(caller: &Caller<'_, Ctx<P>>, fd: u32, refusal: Refusal) -> Refusal {
    let stream = caller.data().fds.get(fd).is_ok_and(|descriptor| {
        matches!(
            &*descriptor.description,
            Description::PipeReader(..)
                | Description::PipeWriter(..)
                | Description::PipeBoth(..)
                | Description::Device(_)
                | Description::Capture(_)
                | Description::Process(_)
        )
    });
    match refusal {
        Refusal::Errno(Errno::Badf) if stream => Errno::Spipe.into(),
        other => other,
    }
}
