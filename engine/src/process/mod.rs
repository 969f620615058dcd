//! Processes: programs as instances, each a task; their table, signals and
//! pipes; and Wardian's own import module, through which guests reach them.

mod abi;
mod fork;
mod identity;
mod image;
mod job;
mod kernel;
mod last_start;
mod limiter;
mod nodes;
mod order;
mod program;
mod run;
mod scheduler;
mod signals;
mod spawn;
mod state;
mod table;

pub use image::{Image, Looked, Refused, applet_file, find, load_module, look};
pub use job::Job;
pub use kernel::{Kernel, KernelSettings, ProgramSource};
pub use program::{Program, Programs};
pub use spawn::{Launch, root_preopen};
pub use state::Process;
