//! `path_open` and the preopened directories.

use std::future::poll_fn;
use std::sync::Arc;

use wardian_abi::Errno;
use wardian_vfs::{Access, Create, Follow, Ino, NodeKind, Vfs};
use wasmtime::{Caller, Linker};

use super::ctx::rights;
use super::guest::{Refusal, guest, memory, outcome};
use super::path::{Found, follow, require, resolve_for};
use super::procfs::{self, Opened};
use super::{Ctx, MODULE};
use crate::fd::{Description, Descriptor, Directory, Flags, NodeFile};

const CREATE: u32 = 1;
const DIRECTORY: u32 = 2;
const EXCLUSIVE: u32 = 4;
const TRUNCATE: u32 = 8;

pub(super) fn add<P: Send + 'static>(linker: &mut Linker<Ctx<P>>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "fd_prestat_get",
        |caller: Caller<'_, Ctx<P>>, fd: u32, out: u32| {
            memory(caller, |memory, ctx| {
                let length = preopen_name(ctx, fd)?.len() as u32;
                memory.put_u32(out, 0)?;
                memory.put_u32(out.checked_add(4).ok_or(Errno::Fault)?, length)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_prestat_dir_name",
        |caller: Caller<'_, Ctx<P>>, fd: u32, out: u32, length: u32| {
            memory(caller, |memory, ctx| {
                let name = preopen_name(ctx, fd)?;
                if name.len() > length as usize {
                    return Err(Errno::Nametoolong);
                }
                memory.put(out, name)
            })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "path_open",
        |mut caller: Caller<'_, Ctx<P>>,
         (fd, lookup, path, length, oflags, base, _inheriting, fdflags, out): (
            u32,
            u32,
            u32,
            u32,
            u32,
            u64,
            u64,
            u32,
            u32,
        )| {
            Box::new(async move {
                // Of the rights asked for, only those to read and write count,
                // as with other hosts: programs ask for too few and use more.
                let request = Request {
                    fd,
                    lookup,
                    oflags,
                    read: base & rights::READ != 0,
                    write: base & rights::WRITE != 0,
                    fdflags,
                };
                let result = open(&mut caller, &request, path, length, out).await;
                if let (Err(Refusal::Errno(errno)), Some(denials)) =
                    (&result, &caller.data().denials)
                {
                    denials.failed(*errno);
                }
                outcome(result)
            })
        },
    )?;
    Ok(())
}

fn preopen_name<P>(ctx: &Ctx<P>, fd: u32) -> Result<&[u8], Errno> {
    match &*ctx.fds.get(fd)?.description {
        Description::Directory(directory) => directory.preopen().ok_or(Errno::Badf),
        _ => Err(Errno::Badf),
    }
}

struct Request {
    fd: u32,
    lookup: u32,
    oflags: u32,
    read: bool,
    write: bool,
    fdflags: u32,
}

enum Step {
    Done(Descriptor),
    /// A named pipe: opening waits for the other end.
    Fifo(Ino),
}

async fn open<P>(
    caller: &mut Caller<'_, Ctx<P>>,
    request: &Request,
    path: u32,
    length: u32,
    out: u32,
) -> Result<(), Refusal> {
    let (memory, ctx) = guest(caller)?;
    memory.bytes(out, 4)?;
    let path = ctx.path(memory.bytes(path, length)?)?;
    let limit = ctx
        .fds
        .get(request.fd)
        .map(|parent| parent.rights.inheriting);
    let step = look_up(ctx, request, path)?;
    let mut descriptor = match step {
        Step::Done(descriptor) => descriptor,
        Step::Fifo(ino) => open_fifo(caller, request, ino).await?,
    };
    if let Ok(limit) = limit {
        descriptor.rights.base &= limit;
        descriptor.rights.inheriting &= limit;
    }
    let (mut memory, ctx) = guest(caller)?;
    let fd = ctx.fds.insert(descriptor)?;
    memory.put_u32(out, fd)?;
    Ok(())
}

fn look_up<P>(ctx: &Ctx<P>, request: &Request, path: &[u8]) -> Result<Step, Errno> {
    let has = |flag: u32| request.oflags & flag != 0;
    if request.oflags > 15
        || request.fdflags > u32::from(Flags::ALL)
        || (has(DIRECTORY) && request.oflags & (CREATE | EXCLUSIVE | TRUNCATE) != 0)
    {
        return Err(Errno::Inval);
    }
    let follows = follow(request.lookup)? == Follow::Last;
    let mut right = rights::PATH_OPEN;
    if has(CREATE) {
        right |= rights::PATH_CREATE_FILE;
    }
    if has(TRUNCATE) {
        right |= rights::PATH_FILESTAT_SET_SIZE;
    }
    require(ctx, request.fd, right)?;
    let exclusive = has(CREATE) && has(EXCLUSIVE);
    // As on Linux, no file is made of a name that a slash follows, whatever it
    // leads to: of such a path only the way to the name matters.
    let slash = has(CREATE) && path.ends_with(b"/");
    let follow = if slash {
        Follow::Entry
    } else if follows && !exclusive {
        Follow::Last
    } else {
        Follow::NoLast
    };
    let mut vfs = ctx.fs.lock();
    let place = match resolve_for(ctx, &mut vfs, request.fd, path, follow, has(CREATE))? {
        Found::Node(place) if slash && !matches!(&*place.name, b"." | b".." | b"/") => {
            return Err(Errno::Isdir);
        }
        Found::Node(place) => place,
        Found::Proc(_) if slash => return Err(Errno::Isdir),
        Found::Proc(_) if exclusive => return Err(Errno::Exist),
        Found::Proc(node) => {
            return match procfs::open(ctx, &mut vfs, &node, request.read, request.write)? {
                Opened::Descriptor(descriptor) => Ok(Step::Done(descriptor)),
                Opened::Node(ino) => open_node(ctx, vfs, request, ino),
            };
        }
    };
    let ino = match place.target {
        Some(_) if exclusive => return Err(Errno::Exist),
        Some(ino) => ino,
        None if !has(CREATE) => return Err(Errno::Noent),
        None => {
            let mode = 0o666 & !ctx.umask;
            let ino = vfs.create_at(&ctx.change(), &place, Create::Regular, mode)?;
            drop(vfs);
            // The creator may write whatever the mode says.
            return file(ctx, request, ino);
        }
    };
    open_node(ctx, vfs, request, ino)
}

fn open_node<P>(
    ctx: &Ctx<P>,
    mut vfs: std::sync::MutexGuard<'_, Vfs>,
    request: &Request,
    ino: Ino,
) -> Result<Step, Errno> {
    let kind = vfs.stat(ino)?.kind;
    if request.oflags & DIRECTORY != 0 && kind != NodeKind::Directory {
        return Err(Errno::Notdir);
    }
    if kind == NodeKind::Symlink {
        return Err(Errno::Loop);
    }
    let truncate = request.oflags & TRUNCATE != 0;
    vfs.access(
        ino,
        &ctx.cred,
        Access {
            read: request.read,
            write: (request.write || truncate) && kind != NodeKind::Directory,
            execute: false,
        },
    )?;
    match kind {
        NodeKind::Directory => {
            if request.write || request.oflags & (CREATE | TRUNCATE) != 0 {
                return Err(Errno::Isdir);
            }
            drop(vfs);
            let directory = Directory::open(&ctx.fs, ino, None)?;
            let description = Description::Directory(directory);
            Ok(Step::Done(Descriptor::new(description, true, false)))
        }
        NodeKind::Regular => {
            if truncate {
                vfs.truncate(&ctx.change(), ino, 0)?;
            }
            drop(vfs);
            file(ctx, request, ino)
        }
        NodeKind::Device(wardian_vfs::Device::Tty) => Err(Errno::Nxio),
        NodeKind::Device(device) => Ok(Step::Done(Descriptor::new(
            Description::Device(device),
            request.read,
            request.write,
        ))),
        NodeKind::Fifo => Ok(Step::Fifo(ino)),
        NodeKind::Symlink | NodeKind::Magic(_) => Err(Errno::Loop),
    }
}

fn file<P>(ctx: &Ctx<P>, request: &Request, ino: Ino) -> Result<Step, Errno> {
    let file = NodeFile::open(&ctx.fs, ino, request.fdflags as u16)?;
    Ok(Step::Done(Descriptor::new(
        Description::Node(file),
        request.read,
        request.write,
    )))
}

/// Opens an end of a named pipe; waits for the other one (POSIX `open`).
///
/// # Errors
/// `ENXIO`: to write without waiting, while nobody reads.
async fn open_fifo<P>(
    caller: &mut Caller<'_, Ctx<P>>,
    request: &Request,
    ino: Ino,
) -> Result<Descriptor, Refusal> {
    let ctx = caller.data();
    let pipe = ctx.fs.fifo(ino, ctx.limits.pipe_bytes as usize);
    let flags = Flags::new(request.fdflags as u16);
    let nonblock = flags.get() & Flags::NONBLOCK != 0;
    // POSIX: who would write and does not wait wants somebody there already.
    if nonblock && request.write && !request.read && !pipe.has_reader() {
        return Err(Errno::Nxio.into());
    }
    let before = pipe.ends_ever();
    let description = match (request.read, request.write) {
        (true, true) => Description::PipeBoth(pipe.reader(), pipe.writer(), flags),
        (false, true) => Description::PipeWriter(pipe.writer(), flags),
        _ => Description::PipeReader(pipe.reader(), flags),
    };
    if !(nonblock || (request.read && request.write)) {
        let interrupt = ctx.interrupt.clone();
        interrupt
            .guard(poll_fn(|cx| pipe.poll_both_ends(before, cx)))
            .await?;
    }
    Ok(Descriptor::of(
        Arc::new(description),
        request.read || !request.write,
        request.write,
    ))
}
