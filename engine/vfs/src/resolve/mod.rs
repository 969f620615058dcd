//! From a path to a node.

mod request;
mod resolver;

pub(crate) use resolver::Fresh;
#[cfg(test)]
mod tests;

pub use request::{At, Follow, PathMode, Resolved};
