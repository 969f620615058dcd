//! What a report tells, apart from how it looks and from where it was kept.

use serde::{Deserialize, Serialize};

/// A session from its start to its last word.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// The first line of what was asked.
    pub title: String,
    /// The session's identity.
    pub session: String,
    /// The agent's name.
    pub agent: String,
    /// `provider/name`.
    pub model: String,
    /// Milliseconds since 1970.
    pub started_ms: u64,
    /// Milliseconds since 1970.
    pub ended_ms: u64,
    /// Of all turns.
    pub tokens: Tokens,
    /// Of all turns, where prices are known.
    pub dollars: Option<f64>,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// Differences of the sandbox's files, unified; empty when there are none or
    /// they are not known.
    pub changes: String,
}

/// Tokens that a model read and wrote.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tokens {
    /// Read, without those from a cache.
    pub input: u64,
    /// Written.
    pub output: u64,
    /// Read from a cache.
    pub cache_read: u64,
    /// Written to a cache.
    pub cache_write: u64,
}

impl Tokens {
    /// All that were read. The numbers are a provider's: they need not be likely.
    pub fn read(&self) -> u64 {
        self.input
            .saturating_add(self.cache_read)
            .saturating_add(self.cache_write)
    }
}

/// What a command took.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CommandUsage {
    /// How it ended.
    pub exit_code: i32,
    /// Processor time in milliseconds, where known.
    pub cpu_ms: Option<u64>,
    /// Most memory at once, in bytes, where known.
    pub peak_memory_bytes: Option<u64>,
}

/// Something that happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// Milliseconds since 1970, where known.
    pub at_ms: Option<u64>,
    /// How long it took, in milliseconds, where known.
    pub duration_ms: Option<u64>,
    /// What.
    pub what: What,
}

/// Kinds of steps.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What {
    /// What the model was told before everything else.
    Instructions {
        /// All of it.
        text: String,
    },
    /// Something was asked of the agent.
    Prompt {
        /// What.
        text: String,
    },
    /// The model answered; its words and calls follow.
    Turn {
        /// From 1 on.
        number: u64,
        /// Of this turn, where known.
        tokens: Option<Tokens>,
    },
    /// What the model thought.
    Thinking {
        /// The text.
        text: String,
    },
    /// What the model said.
    Reply {
        /// The text.
        text: String,
    },
    /// A tool the model called.
    Tool {
        /// Its name.
        name: String,
        /// What it was called with.
        arguments: serde_json::Value,
        /// What came back, where something did.
        result: Option<String>,
        /// Whether it failed.
        is_error: bool,
        /// What the command took, where it is one and that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<CommandUsage>,
    },
    /// An image, in base64.
    Image {
        /// Such as `image/png`.
        media_type: String,
        /// The file.
        data: String,
    },
    /// Something about the session itself.
    Note {
        /// What.
        text: String,
        /// Whether something went wrong.
        is_error: bool,
    },
}
