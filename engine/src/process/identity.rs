//! What a process may ask about itself and the sandbox.

use wardian_abi::{Errno, MODULE, StartHeader};
use wasmtime::{Caller, Linker};

use super::spawn::{open_directory, put_usage};
use super::state::ProcessCtx;
use crate::wasi::{GuestMemory, memory};

pub(super) fn add(linker: &mut Linker<ProcessCtx>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "process_info",
        |caller: Caller<'_, ProcessCtx>, out: u32| {
            memory(caller, |memory, ctx| {
                let process = &ctx.process.process;
                let words = [
                    process.pid,
                    process.parent_pid,
                    process.group(),
                    process.session,
                    ctx.cred.uid,
                    ctx.cred.gid,
                ];
                let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
                bytes.extend(ctx.interrupt.ignored().to_le_bytes());
                memory.put(out, &bytes)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "umask",
        |caller: Caller<'_, ProcessCtx>, mask: u32, out: u32| {
            memory(caller, |memory, ctx| {
                memory.put_u32(out, u32::from(ctx.umask))?;
                ctx.umask = (mask & 0o777) as u16;
                Ok(())
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "change_directory",
        |caller: Caller<'_, ProcessCtx>, path: u32, length: u32| {
            memory(caller, |memory, ctx| {
                let path = ctx.path(memory.bytes(path, length)?)?;
                ctx.cwd = Some(open_directory(ctx, path)?);
                Ok(())
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "working_directory",
        |caller: Caller<'_, ProcessCtx>, buffer: u32, size: u32, out: u32| {
            memory(caller, |memory, ctx| {
                let path = ctx.fs.lock().path_of(ctx.cwd()?.ino())?;
                put_text(memory, &path, buffer, size, out)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "start",
        |caller: Caller<'_, ProcessCtx>, buffer: u32, size: u32, out: u32| {
            memory(caller, |memory, ctx| start(memory, ctx, buffer, size, out))
        },
    )?;
    linker.func_wrap(
        MODULE,
        "applet",
        |caller: Caller<'_, ProcessCtx>, buffer: u32, size: u32, out: u32| {
            memory(caller, |memory, ctx| {
                let applet = ctx.process.image.applet.clone();
                put_text(memory, &applet, buffer, size, out)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "system_info",
        |caller: Caller<'_, ProcessCtx>, out: u32| {
            memory(caller, |memory, ctx| {
                let info = ctx.process.kernel.system_info();
                let fields = [
                    info.uptime_ns,
                    info.memory_limit_bytes,
                    info.memory_used_bytes,
                    info.fs_limit_bytes,
                    info.fs_used_bytes,
                    info.fs_limit_inodes,
                    info.fs_used_inodes,
                    u64::from(info.processors) << 32 | u64::from(info.processes),
                ];
                let bytes: Vec<u8> = fields
                    .iter()
                    .flat_map(|field| field.to_le_bytes())
                    .collect();
                memory.put(out, &bytes)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "usage",
        |caller: Caller<'_, ProcessCtx>, children: u32, out: u32| {
            memory(caller, |memory, ctx| {
                let usage = if children != 0 {
                    ctx.process.children
                } else {
                    wardian_abi::Usage {
                        cpu_ns: ctx.process.process.cpu_ns(),
                        peak_memory_bytes: ctx.process.limiter.peak_bytes,
                        read_bytes: ctx.read_bytes,
                        written_bytes: ctx.written_bytes,
                    }
                };
                put_usage(memory, out, &usage)
            })
        },
    )?;
    Ok(())
}

/// All that a program is started with, in one call: [`StartHeader`] and what follows
/// it. `ERANGE` with the length if it does not fit.
fn start(
    memory: &mut GuestMemory<'_>,
    ctx: &ProcessCtx,
    buffer: u32,
    size: u32,
    out: u32,
) -> Result<(), Errno> {
    let cwd = ctx.cwd().and_then(|cwd| ctx.fs.lock().path_of(cwd.ino()));
    let cwd = cwd.unwrap_or_default();
    let parts = [ctx.args.block(), ctx.env.block(), &cwd];
    let length = parts.iter().map(|part| part.len()).sum::<usize>() + size_of::<StartHeader>();
    let length = u32::try_from(length).map_err(|_| Errno::TooBig)?;
    memory.put_u32(out, length)?;
    if length > size {
        return Err(Errno::Range);
    }
    memory.put_u64(buffer, ctx.clock.monotonic_ns())?;
    let mut at = buffer.checked_add(8).ok_or(Errno::Fault)?;
    for word in parts.map(|part| part.len() as u32).into_iter().chain([0]) {
        memory.put_u32(at, word)?;
        at = at.checked_add(4).ok_or(Errno::Fault)?;
    }
    for part in parts {
        memory.put(at, part)?;
        at = at.checked_add(part.len() as u32).ok_or(Errno::Fault)?;
    }
    Ok(())
}

/// Writes a text and its length; `ERANGE` with the length if it does not fit.
fn put_text(
    memory: &mut GuestMemory<'_>,
    text: &[u8],
    buffer: u32,
    size: u32,
    out: u32,
) -> Result<(), Errno> {
    memory.put_u32(out, text.len() as u32)?;
    if text.len() > size as usize {
        return Err(Errno::Range);
    }
    memory.put(buffer, text)
}
