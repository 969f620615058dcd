//! Guest modules: building, packing, and proof that they match their sources.

mod build;
mod check;
mod command;
mod inspect;
mod list;
mod lock;
mod manifest;
mod pack;
mod progress;
mod prove;
mod sources;
mod toolchain;

pub use command::run;
