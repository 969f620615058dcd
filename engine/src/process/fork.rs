//! `fork`: a process as a copy of its parent's memory.
//!
//! WebAssembly cannot copy a running call stack, so the child starts at an
//! export of its own, with the parent's memory (heap and shadow stack) around it.

use std::sync::Arc;
use std::time::Instant;

use wardian_abi::{
    CHILD_EXPORT, Errno, MODULE, STACK_POINTER_EXPORT, Usage, WaitStatus, spawn_flags,
};
use wasmtime::{Caller, Linker, Store, Val};

use super::limiter::Limiter;
use super::run::{Entry, new_store, run};
use super::spawn::hand_over;
use super::state::{Private, ProcessCtx};
use crate::wasi::{Ctx, Refusal, guest, outcome};

/// Most ranges of memory that one call copies.
const RANGES_MAX: u32 = 64;

pub(super) fn add(linker: &mut Linker<ProcessCtx>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        MODULE,
        "fork",
        |mut caller: Caller<'_, ProcessCtx>, (args, out): (u32, u32)| {
            Box::new(async move { outcome(fork(&mut caller, args, out).await) })
        },
    )?;
    Ok(())
}

async fn fork(caller: &mut Caller<'_, ProcessCtx>, args: u32, out: u32) -> Result<(), Refusal> {
    let (memory, ctx) = guest(caller)?;
    memory.bytes(out, 8)?;
    let [argument, ranges_at, range_count, flags, group] = memory.words(args)?;
    if flags & !spawn_flags::ALL != 0 || range_count > RANGES_MAX {
        return Err(Errno::Inval.into());
    }
    let mut ranges = Vec::with_capacity(range_count as usize);
    let mut copied_to = 0;
    for index in 0..range_count {
        let at = ranges_at.checked_add(index * 8).ok_or(Errno::Fault)?;
        let [start, end] = memory.words(at)?;
        let length = end.checked_sub(start).ok_or(Errno::Inval)?;
        memory.bytes(start, length)?;
        // In order and apart: no byte is copied twice, however many ranges.
        if start < copied_to {
            return Err(Errno::Inval.into());
        }
        copied_to = end;
        ranges.push(start as usize..end as usize);
    }
    let group = (flags & spawn_flags::SET_GROUP != 0).then_some(group);
    let (process, mut store) = child(ctx, group)?;

    // From here on a failure must take the child out of the table again.
    let copied = copy(caller, &mut store, ranges).await;
    let instance = match copied {
        Ok(instance) => instance,
        Err(errno) => {
            drop(store);
            let kernel = &caller.data().process.kernel;
            kernel.leave(process.pid);
            process.tell_end(&WaitStatus::default(), Usage::default());
            process.job.ended(&Usage::default());
            return Err(errno.into());
        }
    };
    let scheduler = process.job.scheduler();
    scheduler.spawn(async move {
        run(store, Entry::Child(instance, argument)).await;
    });
    hand_over(caller, &process, out)
}

/// The child's state: the parent's, with descriptors shared.
fn child(
    ctx: &ProcessCtx,
    group: Option<u32>,
) -> Result<(Arc<super::state::Process>, Store<ProcessCtx>), Errno> {
    let private = &ctx.process;
    let kernel = &private.kernel;
    let interrupt = Arc::new(ctx.interrupt.fork());
    let parent = &private.process;
    let process = kernel.enter(
        Some(parent),
        group,
        parent.job.clone(),
        interrupt.clone(),
        ctx.args.clone(),
        Instant::now(),
    )?;
    let limits = ctx.limits.clone();
    let child = Ctx {
        memory: None,
        fds: ctx.fds.clone(),
        fs: ctx.fs.clone(),
        cwd: ctx.cwd.clone(),
        cred: ctx.cred,
        umask: ctx.umask,
        posix: ctx.posix,
        args: ctx.args.clone(),
        env: ctx.env.clone(),
        clock: ctx.clock.clone(),
        random: None,
        random_seed: kernel.next_seed(),
        interrupt,
        identity: crate::wasi::Identity {
            pid: process.pid,
            program: ctx.identity.program.clone(),
        },
        system: ctx.system.clone(),
        denials: process.job.trail().map(|trail| trail.denials(process.pid)),
        meter: process.meter.clone(),
        read_bytes: 0,
        written_bytes: 0,
        process: Private {
            kernel: kernel.clone(),
            process: process.clone(),
            image: private.image.clone(),
            next: None,
            limiter: Limiter::new(
                limits.process_memory_bytes,
                limits.memory_bytes,
                limits.table_elements,
                kernel.memory_bytes().clone(),
                process.clone(),
            ),
            children: Usage::default(),
            gave_way: false,
        },
        limits,
    };
    Ok((process, new_store(child)))
}

/// Instantiates the program again and copies the parent's memory into it.
async fn copy(
    caller: &mut Caller<'_, ProcessCtx>,
    store: &mut Store<ProcessCtx>,
    ranges: Vec<std::ops::Range<usize>>,
) -> Result<wasmtime::Instance, Errno> {
    let program = store.data().process.image.program.clone();
    let instance = program
        .pre
        .instantiate_async(&mut *store)
        .await
        .map_err(|_| Errno::Nomem)?;
    let memory = instance
        .get_memory(&mut *store, "memory")
        .ok_or(Errno::Inval)?;
    if instance.get_func(&mut *store, CHILD_EXPORT).is_none() {
        return Err(Errno::Inval);
    }
    store.data_mut().memory = Some(memory);
    let parent = caller.data().memory.ok_or(Errno::Inval)?;
    let missing = parent.size(&*caller).saturating_sub(memory.size(&*store));
    if missing > 0 {
        memory
            .grow_async(&mut *store, missing)
            .await
            .map_err(|_| Errno::Nomem)?;
    }
    for range in ranges {
        let from = parent
            .data(&*caller)
            .get(range.clone())
            .ok_or(Errno::Fault)?;
        let to = memory
            .data_mut(&mut *store)
            .get_mut(range)
            .ok_or(Errno::Nomem)?;
        to.copy_from_slice(from);
    }
    let own = caller
        .get_export(STACK_POINTER_EXPORT)
        .and_then(wasmtime::Extern::into_global)
        .ok_or(Errno::Inval)?;
    let pointer = match own.get(&mut *caller) {
        Val::I32(pointer) => pointer,
        _ => return Err(Errno::Inval),
    };
    instance
        .get_global(&mut *store, STACK_POINTER_EXPORT)
        .ok_or(Errno::Inval)?
        .set(&mut *store, Val::I32(pointer))
        .map_err(|_| Errno::Inval)?;
    Ok(instance)
}
