//! Hostile input for everything in Wardian that reads what strangers wrote.
//!
//! A [`Target`] is a function of bytes that panics when something is wrong. The
//! tests drive each for a moment by mutation ([`drive`]); longer runs are the
//! same with `WARDIAN_FUZZ_SECONDS`, or libFuzzer's (CONTRIBUTING.md).

mod draw;
mod drive;
mod mutate;
mod target;
mod targets;

pub use draw::Draw;
pub use drive::drive;
pub use target::{Target, Trace};
pub use targets::ALL;
