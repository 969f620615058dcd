//! `df`, after coreutils 9.1: the sandbox's one file system against its quota.

mod options;
mod table;

use options::{Config, Field};
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys;
use wardian_applet::text::quote;

/// A mounted file system.
#[derive(Clone)]
struct FileSystem {
    source: Vec<u8>,
    target: Vec<u8>,
    kind: Vec<u8>,
    device: u64,
    usage: Usage,
}

/// Its sizes: bytes and files.
#[derive(Clone, Copy, Default)]
struct Usage {
    bytes: u64,
    bytes_used: u64,
    inodes: u64,
    inodes_used: u64,
}

/// A line of the table.
struct Row {
    system: FileSystem,
    file: Vec<u8>,
}

/// Runs `df`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "df", 1);
    let config = match options::read(&context, args) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let systems = mounted();
    let mut code = 0;
    let mut rows = Vec::new();
    if config.files.is_empty() {
        for system in systems {
            if config.all || system.usage.bytes > 0 {
                let file = b"-".to_vec();
                rows.push(Row { system, file });
            }
        }
    }
    for file in &config.files {
        match sys::stat(file, true) {
            Ok(stat) => {
                let found = systems_of(stat.device);
                rows.extend(found.map(|system| Row {
                    system,
                    file: file.clone(),
                }));
            }
            Err(errno) => {
                context.say_error(&quote::if_needed(file), errno);
                code = 1;
            }
        }
    }
    rows.retain(|row| config.shows(&row.system.kind));
    if rows.is_empty() {
        if code == 0 {
            context.say(b"no file systems processed");
        }
        return 1;
    }
    if config.total {
        rows.push(total(&rows, &config));
    }
    let mut out = Output::stdout();
    table::print(&rows, &config, &mut out);
    out.finish(&context, code)
}

fn total(rows: &[Row], config: &Config) -> Row {
    let mut usage = Usage::default();
    for row in rows {
        usage.bytes += row.system.usage.bytes;
        usage.bytes_used += row.system.usage.bytes_used;
        usage.inodes += row.system.usage.inodes;
        usage.inodes_used += row.system.usage.inodes_used;
    }
    // Without a column for the source the last one names the line.
    let named = config.fields.contains(&Field::Source);
    Row {
        system: FileSystem {
            source: b"total".to_vec(),
            target: if named {
                b"-".to_vec()
            } else {
                b"total".to_vec()
            },
            kind: b"-".to_vec(),
            device: 0,
            usage,
        },
        file: b"-".to_vec(),
    }
}

fn systems_of(device: u64) -> Option<FileSystem> {
    let systems = mounted();
    let found = systems.iter().rev().find(|system| system.device == device);
    found.or(systems.first()).cloned()
}

fn mounted() -> Vec<FileSystem> {
    let text = sys::read_file(b"/proc/mounts").unwrap_or_default();
    let system = |line: &[u8]| {
        let mut fields = line.split(|byte| *byte == b' ');
        let source = fields.next()?.to_vec();
        let target = fields.next()?.to_vec();
        let kind = fields.next()?.to_vec();
        let device = sys::stat(&target, true).map_or(0, |stat| stat.device);
        let usage = if target == b"/" {
            usage()
        } else {
            Usage::default()
        };
        Some(FileSystem {
            source,
            target,
            kind,
            device,
            usage,
        })
    };
    text.split(|byte| *byte == b'\n')
        .filter_map(system)
        .collect()
}

#[cfg(target_os = "wasi")]
fn usage() -> Usage {
    let info = wardian_abi::imports::system_info();
    Usage {
        bytes: info.fs_limit_bytes,
        bytes_used: info.fs_used_bytes,
        inodes: info.fs_limit_inodes,
        inodes_used: info.fs_used_inodes,
    }
}

#[cfg(not(target_os = "wasi"))]
fn usage() -> Usage {
    Usage::default()
}
