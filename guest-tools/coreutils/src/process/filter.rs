//! A shell command that is fed through a pipe.

use crate::sys::{self, Errno};

/// Starts filters. From the first one on, a write to one that has ended is an
/// error and no longer ends this process: others may still wait for input.
pub struct Filters {
    sigpipe: Option<backend::Disposition>,
}

/// A command that runs and reads what is written to it.
pub struct Filter {
    input: u32,
    handle: backend::Handle,
}

impl Filters {
    /// None started yet.
    pub const NONE: Filters = Filters { sigpipe: None };

    /// Starts `$SHELL -c command` with one more variable.
    ///
    /// # Errors
    /// Why it could not be started.
    pub fn start(
        &mut self,
        command: &[u8],
        variable: &[u8],
        value: &[u8],
    ) -> Result<Filter, Errno> {
        let mut env = crate::program::environment();
        let prefix = [variable, b"="].concat();
        env.retain(|pair| !pair.starts_with(&prefix));
        env.push([&prefix, value].concat());
        // The command gets SIGPIPE as it was here: what is ignored is inherited.
        if let Some(disposition) = self.sigpipe {
            backend::set_sigpipe(disposition);
        }
        let started = backend::start(command, &env);
        let before = backend::set_sigpipe(backend::IGNORE);
        self.sigpipe.get_or_insert(before);
        started
    }
}

impl Filter {
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
    use wardian_abi::{FdMap, Signal, imports};

    pub type Handle = Process;

    /// The number of a disposition.
    pub type Disposition = u32;

    pub const IGNORE: Disposition = wardian_abi::Disposition::Ignore as u32;

    /// Sets what SIGPIPE does; gives what it did.
    pub fn set_sigpipe(disposition: Disposition) -> Disposition {
        imports::signal_action(Signal::PIPE.raw().into(), disposition).unwrap_or(disposition)
    }

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

    pub type Disposition = u32;

    pub const IGNORE: Disposition = 1;

    pub fn set_sigpipe(disposition: Disposition) -> Disposition {
        disposition
    }

    /// Natively, for unit tests only, nothing is started.
    pub fn start(_command: &[u8], _env: &[Vec<u8>]) -> Result<Filter, Errno> {
        Err(Errno::Nosys)
    }

    pub fn wait(_handle: Handle) -> i32 {
        1
    }
}
