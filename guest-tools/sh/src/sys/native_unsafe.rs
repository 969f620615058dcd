//! Linux backend, for running the interpreter natively in tests.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::atomic::{AtomicU64, Ordering};

use wardian_abi::{Errno, ExtStat, ProcessInfo, Usage, WaitStatus};

use super::{DirEntry, Fd, OpenMode, Process, Program};

/// Descriptors of the shell itself start here.
const PRIVATE_FD: libc::c_int = 200;

fn errno_of(raw: i32) -> Errno {
    match raw {
        libc::ENOENT => Errno::Noent,
        libc::EACCES => Errno::Acces,
        libc::ENOTDIR => Errno::Notdir,
        libc::EISDIR => Errno::Isdir,
        libc::EEXIST => Errno::Exist,
        libc::EBADF => Errno::Badf,
        libc::EINTR => Errno::Intr,
        libc::EAGAIN => Errno::Again,
        libc::ENOEXEC => Errno::Noexec,
        libc::EPIPE => Errno::Pipe,
        libc::ECHILD => Errno::Child,
        libc::EINVAL => Errno::Inval,
        libc::EPERM => Errno::Perm,
        libc::ESRCH => Errno::Srch,
        libc::ELOOP => Errno::Loop,
        libc::ENAMETOOLONG => Errno::Nametoolong,
        libc::E2BIG => Errno::TooBig,
        libc::EMFILE => Errno::Mfile,
        libc::ENOSPC => Errno::Nospc,
        libc::ESPIPE => Errno::Spipe,
        libc::EROFS => Errno::Rofs,
        libc::ETXTBSY => Errno::Txtbsy,
        libc::ENXIO => Errno::Nxio,
        _ => Errno::Io,
    }
}

fn last_errno() -> Errno {
    errno_of(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

fn check(result: libc::c_int) -> Result<libc::c_int, Errno> {
    if result < 0 {
        Err(last_errno())
    } else {
        Ok(result)
    }
}

fn c_string(bytes: &[u8]) -> CString {
    let end = bytes.iter().position(|byte| *byte == 0);
    CString::new(&bytes[..end.unwrap_or(bytes.len())]).unwrap_or_default()
}

/// What the shell was started with.
pub fn start() -> super::Start {
    // Rust starts programs with SIGPIPE ignored; a shell wants the default.
    // SAFETY: no handler is set.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    let args = std::env::args_os().flat_map(|arg| [arg.as_bytes(), b"\0"].concat());
    let env = std::env::vars_os()
        .flat_map(|(name, value)| [name.as_bytes(), b"=", value.as_bytes(), b"\0"].concat());
    super::Start {
        args: args.collect::<Vec<u8>>().leak(),
        env: env.collect::<Vec<u8>>().leak(),
        cwd: working_directory().unwrap_or_default().leak(),
        monotonic_ns: monotonic_ns(),
    }
}

/// Name of the applet as which the shell was started.
pub fn applet() -> Vec<u8> {
    Vec::new()
}

/// The descriptor of a user's descriptor number.
pub fn user_fd(number: u32) -> Fd {
    number
}

/// Whether a user's descriptor is open.
pub fn is_open(number: u32) -> bool {
    // SAFETY: no memory is passed.
    unsafe { libc::fcntl(number as i32, libc::F_GETFD) >= 0 }
}

/// Whether the descriptor is a terminal.
pub fn is_terminal(number: u32) -> bool {
    // SAFETY: no memory is passed.
    unsafe { libc::isatty(number as i32) == 1 }
}

/// Writes; gives the number of bytes taken.
pub fn write(fd: Fd, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: the buffer is valid for its length.
    let count = unsafe { libc::write(fd as i32, bytes.as_ptr().cast(), bytes.len()) };
    if count < 0 {
        Err(last_errno())
    } else {
        Ok(count as usize)
    }
}

/// Reads; 0 at the end.
pub fn read(fd: Fd, buf: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: the buffer is valid for its length.
    let count = unsafe { libc::read(fd as i32, buf.as_mut_ptr().cast(), buf.len()) };
    if count < 0 {
        Err(last_errno())
    } else {
        Ok(count as usize)
    }
}

/// Opens a file.
pub fn open(path: &[u8], mode: OpenMode) -> Result<Fd, Errno> {
    let mut flags = libc::O_CLOEXEC
        | match (mode.read, mode.write) {
            (true, true) => libc::O_RDWR,
            (false, true) => libc::O_WRONLY,
            _ => libc::O_RDONLY,
        };
    for (wanted, flag) in [
        (mode.create, libc::O_CREAT),
        (mode.truncate, libc::O_TRUNC),
        (mode.append, libc::O_APPEND),
        (mode.exclusive, libc::O_EXCL),
    ] {
        if wanted {
            flags |= flag;
        }
    }
    let path = c_string(path);
    // SAFETY: the path is a C string that lives across the call.
    let fd = check(unsafe { libc::open(path.as_ptr(), flags, 0o666) })?;
    private(fd)
}

/// Moves a fresh descriptor out of the users' numbers.
fn private(fd: i32) -> Result<Fd, Errno> {
    // SAFETY: no memory is passed.
    let moved = check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, PRIVATE_FD) });
    close(fd as Fd);
    moved.map(|fd| fd as Fd)
}

/// Closes a descriptor.
pub fn close(fd: Fd) {
    // SAFETY: no memory is passed.
    unsafe { libc::close(fd as i32) };
}

/// A second descriptor for the same open file, which no user's number names.
pub fn dup(fd: Fd) -> Result<Fd, Errno> {
    // SAFETY: no memory is passed.
    check(unsafe { libc::fcntl(fd as i32, libc::F_DUPFD_CLOEXEC, PRIVATE_FD) }).map(|fd| fd as Fd)
}

/// Makes a user's descriptor number name the same open file as `fd`.
pub fn dup_to(fd: Fd, number: u32) -> Result<(), Errno> {
    // SAFETY: no memory is passed.
    check(unsafe { libc::dup2(fd as i32, number as i32) }).map(|_| ())
}

/// Makes a pipe: read end, write end.
pub fn pipe() -> Result<(Fd, Fd), Errno> {
    let mut fds = [0; 2];
    // SAFETY: the array has room for two descriptors.
    check(unsafe { libc::pipe2(fds.as_mut_ptr(), libc::O_CLOEXEC) })?;
    Ok((private(fds[0])?, private(fds[1])?))
}

/// Moves the position; gives the new one.
pub fn seek(fd: Fd, offset: i64, whence: u8) -> Result<u64, Errno> {
    // SAFETY: no memory is passed.
    let position = unsafe { libc::lseek(fd as i32, offset, i32::from(whence)) };
    if position < 0 {
        Err(last_errno())
    } else {
        Ok(position as u64)
    }
}

fn ext_stat(stat: &libc::stat) -> ExtStat {
    let time = |seconds: i64, nanos: i64| (seconds * 1_000_000_000 + nanos) as u64;
    ExtStat {
        device: stat.st_dev,
        inode: stat.st_ino,
        links: stat.st_nlink,
        size_bytes: stat.st_size as u64,
        blocks: stat.st_blocks as u64,
        accessed_ns: time(stat.st_atime, stat.st_atime_nsec),
        modified_ns: time(stat.st_mtime, stat.st_mtime_nsec),
        changed_ns: time(stat.st_ctime, stat.st_ctime_nsec),
        created_ns: 0,
        mode: stat.st_mode,
        uid: stat.st_uid,
        gid: stat.st_gid,
        device_node: 0,
    }
}

/// Status of a path.
pub fn stat(path: &[u8], follow: bool) -> Result<ExtStat, Errno> {
    let path = c_string(path);
    // SAFETY: all bits zero are a valid `stat`; path and result live across the call.
    unsafe {
        let mut out: libc::stat = std::mem::zeroed();
        check(if follow {
            libc::stat(path.as_ptr(), &mut out)
        } else {
            libc::lstat(path.as_ptr(), &mut out)
        })?;
        Ok(ext_stat(&out))
    }
}

/// Status of a user's descriptor.
pub fn stat_fd(number: u32) -> Result<ExtStat, Errno> {
    // SAFETY: as for `stat`.
    unsafe {
        let mut out: libc::stat = std::mem::zeroed();
        check(libc::fstat(number as i32, &mut out))?;
        Ok(ext_stat(&out))
    }
}

/// Whether what is written to `errors` goes to the embedder: here there is none.
pub fn is_embedders(_errors: Fd) -> bool {
    false
}

/// The entries of a directory.
pub fn read_dir(path: &[u8]) -> Result<Vec<DirEntry>, Errno> {
    let to_errno = |error: std::io::Error| errno_of(error.raw_os_error().unwrap_or(0));
    let mut entries: Vec<DirEntry> = [&b"."[..], b".."]
        .iter()
        .map(|name| DirEntry {
            name: name.to_vec(),
            is_dir: Some(true),
        })
        .collect();
    for entry in std::fs::read_dir(std::ffi::OsStr::from_bytes(path)).map_err(to_errno)? {
        let entry = entry.map_err(to_errno)?;
        entries.push(DirEntry {
            name: entry.file_name().into_vec(),
            is_dir: entry.file_type().ok().map(|kind| kind.is_dir()),
        });
    }
    Ok(entries)
}

/// Changes the working directory.
pub fn change_directory(path: &[u8]) -> Result<(), Errno> {
    let path = c_string(path);
    // SAFETY: the path is a C string that lives across the call.
    check(unsafe { libc::chdir(path.as_ptr()) }).map(|_| ())
}

/// The working directory.
pub fn working_directory() -> Result<Vec<u8>, Errno> {
    std::env::current_dir()
        .map(|path| path.into_os_string().into_vec())
        .map_err(|_| Errno::Noent)
}

/// Sets the mask for new files; gives the former.
pub fn umask(mask: u32) -> u32 {
    // SAFETY: no memory is passed.
    unsafe { libc::umask(mask) }
}

/// Starts a program.
pub fn spawn(program: &Program<'_>) -> Result<Process, Errno> {
    // The path is checked first, so that failures are the caller's to report.
    let info = stat(program.path, true)?;
    if super::is_dir(&info) {
        return Err(Errno::Acces);
    }
    let path = c_string(program.path);
    // SAFETY: the path is a C string.
    check(unsafe { libc::access(path.as_ptr(), libc::X_OK) })?;
    if !has_format(program.path) {
        return Err(Errno::Noexec);
    }
    // SAFETY: the child only calls `run`, which does not return.
    match check(unsafe { libc::fork() })? {
        0 => {
            run(program);
            exit(126)
        }
        pid => Ok(Process {
            fd: 0,
            pid: pid as u32,
        }),
    }
}

fn has_format(path: &[u8]) -> bool {
    use std::io::Read;
    let mut head = [0; 4];
    let count = std::fs::File::open(std::ffi::OsStr::from_bytes(path))
        .and_then(|mut file| file.read(&mut head))
        .unwrap_or(4);
    // A file that cannot be read can still be a program.
    count == 4 && &head == b"\x7fELF" || head.starts_with(b"#!") || head == [0; 4] && count == 4
}

/// Replaces the shell by a program; returns only on failure.
pub fn exec(program: &Program<'_>) -> Errno {
    match stat(program.path, true) {
        Err(errno) => return errno,
        Ok(info) if super::is_dir(&info) => return Errno::Acces,
        Ok(_) => {}
    }
    run(program)
}

fn run(program: &Program<'_>) -> Errno {
    let path = c_string(program.path);
    let argv: Vec<CString> = program.argv.iter().map(|arg| c_string(arg)).collect();
    let env: Vec<CString> = program
        .env
        .split(|byte| *byte == 0)
        .filter(|entry| !entry.is_empty())
        .map(c_string)
        .collect();
    let pointers = |strings: &[CString]| -> Vec<*const libc::c_char> {
        strings
            .iter()
            .map(|string| string.as_ptr())
            .chain([std::ptr::null()])
            .collect()
    };
    let (argv, env) = (pointers(&argv), pointers(&env));
    // SAFETY: the vectors end in null and their strings live across the calls.
    unsafe {
        for (child, parent) in program.fds {
            if child != parent {
                libc::dup2(*parent as i32, *child as i32);
            } else {
                libc::fcntl(*child as i32, libc::F_SETFD, 0);
            }
        }
        for number in 0..20 {
            if !program.fds.iter().any(|(child, _)| *child == number) {
                libc::close(number as i32);
            }
        }
        if let Some(group) = program.group {
            libc::setpgid(0, group as i32);
        }
        for signal in 1..32 {
            let ignore = program.ignored_signals & (1 << (signal - 1)) != 0;
            libc::signal(signal, if ignore { libc::SIG_IGN } else { libc::SIG_DFL });
        }
        libc::execve(path.as_ptr(), argv.as_ptr(), env.as_ptr());
    }
    last_errno()
}

/// Copies the shell into a child that runs [`crate::exec::child_main`].
pub fn fork(argument: usize, group: Option<u32>) -> Result<Process, Errno> {
    // SAFETY: the process has one thread; the child does not return.
    match check(unsafe { libc::fork() })? {
        0 => {
            if let Some(group) = group {
                // SAFETY: no memory is passed.
                unsafe { libc::setpgid(0, group as i32) };
            }
            crate::exec::child_main(argument);
            exit(0)
        }
        pid => Ok(Process {
            fd: 0,
            pid: pid as u32,
        }),
    }
}

/// Waits for a child; `EAGAIN` if it runs on and `hang` is false.
pub fn wait(process: Process, hang: bool) -> Result<WaitStatus, Errno> {
    let mut status = 0;
    let flags = if hang { 0 } else { libc::WNOHANG };
    // SAFETY: the status lives across the call.
    let pid = check(unsafe { libc::waitpid(process.pid as i32, &mut status, flags) })?;
    if pid == 0 {
        return Err(Errno::Again);
    }
    let signal = if libc::WIFSIGNALED(status) {
        libc::WTERMSIG(status) as u32
    } else {
        0
    };
    Ok(WaitStatus {
        exit_code: if signal > 0 {
            128 + signal
        } else {
            libc::WEXITSTATUS(status) as u32
        },
        signal,
        usage: Usage::default(),
    })
}

/// Waits until one of the children ends; gives its position.
pub fn wait_any(processes: &[Process]) -> Result<usize, Errno> {
    loop {
        // SAFETY: all bits zero are a valid `siginfo_t`, which lives across the calls.
        unsafe {
            for (at, process) in processes.iter().enumerate() {
                let mut info: libc::siginfo_t = std::mem::zeroed();
                let flags = libc::WEXITED | libc::WNOWAIT | libc::WNOHANG;
                if libc::waitid(libc::P_PID, process.pid, &mut info, flags) != 0
                    || info.si_pid() != 0
                {
                    return Ok(at);
                }
            }
            let mut info: libc::siginfo_t = std::mem::zeroed();
            check(libc::waitid(
                libc::P_ALL,
                0,
                &mut info,
                libc::WEXITED | libc::WNOWAIT,
            ))?;
        }
        std::thread::sleep(std::time::Duration::from_micros(200));
    }
}

/// Waits until a descriptor can be read, at most so long; false: it cannot.
pub fn poll_read(fd: Fd, timeout_ns: u64) -> Result<bool, Errno> {
    let mut poll = libc::pollfd {
        fd: fd as i32,
        events: libc::POLLIN,
        revents: 0,
    };
    let timeout = timeout_ns.div_ceil(1_000_000) as i32;
    // SAFETY: one element is passed and lives across the call.
    check(unsafe { libc::poll(&mut poll, 1, timeout) }).map(|count| count > 0)
}

/// Sends a signal; see `kill(2)` for the meaning of `pid`.
pub fn kill(pid: i32, signal: u32) -> Result<(), Errno> {
    // SAFETY: no memory is passed.
    check(unsafe { libc::kill(pid, signal as i32) }).map(|_| ())
}

static CAUGHT: AtomicU64 = AtomicU64::new(0);

extern "C" fn on_signal(signal: libc::c_int) {
    CAUGHT.fetch_or(1 << (signal - 1), Ordering::SeqCst);
}

/// Sets what a signal does (0 default, 1 ignore, 2 catch); gives the former.
pub fn signal_action(signal: u32, disposition: u32) -> Result<u32, Errno> {
    // SAFETY: the handler only touches an atomic; the structures live across the call.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let mut old: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = match disposition {
            0 => libc::SIG_DFL,
            1 => libc::SIG_IGN,
            _ => on_signal as *const () as usize,
        };
        check(libc::sigaction(signal as i32, &action, &mut old))?;
        Ok(match old.sa_sigaction {
            libc::SIG_DFL => 0,
            libc::SIG_IGN => 1,
            _ => 2,
        })
    }
}

/// Takes the mask of caught signals that arrived.
pub fn signal_take() -> u64 {
    CAUGHT.swap(0, Ordering::SeqCst)
}

/// Who the shell is.
pub fn process_info() -> ProcessInfo {
    // SAFETY: these calls take and give numbers only.
    let (ignored, pid) = unsafe {
        let mut ignored = 0u64;
        for signal in 1..32 {
            let mut old: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, std::ptr::null(), &mut old);
            if old.sa_sigaction == libc::SIG_IGN {
                ignored |= 1 << (signal - 1);
            }
        }
        (ignored, libc::getpid() as u32)
    };
    // SAFETY: as above.
    unsafe {
        ProcessInfo {
            pid,
            parent_pid: libc::getppid() as u32,
            group: libc::getpgrp() as u32,
            session: pid,
            uid: libc::getuid(),
            gid: libc::getgid(),
            ignored_signals: ignored & !(1 << (libc::SIGPIPE - 1)),
        }
    }
}

/// Resources used.
pub fn usage(children: bool) -> Usage {
    // SAFETY: all bits zero are a valid `rusage`, which lives across the call.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        let who = if children {
            libc::RUSAGE_CHILDREN
        } else {
            libc::RUSAGE_SELF
        };
        libc::getrusage(who, &mut usage);
        let ns = |time: libc::timeval| (time.tv_sec * 1_000_000 + time.tv_usec) as u64 * 1000;
        Usage {
            cpu_ns: ns(usage.ru_utime) + ns(usage.ru_stime),
            ..Usage::default()
        }
    }
}

fn clock(id: libc::clockid_t) -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the structure lives across the call.
    unsafe { libc::clock_gettime(id, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Time since the epoch in nanoseconds.
pub fn realtime_ns() -> u64 {
    clock(libc::CLOCK_REALTIME)
}

/// Time since some start in nanoseconds.
pub fn monotonic_ns() -> u64 {
    clock(libc::CLOCK_MONOTONIC)
}

/// A random number.
pub fn random() -> u32 {
    let mut bytes = [0u8; 4];
    // SAFETY: the buffer is valid for writes of its length.
    unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    u32::from_le_bytes(bytes)
}

/// Ends the process.
pub fn exit(code: i32) -> ! {
    // SAFETY: no destructor of the shell has anything left to do.
    unsafe { libc::_exit(code & 0xff) }
}

/// How much of the stack is left, in bytes.
pub fn stack_left() -> usize {
    use std::sync::OnceLock;
    static TOP: OnceLock<usize> = OnceLock::new();
    let marker = 0u8;
    let here = &raw const marker as usize;
    let top = *TOP.get_or_init(|| here);
    const STACK: usize = 7 << 20;
    STACK.saturating_sub(top.saturating_sub(here))
}
