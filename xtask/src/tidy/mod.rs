//! The house rules as code. `CONTRIBUTING.md` says them in words.

mod architecture;
mod code;
mod command;
mod finding;
mod layers;
mod shape;
mod unsafety;
mod words;

pub use command::run;
pub use words::MACHINE_FOLDERS;
