//! The interpreter: the shell's state and the execution of syntax trees.

mod assign;
mod capture;
mod child;
#[path = "child_unsafe.rs"]
mod child_entry;
mod compound;
mod condition;
mod coproc;
mod dynamic;
mod environment;
mod external;
mod flow;
mod function;
mod functions;
mod list;
mod loops;
mod messages;
mod offer;
mod options;
mod output;
mod pipeline;
mod pure;
mod redirect;
mod script;
mod session;
mod shell;
mod simple;
mod startup;
mod state;
mod variables;
mod xtrace;

pub use assign::{AssignError, ExpandedAssign, ExpandedValue, Key};
pub use child_entry::child_main;
pub use flow::{Flow, Run};
pub use functions::{Definition, Functions};
pub use options::{OPTION_TABLE, Options, SHOPT_TABLE, Shopt};
pub use shell::{Frame, FrameKind, Shell};
pub use startup::main;
#[cfg(target_family = "wasm")]
pub use startup::prepare;
