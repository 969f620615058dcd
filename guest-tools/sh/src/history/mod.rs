//! The list of commands, and the lines that refer to it. Nothing here is
//! touched by a shell that neither remembers commands nor expands `!`.

mod expand;
mod join;
mod lines;
mod list;
mod modify;
mod quoting;
mod words;

pub use expand::{Outcome, Rules, expand};
pub use lines::Lines;
pub use list::{Entry, History, Keeping, limit};
