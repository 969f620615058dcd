//! Children: started, waited for, several at a time.

#[cfg_attr(target_os = "wasi", path = "wasi_unsafe.rs")]
#[cfg_attr(not(target_os = "wasi"), path = "native.rs")]
mod backend;

pub use backend::{change_directory, wait, wait_any, without_input};
use wardian_applet::program::{Child, Program};
use wardian_applet::sys::Errno;

/// How a child ended.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// Exit code; 128 and more for a signal.
    pub code: i32,
    /// The signal that ended it, or 0.
    pub signal: u32,
}

impl End {
    /// Exit code 0.
    pub fn success(self) -> bool {
        self.code == 0
    }
}

/// Starts a program; `input`: whether it shares standard input.
pub fn spawn(program: &Program, input: bool) -> Result<Child, Errno> {
    if input {
        program.spawn(false)
    } else {
        without_input(|| program.spawn(false))
    }
}

/// Runs a program to its end.
pub fn run(program: &Program, input: bool) -> Result<End, Errno> {
    spawn(program, input).map(|child| wait(&child))
}
