//! `/proc` and `/dev/fd`: nodes made when somebody looks. They tell of the
//! calling process and of the sandbox as a machine, never of the host.

use wardian_abi::{Errno, ExtStat, FileType};
use wardian_vfs::{Magic, Vfs};

use super::Ctx;
use super::proc_text::{self, ProcessView};
use super::status::{ext_stat, ext_stat_of_descriptor, unplaced};
use crate::fd::{Description, Descriptor, Listing, PipeId, TextFile};

/// A generated node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProcNode {
    /// `/proc`.
    Root,
    /// `/proc/self` and `/proc/PID` of the caller.
    Process,
    /// `/proc/PID` of another process.
    Other(u32),
    /// A file in it.
    OtherText(u32, &'static str),
    /// `/proc/self/fd`, `/dev/fd`.
    Descriptors,
    /// An entry of it: a link to an open descriptor.
    Descriptor(u32),
    /// `/proc/self/cwd`, `exe`, `root`.
    Link(&'static str),
    /// A file, by its path below `/proc`.
    Text(&'static str),
    /// `/proc/sys` and below.
    Directory(&'static str),
}

const MACHINE_TEXTS: &[&str] = &[
    "cpuinfo",
    "filesystems",
    "loadavg",
    "meminfo",
    "mounts",
    "stat",
    "uptime",
    "version",
];
const PROCESS_TEXTS: &[&str] = &[
    "cmdline", "comm", "environ", "mounts", "stat", "statm", "status",
];
/// What a process shows of another.
const OTHER_TEXTS: &[&str] = &["cmdline", "comm", "stat", "statm", "status"];
const PROCESS_LINKS: &[&str] = &["cwd", "exe", "root"];
const KERNEL_TEXTS: &[&str] = &["hostname", "osrelease", "ostype", "pid_max"];

/// The path below `/proc` that a magic node with this rest stands for.
pub(super) fn below(magic: Magic, rest: &[u8]) -> Vec<u8> {
    let prefix: &[u8] = match magic {
        Magic::Proc => b"",
        Magic::DevFd => b"self/fd/",
    };
    [prefix, rest].concat()
}

/// The node at a path below `/proc`.
///
/// # Errors
/// `ENOENT`, `ENOTDIR`.
pub(super) fn look<P>(ctx: &Ctx<P>, path: &[u8]) -> Result<ProcNode, Errno> {
    let parts: Vec<&[u8]> = path
        .split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty() && *part != b".")
        .collect();
    let own = ctx.identity.pid.to_string();
    let (first, rest) = match parts.split_first() {
        None => return Ok(ProcNode::Root),
        Some(split) => split,
    };
    if *first == b"self" || *first == b"thread-self" || *first == own.as_bytes() {
        return match rest {
            [] => Ok(ProcNode::Process),
            [b"fd"] => Ok(ProcNode::Descriptors),
            [b"fd", number] => {
                let number = decimal(number).ok_or(Errno::Noent)?;
                ctx.fds.by_user_number(number).map_err(|_| Errno::Noent)?;
                Ok(ProcNode::Descriptor(number))
            }
            [name] => named(PROCESS_LINKS, name)
                .map(ProcNode::Link)
                .or_else(|| named(PROCESS_TEXTS, name).map(process_text))
                .ok_or(Errno::Noent),
            _ => Err(Errno::Notdir),
        };
    }
    if let Some(pid) = decimal(first) {
        process(ctx, pid)?;
        return match rest {
            [] => Ok(ProcNode::Other(pid)),
            [name] => named(OTHER_TEXTS, name)
                .map(|name| ProcNode::OtherText(pid, name))
                .ok_or(Errno::Noent),
            _ => Err(Errno::Notdir),
        };
    }
    match (*first, rest) {
        (b"sys", []) => Ok(ProcNode::Directory("sys")),
        (b"sys", [b"kernel"]) => Ok(ProcNode::Directory("sys/kernel")),
        (b"sys", [b"kernel", name]) => named(KERNEL_TEXTS, name)
            .map(kernel_text)
            .ok_or(Errno::Noent),
        (name, []) => named(MACHINE_TEXTS, name)
            .map(ProcNode::Text)
            .ok_or(Errno::Noent),
        _ => Err(Errno::Noent),
    }
}

/// A process of the sandbox.
fn process<P>(ctx: &Ctx<P>, pid: u32) -> Result<ProcessView, Errno> {
    ctx.system.0.process(pid).ok_or(Errno::Noent)
}

fn named(names: &[&'static str], wanted: &[u8]) -> Option<&'static str> {
    names.iter().copied().find(|name| name.as_bytes() == wanted)
}

fn process_text(name: &'static str) -> ProcNode {
    ProcNode::Text(match name {
        "cmdline" => "self/cmdline",
        "comm" => "self/comm",
        "environ" => "self/environ",
        "stat" => "self/stat",
        "statm" => "self/statm",
        "status" => "self/status",
        _ => "mounts",
    })
}

fn kernel_text(name: &'static str) -> ProcNode {
    ProcNode::Text(match name {
        "hostname" => "sys/kernel/hostname",
        "osrelease" => "sys/kernel/osrelease",
        "ostype" => "sys/kernel/ostype",
        _ => "sys/kernel/pid_max",
    })
}

fn decimal(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Opens a generated node.
///
/// # Errors
/// `EACCES`: to write. `ENOENT`, `EIO`.
pub(super) fn open<P>(
    ctx: &Ctx<P>,
    vfs: &mut Vfs,
    node: &ProcNode,
    read: bool,
    write: bool,
) -> Result<Opened, Errno> {
    let opened = match node {
        ProcNode::Descriptor(number) => {
            let descriptor = ctx.fds.by_user_number(*number)?.clone();
            return match &*descriptor.description {
                // Like Linux: a file is opened anew, from its start.
                Description::Node(file) => Ok(Opened::Node(file.ino())),
                _ => Ok(Opened::Descriptor(descriptor)),
            };
        }
        ProcNode::Link("cwd") => return Ok(Opened::Node(ctx.cwd()?.ino())),
        ProcNode::Link("root") => return Ok(Opened::Node(vfs.root())),
        ProcNode::Link(_) => return vfs.find(&ctx.identity.program).map(Opened::Node),
        ProcNode::Text(name) => Description::Text(TextFile::new(text(ctx, vfs, name)?)),
        ProcNode::OtherText(pid, name) => {
            Description::Text(TextFile::new(proc_text::text(&process(ctx, *pid)?, name)?))
        }
        ProcNode::Root
        | ProcNode::Process
        | ProcNode::Other(_)
        | ProcNode::Descriptors
        | ProcNode::Directory(_) => Description::Listing(listing(ctx, node)),
    };
    if write {
        return Err(Errno::Acces);
    }
    Ok(Opened::Descriptor(Descriptor::new(opened, read, false)))
}

/// What opening a generated node gives.
pub(super) enum Opened {
    /// A node of the tree, to be opened like any.
    Node(wardian_vfs::Ino),
    /// A descriptor.
    Descriptor(Descriptor),
}

/// Status of a generated node; links are followed.
pub(super) fn stat<P>(ctx: &Ctx<P>, vfs: &mut Vfs, node: &ProcNode) -> Result<ExtStat, Errno> {
    let now = ctx.clock.realtime_ns();
    match node {
        ProcNode::Descriptor(number) => {
            let descriptor = ctx.fds.by_user_number(*number)?;
            ext_stat_of_descriptor(vfs, &descriptor.description, now)
        }
        ProcNode::Link("cwd") => Ok(ext_stat(&vfs.stat(ctx.cwd()?.ino())?)),
        ProcNode::Link("root") => Ok(ext_stat(&vfs.stat(vfs.root())?)),
        ProcNode::Link(_) => Ok(ext_stat(&vfs.stat_path(&ctx.identity.program)?)),
        ProcNode::Text(_) | ProcNode::OtherText(..) => {
            Ok(unplaced(FileType::Regular, 0o444, 0, now))
        }
        _ => Ok(unplaced(FileType::Directory, 0o555, 0, now)),
    }
}

/// Target of a generated link.
///
/// # Errors
/// `EINVAL`: not a link.
pub(super) fn read_link<P>(ctx: &Ctx<P>, vfs: &Vfs, node: &ProcNode) -> Result<Vec<u8>, Errno> {
    match node {
        ProcNode::Descriptor(number) => {
            let descriptor = ctx.fds.by_user_number(*number)?;
            Ok(match &*descriptor.description {
                Description::Directory(directory) => vfs.path_of(directory.ino())?,
                Description::PipeReader(..)
                | Description::PipeWriter(..)
                | Description::PipeBoth(..)
                | Description::Capture(_) => match descriptor.description.pipe_id() {
                    Some(PipeId::Node(ino)) => format!("fifo:[{}]", ino.0).into_bytes(),
                    Some(PipeId::Nowhere(number)) => format!("pipe:[{number}]").into_bytes(),
                    None => return Err(Errno::Noent),
                },
                Description::Device(_) => b"/dev/null".to_vec(),
                Description::Process(_) => b"anon_inode:[process]".to_vec(),
                Description::Node(_) | Description::Text(_) | Description::Listing(_) => {
                    format!("file:[{number}]").into_bytes()
                }
            })
        }
        ProcNode::Link("cwd") => vfs.path_of(ctx.cwd()?.ino()),
        ProcNode::Link("root") => Ok(b"/".to_vec()),
        ProcNode::Link(_) => Ok(ctx.identity.program.to_vec()),
        _ => Err(Errno::Inval),
    }
}

fn listing<P>(ctx: &Ctx<P>, node: &ProcNode) -> Listing {
    let named = |names: &[&str], kind: FileType| -> Vec<(Vec<u8>, FileType)> {
        names
            .iter()
            .map(|name| (name.as_bytes().to_vec(), kind))
            .collect()
    };
    let numbers: Vec<String>;
    let (path, entries) = match node {
        ProcNode::Other(_) => ("self", named(OTHER_TEXTS, FileType::Regular)),
        ProcNode::Process => {
            let mut entries = named(PROCESS_TEXTS, FileType::Regular);
            entries.extend(named(PROCESS_LINKS, FileType::Symlink));
            entries.extend(named(&["fd"], FileType::Directory));
            ("self", entries)
        }
        ProcNode::Descriptors => (
            "self/fd",
            ctx.fds
                .user_numbers()
                .map(|(number, _)| (number.to_string().into_bytes(), FileType::Symlink))
                .collect(),
        ),
        ProcNode::Directory("sys") => ("sys", named(&["kernel"], FileType::Directory)),
        ProcNode::Directory(_) => ("sys/kernel", named(KERNEL_TEXTS, FileType::Regular)),
        _ => {
            let processes = ctx.system.0.processes().into_iter();
            numbers = processes.map(|process| process.pid.to_string()).collect();
            let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
            let mut entries = named(&numbers, FileType::Directory);
            entries.extend(named(MACHINE_TEXTS, FileType::Regular));
            entries.extend(named(&["self", "sys"], FileType::Directory));
            ("", entries)
        }
    };
    let mut all = named(&[".", ".."], FileType::Directory);
    all.extend(entries);
    Listing {
        path: path.as_bytes().to_vec(),
        entries: all,
    }
}

fn text<P>(ctx: &Ctx<P>, vfs: &Vfs, name: &str) -> Result<Vec<u8>, Errno> {
    let system = || ctx.system.0.info();
    let pid = ctx.identity.pid;
    if let Some(own @ ("comm" | "stat" | "statm" | "status")) = name.strip_prefix("self/") {
        return proc_text::text(&process(ctx, pid)?, own);
    }
    Ok(match name {
        "self/cmdline" => ctx.args.block().to_vec(),
        "self/environ" => ctx.env.block().to_vec(),
        "cpuinfo" => (0..system().processors)
            .map(|n| format!("processor\t: {n}\nmodel name\t: WebAssembly\n\n"))
            .collect::<String>()
            .into_bytes(),
        "filesystems" => b"nodev\tproc\nnodev\ttmpfs\n".to_vec(),
        "loadavg" => format!("0.00 0.00 0.00 {}/{} {pid}\n", 1, system().processes).into_bytes(),
        "meminfo" => {
            let info = system();
            let free = info
                .memory_limit_bytes
                .saturating_sub(info.memory_used_bytes);
            format!(
                "MemTotal:       {:8} kB\nMemFree:        {:8} kB\nMemAvailable:   {:8} kB\n\
                 Buffers:               0 kB\nCached:                0 kB\nShmem:                 0 kB\n\
                 SReclaimable:          0 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n",
                info.memory_limit_bytes >> 10,
                free >> 10,
                free >> 10
            )
            .into_bytes()
        }
        "mounts" => b"sandbox / tmpfs rw 0 0\nproc /proc proc ro 0 0\n".to_vec(),
        "stat" => format!(
            "cpu  0 0 0 0 0 0 0 0 0 0\nbtime {}\nprocesses {}\n",
            ctx.clock.realtime_ns().saturating_sub(system().uptime_ns) / 1_000_000_000,
            system().processes
        )
        .into_bytes(),
        "uptime" => {
            let seconds = system().uptime_ns / 10_000_000;
            format!("{}.{:02} 0.00\n", seconds / 100, seconds % 100).into_bytes()
        }
        "version" => format!("Linux version {} (wardian) #1\n", RELEASE).into_bytes(),
        "sys/kernel/hostname" => vfs.read_file("/etc/hostname")?,
        "sys/kernel/osrelease" => format!("{RELEASE}\n").into_bytes(),
        "sys/kernel/ostype" => b"Linux\n".to_vec(),
        "sys/kernel/pid_max" => b"4194304\n".to_vec(),
        _ => return Err(Errno::Noent),
    })
}

/// The release that `uname -r` and `/proc/version` show.
const RELEASE: &str = "6.1.0-wardian";
