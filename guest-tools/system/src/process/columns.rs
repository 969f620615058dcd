//! The columns that `ps` can show.

use super::table::{Process, TICKS, memory, name_of, pid_width};
use wardian_applet::sys;
use wardian_applet::text::time;

/// A column.
#[derive(Clone)]
pub struct Column {
    /// Its name for `-o`.
    pub name: &'static str,
    /// What stands above it.
    pub header: String,
    /// Its width.
    pub width: usize,
    /// Whether it is set to the left.
    pub left: bool,
}

/// Names, headers, widths (0: that of process numbers), whether left.
#[rustfmt::skip]
const COLUMNS: &[(&str, &str, usize, bool)] = &[
    ("%cpu", "%CPU", 4, false), ("%mem", "%MEM", 4, false), ("addr", "ADDR", 4, false), ("args", "COMMAND", 27, true),
    ("bsdstart", "START", 5, true), ("bsdtime", "TIME", 6, false), ("c", "C", 2, false), ("class", "CLS", 3, true),
    ("cls", "CLS", 3, true), ("cmd", "CMD", 27, true), ("comm", "COMMAND", 15, true), ("command", "COMMAND", 27, true),
    ("cp", "CP", 3, false), ("cputime", "TIME", 8, false), ("cputimes", "TIME", 8, false), ("egid", "EGID", 5, false),
    ("egroup", "EGROUP", 8, true), ("etime", "ELAPSED", 11, false), ("etimes", "ELAPSED", 7, false), ("euid", "EUID", 5, false),
    ("euser", "EUSER", 8, true), ("f", "F", 1, false), ("fgid", "FGID", 5, false), ("flag", "F", 1, false), ("flags", "F", 1, false),
    ("fname", "COMMAND", 8, true), ("fuid", "FUID", 5, false), ("fuser", "FUSER", 8, true), ("gid", "GID", 5, false), ("group", "GROUP", 8, true),
    ("lstart", "STARTED", 24, false), ("lwp", "LWP", 0, false), ("ni", "NI", 3, false), ("nice", "NI", 3, false),
    ("nlwp", "NLWP", 4, false), ("pcpu", "%CPU", 4, false), ("pgid", "PGID", 0, false), ("pgrp", "PGRP", 0, false),
    ("pid", "PID", 0, false), ("pmem", "%MEM", 4, false), ("ppid", "PPID", 0, false), ("pri", "PRI", 3, false), ("opri", "PRI", 3, false), ("priority", "PRI", 3, false), ("intpri", "PRI", 3, false),
    ("psr", "PSR", 3, false), ("rgid", "RGID", 5, false), ("rgroup", "RGROUP", 8, true), ("rss", "RSS", 5, false),
    ("rssize", "RSS", 5, false), ("rsz", "RSZ", 5, false), ("rtprio", "RTPRIO", 6, false), ("ruid", "RUID", 5, false),
    ("ruser", "RUSER", 8, true), ("s", "S", 1, true), ("sess", "SESS", 0, false), ("session", "SESS", 0, false),
    ("sid", "SID", 0, false), ("size", "SIZE", 5, false), ("spid", "SPID", 0, false), ("start", "STARTED", 8, false),
    ("start_time", "START", 5, true), ("stat", "STAT", 4, true), ("state", "S", 1, true), ("stime", "STIME", 5, true),
    ("sz", "SZ", 5, false), ("tgid", "TGID", 0, false), ("thcount", "THCNT", 5, false), ("tid", "TID", 0, false),
    ("time", "TIME", 8, false), ("times", "TIME", 8, false), ("tname", "TTY", 8, true), ("tpgid", "TPGID", 0, false),
    ("tt", "TT", 8, true), ("tty", "TT", 8, true), ("ucmd", "CMD", 15, true), ("ucomm", "COMMAND", 15, true),
    ("uid", "UID", 5, false), ("uname", "USER", 8, true), ("user", "USER", 8, true), ("vsize", "VSZ", 6, false),
    ("vsz", "VSZ", 6, false), ("wchan", "WCHAN", 6, true),
];

/// The column of this name.
pub fn find(name: &str) -> Option<Column> {
    let row = COLUMNS.iter().find(|row| row.0 == name)?;
    Some(Column {
        name: row.0,
        header: row.1.to_owned(),
        width: if row.2 == 0 { pid_width() } else { row.2 },
        left: row.3,
    })
}

fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours / 24 {
        0 => format!("{hours:02}:{minutes:02}:{seconds:02}"),
        days => format!("{days}-{:02}:{minutes:02}:{seconds:02}", hours % 24),
    }
}

fn elapsed(seconds: u64) -> String {
    match seconds {
        0..3600 => format!("{:02}:{:02}", seconds / 60, seconds % 60),
        _ => clock(seconds),
    }
}

fn user(name: &'static str, process: &Process, width: usize) -> String {
    let _ = name;
    let text = name_of("/etc/passwd", process.uid);
    // A name that does not fit is cut with a plus, as procps does.
    if text.len() > width {
        return format!("{}+", &text[..width.saturating_sub(1).min(text.len())]);
    }
    text
}

/// What a column says of a process.
pub fn value(column: &Column, process: &Process) -> Vec<u8> {
    let started = || time::local(process.started_ns());
    let recent = || sys::now_ns().saturating_sub(process.started_ns()) < 86_400_000_000_000;
    let today = || started().format(b"%F") == time::local(sys::now_ns()).format(b"%F");
    let seconds = process.time / TICKS;
    let memory_tenths = || {
        let total = memory("MemTotal").max(1);
        (process.resident_bytes / 1024 * 1000 / total).min(999)
    };
    let tenths = |tenths: u64| match tenths {
        0..=999 => format!("{}.{}", tenths / 10, tenths % 10),
        _ => (tenths / 10).to_string(),
    };
    let text = match column.name {
        "pid" | "tgid" | "tid" | "lwp" | "spid" => process.pid.to_string(),
        "ppid" => process.parent.to_string(),
        "pgid" | "pgrp" => process.group.to_string(),
        "sid" | "sess" | "session" => process.session.to_string(),
        "tpgid" => process.foreground.to_string(),
        "uid" | "euid" | "ruid" | "fuid" => process.uid.to_string(),
        "gid" | "egid" | "rgid" | "fgid" => process.gid.to_string(),
        "user" | "euser" | "ruser" | "uname" | "fuser" => user(column.name, process, column.width),
        "group" | "egroup" | "rgroup" => name_of("/etc/group", process.gid),
        "comm" | "ucmd" | "ucomm" => return process.comm.clone(),
        "fname" => return process.comm[..process.comm.len().min(8)].to_vec(),
        "args" | "cmd" | "command" => return process.command_line(),
        "tt" | "tty" | "tname" => process.terminal_name(),
        "stat" => process.full_state(),
        "s" | "state" => char::from(process.state).to_string(),
        "%cpu" | "pcpu" => tenths(process.cpu_tenths()),
        "c" => (process.cpu_tenths() / 10).min(99).to_string(),
        "cp" => process.cpu_tenths().min(999).to_string(),
        "%mem" | "pmem" => tenths(memory_tenths()),
        "vsz" | "vsize" => (process.virtual_bytes / 1024).to_string(),
        "rss" | "rssize" | "rsz" => (process.resident_bytes / 1024).to_string(),
        "size" => (process.virtual_bytes / 1024).to_string(),
        "sz" => (process.virtual_bytes / 4096).to_string(),
        "time" | "cputime" => clock(seconds),
        "cputimes" | "times" => seconds.to_string(),
        "bsdtime" => format!("{}:{:02}", seconds / 60, seconds % 60),
        "etime" => elapsed(process.elapsed()),
        "etimes" => process.elapsed().to_string(),
        "start" if recent() => return started().format(b"%H:%M:%S"),
        "start" => return started().format(b"  %b %d"),
        "bsdstart" | "stime" | "start_time" if today() => return started().format(b"%H:%M"),
        "bsdstart" | "stime" | "start_time" => return started().format(b"%b%d"),
        "lstart" => return started().format(b"%a %b %e %H:%M:%S %Y"),
        "ni" | "nice" => process.nice.to_string(),
        "pri" => (39 - process.priority).to_string(),
        "opri" => (60 + process.priority).to_string(),
        "priority" | "intpri" => process.priority.to_string(),
        "nlwp" | "thcount" => process.threads.to_string(),
        "psr" | "f" | "flag" | "flags" => "0".to_owned(),
        "cls" | "class" => "TS".to_owned(),
        _ => "-".to_owned(),
    };
    text.into_bytes()
}

/// A number to sort by, if the column is one.
pub fn sort_number(name: &str, process: &Process) -> Option<u64> {
    Some(match name {
        "pid" | "tgid" | "tid" | "lwp" | "spid" => process.pid.into(),
        "ppid" => process.parent.into(),
        "pgid" | "pgrp" => process.group.into(),
        "sid" | "sess" | "session" => process.session.into(),
        "uid" | "euid" | "ruid" => process.uid.into(),
        "%cpu" | "pcpu" | "c" | "cp" => process.cpu_tenths(),
        "%mem" | "pmem" | "rss" | "rssize" | "rsz" => process.resident_bytes,
        "vsz" | "vsize" | "size" | "sz" => process.virtual_bytes,
        "time" | "cputime" | "bsdtime" | "cputimes" | "times" => process.time,
        "start" | "lstart" | "stime" | "start_time" | "bsdstart" => process.start,
        "etime" | "etimes" => process.elapsed(),
        "nlwp" | "thcount" => process.threads,
        _ => return None,
    })
}
