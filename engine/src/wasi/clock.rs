//! `clock_*`.

use wardian_abi::Errno;
use wasmtime::{Caller, Linker};

use super::guest::memory;
use super::{Ctx, MODULE};

/// Number of the wall clock.
pub(super) const REALTIME: u32 = 0;
/// Number of the monotonic clock.
pub(super) const MONOTONIC: u32 = 1;

pub(super) fn add<P: Send + 'static>(linker: &mut Linker<Ctx<P>>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "clock_res_get",
        |caller: Caller<'_, Ctx<P>>, id: u32, out: u32| {
            memory(caller, |memory, ctx| {
                time_ns(ctx, id)?;
                memory.put_u64(out, 1)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "clock_time_get",
        |caller: Caller<'_, Ctx<P>>, id: u32, _precision: u64, out: u32| {
            memory(caller, |memory, ctx| memory.put_u64(out, time_ns(ctx, id)?))
        },
    )?;
    Ok(())
}

/// The time of a clock.
///
/// # Errors
/// `ENOTSUP`: a CPU-time clock. `EINVAL`: no such clock.
pub(super) fn time_ns<P>(ctx: &Ctx<P>, id: u32) -> Result<u64, Errno> {
    match id {
        REALTIME => Ok(ctx.clock.realtime_ns()),
        MONOTONIC => Ok(ctx.clock.monotonic_ns()),
        2 | 3 => Err(Errno::Notsup),
        _ => Err(Errno::Inval),
    }
}
