//! Language models for agents: one shape of conversation, spoken to several
//! providers over their real HTTP interfaces.
//!
//! This crate knows nothing of sandboxes or tools: it sends a [`Request`] and
//! gives back what the model says, as it says it. [`connect`] makes a model from
//! a name and the environment, [`Providers`] from explicit keys and addresses.
//! [`Scripted`] says what a file says, [`Recorder`] writes down what another
//! model says and [`Replay`] says it again.
#![forbid(unsafe_code)]

mod anthropic;
mod arguments;
mod conversation;
mod error;
mod google;
mod http;
mod key;
mod known;
mod model;
mod ollama;
mod opaque;
mod openai;
mod providers;
mod recording;
mod scripted;
#[cfg(feature = "testing")]
pub mod testing;
mod turn;

pub use conversation::{Message, Part, Role, StopReason, TokenUsage};
pub use error::{ModelError, ModelErrorKind};
pub use http::Retry;
pub use key::ApiKey;
pub use model::{Event, Events, Model, Reply, Request, ThinkingLevel, ToolSpec};
pub use providers::{Provider, Providers, connect};
pub use recording::{Recorder, Replay};
pub use scripted::Scripted;
pub use turn::{Turn, TurnCall, TurnFault};
