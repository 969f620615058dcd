//! Sessions of agents as this program keeps them, and `wardian session`.

mod command;
pub mod files;
mod show;
mod store;

pub use command::{SessionArguments, main};
pub use store::{find, open, short};
