//! From a path to a node.

mod request;
mod resolver;
#[cfg(test)]
mod tests;
mod text;

pub use request::{At, Follow, PathMode, Resolved};
pub(crate) use resolver::{Progress, Resolution};
