//! System calls on Linux, so that tests run the same tools natively.
#![allow(unsafe_code)]

use super::{DirEntry, OpenHow, SetTime};
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStringExt;
use wardian_abi::{Errno, ExtStat};

/// Undoes Rust's ignoring of SIGPIPE.
pub fn start() {
    // SAFETY: the default action replaces no handler of ours.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

fn errno() -> Errno {
    let raw = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    // SAFETY: strerror gives a NUL-terminated string; tests are single-threaded per process.
    let text = unsafe { CStr::from_ptr(libc::strerror(raw)) };
    let found = Errno::ALL
        .iter()
        .find(|errno| errno.message().as_bytes() == text.to_bytes());
    found.copied().unwrap_or(Errno::Io)
}

fn check(raw: i64) -> Result<u64, Errno> {
    u64::try_from(raw).map_err(|_| errno())
}

fn c(path: &[u8]) -> Result<CString, Errno> {
    CString::new(path).map_err(|_| Errno::Inval)
}

/// Reads some bytes; 0 at the end.
pub fn read(fd: u32, buf: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: `buf` is valid for writes of its length.
    check(unsafe { libc::read(fd as i32, buf.as_mut_ptr().cast(), buf.len()) } as i64)
        .map(|n| n as usize)
}

/// Writes some of the bytes.
pub fn write(fd: u32, buf: &[u8]) -> Result<usize, Errno> {
    // SAFETY: `buf` is valid for reads of its length.
    check(unsafe { libc::write(fd as i32, buf.as_ptr().cast(), buf.len()) } as i64)
        .map(|n| n as usize)
}

/// Opens a path.
pub fn open(path: &[u8], how: OpenHow) -> Result<u32, Errno> {
    let mut flags = match (how.read, how.write) {
        (true, true) => libc::O_RDWR,
        (false, true) => libc::O_WRONLY,
        _ => libc::O_RDONLY,
    };
    for (set, flag) in [
        (how.create, libc::O_CREAT),
        (how.exclusive, libc::O_EXCL),
        (how.truncate, libc::O_TRUNC),
        (how.append, libc::O_APPEND),
        (how.directory, libc::O_DIRECTORY),
        (how.no_follow, libc::O_NOFOLLOW),
        (how.nonblock, libc::O_NONBLOCK),
    ] {
        if set {
            flags |= flag;
        }
    }
    // SAFETY: the path is NUL-terminated.
    check(unsafe { libc::open(c(path)?.as_ptr(), flags, 0o666) }.into()).map(|fd| fd as u32)
}

/// Closes a descriptor.
pub fn close(fd: u32) {
    // SAFETY: no memory is passed.
    unsafe { libc::close(fd as i32) };
}

/// Moves the position; `whence`: 0 from the start, 1 from here, 2 from the end.
pub fn seek(fd: u32, offset: i64, whence: u32) -> Result<u64, Errno> {
    // SAFETY: no memory is passed.
    check(unsafe { libc::lseek(fd as i32, offset, whence as i32) })
}

/// Sets the file's size.
pub fn set_size(fd: u32, size: u64) -> Result<(), Errno> {
    // SAFETY: no memory is passed.
    check(unsafe { libc::ftruncate(fd as i32, size as i64) }.into()).map(drop)
}

/// Whether the descriptor is a terminal.
pub fn is_terminal(fd: u32) -> bool {
    // SAFETY: no memory is passed.
    unsafe { libc::isatty(fd as i32) == 1 }
}

/// Names in a directory, without `.` and `..`, in the directory's order.
pub fn read_dir(path: &[u8]) -> Result<Vec<DirEntry>, Errno> {
    let path = c(path)?;
    // SAFETY: the path is NUL-terminated; the stream is used until closedir.
    unsafe {
        let dir = libc::opendir(path.as_ptr());
        if dir.is_null() {
            return Err(errno());
        }
        let mut entries = Vec::new();
        while let Some(entry) = libc::readdir(dir).as_ref() {
            let name = CStr::from_ptr(entry.d_name.as_ptr()).to_bytes().to_vec();
            if name != b"." && name != b".." {
                entries.push(DirEntry {
                    name,
                    inode: entry.d_ino,
                    kind: u32::from(entry.d_type) << 12,
                });
            }
        }
        libc::closedir(dir);
        Ok(entries)
    }
}

/// The target of a symbolic link.
pub fn read_link(path: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut buf = vec![0; 4096];
    // SAFETY: the path is NUL-terminated, `buf` valid for writes.
    let used =
        check(
            unsafe { libc::readlink(c(path)?.as_ptr(), buf.as_mut_ptr().cast(), buf.len()) } as i64,
        )?;
    buf.truncate(used as usize);
    Ok(buf)
}

fn convert(st: &libc::stat) -> ExtStat {
    let ns = |s: i64, n: i64| (s * 1_000_000_000 + n) as u64;
    ExtStat {
        device: st.st_dev,
        inode: st.st_ino,
        links: st.st_nlink,
        size_bytes: st.st_size as u64,
        blocks: st.st_blocks as u64,
        accessed_ns: ns(st.st_atime, st.st_atime_nsec),
        modified_ns: ns(st.st_mtime, st.st_mtime_nsec),
        changed_ns: ns(st.st_ctime, st.st_ctime_nsec),
        created_ns: 0,
        mode: st.st_mode,
        uid: st.st_uid,
        gid: st.st_gid,
        device_node: libc::major(st.st_rdev) * 256 + libc::minor(st.st_rdev),
    }
}

/// Status of a path.
pub fn stat(path: &[u8], follow: bool) -> Result<ExtStat, Errno> {
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: an all-zero `stat` is valid; the path is NUL-terminated.
    unsafe {
        let mut st: libc::stat = std::mem::zeroed();
        check(libc::fstatat(libc::AT_FDCWD, c(path)?.as_ptr(), &mut st, flags).into())?;
        Ok(convert(&st))
    }
}

/// Status of an open descriptor.
pub fn fstat(fd: u32) -> Result<ExtStat, Errno> {
    // SAFETY: an all-zero `stat` is valid.
    unsafe {
        let mut st: libc::stat = std::mem::zeroed();
        check(libc::fstat(fd as i32, &mut st).into())?;
        Ok(convert(&st))
    }
}

/// Sets the permission bits of a path, through symbolic links.
pub fn chmod(path: &[u8], mode: u32) -> Result<(), Errno> {
    // SAFETY: the path is NUL-terminated.
    check(unsafe { libc::chmod(c(path)?.as_ptr(), mode) }.into()).map(drop)
}

/// Sets owner and group; `u32::MAX` leaves one as it is.
pub fn chown(path: &[u8], uid: u32, gid: u32, follow: bool) -> Result<(), Errno> {
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    let path = c(path)?;
    // SAFETY: the path is NUL-terminated.
    check(unsafe { libc::fchownat(libc::AT_FDCWD, path.as_ptr(), uid, gid, flags) }.into())
        .map(drop)
}

/// Makes a named pipe.
pub fn mkfifo(path: &[u8], mode: u32) -> Result<(), Errno> {
    // SAFETY: the path is NUL-terminated.
    check(unsafe { libc::mkfifo(c(path)?.as_ptr(), mode) }.into()).map(drop)
}

/// Gives a file another name, replacing what has it.
pub fn rename(from: &[u8], to: &[u8]) -> Result<(), Errno> {
    // SAFETY: both paths are NUL-terminated.
    check(unsafe { libc::rename(c(from)?.as_ptr(), c(to)?.as_ptr()) }.into()).map(drop)
}

/// Gives a file a second name.
pub fn link(from: &[u8], to: &[u8]) -> Result<(), Errno> {
    // SAFETY: both paths are NUL-terminated.
    check(unsafe { libc::link(c(from)?.as_ptr(), c(to)?.as_ptr()) }.into()).map(drop)
}

/// Makes a symbolic link.
pub fn symlink(target: &[u8], path: &[u8]) -> Result<(), Errno> {
    // SAFETY: both paths are NUL-terminated.
    check(unsafe { libc::symlink(c(target)?.as_ptr(), c(path)?.as_ptr()) }.into()).map(drop)
}

/// Makes a directory.
pub fn mkdir(path: &[u8]) -> Result<(), Errno> {
    // SAFETY: the path is NUL-terminated.
    check(unsafe { libc::mkdir(c(path)?.as_ptr(), 0o777) }.into()).map(drop)
}

/// Removes a name that is not a directory's.
pub fn unlink(path: &[u8]) -> Result<(), Errno> {
    // SAFETY: the path is NUL-terminated.
    check(unsafe { libc::unlink(c(path)?.as_ptr()) }.into()).map(drop)
}

/// Removes an empty directory.
pub fn rmdir(path: &[u8]) -> Result<(), Errno> {
    // SAFETY: the path is NUL-terminated.
    check(unsafe { libc::rmdir(c(path)?.as_ptr()) }.into()).map(drop)
}

/// Sets the times of a path.
pub fn set_times(
    path: &[u8],
    accessed: SetTime,
    modified: SetTime,
    follow: bool,
) -> Result<(), Errno> {
    let spec = |time| match time {
        SetTime::Keep => (0, libc::UTIME_OMIT),
        SetTime::Now => (0, libc::UTIME_NOW),
        SetTime::At(ns) => (
            (ns / 1_000_000_000) as i64,
            (ns % 1_000_000_000) as libc::c_long,
        ),
    };
    let times = [accessed, modified].map(|time| {
        let (tv_sec, tv_nsec) = spec(time);
        libc::timespec { tv_sec, tv_nsec }
    });
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    let path = c(path)?;
    // SAFETY: the path is NUL-terminated; two times are given.
    check(unsafe { libc::utimensat(libc::AT_FDCWD, path.as_ptr(), times.as_ptr(), flags) }.into())
        .map(drop)
}

/// The present time, in nanoseconds since the epoch.
pub fn now_ns() -> u64 {
    std::time::UNIX_EPOCH
        .elapsed()
        .map_or(0, |d| d.as_nanos() as u64)
}

/// Time since some fixed point, in nanoseconds.
pub fn monotonic_ns() -> u64 {
    now_ns()
}

/// Makes `to` a descriptor for the same open file as `fd`.
pub fn replace(fd: u32, to: u32) {
    // SAFETY: no memory is passed.
    unsafe { libc::dup2(fd as i32, to as i32) };
}

/// Working directory, absolute.
pub fn working_directory() -> Result<Vec<u8>, Errno> {
    let path = std::env::current_dir().map_err(|_| Errno::Noent)?;
    Ok(path.into_os_string().into_vec())
}

/// Sets the mask of permission bits withheld from new files; gives the former.
pub fn umask(mask: u32) -> u32 {
    // SAFETY: no memory is passed.
    unsafe { libc::umask(mask) }
}

/// User and group number of this process.
pub fn identity() -> (u32, u32) {
    // SAFETY: no memory is passed.
    unsafe { (libc::getuid(), libc::getgid()) }
}

/// Waits until `fd` is readable or the time has passed; whether it is readable.
pub fn wait_readable(fd: Option<u32>, timeout_ns: Option<u64>) -> Result<bool, Errno> {
    let mut poll = libc::pollfd {
        fd: fd.map_or(-1, |fd| fd as i32),
        events: libc::POLLIN,
        revents: 0,
    };
    let timeout = timeout_ns.map_or(-1, |ns| (ns / 1_000_000) as i32);
    // SAFETY: one pollfd is given.
    check(unsafe { libc::poll(&mut poll, 1, timeout) }.into()).map(|n| n > 0)
}

/// Whether `fd` writes to a pipe whose reader is gone.
pub fn reader_gone(fd: u32) -> bool {
    let mut entry = libc::pollfd {
        fd: fd as i32,
        events: libc::POLLOUT,
        revents: 0,
    };
    // SAFETY: `entry` is one valid element.
    let ready = unsafe { libc::poll(&mut entry, 1, 0) };
    ready > 0 && entry.revents & (libc::POLLERR | libc::POLLHUP) != 0
}
