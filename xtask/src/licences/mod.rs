//! `cargo xtask licences`: what `deny.toml` says of licences, sources and banned
//! crates, checked without cargo-deny.

mod command;
mod policy;

pub use command::run;
