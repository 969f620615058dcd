//! The contract between Wardian's engine and its own guests.
//!
//! WASI preview 1 has no processes, pipes, file modes or signals. Wardian's
//! guests reach them through one more import module, [`MODULE`]. This crate
//! holds its names, numbers and memory layouts; both sides compile against it.
//! The engine uses it `no_std` and without bindings; guests enable `guest`.
#![cfg_attr(not(feature = "guest"), no_std)]

mod errno;
mod layout;
mod signal;

#[cfg(feature = "guest")]
pub mod guest;
#[cfg(feature = "guest")]
#[path = "imports_unsafe.rs"]
pub mod imports;

pub use errno::Errno;
pub use layout::{
    ExtStat, FdMap, FileType, ForkArgs, MemoryRange, NOWHERE_DEVICE, ProcessInfo,
    STANDARD_ERROR_INODE, Slice, SpawnArgs, StartHeader, SystemInfo, Usage, WaitStatus,
    spawn_flags, stat_flags, wait_flags,
};
pub use signal::{Disposition, Signal};

/// Name of the import module. The number changes when a signature or layout
/// changes in a way that older guests would misread.
pub const MODULE: &str = "wardian_v1";

/// Export that the engine calls in the child made by `fork`.
/// Signature: `(argument: u32)`. Returning ends the child with exit code 0.
pub const CHILD_EXPORT: &str = "wardian_child";

/// Export of the shadow stack pointer, copied to the child of a `fork`.
pub const STACK_POINTER_EXPORT: &str = "__stack_pointer";

/// Descriptors that a user numbers 3 and above live at `USER_FD_BASE + n`.
///
/// WASI's C library takes descriptors from 3 upwards for preopened directories
/// and stops at the first gap, so a redirection such as `cmd 3>log` cannot use
/// descriptor 3 itself. Descriptors 0, 1 and 2 need no translation.
pub const USER_FD_BASE: u32 = 1 << 20;

/// Highest user descriptor number; bash allows as many by default.
pub const USER_FD_MAX: u32 = 1023;

/// First bytes of a file in `/usr/bin` that stands for an applet: these bytes,
/// the module's name, a NUL byte, the applet's name, a newline. The file can be
/// copied, linked and renamed like any program.
pub const APPLET_MAGIC: &[u8] = b"\0wardian-applet\0";

/// In place of a directory's descriptor: the working directory. Only modules
/// that import [`MODULE`] may use it, in every `path_*` function of both
/// modules; with it, paths follow POSIX (absolute ones start at the root,
/// `/..` is `/`).
pub const AT_CWD: u32 = 0xffff_ff9c;
