//! `wardian agent`: a model works in a sandbox while you watch.

mod command;
mod demo;
mod kept;
mod terminal;
mod view;

pub use command::{AgentArguments, main};
pub use view::call_line;
