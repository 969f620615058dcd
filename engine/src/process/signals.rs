//! `kill`, dispositions, groups.

use std::sync::Arc;

use wardian_abi::{Disposition, Errno, MODULE, Signal};
use wasmtime::{Caller, Linker};

use super::state::ProcessCtx;
use crate::wasi::{End, Refusal, code, memory, outcome};

pub(super) fn add(linker: &mut Linker<ProcessCtx>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "kill",
        |caller: Caller<'_, ProcessCtx>, pid: i32, signal: u32| {
            outcome(kill(caller.data(), pid, signal))
        },
    )?;
    linker.func_wrap(
        MODULE,
        "signal_action",
        |caller: Caller<'_, ProcessCtx>, signal: u32, disposition: u32, out: u32| {
            memory(caller, |memory, ctx| {
                memory.bytes(out, 4)?;
                let signal = Signal::from_raw(signal).ok_or(Errno::Inval)?;
                let disposition = Disposition::from_raw(disposition).ok_or(Errno::Inval)?;
                if signal == Signal::KILL || signal == Signal::STOP {
                    return Err(Errno::Inval);
                }
                let old = ctx.interrupt.set_disposition(signal, disposition);
                memory.put_u32(out, old as u32)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "signal_take",
        |caller: Caller<'_, ProcessCtx>, out: u32| {
            memory(caller, |memory, ctx| {
                memory.bytes(out, 8)?;
                memory.put_u64(out, ctx.interrupt.take_pending())
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "set_group",
        |caller: Caller<'_, ProcessCtx>, pid: u32, group: u32| {
            code(set_group(caller.data(), pid, group))
        },
    )?;
    Ok(())
}

/// POSIX `kill`.
fn kill(ctx: &ProcessCtx, pid: i32, number: u32) -> Result<(), Refusal> {
    let signal = match number {
        0 => None,
        number => Some(Signal::from_raw(number).ok_or(Errno::Inval)?),
    };
    let own = &ctx.process.process;
    let reached = ctx
        .process
        .kernel
        .signal_where(signal, |process| match pid {
            -1 => process.pid != own.pid,
            0 => process.group() == own.group(),
            pid if pid > 0 => process.pid == pid.unsigned_abs(),
            group => process.group() == group.unsigned_abs(),
        });
    if let Some(signal) = ctx.interrupt.killed() {
        return Err(End::Killed(signal).into());
    }
    if reached == 0 {
        return Err(Errno::Srch.into());
    }
    Ok(())
}

/// POSIX `setpgid`, for the caller and its children.
fn set_group(ctx: &ProcessCtx, pid: u32, group: u32) -> Result<(), Errno> {
    let own = &ctx.process.process;
    let process = match pid {
        0 => own.clone(),
        pid => ctx.process.kernel.find(pid).ok_or(Errno::Srch)?,
    };
    if !Arc::ptr_eq(&process, own) && process.parent_pid != own.pid {
        return Err(Errno::Srch);
    }
    process.set_group(if group == 0 { process.pid } else { group });
    Ok(())
}
