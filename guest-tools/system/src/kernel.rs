//! What only the engine can do: signals, groups, waiting. Natively none of it.

use wardian_applet::program::Program;
use wardian_applet::sys::Errno;

/// How a program ended.
#[derive(Clone, Copy, Default)]
pub struct Ended {
    /// Exit code, 128 + signal if one ended it.
    pub code: i32,
    /// The signal that ended it, or 0.
    pub signal: u32,
    /// Processor time in nanoseconds.
    pub cpu_ns: u64,
    /// Largest memory in bytes.
    pub peak_bytes: u64,
}

/// The sandbox as a machine.
#[derive(Clone, Copy, Default)]
pub struct Machine {
    /// Processors.
    pub processors: u32,
    /// Time since the sandbox was made.
    pub uptime_ns: u64,
}

/// Sends a signal; 0 only checks.
///
/// # Errors
/// `ESRCH`, `EINVAL`.
#[cfg(target_os = "wasi")]
pub fn kill(pid: i32, signal: u32) -> Result<(), Errno> {
    wardian_abi::imports::kill(pid, signal)
}

/// Not available natively.
#[cfg(not(target_os = "wasi"))]
pub fn kill(_pid: i32, _signal: u32) -> Result<(), Errno> {
    Err(Errno::Nosys)
}

/// Makes this process the leader of a group of its own.
pub fn own_group() {
    #[cfg(target_os = "wasi")]
    let _ = wardian_abi::imports::set_group(0, 0);
}

/// Number of this process and of its parent.
#[cfg(target_os = "wasi")]
pub fn identity() -> (u32, u32) {
    let info = wardian_abi::imports::process_info();
    (info.pid, info.parent_pid)
}

/// Number of this process and of its parent.
#[cfg(not(target_os = "wasi"))]
pub fn identity() -> (u32, u32) {
    (std::process::id(), 0)
}

/// Starts a program and waits for its end.
///
/// # Errors
/// Why it did not start.
#[cfg(target_os = "wasi")]
pub fn run(program: &Program) -> Result<Ended, Errno> {
    let child = program.spawn(false)?;
    loop {
        match wardian_abi::imports::wait(child.fd, 0) {
            Ok(status) => {
                return Ok(Ended {
                    code: i32::try_from(status.exit_code).unwrap_or(255),
                    signal: status.signal,
                    cpu_ns: status.usage.cpu_ns,
                    peak_bytes: status.usage.peak_memory_bytes,
                });
            }
            Err(Errno::Intr) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// Not available natively.
#[cfg(not(target_os = "wasi"))]
pub fn run(_program: &Program) -> Result<Ended, Errno> {
    Err(Errno::Nosys)
}

/// The machine.
#[cfg(target_os = "wasi")]
pub fn machine() -> Machine {
    let info = wardian_abi::imports::system_info();
    Machine {
        processors: info.processors.max(1),
        uptime_ns: info.uptime_ns,
    }
}

/// The machine, as far as tests need it.
#[cfg(not(target_os = "wasi"))]
pub fn machine() -> Machine {
    let processors = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
    Machine {
        processors,
        uptime_ns: 0,
    }
}
