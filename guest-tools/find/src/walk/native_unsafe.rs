//! Relative opens and listings on Linux, for tests.
#![allow(unsafe_code)]

use super::Listing;
use super::listing::Item;
use std::ffi::{CStr, CString};
use wardian_applet::sys::{Errno, ExtStat};

/// The working directory, in place of an open directory.
pub const CWD: u32 = libc::AT_FDCWD as u32;

fn errno() -> Errno {
    let raw = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    // SAFETY: strerror gives a NUL-terminated string; nothing else runs between.
    let text = unsafe { CStr::from_ptr(libc::strerror(raw)) };
    let found = Errno::ALL
        .iter()
        .find(|errno| errno.message().as_bytes() == text.to_bytes());
    found.copied().unwrap_or(Errno::Io)
}

fn c(path: &[u8]) -> Result<CString, Errno> {
    CString::new(path).map_err(|_| Errno::Inval)
}

/// Opens the directory `path`, seen from the directory `dir`.
pub fn open_dir(dir: u32, path: &[u8], follow: bool) -> Result<u32, Errno> {
    let mut flags = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC;
    if !follow {
        flags |= libc::O_NOFOLLOW;
    }
    // SAFETY: the path is NUL-terminated.
    let fd = unsafe { libc::openat(dir as i32, c(path)?.as_ptr(), flags) };
    u32::try_from(fd).map_err(|_| errno())
}

/// Status of `path`, seen from the directory `dir`.
pub fn stat_at(dir: u32, path: &[u8], follow: bool) -> Result<ExtStat, Errno> {
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: an all-zero `stat` is valid; the path is NUL-terminated.
    let st = unsafe {
        let mut st: libc::stat = std::mem::zeroed();
        if libc::fstatat(dir as i32, c(path)?.as_ptr(), &mut st, flags) != 0 {
            return Err(errno());
        }
        st
    };
    let ns = |s: i64, n: i64| (s * 1_000_000_000 + n) as u64;
    Ok(ExtStat {
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
    })
}

/// Removes `path`, seen from the directory `dir`.
pub fn remove_at(dir: u32, path: &[u8], directory: bool) -> Result<(), Errno> {
    let flags = if directory { libc::AT_REMOVEDIR } else { 0 };
    // SAFETY: the path is NUL-terminated.
    match unsafe { libc::unlinkat(dir as i32, c(path)?.as_ptr(), flags) } {
        0 => Ok(()),
        _ => Err(errno()),
    }
}

/// Reads all names of an open directory.
pub fn list(fd: u32, listing: &mut Listing) -> Result<(), Errno> {
    listing.buf.clear();
    // SAFETY: the duplicate belongs to the stream; the stream is used until closedir.
    unsafe {
        let dir = libc::fdopendir(libc::dup(fd as i32));
        if dir.is_null() {
            return Err(errno());
        }
        while let Some(entry) = libc::readdir(dir).as_ref() {
            let name = CStr::from_ptr(entry.d_name.as_ptr()).to_bytes();
            if name != b"." && name != b".." {
                let start = listing.buf.len() as u32;
                listing.buf.extend_from_slice(name);
                listing.items.push(Item {
                    start,
                    length: name.len() as u32,
                    kind: u32::from(entry.d_type) << 12,
                });
            }
        }
        libc::closedir(dir);
    }
    Ok(())
}
