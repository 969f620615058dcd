//! Commands of the shell, for scripts that start some: `ed`, `sed`'s `e`.

use crate::sys::{self, Errno};

/// Runs a command and waits for its end.
///
/// # Errors
/// Why the shell could not be started.
#[cfg(target_os = "wasi")]
pub fn run(script: &[u8]) -> Result<(), Errno> {
    let argv = [b"sh".to_vec(), b"-c".to_vec(), script.to_vec()];
    let child = wardian_applet::program::Program::new(&argv).spawn(false)?;
    loop {
        match wardian_abi::imports::wait(child.fd, 0) {
            Err(Errno::Intr) => {}
            other => return other.map(drop),
        }
    }
}

/// The same natively, for tests.
#[cfg(not(target_os = "wasi"))]
pub fn run(script: &[u8]) -> Result<(), Errno> {
    use std::os::unix::ffi::OsStrExt as _;
    let script = std::ffi::OsStr::from_bytes(script);
    let run = std::process::Command::new("sh")
        .arg("-c")
        .arg(script)
        .status();
    run.map(drop).map_err(|_| Errno::Noent)
}

/// Runs a command; gives what it prints.
///
/// # Errors
/// Why the shell could not be started, or its output not be read.
pub fn output_of(command: &[u8]) -> Result<Vec<u8>, Errno> {
    let path = temporary_path();
    let script = [b"{ ", command, b"\n} >", &path].concat();
    let bytes = run(&script).and_then(|()| sys::read_file(&path));
    let _ = sys::unlink(&path);
    bytes
}

/// A file for what goes to or comes from a command.
pub fn temporary_path() -> Vec<u8> {
    format!("/tmp/.shell.{}", sys::monotonic_ns()).into_bytes()
}
