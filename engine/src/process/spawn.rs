//! `pipe`, `dup`, `spawn`, `exec`, `wait`: how processes come about and meet.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Instant;

use wardian_abi::{Errno, FdMap, MODULE, Slice, USER_FD_MAX, WaitStatus, spawn_flags, wait_flags};
use wardian_vfs::{Access, NodeKind};
use wasmtime::{Caller, Linker, Store};

use super::image::{Image, Looked, Refused, load, look};
use super::job::Job;
use super::kernel::Kernel;
use super::limiter::Limiter;
use super::run::{Entry, add as add_usage, new_store, report, run};
use super::state::{Private, Process, ProcessCtx};
use crate::error::ErrorKind;
use crate::fd::{Description, Descriptor, Directory, FdTable, Flags, Interrupt, pipe};
use crate::reached::Reached;
use crate::wasi::{Ctx, End, Identity, Refusal, Strings, guest, memory, outcome};

pub(super) fn add(linker: &mut Linker<ProcessCtx>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "pipe",
        |caller: Caller<'_, ProcessCtx>, out: u32| {
            memory(caller, |memory, ctx| {
                memory.bytes(out, 8)?;
                let (reader, writer) = pipe(ctx.limits.pipe_bytes as usize, ctx.fs.next_pipe());
                let reader = Description::PipeReader(reader, Flags::default());
                let writer = Description::PipeWriter(writer, Flags::default());
                let read_fd = ctx.fds.insert(Descriptor::new(reader, true, false))?;
                match ctx.fds.insert(Descriptor::new(writer, false, true)) {
                    Ok(write_fd) => {
                        memory.put_u32(out, read_fd)?;
                        memory.put_u32(out + 4, write_fd)
                    }
                    Err(errno) => {
                        ctx.fds.remove(read_fd)?;
                        Err(errno)
                    }
                }
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "dup",
        |caller: Caller<'_, ProcessCtx>, fd: u32, out: u32| {
            memory(caller, |memory, ctx| {
                memory.bytes(out, 4)?;
                let descriptor = ctx.fds.get(fd)?.clone();
                let copy = ctx.fds.insert(descriptor)?;
                memory.put_u32(out, copy)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "dup_to",
        |caller: Caller<'_, ProcessCtx>, fd: u32, to: u32| {
            memory(caller, |_, ctx| {
                let descriptor = ctx.fds.get(fd)?.clone();
                if is_preopen(&ctx.fds, to) {
                    return Err(Errno::Badf);
                }
                if fd == to {
                    return Ok(());
                }
                ctx.fds.put(to, descriptor).map(drop)
            })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "spawn",
        |mut caller: Caller<'_, ProcessCtx>, (args, out): (u32, u32)| {
            Box::new(async move { outcome(spawn(&mut caller, args, out).await) })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "exec",
        |mut caller: Caller<'_, ProcessCtx>, (args,): (u32,)| {
            Box::new(async move { outcome(exec(&mut caller, args).await) })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "wait",
        |mut caller: Caller<'_, ProcessCtx>, (fd, flags, out): (u32, u32, u32)| {
            Box::new(async move { outcome(wait(&mut caller, fd, flags, out).await) })
        },
    )?;
    Ok(())
}

fn is_preopen(fds: &FdTable, fd: u32) -> bool {
    fds.get(fd).is_ok_and(|descriptor| {
        matches!(&*descriptor.description, Description::Directory(directory)
            if directory.preopen().is_some())
    })
}

/// A process about to start.
pub struct Launch {
    /// The program.
    pub image: Image,
    /// Descriptors, preopened directories among them.
    pub fds: FdTable,
    /// Working directory.
    pub cwd: Arc<Directory>,
    /// Permission bits withheld from new files.
    pub umask: u16,
    /// The exec it belongs to.
    pub job: Arc<Job>,
    /// Signals ignored from the start.
    pub ignored_signals: u64,
    /// Process group: `None` the parent's, 0 a new one.
    pub group: Option<u32>,
    /// The host's time at which it was asked for.
    pub asked: Instant,
}

impl Launch {
    /// Enters the process into the table and makes its Store.
    ///
    /// # Errors
    /// `EAGAIN`: too many processes.
    pub fn prepare(
        self,
        kernel: &Arc<Kernel>,
        parent: Option<&Process>,
    ) -> Result<(Arc<Process>, Started), Errno> {
        let limits = kernel.limits().clone();
        let interrupt = Arc::new(Interrupt::with_ignored(self.ignored_signals));
        let process = kernel.enter(
            parent,
            self.group,
            self.job,
            interrupt.clone(),
            self.image.args.clone(),
            self.asked,
        )?;
        let settings = kernel.settings();
        let ctx = Ctx {
            memory: None,
            fds: self.fds,
            fs: kernel.fs().clone(),
            cwd: Some(self.cwd),
            cred: settings.cred,
            umask: self.umask,
            posix: self.image.program.posix,
            args: self.image.args.clone(),
            env: self.image.env.clone(),
            clock: settings.clock.clone(),
            random: None,
            random_seed: kernel.next_seed(),
            interrupt,
            identity: Identity {
                pid: process.pid,
                program: self.image.path.clone(),
            },
            system: kernel.system_view(),
            denials: process.job.trail().map(|trail| trail.denials(process.pid)),
            meter: process.meter.clone(),
            read_bytes: 0,
            written_bytes: 0,
            process: Private {
                kernel: kernel.clone(),
                process: process.clone(),
                image: self.image,
                next: None,
                limiter: Limiter::new(
                    limits.process_memory_bytes,
                    limits.memory_bytes,
                    limits.table_elements,
                    kernel.memory_bytes().clone(),
                    process.clone(),
                ),
                children: wardian_abi::Usage::default(),
                gave_way: false,
            },
            limits,
        };
        Ok((process, Started(new_store(ctx))))
    }
}

/// A process in the table that has not run yet.
pub struct Started(Store<ProcessCtx>);

impl Started {
    /// Has it run to its end in the turns of this job.
    pub fn spawn(self, job: &Job) {
        job.scheduler().spawn(async move {
            run(self.0, Entry::Start).await;
        });
    }
}

/// The first directory of every process of Wardian's own: the whole tree.
pub fn root_preopen(kernel: &Kernel) -> Result<Descriptor, Errno> {
    let directory = Directory::root(kernel.fs())?;
    Ok(Descriptor::new(
        Description::Directory(directory),
        true,
        false,
    ))
}

/// [`SpawnArgs`] out of the guest's memory, checked and charged.
struct Request {
    path: Vec<u8>,
    args: Strings,
    env: Strings,
    cwd: Vec<u8>,
    fds: Vec<FdMap>,
    flags: u32,
    group: u32,
    ignored_signals: u64,
}

fn request(caller: &mut Caller<'_, ProcessCtx>, at: u32) -> Result<Request, Refusal> {
    let (memory, ctx) = guest(caller)?;
    let words: [u32; 14] = memory.words(at)?;
    let [
        path,
        path_length,
        argv,
        argv_length,
        env,
        env_length,
        cwd,
        cwd_length,
        fds,
        fd_count,
        flags,
        group,
        ignored_low,
        ignored_high,
    ] = words;
    let limit = u64::from(ctx.limits.argument_bytes);
    if u64::from(argv_length) + u64::from(env_length) > limit {
        ctx.process.process.job.reached().note(Reached::Arguments);
        return Err(Errno::TooBig.into());
    }
    if flags & !spawn_flags::ALL != 0 || fd_count > USER_FD_MAX + 1 {
        return Err(Errno::Inval.into());
    }
    let slice = |slice: Slice| memory.bytes(slice.address, slice.length);
    let mut map = Vec::with_capacity(fd_count as usize);
    for entry in memory.bytes(fds, fd_count * 8)?.chunks_exact(8) {
        let (child, parent) = entry.split_at(4);
        let number = |bytes: &[u8]| bytes.try_into().map(u32::from_le_bytes);
        map.push(FdMap {
            child: number(child).map_err(|_| Errno::Fault)?,
            parent: number(parent).map_err(|_| Errno::Fault)?,
        });
    }
    let block = |address, length| Strings::from_block(slice(Slice { address, length })?);
    let path_bytes = slice(Slice {
        address: path,
        length: path_length,
    })?;
    let cwd_bytes = slice(Slice {
        address: cwd,
        length: cwd_length,
    })?;
    Ok(Request {
        path: ctx.path(path_bytes)?.to_vec(),
        cwd: ctx.path(cwd_bytes)?.to_vec(),
        args: block(argv, argv_length)?,
        env: block(env, env_length)?,
        fds: map,
        flags,
        group,
        ignored_signals: u64::from(ignored_high) << 32 | u64::from(ignored_low),
    })
}

/// The working directory that a request names, or the caller's.
fn directory(ctx: &ProcessCtx, path: &[u8]) -> Result<Arc<Directory>, Errno> {
    if path.is_empty() {
        return ctx.cwd().cloned();
    }
    open_directory(ctx, path)
}

/// Opens a directory to work in.
pub(super) fn open_directory(ctx: &ProcessCtx, path: &[u8]) -> Result<Arc<Directory>, Errno> {
    let ino = {
        let mut vfs = ctx.fs.lock();
        let found = crate::wasi::resolve(
            ctx,
            &mut vfs,
            wardian_abi::AT_CWD,
            path,
            wardian_vfs::Follow::Last,
        )?;
        let crate::wasi::Found::Node(place) = found else {
            return Err(Errno::Acces);
        };
        let ino = place.target.ok_or(Errno::Noent)?;
        if vfs.stat(ino)?.kind != NodeKind::Directory {
            return Err(Errno::Notdir);
        }
        vfs.access(ino, &ctx.cred, Access::EXECUTE)?;
        ino
    };
    Ok(Arc::new(Directory::open(&ctx.fs, ino, None)?))
}

async fn image(
    caller: &mut Caller<'_, ProcessCtx>,
    request: &Request,
    base: &Directory,
) -> Result<Image, Refusal> {
    let kernel = caller.data().process.kernel.clone();
    let interrupt = caller.data().interrupt.clone();
    let cred = caller.data().cred;
    let job = caller.data().process.process.job.clone();
    let loaded = match look(&kernel, &cred, base.ino(), &request.path) {
        Ok(Looked::Linked(found)) => Ok(found),
        Err(errno) => Err(errno.into()),
        Ok(Looked::Load(kind)) => {
            let load = load(&kernel, &request.path, kind);
            let load = job.scheduler().outside(load);
            // Boxed: every spawn would carry the room for it.
            Box::pin(interrupt.guard(load)).await?
        }
    };
    match loaded {
        Ok((program, applet)) => Ok(Image {
            program,
            applet,
            path: absolute(&kernel, base, &request.path)?.into(),
            args: request.args.clone(),
            env: request.env.clone(),
        }),
        Err(Refused::Errno(errno)) => {
            if errno == Errno::Fbig {
                job.reached().note(Reached::ModuleBytes);
            }
            Err(errno.into())
        }
        Err(Refused::Module(error)) => {
            if error.kind() == ErrorKind::Limit {
                job.reached().note(Reached::CompileTime);
            }
            report(caller.data(), &format!("wardian: {error}\n"));
            // Not ENOEXEC: that would make a shell read the module as a script.
            Err(Errno::Acces.into())
        }
    }
}

fn absolute(kernel: &Kernel, base: &Directory, path: &[u8]) -> Result<Vec<u8>, Errno> {
    if path.starts_with(b"/") {
        return Ok(path.to_vec());
    }
    let mut whole = kernel.fs().lock().path_of(base.ino())?;
    if !whole.ends_with(b"/") {
        whole.push(b'/');
    }
    whole.extend_from_slice(path);
    Ok(whole)
}

async fn spawn(caller: &mut Caller<'_, ProcessCtx>, args: u32, out: u32) -> Result<(), Refusal> {
    let (memory, _) = guest(caller)?;
    memory.bytes(out, 8)?;
    let request = request(caller, args)?;
    let cwd = directory(caller.data(), &request.cwd)?;
    let image = image(caller, &request, &cwd).await?;
    let ctx = caller.data_mut();
    let fds = descriptors(ctx, &request, &image, &cwd)?;
    let kernel = ctx.process.kernel.clone();
    let launch = Launch {
        image,
        fds,
        cwd,
        umask: ctx.umask,
        job: ctx.process.process.job.clone(),
        ignored_signals: ctx.interrupt.ignored() | request.ignored_signals,
        group: (request.flags & spawn_flags::SET_GROUP != 0).then_some(request.group),
        asked: Instant::now(),
    };
    let parent = ctx.process.process.clone();
    let (process, started) = launch.prepare(&kernel, Some(&parent))?;
    started.spawn(&process.job);
    hand_over(caller, &process, out)
}

/// Gives the guest a descriptor for its new child, and the child's number.
pub(super) fn hand_over(
    caller: &mut Caller<'_, ProcessCtx>,
    process: &Process,
    out: u32,
) -> Result<(), Refusal> {
    let (mut memory, ctx) = guest(caller)?;
    let description = Description::Process(process.completion.clone());
    let fd = ctx.fds.insert(Descriptor::new(description, true, false))?;
    memory.put_u32(out, fd)?;
    memory.put_u32(out.checked_add(4).ok_or(Errno::Fault)?, process.pid)?;
    Ok(())
}

/// The descriptors that a program begins with: those that are asked for, and what it
/// finds preopened: `/` for Wardian's own; for others the working directory as well,
/// under the name `.`.
fn descriptors(
    ctx: &ProcessCtx,
    request: &Request,
    image: &Image,
    cwd: &Directory,
) -> Result<FdTable, Errno> {
    let mut fds = FdTable::new(ctx.limits.descriptors as usize);
    for map in &request.fds {
        fds.put_user(map.child, ctx.fds.get(map.parent)?.clone())?;
    }
    fds.put(3, root_preopen(&ctx.process.kernel)?)?;
    if !image.program.posix && cwd.ino() != ctx.fs.lock().root() {
        let directory = Directory::open(&ctx.fs, cwd.ino(), Some(b"."))?;
        let description = Description::Directory(directory);
        fds.put(4, Descriptor::new(description, true, false))?;
    }
    Ok(fds)
}

async fn exec(caller: &mut Caller<'_, ProcessCtx>, args: u32) -> Result<(), Refusal> {
    let request = request(caller, args)?;
    let cwd = directory(caller.data(), &request.cwd)?;
    let image = image(caller, &request, &cwd).await?;
    let ctx = caller.data_mut();
    ctx.fds = descriptors(ctx, &request, &image, &cwd)?;
    ctx.cwd = Some(cwd);
    ctx.process.next = Some(Box::new(image));
    Err(End::Exec.into())
}

async fn wait(
    caller: &mut Caller<'_, ProcessCtx>,
    fd: u32,
    flags: u32,
    out: u32,
) -> Result<(), Refusal> {
    let (memory, ctx) = guest(caller)?;
    memory.bytes(out, size_of::<WaitStatus>() as u32)?;
    let description = ctx.fds.get(fd)?.description.clone();
    let Description::Process(completion) = &*description else {
        return Err(Errno::Badf.into());
    };
    let status = if flags & wait_flags::NO_HANG != 0 {
        completion.status().ok_or(Errno::Again)?
    } else {
        let interrupt = ctx.interrupt.clone();
        interrupt.guard(poll_fn(|cx| completion.poll(cx))).await?
    };
    let (mut memory, ctx) = guest(caller)?;
    ctx.process.children = add_usage(ctx.process.children, status.usage);
    let mut at = out;
    for word in [status.exit_code, status.signal] {
        memory.put_u32(at, word)?;
        at += 4;
    }
    put_usage(&mut memory, at, &status.usage)?;
    Ok(())
}

/// Writes [`wardian_abi::Usage`].
pub(super) fn put_usage(
    memory: &mut crate::wasi::GuestMemory<'_>,
    at: u32,
    usage: &wardian_abi::Usage,
) -> Result<(), Errno> {
    let fields = [
        usage.cpu_ns,
        usage.peak_memory_bytes,
        usage.read_bytes,
        usage.written_bytes,
    ];
    for (index, field) in (0u32..).zip(fields) {
        let address = at.checked_add(index * 8).ok_or(Errno::Fault)?;
        memory.put_u64(address, field)?;
    }
    Ok(())
}
