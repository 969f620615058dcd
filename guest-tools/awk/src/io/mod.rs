//! Input, output and the commands at their ends.

mod process;
mod reader;
mod streams;

pub use reader::{Reader, Scan, Separator};
pub use streams::{InputKind, OutputKind, Streams};
