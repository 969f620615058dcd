//! System calls, as bytes and [`Errno`], the same on both targets.
//!
//! In the sandbox they go straight to WASI and the process ABI, past the C
//! library: a relative path then costs one host call and no set-up. Natively
//! (tests only) they are Linux's.

#[cfg(not(target_os = "wasi"))]
#[path = "native_unsafe.rs"]
mod backend;
#[cfg(target_os = "wasi")]
#[path = "wasi_unsafe.rs"]
mod backend;
mod directory;
mod file;

pub use backend::*;
pub use directory::DirEntry;
#[cfg(target_os = "wasi")]
use directory::kind_of;
pub use file::{File, read_file};
pub use wardian_abi::{Errno, ExtStat};

/// How [`open`] treats the file.
#[derive(Clone, Copy, Default)]
pub struct OpenHow {
    /// Allow reading.
    pub read: bool,
    /// Allow writing.
    pub write: bool,
    /// Make the file if it is absent.
    pub create: bool,
    /// Fail with `EEXIST` unless this call makes the file.
    pub exclusive: bool,
    /// Cut the file to nothing.
    pub truncate: bool,
    /// Write at the end only.
    pub append: bool,
    /// Fail with `ENOTDIR` unless it is a directory.
    pub directory: bool,
    /// Fail with `ELOOP` if the last component is a symbolic link.
    pub no_follow: bool,
    /// Do not wait for the other end of a FIFO.
    pub nonblock: bool,
}

impl OpenHow {
    /// For reading.
    pub const READ: OpenHow = OpenHow {
        read: true,
        write: false,
        create: false,
        exclusive: false,
        truncate: false,
        append: false,
        directory: false,
        no_follow: false,
        nonblock: false,
    };
    /// For writing anew, as a shell's `>`.
    pub const CREATE: OpenHow = OpenHow {
        read: false,
        write: true,
        create: true,
        truncate: true,
        ..OpenHow::READ
    };
}

/// A time to set on a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SetTime {
    /// Leave it.
    Keep,
    /// The present time.
    Now,
    /// Nanoseconds since the epoch.
    At(u64),
}

/// Bits of `ExtStat::mode`, as on Linux.
pub mod mode {
    /// Mask of the file type.
    pub const TYPE: u32 = 0o170_000;
    /// Socket.
    pub const SOCKET: u32 = 0o140_000;
    /// Symbolic link.
    pub const LINK: u32 = 0o120_000;
    /// Regular file.
    pub const REGULAR: u32 = 0o100_000;
    /// Block device.
    pub const BLOCK: u32 = 0o060_000;
    /// Directory.
    pub const DIRECTORY: u32 = 0o040_000;
    /// Character device.
    pub const CHARACTER: u32 = 0o020_000;
    /// Named pipe.
    pub const FIFO: u32 = 0o010_000;
    /// Set user number on execution.
    pub const SET_UID: u32 = 0o4000;
    /// Set group number on execution.
    pub const SET_GID: u32 = 0o2000;
    /// Only owners remove entries.
    pub const STICKY: u32 = 0o1000;
}

/// Whether the status is a directory's.
pub fn is_dir(stat: &ExtStat) -> bool {
    stat.mode & mode::TYPE == mode::DIRECTORY
}

/// Whether the status is a symbolic link's.
pub fn is_link(stat: &ExtStat) -> bool {
    stat.mode & mode::TYPE == mode::LINK
}
