//! What a guest can import, with the parameters: `i` and `I` are integers of 32
//! and 64 bits, `d` a descriptor, `p` an address.

/// One function.
pub struct Function {
    pub name: &'static str,
    pub parameters: &'static str,
}

const fn function(name: &'static str, parameters: &'static str) -> Function {
    Function { name, parameters }
}

/// WASI preview 1.
pub const STANDARD: &[Function] = &[
    function("args_get", "pp"),
    function("args_sizes_get", "pp"),
    function("environ_get", "pp"),
    function("environ_sizes_get", "pp"),
    function("clock_res_get", "ip"),
    function("clock_time_get", "iIp"),
    function("fd_advise", "dIIi"),
    function("fd_allocate", "dII"),
    function("fd_close", "d"),
    function("fd_datasync", "d"),
    function("fd_fdstat_get", "dp"),
    function("fd_fdstat_set_flags", "di"),
    function("fd_fdstat_set_rights", "dII"),
    function("fd_filestat_get", "dp"),
    function("fd_filestat_set_size", "dI"),
    function("fd_filestat_set_times", "dIIi"),
    function("fd_pread", "dpiIp"),
    function("fd_prestat_get", "dp"),
    function("fd_prestat_dir_name", "dpi"),
    function("fd_pwrite", "dpiIp"),
    function("fd_read", "dpip"),
    function("fd_readdir", "dpiIp"),
    function("fd_renumber", "dd"),
    function("fd_seek", "dIip"),
    function("fd_sync", "d"),
    function("fd_tell", "dp"),
    function("fd_write", "dpip"),
    function("path_create_directory", "dpi"),
    function("path_filestat_get", "dipip"),
    function("path_filestat_set_times", "dipiIIi"),
    function("path_link", "dipidpi"),
    function("path_open", "dipiiIIip"),
    function("path_readlink", "dpipip"),
    function("path_remove_directory", "dpi"),
    function("path_rename", "dpidpi"),
    function("path_symlink", "pidpi"),
    function("path_unlink_file", "dpi"),
    function("poll_oneoff", "ppip"),
    function("proc_raise", "i"),
    function("random_get", "pi"),
    function("sched_yield", ""),
    function("sock_accept", "dip"),
    function("sock_recv", "dpiipp"),
    function("sock_send", "dpiip"),
    function("sock_shutdown", "di"),
    // The only one without a result.
    function("proc_exit", "i"),
];

/// Wardian's own module.
pub const OWN: &[Function] = &[
    function("pipe", "p"),
    function("spawn", "pp"),
    function("fork", "pp"),
    function("exec", "p"),
    function("wait", "dip"),
    function("kill", "ii"),
    function("signal_action", "iip"),
    function("signal_take", "p"),
    function("process_info", "p"),
    function("set_group", "ii"),
    function("dup", "dp"),
    function("dup_to", "dd"),
    function("path_stat", "dipip"),
    function("fd_stat", "dp"),
    function("path_chmod", "dipii"),
    function("path_chown", "dipiii"),
    function("path_mkfifo", "dpii"),
    function("umask", "ip"),
    function("change_directory", "pi"),
    function("working_directory", "pip"),
    function("start", "pip"),
    function("applet", "pip"),
    function("system_info", "p"),
    function("usage", "ip"),
];

/// A function's number in a program, by its name.
pub fn number(name: &str) -> usize {
    STANDARD
        .iter()
        .chain(OWN)
        .position(|function| function.name == name)
        .expect("a function of this name")
}
