//! Bindings to the import module, each wrapped so that callers need no `unsafe`.
//!
//! The raw functions take addresses in this module's own memory; every wrapper
//! derives them from references that live across the call.
#![allow(unsafe_code)]

use crate::{
    Errno, ExtStat, ForkArgs, ProcessInfo, Slice, SpawnArgs, SystemInfo, Usage, WaitStatus,
};

#[link(wasm_import_module = "wardian_v1")]
unsafe extern "C" {
    #[link_name = "pipe"]
    fn raw_pipe(out: *mut [u32; 2]) -> u32;
    #[link_name = "spawn"]
    fn raw_spawn(args: *const SpawnArgs, out: *mut [u32; 2]) -> u32;
    #[link_name = "fork"]
    fn raw_fork(args: *const ForkArgs, out: *mut [u32; 2]) -> u32;
    #[link_name = "exec"]
    fn raw_exec(args: *const SpawnArgs) -> u32;
    #[link_name = "wait"]
    fn raw_wait(fd: u32, flags: u32, out: *mut WaitStatus) -> u32;
    #[link_name = "kill"]
    fn raw_kill(pid: i32, signal: u32) -> u32;
    #[link_name = "signal_action"]
    fn raw_signal_action(signal: u32, disposition: u32, out_old: *mut u32) -> u32;
    #[link_name = "signal_take"]
    fn raw_signal_take(out: *mut u64) -> u32;
    #[link_name = "process_info"]
    fn raw_process_info(out: *mut ProcessInfo) -> u32;
    #[link_name = "set_group"]
    fn raw_set_group(pid: u32, group: u32) -> u32;
    #[link_name = "dup"]
    fn raw_dup(fd: u32, out: *mut u32) -> u32;
    #[link_name = "dup_to"]
    fn raw_dup_to(fd: u32, to: u32) -> u32;
    #[link_name = "path_stat"]
    fn raw_path_stat(dir: u32, flags: u32, path: *const u8, len: usize, out: *mut ExtStat) -> u32;
    #[link_name = "fd_stat"]
    fn raw_fd_stat(fd: u32, out: *mut ExtStat) -> u32;
    #[link_name = "path_chmod"]
    fn raw_path_chmod(dir: u32, flags: u32, path: *const u8, len: usize, mode: u32) -> u32;
    #[link_name = "path_chown"]
    fn raw_path_chown(dir: u32, flags: u32, path: *const u8, len: usize, uid: u32, gid: u32)
    -> u32;
    #[link_name = "path_mkfifo"]
    fn raw_path_mkfifo(dir: u32, path: *const u8, len: usize, mode: u32) -> u32;
    #[link_name = "umask"]
    fn raw_umask(mask: u32, out_old: *mut u32) -> u32;
    #[link_name = "change_directory"]
    fn raw_change_directory(path: *const u8, len: usize) -> u32;
    #[link_name = "working_directory"]
    fn raw_working_directory(buf: *mut u8, len: usize, out_len: *mut usize) -> u32;
    #[link_name = "start"]
    fn raw_start(buf: *mut u8, len: usize, out_len: *mut usize) -> u32;
    #[link_name = "applet"]
    fn raw_applet(buf: *mut u8, len: usize, out_len: *mut usize) -> u32;
    #[link_name = "system_info"]
    fn raw_system_info(out: *mut SystemInfo) -> u32;
    #[link_name = "usage"]
    fn raw_usage(children: u32, out: *mut Usage) -> u32;
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    #[link_name = "path_open"]
    fn raw_path_open(
        dir: u32,
        lookup: u32,
        path: *const u8,
        len: usize,
        create: u32,
        rights: u64,
        inheriting: u64,
        flags: u32,
        out: *mut u32,
    ) -> u32;
    #[link_name = "fd_read"]
    fn raw_fd_read(fd: u32, parts: *const Slice, count: usize, out: *mut usize) -> u32;
    #[link_name = "fd_close"]
    fn raw_fd_close(fd: u32) -> u32;
}

fn check(raw: u32) -> Result<(), Errno> {
    match raw {
        0 => Ok(()),
        n => Err(Errno::from_raw(n as u16).unwrap_or(Errno::Nosys)),
    }
}

/// Makes a pipe: descriptors of its read end and its write end.
///
/// # Errors
/// `EMFILE`: no descriptor left.
pub fn pipe() -> Result<(u32, u32), Errno> {
    let mut out = [0; 2];
    // SAFETY: `out` is valid for writes of two u32 during the call.
    check(unsafe { raw_pipe(&mut out) })?;
    Ok((out[0], out[1]))
}

/// Starts a program; gives its process descriptor and process number.
///
/// # Errors
/// `ENOENT`, `EACCES`, `ENOTDIR`, `ELOOP`: the path. `ENOEXEC`: neither an
/// applet nor a wasm module. `EAGAIN`: too many processes. `ENOMEM`, `E2BIG`:
/// a limit. `EBADF`: a descriptor to inherit.
pub fn spawn(args: &SpawnArgs) -> Result<(u32, u32), Errno> {
    let mut out = [0; 2];
    // SAFETY: both references are valid during the call; the slices inside
    // `args` are addresses that the engine checks against this memory's size.
    check(unsafe { raw_spawn(args, &mut out) })?;
    Ok((out[0], out[1]))
}

/// Copies the caller into a new process that runs [`crate::CHILD_EXPORT`].
///
/// # Errors
/// `EAGAIN`: too many processes. `ENOMEM`: a limit. `EINVAL`: bad ranges.
pub fn fork(args: &ForkArgs) -> Result<(u32, u32), Errno> {
    let mut out = [0; 2];
    // SAFETY: as for `spawn`.
    check(unsafe { raw_fork(args, &mut out) })?;
    Ok((out[0], out[1]))
}

/// Replaces the calling program. Returns only on failure; errors as [`spawn`].
pub fn exec(args: &SpawnArgs) -> Errno {
    // SAFETY: as for `spawn`.
    match check(unsafe { raw_exec(args) }) {
        Err(errno) => errno,
        Ok(()) => Errno::Nosys,
    }
}

/// Waits for the process behind a descriptor; `flags`: [`crate::wait_flags`].
///
/// # Errors
/// `EBADF`, `EAGAIN` (still running, with `NO_HANG`), `EINTR`.
pub fn wait(fd: u32, flags: u32) -> Result<WaitStatus, Errno> {
    let mut out = WaitStatus::default();
    // SAFETY: `out` is valid for writes during the call.
    check(unsafe { raw_wait(fd, flags, &mut out) })?;
    Ok(out)
}

/// Sends a signal to a process (`pid > 0`), the caller's group (0) or a group
/// (`-group`); -1: every process of the sandbox but the caller. Signal 0 only checks.
///
/// # Errors
/// `ESRCH`: no such process. `EINVAL`: no such signal.
pub fn kill(pid: i32, signal: u32) -> Result<(), Errno> {
    // SAFETY: no memory is passed.
    check(unsafe { raw_kill(pid, signal) })
}

/// Sets what a signal does; gives the former disposition's number.
///
/// # Errors
/// `EINVAL`: no such signal, or `KILL` or `STOP`.
pub fn signal_action(signal: u32, disposition: u32) -> Result<u32, Errno> {
    let mut old = 0;
    // SAFETY: `old` is valid for writes during the call.
    check(unsafe { raw_signal_action(signal, disposition, &mut old) })?;
    Ok(old)
}

/// Takes the mask of caught signals that arrived since the last call.
pub fn signal_take() -> u64 {
    let mut mask = 0;
    // SAFETY: `mask` is valid for writes during the call.
    let _ = check(unsafe { raw_signal_take(&mut mask) });
    mask
}

/// Who the caller is.
pub fn process_info() -> ProcessInfo {
    let mut out = ProcessInfo::default();
    // SAFETY: `out` is valid for writes during the call.
    let _ = check(unsafe { raw_process_info(&mut out) });
    out
}

/// Moves a process (0: the caller) to a group (0: one of its own).
///
/// # Errors
/// `ESRCH`: neither the caller nor a child of it.
pub fn set_group(pid: u32, group: u32) -> Result<(), Errno> {
    // SAFETY: no memory is passed.
    check(unsafe { raw_set_group(pid, group) })
}

/// A second descriptor for the same open file.
///
/// # Errors
/// `EBADF`, `EMFILE`.
pub fn dup(fd: u32) -> Result<u32, Errno> {
    let mut out = 0;
    // SAFETY: `out` is valid for writes during the call.
    check(unsafe { raw_dup(fd, &mut out) })?;
    Ok(out)
}

/// Makes `to` a descriptor for the same open file as `fd`, closing what it was.
///
/// # Errors
/// `EBADF`: `fd` is not open, or `to` is out of range or a preopened directory.
pub fn dup_to(fd: u32, to: u32) -> Result<(), Errno> {
    // SAFETY: no memory is passed.
    check(unsafe { raw_dup_to(fd, to) })
}

/// Status of a path; `flags`: [`crate::stat_flags`]; `dir`: a directory's
/// descriptor or [`crate::AT_CWD`]. Absolute paths are allowed.
///
/// # Errors
/// `ENOENT`, `ENOTDIR`, `ELOOP`, `EACCES`, `ENAMETOOLONG`, `EBADF`.
pub fn path_stat(dir: u32, flags: u32, path: &[u8]) -> Result<ExtStat, Errno> {
    let mut out = ExtStat::default();
    // SAFETY: `path` is valid for reads and `out` for writes during the call.
    check(unsafe { raw_path_stat(dir, flags, path.as_ptr(), path.len(), &mut out) })?;
    Ok(out)
}

/// Status of an open descriptor of any kind.
///
/// # Errors
/// `EBADF`.
pub fn fd_stat(fd: u32) -> Result<ExtStat, Errno> {
    let mut out = ExtStat::default();
    // SAFETY: `out` is valid for writes during the call.
    check(unsafe { raw_fd_stat(fd, &mut out) })?;
    Ok(out)
}

/// Sets the twelve permission bits of a path.
///
/// # Errors
/// As [`path_stat`], and `EPERM`: not the owner.
pub fn path_chmod(dir: u32, flags: u32, path: &[u8], mode: u32) -> Result<(), Errno> {
    // SAFETY: `path` is valid for reads during the call.
    check(unsafe { raw_path_chmod(dir, flags, path.as_ptr(), path.len(), mode) })
}

/// Sets owner and group of a path; `u32::MAX` leaves one as it is.
///
/// # Errors
/// As [`path_stat`], and `EPERM`: not allowed for this user.
pub fn path_chown(dir: u32, flags: u32, path: &[u8], uid: u32, gid: u32) -> Result<(), Errno> {
    // SAFETY: `path` is valid for reads during the call.
    check(unsafe { raw_path_chown(dir, flags, path.as_ptr(), path.len(), uid, gid) })
}

/// Makes a named pipe with these permission bits, less the umask.
///
/// # Errors
/// As [`path_stat`], and `EEXIST`, `ENOSPC`.
pub fn path_mkfifo(dir: u32, path: &[u8], mode: u32) -> Result<(), Errno> {
    // SAFETY: `path` is valid for reads during the call.
    check(unsafe { raw_path_mkfifo(dir, path.as_ptr(), path.len(), mode) })
}

/// Sets the mask of permission bits withheld from new files; gives the former.
pub fn umask(mask: u32) -> u32 {
    let mut old = 0;
    // SAFETY: `old` is valid for writes during the call.
    let _ = check(unsafe { raw_umask(mask, &mut old) });
    old
}

/// Makes a directory the working directory, against which [`crate::AT_CWD`] resolves.
///
/// # Errors
/// As [`path_stat`].
pub fn change_directory(path: &[u8]) -> Result<(), Errno> {
    // SAFETY: `path` is valid for reads during the call.
    check(unsafe { raw_change_directory(path.as_ptr(), path.len()) })
}

/// What the program is started with, as [`crate::StartHeader`] describes; gives its
/// length.
///
/// # Errors
/// `ERANGE` and the length needed: it does not fit.
pub fn start(buffer: &mut [u8]) -> Result<usize, (Errno, usize)> {
    let mut length = 0;
    // SAFETY: `buffer` and `length` are valid for writes during the call.
    match check(unsafe { raw_start(buffer.as_mut_ptr(), buffer.len(), &mut length) }) {
        Ok(()) => Ok(length),
        Err(errno) => Err((errno, length)),
    }
}

/// The first bytes of a file, as many as `buffer` takes; gives how many. It needs
/// nothing of the C library, which a prepared module has not started.
///
/// # Errors
/// As WASI's `path_open` and `fd_read`.
pub fn read_head(path: &[u8], buffer: &mut [u8]) -> Result<usize, Errno> {
    const FOLLOW_LAST: u32 = 1;
    const RIGHT_TO_READ: u64 = 1 << 1;
    let mut fd = 0;
    // SAFETY: `path` is valid for reads and `fd` for a write during the call.
    check(unsafe {
        raw_path_open(
            crate::AT_CWD,
            FOLLOW_LAST,
            path.as_ptr(),
            path.len(),
            0,
            RIGHT_TO_READ,
            0,
            0,
            &mut fd,
        )
    })?;
    let mut length = 0;
    let read = loop {
        let rest = &mut buffer[length..];
        let part = Slice {
            address: rest.as_mut_ptr() as usize as u32,
            length: rest.len() as u32,
        };
        let mut count = 0;
        // SAFETY: `part` names `rest`, which is valid for writes during the call.
        match check(unsafe { raw_fd_read(fd, &part, 1, &mut count) }) {
            Ok(()) if count == 0 => break Ok(length),
            Ok(()) => length += count,
            Err(Errno::Intr) => {}
            Err(errno) => break Err(errno),
        }
    };
    // SAFETY: no memory is passed.
    let _ = unsafe { raw_fd_close(fd) };
    read
}

fn text(call: impl Fn(&mut [u8], &mut usize) -> u32) -> Result<Vec<u8>, Errno> {
    let mut buf = vec![0; 256];
    loop {
        let mut len = 0;
        match check(call(&mut buf, &mut len)) {
            Ok(()) => {
                buf.truncate(len);
                return Ok(buf);
            }
            // The engine gives the needed length with ERANGE.
            Err(Errno::Range) if len > buf.len() => buf.resize(len, 0),
            Err(errno) => return Err(errno),
        }
    }
}

/// Absolute path of the working directory.
///
/// # Errors
/// `ENOENT`: it was removed.
pub fn working_directory() -> Result<Vec<u8>, Errno> {
    // SAFETY: the buffer is valid for writes of its length, `len` for one.
    text(|buf, len| unsafe { raw_working_directory(buf.as_mut_ptr(), buf.len(), len) })
}

/// Name of the applet that this multicall module was started as; empty if none.
pub fn applet() -> Vec<u8> {
    // SAFETY: as for `working_directory`.
    text(|buf, len| unsafe { raw_applet(buf.as_mut_ptr(), buf.len(), len) }).unwrap_or_default()
}

/// The sandbox as a machine.
pub fn system_info() -> SystemInfo {
    let mut out = SystemInfo::default();
    // SAFETY: `out` is valid for writes during the call.
    let _ = check(unsafe { raw_system_info(&mut out) });
    out
}

/// Resources used by the caller, or by the children it has waited for.
pub fn usage(children: bool) -> Usage {
    let mut out = Usage::default();
    // SAFETY: `out` is valid for writes during the call.
    let _ = check(unsafe { raw_usage(u32::from(children), &mut out) });
    out
}
