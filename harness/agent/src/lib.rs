//! Agents: a model works through tools in a sandbox, in sessions that persist.
//!
//! The shape is Flue's: an agent is described once, `init` gives a harness over
//! a sandbox, and the harness gives files, a shell and sessions.
#![forbid(unsafe_code)]

pub mod sandbox;

pub use wardian_models as models;
