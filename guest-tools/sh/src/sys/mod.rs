//! The operating system, as the rest of the shell sees it: one backend for
//! Wardian, one for a native build that tests run beside bash.

#[cfg(not(target_family = "wasm"))]
#[path = "native_unsafe.rs"]
mod backend;
#[cfg(target_family = "wasm")]
#[path = "wasi_unsafe.rs"]
mod backend;

pub use backend::*;
pub use wardian_abi::{Errno, ExtStat, FileType};

/// A descriptor of the shell's own numbering; users' descriptors are mapped to
/// it by [`user_fd`].
pub type Fd = u32;

/// A child process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    pub fd: Fd,
    pub pid: u32,
}

/// What the shell was started with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Start {
    /// The arguments, the program's name first, a NUL after each.
    pub args: &'static [u8],
    /// The environment: `NAME=VALUE` strings, a NUL after each.
    pub env: &'static [u8],
    /// The working directory; empty if it was removed.
    pub cwd: &'static [u8],
    /// The monotonic clock at the start.
    pub monotonic_ns: u64,
}

/// How to open a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenMode {
    pub read: bool,
    pub write: bool,
    pub create: bool,
    pub truncate: bool,
    pub append: bool,
    pub exclusive: bool,
}

/// A program to start.
pub struct Program<'a> {
    pub path: &'a [u8],
    pub argv: &'a [Vec<u8>],
    /// `NAME=VALUE` strings, each ended by NUL.
    pub env: &'a [u8],
    /// User descriptor of the child, descriptor of the shell.
    pub fds: &'a [(u32, Fd)],
    /// Process group to join; 0: a new one.
    pub group: Option<u32>,
    pub ignored_signals: u64,
}

/// A directory's entry.
pub struct DirEntry {
    pub name: Vec<u8>,
    /// Whether it is a directory, where listing tells.
    pub is_dir: Option<bool>,
}

/// The highest number that a user's descriptor can have.
pub const USER_FD_MAX: u32 = wardian_abi::USER_FD_MAX;

/// Whether the status is that of a directory.
pub fn is_dir(stat: &ExtStat) -> bool {
    stat.mode >> 12 == FileType::Directory as u32
}

/// Whether the status is that of a regular file.
pub fn is_regular(stat: &ExtStat) -> bool {
    stat.mode >> 12 == FileType::Regular as u32
}

/// Writes all bytes.
///
/// # Errors
/// As `write`; `EINTR` is retried.
pub fn write_all(fd: Fd, bytes: &[u8]) -> Result<(), Errno> {
    write_all_with(fd, bytes, || {})
}

/// As [`write_all`]; `interrupted` is called whenever a signal has arrived.
pub fn write_all_with(
    fd: Fd,
    mut bytes: &[u8],
    mut interrupted: impl FnMut(),
) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match write(fd, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::Intr) => interrupted(),
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Reads to the end.
///
/// # Errors
/// As `read`; `EINTR` is retried.
pub fn read_to_end(fd: Fd, out: &mut Vec<u8>) -> Result<(), Errno> {
    read_to_end_with(fd, out, || {})
}

/// As [`read_to_end`]; `interrupted` is called whenever a signal has arrived.
pub fn read_to_end_with(
    fd: Fd,
    out: &mut Vec<u8>,
    mut interrupted: impl FnMut(),
) -> Result<(), Errno> {
    // As much again as there is: little is made ready in vain.
    const LEAST: usize = 4 * 1024;
    const MOST: usize = 64 * 1024;
    loop {
        let len = out.len();
        out.resize(len + len.clamp(LEAST, MOST), 0);
        match read(fd, &mut out[len..]) {
            Ok(0) => {
                out.truncate(len);
                return Ok(());
            }
            Ok(count) => out.truncate(len + count),
            Err(Errno::Intr) => {
                out.truncate(len);
                interrupted();
            }
            Err(errno) => {
                out.truncate(len);
                return Err(errno);
            }
        }
    }
}
