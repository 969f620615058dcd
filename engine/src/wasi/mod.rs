//! WASI preview 1 over descriptors and the filesystem.
//!
//! One file per family of functions; [`SUPPORT`] says of each function how far
//! it goes. Knows neither processes nor network: what the host adds per process
//! travels as the type parameter of [`Ctx`].

mod args;
mod clock;
mod ctx;
mod dir;
mod fd_io;
mod fd_status;
mod guest;
mod open;
mod path;
mod poll;
mod proc;
mod proc_text;
mod procfs;
mod random;
mod sock;
mod status;
mod support;
mod working_directory;

pub use ctx::{Ctx, Identity, Strings, System, SystemView};
pub use guest::{End, GuestMemory, Refusal, code, guest, memory, outcome};
pub(crate) use path::existing;
pub use path::{Found, resolve};
pub use proc_text::ProcessView;
pub use status::ext_stat_of_descriptor;
pub use support::{MODULE, SUPPORT, Support, SupportEntry};

use wasmtime::Linker;

/// Registers all 46 functions.
pub fn add_to_linker<P: Send + 'static>(linker: &mut Linker<Ctx<P>>) -> wasmtime::Result<()> {
    args::add(linker)?;
    clock::add(linker)?;
    dir::add(linker)?;
    fd_io::add(linker)?;
    fd_status::add(linker)?;
    open::add(linker)?;
    path::add(linker)?;
    poll::add(linker)?;
    proc::add(linker)?;
    random::add(linker)?;
    sock::add(linker)
}
