//! What changed from one filesystem to another.

mod changes;
mod contents;
mod hunks;
mod names;
mod text;
mod walk;

pub use changes::{Change, ChangeKind, Changes, What};
pub use text::TextLimits;
pub use walk::{diff, diff_below};
