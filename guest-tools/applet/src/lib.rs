//! What every applet of Wardian's tool modules shares: the table it is listed
//! in, options and messages as GNU's tools have them, system calls past the C
//! library, and starting other programs.

pub mod cli;
mod dispatch;
pub mod program;
pub mod sys;
mod table;
pub mod text;

// The heap.
#[cfg(target_os = "wasi")]
use wardian_memory as _;

pub use dispatch::{Args, main};
pub use table::{Applet, Module};
