//! Commands run through the shell, with pipes to and from them.

use wardian_applet::sys::Errno;

/// What an end of a command is connected to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// What this process has there.
    Inherited,
    /// A pipe to this process.
    Pipe,
}

/// A command that runs.
pub struct Child {
    /// Write end of the pipe to its standard input.
    pub stdin: Option<u32>,
    /// Read end of the pipe from its standard output.
    pub stdout: Option<u32>,
    handle: backend::Handle,
}

/// Starts `sh -c command`.
///
/// # Errors
/// Why it could not be started.
pub fn spawn_shell(
    command: &[u8],
    stdin: End,
    stdout: End,
    env: &[Vec<u8>],
) -> Result<Child, Errno> {
    backend::spawn(command, stdin, stdout, env)
}

impl Child {
    /// Waits for its end: the exit code, or 256 and the signal's number.
    pub fn wait(self) -> i32 {
        backend::wait(self.handle)
    }
}

#[cfg(target_os = "wasi")]
mod backend {
    use super::{Child, End};
    use wardian_abi::guest::{Command, Process};
    use wardian_abi::{FdMap, imports};
    use wardian_applet::sys::{self, Errno};

    pub type Handle = Process;

    pub fn spawn(command: &[u8], stdin: End, stdout: End, env: &[Vec<u8>]) -> Result<Child, Errno> {
        let mut shell = Command::new(b"/bin/sh", b"sh");
        shell.arg(b"-c").arg(command);
        let mut block = Vec::new();
        for pair in env {
            block.extend_from_slice(pair);
            block.push(0);
        }
        shell.env_block(block);
        let mut fds = Vec::new();
        let map = |child, parent| FdMap { child, parent };
        let (mut theirs, mut ours) = (Vec::new(), (None, None));
        match stdin {
            End::Inherited => fds.push(map(0, 0)),
            End::Pipe => {
                let (read, write) = imports::pipe()?;
                fds.push(map(0, read));
                theirs.push(read);
                ours.0 = Some(write);
            }
        }
        match stdout {
            End::Inherited => fds.push(map(1, 1)),
            End::Pipe => {
                let (read, write) = imports::pipe()?;
                fds.push(map(1, write));
                theirs.push(write);
                ours.1 = Some(read);
            }
        }
        fds.push(map(2, 2));
        fds.retain(|map| sys::fstat(map.parent).is_ok());
        shell.fds(&fds);
        shell.ignored_signals(imports::process_info().ignored_signals);
        let spawned = shell.spawn();
        for fd in theirs {
            sys::close(fd);
        }
        match spawned {
            Ok(handle) => Ok(Child {
                stdin: ours.0,
                stdout: ours.1,
                handle,
            }),
            Err(errno) => {
                for fd in [ours.0, ours.1].into_iter().flatten() {
                    sys::close(fd);
                }
                Err(errno)
            }
        }
    }

    pub fn wait(handle: Handle) -> i32 {
        loop {
            match imports::wait(handle.fd, 0) {
                Ok(status) => {
                    sys::close(handle.fd);
                    return match status.signal {
                        0 => status.exit_code as i32,
                        signal => 256 + signal as i32,
                    };
                }
                Err(Errno::Intr) => {}
                Err(_) => return -1,
            }
        }
    }
}

#[cfg(not(target_os = "wasi"))]
mod backend {
    use super::{Child, End};
    use std::ffi::OsStr;
    use std::os::fd::IntoRawFd;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};
    use wardian_applet::sys::Errno;

    pub type Handle = std::process::Child;

    pub fn spawn(command: &[u8], stdin: End, stdout: End, env: &[Vec<u8>]) -> Result<Child, Errno> {
        let stdio = |end| match end {
            End::Inherited => Stdio::inherit(),
            End::Pipe => Stdio::piped(),
        };
        let mut shell = Command::new("/bin/sh");
        shell.arg("-c").arg(OsStr::from_bytes(command));
        shell.env_clear();
        for pair in env {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(0);
            let (name, value) = (&pair[..at], &pair[(at + 1).min(pair.len())..]);
            shell.env(OsStr::from_bytes(name), OsStr::from_bytes(value));
        }
        let child = shell.stdin(stdio(stdin)).stdout(stdio(stdout)).spawn();
        let mut handle = child.map_err(|_| Errno::Noent)?;
        Ok(Child {
            stdin: handle.stdin.take().map(|pipe| pipe.into_raw_fd() as u32),
            stdout: handle.stdout.take().map(|pipe| pipe.into_raw_fd() as u32),
            handle,
        })
    }

    pub fn wait(mut handle: Handle) -> i32 {
        match handle.wait() {
            Ok(status) => match status.signal() {
                Some(signal) => 256 + signal,
                None => status.code().unwrap_or(-1),
            },
            Err(_) => -1,
        }
    }
}
