//! Descriptors: what a process holds open, and how it waits on it.
//! Knows nodes, pipes and completions; neither WASI's numbering of calls nor processes.

mod completion;
mod description;
mod interrupt;
mod output;
mod pipe;
mod shared_fs;
mod table;

pub use completion::Completion;
pub use description::{Description, Directory, Flags, Listing, NodeFile, TextFile};
pub use interrupt::{Interrupt, Stop, yield_now};
pub use output::Capture;
pub use pipe::{Pipe, PipeId, PipeReader, PipeWriter, pipe};
pub use shared_fs::{FsState, SharedFs};
pub use table::{Descriptor, FdTable, Rights};
