//! System calls in the sandbox: WASI preview 1 and the process ABI.
//!
//! Paths go to the working directory's pseudo-descriptor, where they follow
//! POSIX. Every address given to the host comes from a reference that lives
//! across the call.
#![allow(unsafe_code)]

use super::{DirEntry, OpenHow, SetTime, kind_of};
use wardian_abi::{AT_CWD, Errno, ExtStat, imports, stat_flags};

#[repr(C)]
struct Iovec {
    address: *const u8,
    length: usize,
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn fd_read(fd: u32, iovs: *const Iovec, count: usize, out: *mut usize) -> u32;
    fn fd_write(fd: u32, iovs: *const Iovec, count: usize, out: *mut usize) -> u32;
    fn fd_close(fd: u32) -> u32;
    fn fd_seek(fd: u32, offset: i64, whence: u32, out: *mut u64) -> u32;
    fn fd_filestat_set_size(fd: u32, size: u64) -> u32;
    fn fd_fdstat_get(fd: u32, out: *mut [u64; 3]) -> u32;
    fn fd_readdir(fd: u32, buf: *mut u8, len: usize, cookie: u64, out: *mut usize) -> u32;
    fn path_open(
        dir: u32,
        lookup: u32,
        path: *const u8,
        len: usize,
        open: u32,
        rights: u64,
        inheriting: u64,
        fd_flags: u32,
        out: *mut u32,
    ) -> u32;
    fn path_readlink(
        dir: u32,
        path: *const u8,
        len: usize,
        buf: *mut u8,
        buf_len: usize,
        out: *mut usize,
    ) -> u32;
    fn path_rename(
        dir: u32,
        path: *const u8,
        len: usize,
        new_dir: u32,
        new_path: *const u8,
        new_len: usize,
    ) -> u32;
    fn path_link(
        dir: u32,
        lookup: u32,
        path: *const u8,
        len: usize,
        new_dir: u32,
        new_path: *const u8,
        new_len: usize,
    ) -> u32;
    fn path_symlink(
        target: *const u8,
        target_len: usize,
        dir: u32,
        path: *const u8,
        len: usize,
    ) -> u32;
    fn path_create_directory(dir: u32, path: *const u8, len: usize) -> u32;
    fn path_unlink_file(dir: u32, path: *const u8, len: usize) -> u32;
    fn path_remove_directory(dir: u32, path: *const u8, len: usize) -> u32;
    fn path_filestat_set_times(
        dir: u32,
        lookup: u32,
        path: *const u8,
        len: usize,
        accessed: u64,
        modified: u64,
        flags: u32,
    ) -> u32;
    fn clock_time_get(clock: u32, precision: u64, out: *mut u64) -> u32;
    fn poll_oneoff(
        subscriptions: *const Subscription,
        events: *mut Event,
        count: usize,
        out: *mut usize,
    ) -> u32;
}

/// `subscription` of preview 1: 48 bytes, the union at offset 8.
#[repr(C)]
#[derive(Clone, Copy)]
struct Subscription {
    userdata: u64,
    tag: u64,
    /// Clock id, or the descriptor to read.
    id: u64,
    timeout: u64,
    precision: u64,
    flags: u64,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Event {
    userdata: u64,
    errno: u16,
    kind: u8,
    _padding: [u8; 5],
    bytes: u64,
    flags: u64,
}

const TAG_CLOCK: u64 = 0;
const TAG_READ: u64 = 1;
const TAG_WRITE: u64 = 2;
/// Flag of an event: the other end is gone.
const HANGUP: u64 = 1;
const CLOCK_MONOTONIC: u64 = 1;

/// Nothing to do: the engine starts a process ready.
pub fn start() {}

fn check(raw: u32) -> Result<(), Errno> {
    match raw {
        0 => Ok(()),
        n => Err(u16::try_from(n)
            .ok()
            .and_then(Errno::from_raw)
            .unwrap_or(Errno::Nosys)),
    }
}

/// Reads some bytes; 0 at the end.
pub fn read(fd: u32, buf: &mut [u8]) -> Result<usize, Errno> {
    let iovec = Iovec {
        address: buf.as_ptr(),
        length: buf.len(),
    };
    let mut out = 0;
    // SAFETY: `buf` is valid for writes of its length during the call.
    check(unsafe { fd_read(fd, &iovec, 1, &mut out) })?;
    Ok(out)
}

/// Writes some of the bytes.
pub fn write(fd: u32, buf: &[u8]) -> Result<usize, Errno> {
    let iovec = Iovec {
        address: buf.as_ptr(),
        length: buf.len(),
    };
    let mut out = 0;
    // SAFETY: `buf` is valid for reads of its length during the call.
    check(unsafe { fd_write(fd, &iovec, 1, &mut out) })?;
    Ok(out)
}

/// Opens a path.
pub fn open(path: &[u8], how: OpenHow) -> Result<u32, Errno> {
    // fd_read, fd_readdir / fd_datasync, fd_write, fd_allocate, set_size.
    const READ: u64 = 1 << 1 | 1 << 14;
    const WRITE: u64 = 1 | 1 << 6 | 1 << 8 | 1 << 22;
    let mut rights = !(READ | WRITE) & ((1 << 28) - 1);
    if how.read {
        rights |= READ;
    }
    if how.write {
        rights |= WRITE;
    }
    let flags = u32::from(how.create)
        | u32::from(how.directory) << 1
        | u32::from(how.exclusive) << 2
        | u32::from(how.truncate) << 3;
    let mut out = 0;
    // SAFETY: `path` is valid for reads and `out` for writes during the call.
    check(unsafe {
        path_open(
            AT_CWD,
            u32::from(!how.no_follow),
            path.as_ptr(),
            path.len(),
            flags,
            rights,
            (1 << 28) - 1,
            u32::from(how.append) | u32::from(how.nonblock) << 2,
            &mut out,
        )
    })?;
    Ok(out)
}

/// Closes a descriptor.
pub fn close(fd: u32) {
    // SAFETY: no memory is passed.
    unsafe { fd_close(fd) };
}

/// Moves the position; `whence`: 0 from the start, 1 from here, 2 from the end.
pub fn seek(fd: u32, offset: i64, whence: u32) -> Result<u64, Errno> {
    let mut out = 0;
    // SAFETY: `out` is valid for writes during the call.
    check(unsafe { fd_seek(fd, offset, whence, &mut out) })?;
    Ok(out)
}

/// Sets the file's size.
pub fn set_size(fd: u32, size: u64) -> Result<(), Errno> {
    // SAFETY: no memory is passed.
    check(unsafe { fd_filestat_set_size(fd, size) })
}

/// Whether the descriptor is a terminal: a character device that cannot seek,
/// with the device number of one. An empty standard input has none.
pub fn is_terminal(fd: u32) -> bool {
    const SEEK_OR_TELL: u64 = 1 << 2 | 1 << 5;
    // Linux's virtual consoles, /dev/tty and /dev/console, and pseudo-terminals.
    const MAJORS: [u32; 3] = [4, 5, 136];
    let mut out = [0; 3];
    // SAFETY: `out` is valid for writes of the 24 bytes of an fdstat.
    let result = check(unsafe { fd_fdstat_get(fd, &mut out) });
    result.is_ok()
        && out[0] & 0xff == 2
        && out[1] & SEEK_OR_TELL == 0
        && fstat(fd).is_ok_and(|stat| MAJORS.contains(&(stat.device_node >> 8)))
}

/// Names in a directory, without `.` and `..`, in the directory's order.
pub fn read_dir(path: &[u8]) -> Result<Vec<DirEntry>, Errno> {
    const HEADER: usize = 24;
    let how = OpenHow {
        directory: true,
        ..OpenHow::READ
    };
    let dir = super::File::open(path, how)?;
    let mut entries = Vec::new();
    let mut buf = vec![0; 16 * 1024];
    let mut cookie = 0;
    loop {
        let mut used = 0;
        // SAFETY: `buf` and `used` are valid for writes during the call.
        check(unsafe { fd_readdir(dir.fd(), buf.as_mut_ptr(), buf.len(), cookie, &mut used) })?;
        let full = used == buf.len();
        let mut rest = buf.get(..used).unwrap_or_default();
        let mut progress = false;
        while let Some((header, tail)) = rest.split_at_checked(HEADER) {
            let word = |at: usize| u64::from_le_bytes(header[at..at + 8].try_into().unwrap());
            let Some((name, tail)) = tail.split_at_checked(word(16) as u32 as usize) else {
                break;
            };
            cookie = word(0);
            progress = true;
            if name != b"." && name != b".." {
                entries.push(DirEntry {
                    name: name.to_vec(),
                    inode: word(8),
                    kind: kind_of(header[20]),
                });
            }
            rest = tail;
        }
        if !full {
            return Ok(entries);
        }
        if !progress {
            buf.resize(buf.len() * 2, 0);
        }
    }
}

/// The target of a symbolic link.
pub fn read_link(path: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut buf = vec![0; 256];
    loop {
        let mut used = 0;
        // SAFETY: `path` is valid for reads, `buf` and `used` for writes.
        check(unsafe {
            path_readlink(
                AT_CWD,
                path.as_ptr(),
                path.len(),
                buf.as_mut_ptr(),
                buf.len(),
                &mut used,
            )
        })?;
        if used < buf.len() {
            buf.truncate(used);
            return Ok(buf);
        }
        buf.resize(buf.len() * 4, 0);
    }
}

/// Status of a path.
pub fn stat(path: &[u8], follow: bool) -> Result<ExtStat, Errno> {
    imports::path_stat(AT_CWD, follow_flag(follow), path)
}

fn follow_flag(follow: bool) -> u32 {
    if follow { stat_flags::FOLLOW } else { 0 }
}

/// Status of an open descriptor.
pub fn fstat(fd: u32) -> Result<ExtStat, Errno> {
    imports::fd_stat(fd)
}

/// Sets the permission bits of a path, through symbolic links.
pub fn chmod(path: &[u8], mode: u32) -> Result<(), Errno> {
    imports::path_chmod(AT_CWD, stat_flags::FOLLOW, path, mode)
}

/// Sets owner and group; `u32::MAX` leaves one as it is.
pub fn chown(path: &[u8], uid: u32, gid: u32, follow: bool) -> Result<(), Errno> {
    imports::path_chown(AT_CWD, follow_flag(follow), path, uid, gid)
}

/// Makes a named pipe.
pub fn mkfifo(path: &[u8], mode: u32) -> Result<(), Errno> {
    imports::path_mkfifo(AT_CWD, path, mode)
}

/// Gives a file another name, replacing what has it.
pub fn rename(from: &[u8], to: &[u8]) -> Result<(), Errno> {
    // SAFETY: both paths are valid for reads during the call.
    check(unsafe {
        path_rename(
            AT_CWD,
            from.as_ptr(),
            from.len(),
            AT_CWD,
            to.as_ptr(),
            to.len(),
        )
    })
}

/// Gives a file a second name.
pub fn link(from: &[u8], to: &[u8]) -> Result<(), Errno> {
    // SAFETY: both paths are valid for reads during the call.
    check(unsafe {
        path_link(
            AT_CWD,
            0,
            from.as_ptr(),
            from.len(),
            AT_CWD,
            to.as_ptr(),
            to.len(),
        )
    })
}

/// Makes a symbolic link.
pub fn symlink(target: &[u8], path: &[u8]) -> Result<(), Errno> {
    // SAFETY: both paths are valid for reads during the call.
    check(unsafe {
        path_symlink(
            target.as_ptr(),
            target.len(),
            AT_CWD,
            path.as_ptr(),
            path.len(),
        )
    })
}

/// Makes a directory.
pub fn mkdir(path: &[u8]) -> Result<(), Errno> {
    // SAFETY: `path` is valid for reads during the call.
    check(unsafe { path_create_directory(AT_CWD, path.as_ptr(), path.len()) })
}

/// Removes a name that is not a directory's.
pub fn unlink(path: &[u8]) -> Result<(), Errno> {
    // SAFETY: `path` is valid for reads during the call.
    check(unsafe { path_unlink_file(AT_CWD, path.as_ptr(), path.len()) })
}

/// Removes an empty directory.
pub fn rmdir(path: &[u8]) -> Result<(), Errno> {
    // SAFETY: `path` is valid for reads during the call.
    check(unsafe { path_remove_directory(AT_CWD, path.as_ptr(), path.len()) })
}

/// Sets the times of a path.
pub fn set_times(
    path: &[u8],
    accessed: SetTime,
    modified: SetTime,
    follow: bool,
) -> Result<(), Errno> {
    let part = |time, shift: u32| match time {
        SetTime::Keep => (0, 0),
        SetTime::At(ns) => (ns, 1 << shift),
        SetTime::Now => (0, 2 << shift),
    };
    let (accessed, a) = part(accessed, 0);
    let (modified, m) = part(modified, 2);
    // SAFETY: `path` is valid for reads during the call.
    check(unsafe {
        path_filestat_set_times(
            AT_CWD,
            u32::from(follow),
            path.as_ptr(),
            path.len(),
            accessed,
            modified,
            a | m,
        )
    })
}

/// The present time, in nanoseconds since the epoch.
pub fn now_ns() -> u64 {
    let mut out = 0;
    // SAFETY: `out` is valid for writes during the call.
    unsafe { clock_time_get(0, 1, &mut out) };
    out
}

/// Time since some fixed point, in nanoseconds.
pub fn monotonic_ns() -> u64 {
    let mut out = 0;
    // SAFETY: `out` is valid for writes during the call.
    unsafe { clock_time_get(CLOCK_MONOTONIC as u32, 1, &mut out) };
    out
}

/// Makes `to` a descriptor for the same open file as `fd`.
pub fn replace(fd: u32, to: u32) {
    let _ = imports::dup_to(fd, to);
}

/// Working directory, absolute.
pub fn working_directory() -> Result<Vec<u8>, Errno> {
    imports::working_directory()
}

/// Sets the mask of permission bits withheld from new files; gives the former.
pub fn umask(mask: u32) -> u32 {
    imports::umask(mask)
}

/// User and group number of this process.
pub fn identity() -> (u32, u32) {
    let info = imports::process_info();
    (info.uid, info.gid)
}

/// Waits until `fd` is readable or the time has passed; whether it is readable.
/// Without a descriptor this only waits; without a time it waits for ever.
pub fn wait_readable(fd: Option<u32>, timeout_ns: Option<u64>) -> Result<bool, Errno> {
    let mut subscriptions = Vec::with_capacity(2);
    if let Some(timeout) = timeout_ns {
        subscriptions.push(Subscription {
            userdata: 0,
            tag: TAG_CLOCK,
            id: CLOCK_MONOTONIC,
            timeout,
            precision: 0,
            flags: 0,
        });
    }
    if let Some(fd) = fd {
        subscriptions.push(Subscription {
            userdata: 1,
            tag: TAG_READ,
            id: u64::from(fd),
            timeout: 0,
            precision: 0,
            flags: 0,
        });
    }
    let mut events = [Event::default(); 2];
    let mut count = 0;
    // SAFETY: the arrays hold as many elements as the counts say.
    check(unsafe {
        poll_oneoff(
            subscriptions.as_ptr(),
            events.as_mut_ptr(),
            subscriptions.len(),
            &mut count,
        )
    })?;
    let events = events.get(..count).unwrap_or_default();
    Ok(events.iter().any(|event| event.userdata == 1))
}

/// Whether `fd` writes to a pipe whose reader is gone.
pub fn reader_gone(fd: u32) -> bool {
    let clock = Subscription {
        userdata: 0,
        tag: TAG_CLOCK,
        id: CLOCK_MONOTONIC,
        timeout: 0,
        precision: 0,
        flags: 0,
    };
    let write = Subscription {
        userdata: 1,
        tag: TAG_WRITE,
        id: u64::from(fd),
        ..clock
    };
    let subscriptions = [clock, write];
    let mut events = [Event::default(); 2];
    let mut count = 0;
    // SAFETY: the arrays hold as many elements as the counts say.
    let result =
        check(unsafe { poll_oneoff(subscriptions.as_ptr(), events.as_mut_ptr(), 2, &mut count) });
    let events = events.get(..count).unwrap_or_default();
    result.is_ok()
        && events
            .iter()
            .any(|event| event.userdata == 1 && (event.errno != 0 || event.flags & HANGUP != 0))
}
