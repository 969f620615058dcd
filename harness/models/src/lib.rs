//! Language models for agents: one shape of conversation, spoken to several
//! providers over their real HTTP interfaces.
//!
//! This crate knows nothing of sandboxes or tools: it sends a [`Request`] and
//! gives back what the model says, as it says it.
#![forbid(unsafe_code)]

mod conversation;
mod error;
mod model;

pub use conversation::{Message, Part, Role, StopReason, TokenUsage};
pub use error::{ModelError, ModelErrorKind};
pub use model::{Event, Events, Model, Reply, Request, ThinkingLevel, ToolSpec};
