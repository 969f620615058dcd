//! What is said between a person, a model and its tools.

use serde::{Deserialize, Serialize};

/// Who speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person, or the tools on the model's behalf.
    User,
    /// The model.
    Assistant,
}

/// One turn of a conversation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub parts: Vec<Part>,
}

/// A piece of a message.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// An image, from the user or from a tool.
    Image {
        /// Such as `image/png`.
        media_type: String,
        /// The file in base64.
        data: String,
    },
    /// What the model thought; it goes back unchanged.
    Thinking {
        /// The text, empty when the provider hides it.
        text: String,
        /// What the provider wants to see again with it: a signature, or the
        /// hidden text in its own form.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opaque: Option<serde_json::Value>,
    },
    /// The model calls a tool.
    ToolCall {
        /// Names the call in its result.
        id: String,
        /// The tool.
        name: String,
        /// The arguments as the model wrote them: an object when they were JSON,
        /// else a string with the malformed text.
        arguments: serde_json::Value,
    },
    /// What a tool gave back.
    ToolResult {
        /// The call it answers.
        call_id: String,
        /// Text and images.
        content: Vec<Part>,
        /// Whether the tool failed.
        is_error: bool,
    },
}

/// Why the model stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// It has said what it had to say.
    EndTurn,
    /// It waits for the results of tools.
    ToolCalls,
    /// The limit of output tokens was reached.
    MaxTokens,
    /// The provider or the model refused.
    Refusal,
}

/// Tokens of one reply, or a sum of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenUsage {
    /// Read and paid in full.
    pub input_tokens: u64,
    /// Written, thinking included.
    pub output_tokens: u64,
    /// Read from the provider's cache.
    pub cache_read_tokens: u64,
    /// Written to the provider's cache.
    pub cache_write_tokens: u64,
}

impl TokenUsage {
    /// All tokens that were read, from a cache or not.
    pub fn read_tokens(&self) -> u64 {
        self.input_tokens
            .saturating_add(self.cache_read_tokens)
            .saturating_add(self.cache_write_tokens)
    }

    /// All tokens, read and written.
    pub fn total_tokens(&self) -> u64 {
        self.read_tokens().saturating_add(self.output_tokens)
    }
}

impl std::ops::AddAssign for TokenUsage {
    fn add_assign(&mut self, other: TokenUsage) {
        // The numbers are a provider's: they need not be true, nor even likely.
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        add(&mut self.input_tokens, other.input_tokens);
        add(&mut self.output_tokens, other.output_tokens);
        add(&mut self.cache_read_tokens, other.cache_read_tokens);
        add(&mut self.cache_write_tokens, other.cache_write_tokens);
    }
}

impl Message {
    /// What the user says, as text.
    pub fn user(text: impl Into<String>) -> Message {
        Message {
            role: Role::User,
            parts: vec![Part::text(text)],
        }
    }

    /// What the model said.
    pub fn assistant(parts: Vec<Part>) -> Message {
        Message {
            role: Role::Assistant,
            parts,
        }
    }

    /// The text of all its text parts.
    pub fn text(&self) -> String {
        Part::joined_text(&self.parts)
    }
}

impl Part {
    /// A part of text.
    pub fn text(text: impl Into<String>) -> Part {
        Part::Text { text: text.into() }
    }

    /// The text of all text parts among these.
    pub fn joined_text(parts: &[Part]) -> String {
        let texts = parts.iter().filter_map(|part| match part {
            Part::Text { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::TokenUsage;

    #[test]
    fn sums_of_impossible_numbers_stay_numbers() {
        let most = TokenUsage {
            input_tokens: u64::MAX,
            output_tokens: u64::MAX,
            cache_read_tokens: 1,
            cache_write_tokens: 1,
        };
        let mut sum = most;
        sum += most;
        assert_eq!((sum.input_tokens, sum.cache_read_tokens), (u64::MAX, 2));
        assert_eq!(sum.total_tokens(), u64::MAX);
    }
}
