//! The one trait: a request goes in, a stream of events comes out.

use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};

use crate::{Message, ModelError, Part, StopReason, TokenUsage};

/// A tool as a model is told of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Its name.
    pub name: String,
    /// What it does and when to use it.
    pub description: String,
    /// JSON schema of its arguments, an object.
    pub parameters: serde_json::Value,
}

/// How hard to think before answering.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThinkingLevel {
    /// Not at all.
    Off,
    /// As little as the provider allows.
    Minimal,
    /// A little.
    Low,
    /// The default.
    #[default]
    Medium,
    /// Much.
    High,
    /// As much as the provider allows.
    Xhigh,
}

/// What a model is asked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Instructions, stable over a conversation so that providers can cache them.
    pub system: String,
    /// The conversation so far.
    pub messages: Vec<Message>,
    /// Tools it may call.
    pub tools: Vec<ToolSpec>,
    /// How hard to think.
    pub thinking: ThinkingLevel,
    /// Most tokens to write; the model's own limit when none.
    pub max_output_tokens: Option<u32>,
}

/// What a model says, as it says it.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// More text.
    TextDelta(String),
    /// More thinking.
    ThinkingDelta(String),
    /// A call of a tool has begun; its arguments are on their way.
    ToolCallStarted {
        /// Names the call.
        id: String,
        /// The tool.
        name: String,
    },
    /// The attempt failed and is made again: everything since the start of the
    /// stream is void.
    Retrying {
        /// Which attempt failed, from 1.
        attempt: u32,
        /// Why.
        error: ModelError,
    },
    /// The reply is whole; nothing follows.
    Finished(Reply),
}

/// A whole reply.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reply {
    /// What was said.
    pub parts: Vec<Part>,
    /// Why it ended.
    pub stop: StopReason,
    /// What it took.
    pub usage: TokenUsage,
}

/// Events of one reply. It ends after [`Event::Finished`] or an error. Dropping
/// it ends the request.
pub type Events = BoxStream<'static, Result<Event, ModelError>>;

/// A model to talk to.
pub trait Model: Send + Sync {
    /// `provider/name`.
    fn name(&self) -> &str;

    /// Tokens of context, where known.
    fn context_tokens(&self) -> Option<u64> {
        None
    }

    /// Dollars for this usage, where prices are known.
    fn cost(&self, usage: &TokenUsage) -> Option<f64> {
        let _ = usage;
        None
    }

    /// Asks.
    fn send(&self, request: Request) -> Events;
}
