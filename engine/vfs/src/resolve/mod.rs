//! From a path to a node.

mod request;
mod resolver;
#[cfg(test)]
mod tests;

pub use request::{At, Follow, PathMode, Resolved};
