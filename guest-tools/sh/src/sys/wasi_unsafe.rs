//! Wardian's backend: WASI preview 1 and the process ABI.
#![allow(unsafe_code)]

use wardian_abi::{
    AT_CWD, Errno, ExtStat, FdMap, ForkArgs, MemoryRange, ProcessInfo, Slice, USER_FD_BASE,
    USER_FD_MAX, Usage, WaitStatus, guest, imports, stat_flags, wait_flags,
};

use super::{DirEntry, Fd, OpenMode, Process, Program};

fn errno(error: wasi::Errno) -> Errno {
    Errno::from_raw(error.raw()).unwrap_or(Errno::Io)
}

/// What the shell was started with.
pub fn start() -> super::Start {
    let start = guest::Start::read().unwrap_or_default();
    super::Start {
        args: start.args,
        env: start.env,
        cwd: start.cwd,
        monotonic_ns: start.monotonic_ns,
    }
}

/// Makes what every shell begins with, while the module is built: it is part of
/// the module then. Nothing of the host can be asked for yet.
// SAFETY: the name is the contract with the build; nothing else defines it.
#[unsafe(export_name = "wizer-initialize")]
pub extern "C" fn prepare() {
    crate::exec::prepare();
    map_whole();
}

/// Makes all of the memory part of the module's image, by a byte at its end: zeros
/// after the image are another mapping, which the kernel would have to look through
/// after each run as well.
fn map_whole() {
    const PAGE_BYTES: usize = 65536;
    let [used, _] = wardian_memory::used();
    let end = core::arch::wasm32::memory_size(0) * PAGE_BYTES;
    // The heap takes whole pages from where it ends: what is left of the last one
    // will never be its own.
    if (end - used.end) % PAGE_BYTES > 0 {
        // SAFETY: the last byte of memory, which nothing else uses.
        unsafe { std::ptr::with_exposed_provenance_mut::<u8>(end - 1).write_volatile(1) };
    }
}

/// Where a prepared module starts, instead of `_start`: the C library, which would
/// first list the preopened directories, is not asked for anything.
// SAFETY: as above.
#[unsafe(export_name = "wizer-resume")]
pub extern "C" fn resume() {
    // Success is told by returning, which takes the host less than an exit.
    match crate::exec::main() {
        0 => {}
        status => exit(status),
    }
}

/// Name of the applet as which the shell was started.
pub fn applet() -> Vec<u8> {
    imports::applet()
}

/// The descriptor of a user's descriptor number.
pub fn user_fd(number: u32) -> Fd {
    if number < 3 {
        number
    } else {
        USER_FD_BASE + number
    }
}

/// Whether a user's descriptor is open.
pub fn is_open(number: u32) -> bool {
    // SAFETY: no memory is passed but the result's.
    number <= USER_FD_MAX && unsafe { wasi::fd_fdstat_get(user_fd(number)) }.is_ok()
}

/// Whether the descriptor is a terminal.
pub fn is_terminal(number: u32) -> bool {
    // SAFETY: as for `is_open`.
    let Ok(stat) = (unsafe { wasi::fd_fdstat_get(user_fd(number)) }) else {
        return false;
    };
    let seekable = wasi::RIGHTS_FD_SEEK | wasi::RIGHTS_FD_TELL;
    stat.fs_filetype == wasi::FILETYPE_CHARACTER_DEVICE && stat.fs_rights_base & seekable == 0
}

/// Writes; gives the number of bytes taken.
pub fn write(fd: Fd, bytes: &[u8]) -> Result<usize, Errno> {
    let iov = [wasi::Ciovec {
        buf: bytes.as_ptr(),
        buf_len: bytes.len(),
    }];
    // SAFETY: the vector points to `bytes`, which lives across the call.
    unsafe { wasi::fd_write(fd, &iov) }.map_err(errno)
}

/// Reads; 0 at the end.
pub fn read(fd: Fd, buf: &mut [u8]) -> Result<usize, Errno> {
    let iov = [wasi::Iovec {
        buf: buf.as_mut_ptr(),
        buf_len: buf.len(),
    }];
    // SAFETY: the vector points to `buf`, which lives across the call.
    unsafe { wasi::fd_read(fd, &iov) }.map_err(errno)
}

/// Opens a file.
pub fn open(path: &[u8], mode: OpenMode) -> Result<Fd, Errno> {
    let mut oflags = 0;
    for (wanted, flag) in [
        (mode.create, wasi::OFLAGS_CREAT),
        (mode.truncate, wasi::OFLAGS_TRUNC),
        (mode.exclusive, wasi::OFLAGS_EXCL),
    ] {
        if wanted {
            oflags |= flag;
        }
    }
    let mut rights = wasi::RIGHTS_FD_FILESTAT_GET
        | wasi::RIGHTS_FD_SEEK
        | wasi::RIGHTS_FD_TELL
        | wasi::RIGHTS_POLL_FD_READWRITE
        | wasi::RIGHTS_FD_FDSTAT_SET_FLAGS;
    if mode.read {
        rights |= wasi::RIGHTS_FD_READ | wasi::RIGHTS_FD_READDIR;
    }
    if mode.write {
        rights |= wasi::RIGHTS_FD_WRITE
            | wasi::RIGHTS_FD_ALLOCATE
            | wasi::RIGHTS_FD_FILESTAT_SET_SIZE
            | wasi::RIGHTS_FD_FILESTAT_SET_TIMES
            | wasi::RIGHTS_FD_DATASYNC
            | wasi::RIGHTS_FD_SYNC;
    }
    let fdflags = if mode.append { wasi::FDFLAGS_APPEND } else { 0 };
    let path = text(path);
    // SAFETY: `path` lives across the call; the host takes any bytes.
    let fd = unsafe {
        wasi::path_open(
            AT_CWD,
            wasi::LOOKUPFLAGS_SYMLINK_FOLLOW,
            path,
            oflags,
            rights,
            u64::MAX,
            fdflags,
        )
    }
    .map_err(errno)?;
    above_standard(fd)
}

/// The host gives the lowest free number: one of the three standard ones, if the
/// script closed it. Those are for the script to open.
fn above_standard(fd: Fd) -> Result<Fd, Errno> {
    if fd > 2 {
        return Ok(fd);
    }
    let higher = imports::dup(fd).and_then(above_standard);
    close(fd);
    higher
}

/// Paths are bytes for the host; the binding only passes address and length.
fn text(path: &[u8]) -> &str {
    // SAFETY: the string is passed on as address and length, never read as text.
    unsafe { std::str::from_utf8_unchecked(path) }
}

/// Closes a descriptor.
pub fn close(fd: Fd) {
    // SAFETY: no memory is passed.
    let _ = unsafe { wasi::fd_close(fd) };
}

/// A second descriptor for the same open file, which no user's number names.
pub fn dup(fd: Fd) -> Result<Fd, Errno> {
    above_standard(imports::dup(fd)?)
}

/// Makes a user's descriptor number name the same open file as `fd`.
pub fn dup_to(fd: Fd, number: u32) -> Result<(), Errno> {
    imports::dup_to(fd, user_fd(number))
}

/// Makes a pipe: read end, write end.
pub fn pipe() -> Result<(Fd, Fd), Errno> {
    let (read, write) = imports::pipe()?;
    if read > 2 && write > 2 {
        return Ok((read, write));
    }
    Ok((above_standard(read)?, above_standard(write)?))
}

/// Moves the position; gives the new one. `whence`: 0 start, 1 here, 2 end.
pub fn seek(fd: Fd, offset: i64, whence: u8) -> Result<u64, Errno> {
    let whence = match whence {
        0 => wasi::WHENCE_SET,
        1 => wasi::WHENCE_CUR,
        _ => wasi::WHENCE_END,
    };
    // SAFETY: no memory is passed but the result's.
    unsafe { wasi::fd_seek(fd, offset, whence) }.map_err(errno)
}

/// Status of a path.
pub fn stat(path: &[u8], follow: bool) -> Result<ExtStat, Errno> {
    imports::path_stat(AT_CWD, if follow { stat_flags::FOLLOW } else { 0 }, path)
}

/// Status of a user's descriptor.
pub fn stat_fd(number: u32) -> Result<ExtStat, Errno> {
    imports::fd_stat(user_fd(number))
}

/// Whether what is written to `errors` goes to the embedder as it is.
pub fn is_embedders(errors: Fd) -> bool {
    imports::fd_stat(errors).is_ok_and(|stat| {
        (stat.device, stat.inode)
            == (
                wardian_abi::NOWHERE_DEVICE,
                wardian_abi::STANDARD_ERROR_INODE,
            )
    })
}

/// The entries of a directory.
pub fn read_dir(path: &[u8]) -> Result<Vec<DirEntry>, Errno> {
    // SAFETY: as for `open`.
    let fd = unsafe {
        wasi::path_open(
            AT_CWD,
            wasi::LOOKUPFLAGS_SYMLINK_FOLLOW,
            text(path),
            wasi::OFLAGS_DIRECTORY,
            wasi::RIGHTS_FD_READDIR | wasi::RIGHTS_FD_READ,
            0,
            0,
        )
    }
    .map_err(errno)?;
    let entries = read_entries(fd);
    close(fd);
    entries
}

fn read_entries(fd: Fd) -> Result<Vec<DirEntry>, Errno> {
    const HEADER: usize = size_of::<wasi::Dirent>();
    let mut entries = Vec::new();
    let mut cookie = 0;
    let mut buf = vec![0u8; 4096];
    loop {
        // SAFETY: the buffer is valid for writes of its length.
        let used =
            unsafe { wasi::fd_readdir(fd, buf.as_mut_ptr(), buf.len(), cookie) }.map_err(errno)?;
        let mut at = 0;
        while at + HEADER <= used {
            // SAFETY: HEADER bytes from `at` on are in the buffer; any bits are a Dirent.
            let header: wasi::Dirent =
                unsafe { std::ptr::read_unaligned(buf.as_ptr().add(at).cast()) };
            let end = at + HEADER + header.d_namlen as usize;
            if end > used {
                break;
            }
            entries.push(DirEntry {
                name: buf[at + HEADER..end].to_vec(),
                is_dir: match header.d_type {
                    wasi::FILETYPE_UNKNOWN => None,
                    kind => Some(kind == wasi::FILETYPE_DIRECTORY),
                },
            });
            cookie = header.d_next;
            at = end;
        }
        if used < buf.len() {
            return Ok(entries);
        }
        if at == 0 {
            buf.resize(buf.len() * 2, 0);
        }
    }
}

/// Changes the working directory.
pub fn change_directory(path: &[u8]) -> Result<(), Errno> {
    imports::change_directory(path)
}

/// The working directory.
pub fn working_directory() -> Result<Vec<u8>, Errno> {
    imports::working_directory()
}

/// Sets the mask for new files; gives the former.
pub fn umask(mask: u32) -> u32 {
    imports::umask(mask)
}

fn command(program: &Program<'_>, only_open: bool) -> guest::Command {
    let argv0 = program.argv.first().map_or(&b""[..], Vec::as_slice);
    let mut command = guest::Command::new(program.path, argv0);
    for arg in program.argv.iter().skip(1) {
        command.arg(arg);
    }
    let fds: Vec<FdMap> = program
        .fds
        .iter()
        // SAFETY: no memory is passed but the result's.
        .filter(|(_, parent)| !only_open || unsafe { wasi::fd_fdstat_get(*parent) }.is_ok())
        .map(|(child, parent)| FdMap {
            child: *child,
            parent: *parent,
        })
        .collect();
    command.fds(&fds);
    command.env_block(program.env.to_vec());
    if let Some(group) = program.group {
        command.group(group);
    }
    command.ignored_signals(program.ignored_signals);
    command
}

/// Starts a program.
pub fn spawn(program: &Program<'_>) -> Result<Process, Errno> {
    let process = match command(program, false).spawn() {
        // One of the first three is closed, which is hardly ever so.
        Err(Errno::Badf) => command(program, true).spawn()?,
        started => started?,
    };
    Ok(Process {
        fd: process.fd,
        pid: process.pid,
    })
}

/// Replaces the shell by a program; returns only on failure.
pub fn exec(program: &Program<'_>) -> Errno {
    match command(program, false).exec() {
        Errno::Badf => command(program, true).exec(),
        errno => errno,
    }
}

/// Copies the shell into a child that runs [`crate::exec::child_main`].
pub fn fork(argument: usize, group: Option<u32>) -> Result<Process, Errno> {
    // The child needs what lies above the stack pointer: frames, data, heap.
    let marker = 0u8;
    let start = (&raw const marker as usize as u32).saturating_sub(STACK_SLACK) & !0xf;
    let [low, high] = wardian_memory::used();
    let ranges = [
        MemoryRange {
            start,
            end: low.end as u32,
        },
        MemoryRange {
            start: high.start as u32,
            end: high.end as u32,
        },
    ];
    let (process_fd, pid) = imports::fork(&ForkArgs {
        argument: argument as u32,
        ranges: Slice {
            address: ranges.as_ptr() as usize as u32,
            length: ranges.len() as u32,
        },
        flags: u32::from(group.is_some()),
        group: group.unwrap_or(0),
    })?;
    Ok(Process {
        fd: process_fd,
        pid,
    })
}

/// What the frame of [`fork`] may lie below its local variable.
const STACK_SLACK: u32 = 1024;

/// Entry of a child made by [`fork`].
// SAFETY: the name is the contract with the engine; nothing else defines it.
#[unsafe(no_mangle)]
pub extern "C" fn wardian_child(argument: u32) {
    crate::exec::child_main(argument as usize);
}

/// Waits for a child; `EAGAIN` if it runs on and `hang` is false.
pub fn wait(process: Process, hang: bool) -> Result<WaitStatus, Errno> {
    imports::wait(process.fd, if hang { 0 } else { wait_flags::NO_HANG })
}

/// Waits until one of the children ends; gives its position.
pub fn wait_any(processes: &[Process]) -> Result<usize, Errno> {
    loop {
        for (at, process) in processes.iter().enumerate() {
            match poll(&[process.fd], Some(0)) {
                Ok(true) => return Ok(at),
                Ok(false) => {}
                Err(errno) => return Err(errno),
            }
        }
        let fds: Vec<Fd> = processes.iter().map(|process| process.fd).collect();
        poll(&fds, None)?;
    }
}

/// Waits until a descriptor can be read, at most so long; false: none can.
pub fn poll_read(fd: Fd, timeout_ns: u64) -> Result<bool, Errno> {
    poll(&[fd], Some(timeout_ns))
}

fn poll(fds: &[Fd], timeout_ns: Option<u64>) -> Result<bool, Errno> {
    let mut subscriptions: Vec<wasi::Subscription> = fds
        .iter()
        .map(|fd| wasi::Subscription {
            userdata: 1,
            u: wasi::SubscriptionU {
                tag: wasi::EVENTTYPE_FD_READ.raw(),
                u: wasi::SubscriptionUU {
                    fd_read: wasi::SubscriptionFdReadwrite {
                        file_descriptor: *fd,
                    },
                },
            },
        })
        .collect();
    if let Some(timeout) = timeout_ns {
        subscriptions.push(wasi::Subscription {
            userdata: 0,
            u: wasi::SubscriptionU {
                tag: wasi::EVENTTYPE_CLOCK.raw(),
                u: wasi::SubscriptionUU {
                    clock: wasi::SubscriptionClock {
                        id: wasi::CLOCKID_MONOTONIC,
                        timeout,
                        precision: 0,
                        flags: 0,
                    },
                },
            },
        });
    }
    if subscriptions.is_empty() {
        return Ok(false);
    }
    let mut events = Vec::<wasi::Event>::with_capacity(subscriptions.len());
    // SAFETY: both arrays hold the number of elements that is passed; the host
    // writes the first `count` events.
    let events = unsafe {
        let count = wasi::poll_oneoff(
            subscriptions.as_ptr(),
            events.as_mut_ptr(),
            subscriptions.len(),
        )
        .map_err(errno)?;
        events.set_len(count);
        events
    };
    Ok(events.iter().any(|event| event.userdata == 1))
}

/// Sends a signal; see `kill(2)` for the meaning of `pid`.
pub fn kill(pid: i32, signal: u32) -> Result<(), Errno> {
    imports::kill(pid, signal)
}

/// Sets what a signal does (0 default, 1 ignore, 2 catch); gives the former.
pub fn signal_action(signal: u32, disposition: u32) -> Result<u32, Errno> {
    imports::signal_action(signal, disposition)
}

/// Takes the mask of caught signals that arrived.
pub fn signal_take() -> u64 {
    imports::signal_take()
}

/// Who the shell is.
pub fn process_info() -> ProcessInfo {
    imports::process_info()
}

/// Resources used.
pub fn usage(children: bool) -> Usage {
    imports::usage(children)
}

/// Time since the epoch in nanoseconds.
pub fn realtime_ns() -> u64 {
    // SAFETY: no memory is passed but the result's.
    unsafe { wasi::clock_time_get(wasi::CLOCKID_REALTIME, 1) }.unwrap_or(0)
}

/// Time since some start in nanoseconds.
pub fn monotonic_ns() -> u64 {
    // SAFETY: as for `realtime_ns`.
    unsafe { wasi::clock_time_get(wasi::CLOCKID_MONOTONIC, 1) }.unwrap_or(0)
}

/// A random number.
pub fn random() -> u32 {
    let mut bytes = [0u8; 4];
    // SAFETY: the buffer is valid for writes of its length.
    let _ = unsafe { wasi::random_get(bytes.as_mut_ptr(), bytes.len()) };
    u32::from_le_bytes(bytes)
}

/// Ends the process.
pub fn exit(code: i32) -> ! {
    // SAFETY: it does not return; the shell has flushed what it buffers.
    unsafe { wasi::proc_exit(code as u32 & 0xff) };
    unreachable!("proc_exit returns to nobody")
}

/// How much of the stack is left, in bytes.
pub fn stack_left() -> usize {
    let marker = 0u8;
    // The stack lies at the bottom of memory and grows down to 0.
    &raw const marker as usize
}
