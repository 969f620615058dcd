//! `proc_*` and `sched_yield`.

use wardian_abi::{Disposition, Errno, Signal};
use wasmtime::{Caller, Linker};

use super::guest::{End, Refusal, outcome};
use super::{Ctx, MODULE};
use crate::fd::{Stop, yield_now};

pub(super) fn add<P: Send + 'static>(linker: &mut Linker<Ctx<P>>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "proc_exit",
        |_: Caller<'_, Ctx<P>>, code: u32| -> wasmtime::Result<()> {
            Err(wasmtime::Error::from(End::Exit(code)))
        },
    )?;
    linker.func_wrap(
        MODULE,
        "proc_raise",
        |caller: Caller<'_, Ctx<P>>, signal: u32| outcome(raise(caller.data(), signal)),
    )?;
    linker.func_wrap_async(
        MODULE,
        "sched_yield",
        |caller: Caller<'_, Ctx<P>>, (): ()| {
            Box::new(async move {
                let interrupt = caller.data().interrupt.clone();
                outcome(match interrupt.guard(yield_now()).await {
                    Err(Stop::Kill(signal)) => Err(End::Killed(signal).into()),
                    Ok(()) | Err(Stop::Signal) => Ok(()),
                })
            })
        },
    )?;
    Ok(())
}

/// Numbers of WASI signals are those of Linux up to 31, without STKFLT (16).
fn raise<P>(ctx: &Ctx<P>, number: u32) -> Result<(), Refusal> {
    let number = match number {
        0 => return Ok(()),
        1..=15 => number,
        16..=30 => number + 1,
        _ => return Err(Errno::Inval.into()),
    };
    let signal = Signal::from_raw(number).ok_or(Errno::Inval)?;
    if signal.stops_by_default() && ctx.interrupt.disposition(signal) == Disposition::Default {
        return Err(Errno::Notsup.into());
    }
    ctx.interrupt.signal(signal);
    match ctx.interrupt.killed() {
        Some(signal) => Err(End::Killed(signal).into()),
        None => Ok(()),
    }
}
