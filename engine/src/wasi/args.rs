//! `args_*` and `environ_*`.

use wardian_abi::Errno;
use wasmtime::{Caller, Linker};

use super::ctx::Strings;
use super::guest::{GuestMemory, memory};
use super::{Ctx, MODULE};

pub(super) fn add<P: Send + 'static>(linker: &mut Linker<Ctx<P>>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "args_get",
        |caller: Caller<'_, Ctx<P>>, table: u32, buffer: u32| {
            memory(caller, |memory, ctx| put(memory, &ctx.args, table, buffer))
        },
    )?;
    linker.func_wrap(
        MODULE,
        "args_sizes_get",
        |caller: Caller<'_, Ctx<P>>, count: u32, size: u32| {
            memory(caller, |memory, ctx| {
                put_sizes(memory, &ctx.args, count, size)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "environ_get",
        |caller: Caller<'_, Ctx<P>>, table: u32, buffer: u32| {
            memory(caller, |memory, ctx| put(memory, &ctx.env, table, buffer))
        },
    )?;
    linker.func_wrap(
        MODULE,
        "environ_sizes_get",
        |caller: Caller<'_, Ctx<P>>, count: u32, size: u32| {
            memory(caller, |memory, ctx| {
                put_sizes(memory, &ctx.env, count, size)
            })
        },
    )?;
    Ok(())
}

fn put_sizes(
    memory: &mut GuestMemory<'_>,
    strings: &Strings,
    count: u32,
    size: u32,
) -> Result<(), Errno> {
    memory.put_u32(count, strings.count())?;
    memory.put_u32(size, strings.block().len() as u32)
}

fn put(
    memory: &mut GuestMemory<'_>,
    strings: &Strings,
    table: u32,
    buffer: u32,
) -> Result<(), Errno> {
    memory.put(buffer, strings.block())?;
    let (mut slot, mut address) = (table, buffer);
    for text in strings.iter().take(strings.count() as usize) {
        memory.put_u32(slot, address)?;
        slot = slot.checked_add(4).ok_or(Errno::Fault)?;
        address = address
            .checked_add(text.len() as u32 + 1)
            .ok_or(Errno::Fault)?;
    }
    Ok(())
}
