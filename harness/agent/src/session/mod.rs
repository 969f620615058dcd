//! Conversations: what is said, done and recorded in one, an operation at a time.

mod call;
mod compaction;
mod conversation;
mod core;
mod dispatch;
mod gate;
mod handle;
mod image;
mod operation;
mod prompt;
mod shell;
mod structured;
mod system_prompt;
mod task;
mod transcript;
mod turn;

pub use call::{Call, Running};
pub use compaction::{Compacted, CompactionPolicy};
pub use handle::Session;
pub use prompt::Outcome;
pub use structured::Structured;

pub(crate) use core::Core;
pub(crate) use task::{GENERAL_AGENT, TaskOrder};
