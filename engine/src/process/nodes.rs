//! What WASI's file functions leave out: modes, owners, named pipes.

use wardian_abi::{Errno, ExtStat, MODULE, stat_flags};
use wardian_vfs::{Create, Follow};
use wasmtime::{Caller, Linker};

use super::state::ProcessCtx;
use crate::wasi::{Found, GuestMemory, existing, ext_stat_of_descriptor, memory, resolve};

pub(super) fn add(linker: &mut Linker<ProcessCtx>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "path_stat",
        |caller: Caller<'_, ProcessCtx>, dir: u32, flags: u32, path: u32, length: u32, out: u32| {
            memory(caller, |memory, ctx| {
                let path = ctx.path(memory.bytes(path, length)?)?;
                let stat = ctx.stat(dir, path, follow(flags)?)?;
                put_stat(memory, out, &stat)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_stat",
        |caller: Caller<'_, ProcessCtx>, fd: u32, out: u32| {
            memory(caller, |memory, ctx| {
                let descriptor = ctx.fds.get(fd)?;
                let now_ns = ctx.clock.realtime_ns();
                let mut vfs = ctx.fs.lock();
                let stat = ext_stat_of_descriptor(&mut vfs, &descriptor.description, now_ns)?;
                drop(vfs);
                put_stat(memory, out, &stat)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_chmod",
        |caller: Caller<'_, ProcessCtx>,
         dir: u32,
         flags: u32,
         path: u32,
         length: u32,
         mode: u32| {
            memory(caller, |memory, ctx| {
                let path = ctx.path(memory.bytes(path, length)?)?;
                let mut vfs = ctx.fs.lock();
                let ino = existing(ctx, &mut vfs, dir, path, follow(flags)?)?;
                vfs.chmod(&ctx.change(), ino, (mode & 0o7777) as u16)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_chown",
        |caller: Caller<'_, ProcessCtx>,
         dir: u32,
         flags: u32,
         path: u32,
         length: u32,
         uid: u32,
         gid: u32| {
            memory(caller, |memory, ctx| {
                let path = ctx.path(memory.bytes(path, length)?)?;
                let mut vfs = ctx.fs.lock();
                let ino = existing(ctx, &mut vfs, dir, path, follow(flags)?)?;
                let changed = |id: u32| (id != u32::MAX).then_some(id);
                vfs.chown(&ctx.change(), ino, changed(uid), changed(gid))
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_mkfifo",
        |caller: Caller<'_, ProcessCtx>, dir: u32, path: u32, length: u32, mode: u32| {
            memory(caller, |memory, ctx| {
                let path = ctx.path(memory.bytes(path, length)?)?;
                let mut vfs = ctx.fs.lock();
                let Found::Node(place) = resolve(ctx, &mut vfs, dir, path, Follow::Entry)? else {
                    return Err(Errno::Perm);
                };
                let mode = (mode & 0o777) as u16 & !ctx.umask;
                vfs.create_at(&ctx.change(), &place, Create::Fifo, mode)
                    .map(drop)
            })
        },
    )?;
    Ok(())
}

fn follow(flags: u32) -> Result<Follow, Errno> {
    match flags {
        0 => Ok(Follow::NoLast),
        stat_flags::FOLLOW => Ok(Follow::Last),
        _ => Err(Errno::Inval),
    }
}

fn put_stat(memory: &mut GuestMemory<'_>, out: u32, stat: &ExtStat) -> Result<(), Errno> {
    let wide = [
        stat.device,
        stat.inode,
        stat.links,
        stat.size_bytes,
        stat.blocks,
        stat.accessed_ns,
        stat.modified_ns,
        stat.changed_ns,
        stat.created_ns,
    ];
    let narrow = [stat.mode, stat.uid, stat.gid, stat.device_node];
    let mut bytes = Vec::with_capacity(size_of::<ExtStat>());
    bytes.extend(wide.iter().flat_map(|field| field.to_le_bytes()));
    bytes.extend(narrow.iter().flat_map(|field| field.to_le_bytes()));
    memory.put(out, &bytes)
}
