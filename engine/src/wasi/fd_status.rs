//! The `fd_*` functions that look at a descriptor or change it without moving
//! bytes.

use wardian_abi::{Errno, FileType};
use wasmtime::{Caller, Linker};

use super::ctx::rights;
use super::guest::memory;
use super::path::times;
use super::status::{ext_stat_of_descriptor, put_filestat, type_of, wasi_file_type};
use super::{Ctx, MODULE};
use crate::fd::{Description, Descriptor, Flags, NodeFile};

pub(super) fn add<P: Send + 'static>(linker: &mut Linker<Ctx<P>>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "fd_advise",
        |caller: Caller<'_, Ctx<P>>, fd: u32, _offset: u64, _length: u64, advice: u32| {
            memory(caller, |_, ctx| {
                let descriptor = ctx.fds.get(fd)?;
                match &*descriptor.description {
                    _ if advice > 5 => Err(Errno::Inval),
                    Description::Node(_) | Description::Text(_) => Ok(()),
                    Description::Directory(_) | Description::Listing(_) => Err(Errno::Badf),
                    _ => Err(Errno::Spipe),
                }
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_allocate",
        |caller: Caller<'_, Ctx<P>>, fd: u32, offset: u64, length: u64| {
            memory(caller, |_, ctx| {
                let file = node(ctx, fd, rights::ALLOCATE)?;
                let mut vfs = file.fs().lock();
                vfs.allocate(&ctx.change(), file.ino(), offset, length)
            })
        },
    )?;
    linker.func_wrap(MODULE, "fd_close", |caller: Caller<'_, Ctx<P>>, fd: u32| {
        memory(caller, |_, ctx| ctx.fds.remove(fd).map(drop))
    })?;
    for name in ["fd_datasync", "fd_sync"] {
        linker.func_wrap(MODULE, name, |caller: Caller<'_, Ctx<P>>, fd: u32| {
            memory(caller, |_, ctx| match &*ctx.fds.get(fd)?.description {
                Description::Node(_) | Description::Directory(_) => Ok(()),
                _ => Err(Errno::Inval),
            })
        })?;
    }
    linker.func_wrap(
        MODULE,
        "fd_fdstat_get",
        |caller: Caller<'_, Ctx<P>>, fd: u32, out: u32| {
            memory(caller, |memory, ctx| {
                let descriptor = ctx.fds.get(fd)?;
                let file_type = wasi_file_type(type_of(&descriptor.description));
                let flags = descriptor.description.flags();
                let mut bytes = [0u8; 24];
                let fields = [file_type, 0]
                    .into_iter()
                    .chain(flags.to_le_bytes())
                    .chain([0; 4])
                    .chain(descriptor.rights.base.to_le_bytes())
                    .chain(descriptor.rights.inheriting.to_le_bytes());
                for (place, byte) in bytes.iter_mut().zip(fields) {
                    *place = byte;
                }
                memory.put(out, &bytes)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_fdstat_set_flags",
        |caller: Caller<'_, Ctx<P>>, fd: u32, flags: u32| {
            memory(caller, |_, ctx| {
                let descriptor = ctx.fds.get(fd)?;
                if flags > u32::from(Flags::ALL) {
                    return Err(Errno::Inval);
                }
                if let Some(cell) = descriptor.description.flag_cell() {
                    cell.set(flags as u16);
                }
                Ok(())
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_fdstat_set_rights",
        |caller: Caller<'_, Ctx<P>>, fd: u32, base: u64, inheriting: u64| {
            memory(caller, |_, ctx| {
                let descriptor = ctx.fds.get_mut(fd)?;
                if (base | inheriting) & !rights::ALL != 0 {
                    return Err(Errno::Inval);
                }
                let held = descriptor.rights;
                if base & !held.base != 0 || inheriting & !held.inheriting != 0 {
                    return Err(Errno::Notcapable);
                }
                descriptor.rights.base = base;
                descriptor.rights.inheriting = inheriting;
                Ok(())
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_filestat_get",
        |caller: Caller<'_, Ctx<P>>, fd: u32, out: u32| {
            memory(caller, |memory, ctx| {
                let descriptor = ctx.fds.get(fd)?;
                let now_ns = ctx.clock.realtime_ns();
                let mut vfs = ctx.fs.lock();
                let stat = ext_stat_of_descriptor(&mut vfs, &descriptor.description, now_ns)?;
                put_filestat(memory, out, &stat)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_filestat_set_size",
        |caller: Caller<'_, Ctx<P>>, fd: u32, size: u64| {
            memory(caller, |_, ctx| {
                let file = node(ctx, fd, rights::FD_FILESTAT_SET_SIZE)?;
                let mut vfs = file.fs().lock();
                vfs.truncate(&ctx.change(), file.ino(), size)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_filestat_set_times",
        |caller: Caller<'_, Ctx<P>>, fd: u32, accessed: u64, modified: u64, which: u32| {
            memory(caller, |_, ctx| {
                let descriptor = ctx.fds.get(fd)?;
                let times = times(accessed, modified, which)?;
                let ino = match &*descriptor.description {
                    Description::Node(file) => file.ino(),
                    Description::Directory(directory) => directory.ino(),
                    _ => return Err(Errno::Badf),
                };
                if !descriptor.allows(rights::FD_FILESTAT_SET_TIMES) {
                    return Err(Errno::Notcapable);
                }
                let mut vfs = ctx.fs.lock();
                vfs.set_times(&ctx.change(), ino, times.0, times.1)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_renumber",
        |caller: Caller<'_, Ctx<P>>, from: u32, to: u32| {
            memory(caller, |_, ctx| {
                // Both must be open: WASI's renumbering never makes a number.
                ctx.fds.get(to)?;
                if from == to {
                    return ctx.fds.get(from).map(drop);
                }
                let descriptor = ctx.fds.remove(from)?;
                ctx.fds.put(to, descriptor).map(drop)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_seek",
        |caller: Caller<'_, Ctx<P>>, fd: u32, offset: i64, whence: u32, out: u32| {
            memory(caller, |memory, ctx| {
                let moved = seek(ctx, fd, offset, whence)?;
                memory.put_u64(out, moved)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_tell",
        |caller: Caller<'_, Ctx<P>>, fd: u32, out: u32| {
            memory(caller, |memory, ctx| {
                let offset = match &*seekable(ctx, fd, rights::TELL)?.description {
                    Description::Node(file) => *file.offset(),
                    Description::Text(file) => *file.offset(),
                    Description::Device(_) => 0,
                    _ => return Err(Errno::Spipe),
                };
                memory.put_u64(out, offset)
            })
        },
    )?;
    Ok(())
}

/// The open regular file behind a descriptor that has this right.
fn node<P>(ctx: &Ctx<P>, fd: u32, right: u64) -> Result<&NodeFile, Errno> {
    let descriptor = ctx.fds.get(fd)?;
    match &*descriptor.description {
        Description::Node(file) if descriptor.allows(right) => Ok(file),
        Description::Node(_) => Err(Errno::Badf),
        Description::Directory(_) | Description::Listing(_) => Err(Errno::Badf),
        _ => Err(Errno::Inval),
    }
}

fn seekable<P>(ctx: &Ctx<P>, fd: u32, right: u64) -> Result<&Descriptor, Errno> {
    let descriptor = ctx.fds.get(fd)?;
    match type_of(&descriptor.description) {
        FileType::Regular if descriptor.allows(right) => Ok(descriptor),
        FileType::Regular => Err(Errno::Notcapable),
        FileType::Directory => Err(Errno::Badf),
        // Seeking in `/dev/null` leads nowhere, but is no mistake.
        FileType::CharacterDevice if descriptor.allows(right | rights::SEEK) => Ok(descriptor),
        _ => Err(Errno::Spipe),
    }
}

fn seek<P>(ctx: &Ctx<P>, fd: u32, delta: i64, whence: u32) -> Result<u64, Errno> {
    let descriptor = seekable(ctx, fd, 0)?;
    // Asking where one is takes only the right to tell.
    let asks = whence == 1 && delta == 0;
    if !descriptor.allows(if asks { rights::TELL } else { rights::SEEK }) {
        return Err(Errno::Notcapable);
    }
    let (mut offset, size) = match &*descriptor.description {
        Description::Node(file) => {
            // Let go before the offset is locked: reads lock that first.
            let size = {
                let mut vfs = file.fs().lock();
                vfs.refresh_node(file.ino());
                vfs.stat(file.ino())?.size_bytes
            };
            (file.offset(), size)
        }
        Description::Text(file) => (file.offset(), file.text().len() as u64),
        Description::Device(_) => return Ok(0),
        _ => return Err(Errno::Spipe),
    };
    let start = match whence {
        0 => 0,
        1 => *offset,
        2 => size,
        _ => return Err(Errno::Inval),
    };
    let target = start
        .checked_add_signed(delta)
        .filter(|target| i64::try_from(*target).is_ok())
        .ok_or(Errno::Inval)?;
    *offset = target;
    Ok(target)
}
