//! Starting programs natively, for tests: `exec` only.

use super::Program;
use crate::sys::Errno;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;

/// A started program.
pub struct Child {
    /// Descriptor that tells of its end.
    pub fd: u32,
    /// Process number.
    pub pid: u32,
}

/// Replaces this process by the program at `path`.
pub fn exec(program: &Program, path: &[u8]) -> Errno {
    let os = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let mut command = std::process::Command::new(os(path));
    command.arg0(os(&program.argv[0]));
    command.args(program.argv.iter().skip(1).map(|arg| os(arg)));
    command.env_clear();
    for pair in &program.env {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(0);
        command.env(os(&pair[..at]), os(&pair[at + 1..]));
    }
    if let Some(cwd) = &program.cwd {
        command.current_dir(os(cwd));
    }
    match command.exec().kind() {
        std::io::ErrorKind::NotFound => Errno::Noent,
        _ => Errno::Acces,
    }
}

/// Not available natively.
pub fn spawn(_program: &Program, _path: &[u8], _own_group: bool) -> Result<Child, Errno> {
    Err(Errno::Nosys)
}
