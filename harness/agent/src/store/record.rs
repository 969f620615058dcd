//! What is stored of a session.

use serde::{Deserialize, Serialize};

use crate::events::EventRecord;
use crate::models::{Message, TokenUsage};

/// A step of a conversation. A conversation is its entries in order: what the
/// model is shown follows from them, and nothing is ever rewritten.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// What was added.
    pub kind: EntryKind,
}

/// What an entry adds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EntryKind {
    /// The system prompt from here on.
    System {
        /// All of it.
        text: String,
    },
    /// Something was said.
    Message {
        /// What.
        message: Message,
    },
    /// From here on the model sees a summary in place of what was said before,
    /// all but the last messages.
    Compaction {
        /// The summary.
        summary: String,
        /// How many of the last messages stay as they are.
        kept_messages: u64,
    },
    /// The snapshot of the sandbox that belongs here.
    Snapshot {
        /// Its name, which only the embedder understands.
        name: String,
    },
}

/// A session in a list.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct SessionSummary {
    /// The session: `instance/session`, and for a task that of its parent and
    /// the task.
    pub id: String,
    /// The agent's name.
    pub agent: String,
    /// The model, as `provider/name`.
    pub model: String,
    /// The session that this one is a task of.
    pub parent: Option<String>,
    /// Milliseconds since 1970.
    pub created_ms: u64,
    /// Milliseconds since 1970.
    pub updated_ms: u64,
    /// Replies of the model.
    pub turns: u64,
    /// Tokens of all of them.
    pub usage: TokenUsage,
    /// Dollars, where prices are known.
    pub dollars: Option<f64>,
    /// The first line of the first prompt, cut at 200 characters.
    pub first_prompt: String,
    /// The last snapshot that the session named.
    pub snapshot: Option<String>,
}

/// A write to a session.
#[derive(Clone, PartialEq, Debug)]
pub struct Append {
    /// The session as it is after this; its `id` says which.
    pub summary: SessionSummary,
    /// How many entries the session has before this.
    pub expected_entries: u64,
    /// What is added to the conversation, perhaps nothing.
    pub entries: Vec<Entry>,
    /// What is added to the record, perhaps nothing.
    pub events: Vec<EventRecord>,
}

/// A session as it was stored.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredSession {
    /// Its line in the list.
    pub summary: SessionSummary,
    /// Its conversation.
    pub entries: Vec<Entry>,
}
