//! Running the code.

mod arrays;
mod builtins;
mod calls;
mod field_ops;
mod input;
mod machine;
mod matching;
mod output;
mod random;
mod record;
mod sections;
mod sorting;
mod special;
mod split;
mod start;
mod state;
mod strings;
mod substitute;
mod time;

pub use machine::{Machine, Stop};
pub use start::Options;
