//! Relative opens and listings in the sandbox.
#![allow(unsafe_code)]

use super::Listing;
use super::listing::Item;
use wardian_abi::{Errno, ExtStat, imports, stat_flags};

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn fd_readdir(fd: u32, buf: *mut u8, len: usize, cookie: u64, out: *mut usize) -> u32;
    fn path_unlink_file(dir: u32, path: *const u8, len: usize) -> u32;
    fn path_remove_directory(dir: u32, path: *const u8, len: usize) -> u32;
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
}

/// The working directory, in place of an open directory.
pub const CWD: u32 = wardian_abi::AT_CWD;

fn check(raw: u32) -> Result<(), Errno> {
    match raw {
        0 => Ok(()),
        n => Err(u16::try_from(n)
            .ok()
            .and_then(Errno::from_raw)
            .unwrap_or(Errno::Nosys)),
    }
}

/// Opens the directory `path`, seen from the directory `dir`.
pub fn open_dir(dir: u32, path: &[u8], follow: bool) -> Result<u32, Errno> {
    const DIRECTORY: u32 = 1 << 1;
    const ALL: u64 = (1 << 28) - 1;
    // All but fd_datasync, fd_write, fd_allocate and fd_filestat_set_size.
    const RIGHTS: u64 = ALL & !(1 | 1 << 6 | 1 << 8 | 1 << 22);
    let mut out = 0;
    // SAFETY: `path` is valid for reads and `out` for writes during the call.
    check(unsafe {
        path_open(
            dir,
            u32::from(follow),
            path.as_ptr(),
            path.len(),
            DIRECTORY,
            RIGHTS,
            ALL,
            0,
            &mut out,
        )
    })?;
    Ok(out)
}

/// Status of `path`, seen from the directory `dir`.
pub fn stat_at(dir: u32, path: &[u8], follow: bool) -> Result<ExtStat, Errno> {
    imports::path_stat(dir, if follow { stat_flags::FOLLOW } else { 0 }, path)
}

/// Removes `path`, seen from the directory `dir`.
pub fn remove_at(dir: u32, path: &[u8], directory: bool) -> Result<(), Errno> {
    // SAFETY: `path` is valid for reads during the call.
    check(unsafe {
        match directory {
            true => path_remove_directory(dir, path.as_ptr(), path.len()),
            false => path_unlink_file(dir, path.as_ptr(), path.len()),
        }
    })
}

/// Reads all names of an open directory.
pub fn list(fd: u32, listing: &mut Listing) -> Result<(), Errno> {
    const HEADER: usize = 24;
    /// Type bits by WASI's number; a named pipe has none there.
    const KINDS: [u32; 8] = [
        0, 0o060_000, 0o020_000, 0o040_000, 0o100_000, 0o140_000, 0o140_000, 0o120_000,
    ];
    let mut page: usize = 4096;
    let (mut at, mut cookie) = (0, 0);
    loop {
        if listing.buf.len() < at + page {
            listing.buf.resize(at + page, 0);
        }
        let room = listing.buf.len() - at;
        let mut used = 0;
        let rest = &mut listing.buf[at..];
        // SAFETY: the rest of the buffer and `used` are valid for writes during the call.
        check(unsafe { fd_readdir(fd, rest.as_mut_ptr(), room, cookie, &mut used) })?;
        let end = at + used.min(room);
        let mut progress = false;
        while let Some(header) = listing
            .buf
            .get(at..end)
            .and_then(<[u8]>::first_chunk::<HEADER>)
        {
            let word =
                |from: usize| u64::from_le_bytes(std::array::from_fn(|byte| header[from + byte]));
            let length = word(16) as u32;
            let start = at + HEADER;
            let Some(name) = listing
                .buf
                .get(start..end)
                .and_then(|r| r.get(..length as usize))
            else {
                break;
            };
            cookie = word(0);
            progress = true;
            at = start + length as usize;
            if name != b"." && name != b".." {
                listing.items.push(Item {
                    start: start as u32,
                    length,
                    kind: KINDS.get(usize::from(header[20])).copied().unwrap_or(0),
                });
            }
        }
        if used < room {
            return Ok(());
        }
        page = if progress { 1 << 16 } else { page * 2 };
    }
}
