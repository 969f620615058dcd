//! Everything a sandbox may use, in one place. Nothing is unlimited by default.

use std::time::Duration;

/// Limits of a sandbox. The defaults suit an agent's commands; `LIMITS.md`
/// says what a guest sees when it reaches one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Wall-clock time of one exec.
    pub wall_time: Duration,
    /// Linear memory of one process, in bytes.
    pub process_memory_bytes: u64,
    /// Linear memory of all processes of the sandbox together, in bytes.
    pub memory_bytes: u64,
    /// Elements of one process's tables together.
    pub table_elements: u32,
    /// Processes alive at once.
    pub processes: u32,
    /// Descriptors of one process.
    pub descriptors: u32,
    /// Bytes that one pipe holds.
    pub pipe_bytes: u32,
    /// Bytes kept of each collected output of an exec.
    pub output_bytes: u64,
    /// Contents, names and links of the filesystem, in bytes.
    pub fs_bytes: u64,
    /// Files, directories and links of the filesystem.
    pub fs_inodes: u64,
    /// Size of one file, in bytes.
    pub file_bytes: u64,
    /// Length of a path, in bytes.
    pub path_bytes: u32,
    /// Length of one name in a path, in bytes.
    pub name_bytes: u32,
    /// Symbolic links followed in one path.
    pub symlink_depth: u32,
    /// Arguments and environment of a new process together, in bytes.
    pub argument_bytes: u32,
    /// Buffers of one vectored read or write (`IOV_MAX`).
    pub io_vectors: u32,
    /// Subscriptions of one `poll_oneoff`.
    pub poll_subscriptions: u32,
    /// Bytes of one `random_get`.
    pub random_bytes: u32,
    /// Size of a wasm module that a guest asks to run, in bytes.
    pub module_bytes: u64,
    /// How long processes left over by an exec may go on after its first one ended.
    pub background_grace: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            wall_time: Duration::from_secs(15),
            process_memory_bytes: 512 << 20,
            memory_bytes: 2 << 30,
            table_elements: 100_000,
            processes: 256,
            descriptors: 1024,
            pipe_bytes: 256 << 10,
            output_bytes: 64 << 20,
            fs_bytes: 1 << 30,
            fs_inodes: 1_000_000,
            file_bytes: 1 << 30,
            path_bytes: 4096,
            name_bytes: 255,
            symlink_depth: 40,
            argument_bytes: 2 << 20,
            io_vectors: 1024,
            poll_subscriptions: 4096,
            random_bytes: 64 << 20,
            module_bytes: 64 << 20,
            background_grace: Duration::from_millis(50),
        }
    }
}
