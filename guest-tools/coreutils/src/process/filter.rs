//! A shell command that is fed through a pipe.

use crate::sys::{self, Errno};

/// A command that runs and reads what is written to it.
pub struct Filter {
    input: u32,
    handle: backend::Handle,
}

impl Filter {
    /// Starts `$SHELL -c command` with one more variable.
    ///
    /// # Errors
    /// Why it could not be started.
    pub fn start(command: &[u8], variable: &[u8], value: &[u8]) -> Result<Filter, Errno> {
        let mut env = crate::program::environment();
        let prefix = [variable, b"="].concat();
        env.retain(|pair| !pair.starts_with(&prefix));
        env.push([&prefix, value].concat());
        backend::start(command, &env)
    }

    /// The descriptor that leads to it.
    pub fn input(&self) -> u32 {
        self.input
    }

    /// Ends its input and waits: the exit code, or 256 and the signal's number.
    pub fn end(self) -> i32 {
        sys::close(self.input);
        backend::wait(self.handle)
    }
}

#[cfg(target_os = "wasi")]
mod backend {
    use super::Filter;
    use crate::sys::{self, Errno};
    use wardian_abi::guest::{Command, Process};
    use wardian_abi::{FdMap, imports};

    pub type Handle = Process;

    pub fn start(command: &[u8], env: &[Vec<u8>]) -> Result<Filter, Errno> {
        let mut shell = Command::new(b"/bin/sh", b"sh");
        shell.arg(b"-c").arg(command);
        let mut block = Vec::new();
        for pair in env {
            block.extend_from_slice(pair);
            block.push(0);
        }
        shell.env_block(block);
        let (read, write) = imports::pipe()?;
        let mut fds = vec![FdMap {
            child: 0,
            parent: read,
        }];
        fds.extend([1, 2].map(|fd| FdMap {
            child: fd,
            parent: fd,
        }));
        fds.retain(|map| sys::fstat(map.parent).is_ok());
        shell.fds(&fds);
        let spawned = shell.spawn();
        sys::close(read);
        match spawned {
            Ok(handle) => Ok(Filter {
                input: write,
                handle,
            }),
            Err(errno) => {
                sys::close(write);
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
                Err(_) => return 1,
            }
        }
    }
}

#[cfg(not(target_os = "wasi"))]
mod backend {
    use super::Filter;
    use crate::sys::Errno;

    /// Nothing runs.
    pub struct Handle;

    /// Natively, for unit tests only, nothing is started.
    pub fn start(_command: &[u8], _env: &[Vec<u8>]) -> Result<Filter, Errno> {
        Err(Errno::Nosys)
    }

    pub fn wait(_handle: Handle) -> i32 {
        1
    }
}
