//! Structures that cross the boundary, as they lie in guest memory:
//! little-endian, 32-bit addresses, no implicit padding.

/// Bytes in guest memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Slice {
    /// Address of the first byte.
    pub address: u32,
    /// Number of bytes (or of elements, where a field says so).
    pub length: u32,
}

/// One inherited descriptor of a new process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct FdMap {
    /// User descriptor number in the child, 0 to [`crate::USER_FD_MAX`].
    pub child: u32,
    /// Descriptor of the caller (a WASI number).
    pub parent: u32,
}

/// Argument of `spawn` and `exec`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct SpawnArgs {
    /// Path of the program; relative to `cwd`. No search in `PATH`.
    pub path: Slice,
    /// Arguments, `argv[0]` first, each ended by a NUL byte.
    pub argv: Slice,
    /// Environment, `NAME=VALUE` strings, each ended by a NUL byte.
    pub env: Slice,
    /// Absolute working directory; empty: as the caller's was at its start.
    pub cwd: Slice,
    /// Array of [`FdMap`]; its length counts elements. The child has no others.
    pub fds: Slice,
    /// Bits of [`spawn_flags`].
    pub flags: u32,
    /// Process group to join, with [`spawn_flags::SET_GROUP`]; 0: a new one led by the child.
    pub group: u32,
    /// Mask of signals (bit n-1 for signal n) that the child ignores from its start.
    pub ignored_signals: u64,
}

/// Bits of [`SpawnArgs::flags`].
pub mod spawn_flags {
    /// Put the child into the process group [`super::SpawnArgs::group`].
    pub const SET_GROUP: u32 = 1;
    /// All bits that have a meaning.
    pub const ALL: u32 = SET_GROUP;
}

/// A range of the caller's memory that `fork` copies into the child.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct MemoryRange {
    /// First address.
    pub start: u32,
    /// Address after the last.
    pub end: u32,
}

/// Argument of `fork`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct ForkArgs {
    /// Passed to the child's [`crate::CHILD_EXPORT`].
    pub argument: u32,
    /// Array of [`MemoryRange`]; its length counts elements. What lies outside
    /// has the module's initial contents in the child.
    pub ranges: Slice,
    /// Bits of [`spawn_flags`].
    pub flags: u32,
    /// As in [`SpawnArgs::group`].
    pub group: u32,
}

/// Bits of the `flags` argument of `wait`.
pub mod wait_flags {
    /// Return `EAGAIN` instead of waiting.
    pub const NO_HANG: u32 = 1;
}

/// How a process ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct WaitStatus {
    /// Exit code, 0 to 255; 128 + signal where a signal ended it.
    pub exit_code: u32,
    /// The signal that ended it, or 0.
    pub signal: u32,
    /// Resources used by it and the children it waited for.
    pub usage: Usage,
}

/// Resources used (POSIX `getrusage`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Usage {
    /// Time spent running guest code and host calls, in nanoseconds.
    pub cpu_ns: u64,
    /// Largest linear memory, in bytes.
    pub peak_memory_bytes: u64,
    /// Bytes that host calls moved into the process.
    pub read_bytes: u64,
    /// Bytes that host calls moved out of the process.
    pub written_bytes: u64,
}

/// What a program is started with, at the front of what `start` writes; arguments,
/// environment and working directory follow it in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct StartHeader {
    /// The monotonic clock, in nanoseconds.
    pub monotonic_ns: u64,
    /// Length of the arguments, each ended by NUL.
    pub args_bytes: u32,
    /// Length of the environment: `NAME=VALUE` strings, each ended by NUL.
    pub env_bytes: u32,
    /// Length of the working directory's path; 0: it was removed.
    pub cwd_bytes: u32,
    /// 0.
    pub reserved: u32,
}

/// Identity of the calling process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct ProcessInfo {
    /// Process number.
    pub pid: u32,
    /// Process number of the parent; 0 for the first process of an exec.
    pub parent_pid: u32,
    /// Process group.
    pub group: u32,
    /// Session: the process group of the first process of the exec.
    pub session: u32,
    /// User number.
    pub uid: u32,
    /// Group number.
    pub gid: u32,
    /// Mask of ignored signals.
    pub ignored_signals: u64,
}

/// What a process may know of the sandbox as a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct SystemInfo {
    /// Time since the sandbox was made, in nanoseconds.
    pub uptime_ns: u64,
    /// Memory that all processes together may use.
    pub memory_limit_bytes: u64,
    /// Memory that they use now.
    pub memory_used_bytes: u64,
    /// Filesystem quota in bytes.
    pub fs_limit_bytes: u64,
    /// Filesystem bytes in use.
    pub fs_used_bytes: u64,
    /// Filesystem quota in inodes.
    pub fs_limit_inodes: u64,
    /// Inodes in use.
    pub fs_used_inodes: u64,
    /// Processes alive.
    pub processes: u32,
    /// Processors that the sandbox may use.
    pub processors: u32,
}

/// Bits of the `flags` argument of the path functions.
pub mod stat_flags {
    /// Follow a symbolic link in the last component.
    pub const FOLLOW: u32 = 1;
}

/// Kind of a filesystem node, numbered as `st_mode >> 12` on Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum FileType {
    /// Named pipe.
    Fifo = 1,
    /// Character device.
    CharacterDevice = 2,
    /// Directory.
    Directory = 4,
    /// Block device.
    BlockDevice = 6,
    /// Regular file.
    Regular = 8,
    /// Symbolic link.
    Symlink = 10,
    /// Socket.
    Socket = 12,
}

/// The device of pipes and of all else that is nowhere in the filesystem.
pub const NOWHERE_DEVICE: u64 = 0x0d;

/// The serial number, on [`NOWHERE_DEVICE`], of the standard error that an exec
/// begins with: what is written there the embedder reads.
pub const STANDARD_ERROR_INODE: u64 = 4;

/// File status with what WASI's `filestat` leaves out (POSIX `stat`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct ExtStat {
    /// Device number of the filesystem.
    pub device: u64,
    /// Serial number of the file.
    pub inode: u64,
    /// Number of hard links.
    pub links: u64,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Allocated size in units of 512 bytes.
    pub blocks: u64,
    /// Last access, nanoseconds since the epoch.
    pub accessed_ns: u64,
    /// Last change of contents, nanoseconds since the epoch.
    pub modified_ns: u64,
    /// Last change of status, nanoseconds since the epoch.
    pub changed_ns: u64,
    /// Creation, nanoseconds since the epoch.
    pub created_ns: u64,
    /// File type and permissions as in `st_mode` on Linux.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Device that a device node stands for: major * 256 + minor.
    pub device_node: u32,
}

const _: () = {
    assert!(size_of::<SpawnArgs>() == 56);
    assert!(size_of::<ForkArgs>() == 20);
    assert!(size_of::<WaitStatus>() == 40);
    assert!(size_of::<StartHeader>() == 24);
    assert!(size_of::<ProcessInfo>() == 32);
    assert!(size_of::<SystemInfo>() == 64);
    assert!(size_of::<ExtStat>() == 88);
};
