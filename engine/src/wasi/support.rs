//! Which function of preview 1 is supported how far. The documentation and the
//! test that counts them read this table.

/// Name of the import module.
pub const MODULE: &str = "wasi_snapshot_preview1";

/// How far a function is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// As the specification says.
    Full,
    /// With a difference that the note names.
    Partial,
    /// Always fails with the errno that the note names.
    Absent,
}

/// One row of [`SUPPORT`].
#[derive(Clone, Copy, Debug)]
pub struct SupportEntry {
    /// Name of the function.
    pub name: &'static str,
    /// How far it is supported.
    pub support: Support,
    /// The difference, or empty.
    pub note: &'static str,
}

const fn full(name: &'static str) -> SupportEntry {
    SupportEntry {
        name,
        support: Support::Full,
        note: "",
    }
}

const fn partial(name: &'static str, note: &'static str) -> SupportEntry {
    SupportEntry {
        name,
        support: Support::Partial,
        note,
    }
}

const fn absent(name: &'static str, note: &'static str) -> SupportEntry {
    SupportEntry {
        name,
        support: Support::Absent,
        note,
    }
}

/// Every function of WASI preview 1, in the order of its specification.
pub const SUPPORT: &[SupportEntry] = &[
    full("args_get"),
    full("args_sizes_get"),
    full("environ_get"),
    full("environ_sizes_get"),
    partial("clock_res_get", "1 ns; the CPU-time clocks are ENOTSUP"),
    partial(
        "clock_time_get",
        "the CPU-time clocks are ENOTSUP; precision is ignored",
    ),
    partial("fd_advise", "checked, then ignored: files are in memory"),
    full("fd_allocate"),
    full("fd_close"),
    partial(
        "fd_datasync",
        "nothing to do: files are in memory, and a folder mounted rw is written at once, through the cache of the host",
    ),
    full("fd_fdstat_get"),
    partial(
        "fd_fdstat_set_flags",
        "APPEND and NONBLOCK act; the synchronising flags are kept and ignored",
    ),
    full("fd_fdstat_set_rights"),
    full("fd_filestat_get"),
    full("fd_filestat_set_size"),
    full("fd_filestat_set_times"),
    full("fd_pread"),
    full("fd_prestat_get"),
    full("fd_prestat_dir_name"),
    full("fd_pwrite"),
    full("fd_read"),
    full("fd_readdir"),
    full("fd_renumber"),
    full("fd_seek"),
    partial(
        "fd_sync",
        "nothing to do: files are in memory, and a folder mounted rw is written at once, through the cache of the host",
    ),
    full("fd_tell"),
    full("fd_write"),
    full("path_create_directory"),
    full("path_filestat_get"),
    full("path_filestat_set_times"),
    partial("path_link", "following the source's link is EINVAL"),
    partial(
        "path_open",
        "of the rights asked for only READ and WRITE count; the others are the \
         directory's. What leads to nothing from the preopened \".\", and begins with \
         a name that only \"/\" has, is looked for there (if \"/\" is preopened): C \
         libraries strip the slash of absolute paths. So do the other path functions. \
         A single name to be made belongs to \".\". In these two, `..` and absolute \
         links lead where POSIX says; out of any other directory they are EPERM",
    ),
    full("path_readlink"),
    full("path_remove_directory"),
    full("path_rename"),
    partial("path_symlink", "an absolute target is EPERM"),
    full("path_unlink_file"),
    full("poll_oneoff"),
    full("proc_exit"),
    full("proc_raise"),
    full("sched_yield"),
    full("random_get"),
    absent("sock_accept", "no sockets exist: ENOTSOCK, or EBADF"),
    partial(
        "sock_recv",
        "works on pipes, without flags; ENOTSOCK elsewhere",
    ),
    partial(
        "sock_send",
        "works on pipes, without flags; ENOTSOCK elsewhere",
    ),
    absent("sock_shutdown", "no sockets exist: ENOTSOCK, or EBADF"),
];
