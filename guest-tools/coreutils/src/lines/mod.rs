//! Tools that go through their input line by line.

pub mod comm;
pub mod cut;
pub mod fold;
pub mod join;
pub mod nl;
pub mod paste;
mod reader;
pub mod tabs;
pub mod uniq;

pub use reader::{Reader, inputs, open};
