//! `ls`, `dir`, `vdir`.

mod color;
mod columns;
mod entry;
mod layout;
mod listing;
mod long;
mod marks;
mod options;
mod sort;
mod term;
mod time_style;
pub mod version;

pub use listing::{dir, ls, vdir};
