//! Starting programs through the process ABI.

use super::Program;
use crate::sys::{self, Errno};
use wardian_abi::guest::{Command, Process};
use wardian_abi::{FdMap, USER_FD_BASE, imports};

/// Descriptors passed on beyond the first three, if open.
const USER_FDS: std::ops::Range<u32> = 3..32;

/// A started program.
pub type Child = Process;

fn command(program: &Program, path: &[u8]) -> Command {
    let argv0 = program.argv.first().map_or(path, Vec::as_slice);
    let mut command = Command::new(path, argv0);
    for arg in program.argv.get(1..).unwrap_or_default() {
        command.arg(arg);
    }
    let mut block = Vec::new();
    for pair in &program.env {
        block.extend_from_slice(pair);
        block.push(0);
    }
    command.env_block(block);
    if let Some(cwd) = &program.cwd {
        command.cwd(cwd);
    }
    let mut fds: Vec<FdMap> = (0..3)
        .map(|n| FdMap {
            child: n,
            parent: n,
        })
        .filter(|map| sys::fstat(map.parent).is_ok())
        .collect();
    fds.extend(
        USER_FDS
            .map(|n| FdMap {
                child: n,
                parent: USER_FD_BASE + n,
            })
            .filter(|map| sys::fstat(map.parent).is_ok()),
    );
    command.fds(&fds);
    command.ignored_signals(imports::process_info().ignored_signals | program.ignored_signals);
    command
}

/// Replaces this process by the program at `path`.
pub fn exec(program: &Program, path: &[u8]) -> Errno {
    match command(program, path).exec() {
        Errno::Noexec => command(&as_script(program, path), b"/bin/sh").exec(),
        errno => errno,
    }
}

/// Starts the program at `path`.
pub fn spawn(program: &Program, path: &[u8], own_group: bool) -> Result<Child, Errno> {
    let start = |program: &Program, path: &[u8]| {
        let mut command = command(program, path);
        if own_group {
            command.group(0);
        }
        command.spawn()
    };
    match start(program, path) {
        Err(Errno::Noexec) => start(&as_script(program, path), b"/bin/sh"),
        result => result,
    }
}

/// A text file without `#!` runs as a shell script, as with `execvp`.
fn as_script(program: &Program, path: &[u8]) -> Program {
    let mut argv = vec![b"/bin/sh".to_vec(), path.to_vec()];
    argv.extend(program.argv.iter().skip(1).cloned());
    Program {
        argv,
        env: program.env.clone(),
        cwd: program.cwd.clone(),
        ignored_signals: program.ignored_signals,
    }
}
