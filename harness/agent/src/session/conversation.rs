//! What was said, as it follows from the stored entries, and as a model is shown
//! it.

use crate::budget::total_tokens;
use crate::models::{Message, Part, Role, TokenUsage};
use crate::store::{EntryKind, SessionSummary, StoredSession};

/// Bytes of text that make a token, roughly and on the safe side for English.
const BYTES_PER_TOKEN: usize = 4;
/// Tokens of an image, roughly.
const IMAGE_TOKENS: usize = 1600;

pub(super) struct Conversation {
    pub(super) summary: SessionSummary,
    /// How many entries the store has.
    pub(super) entries: u64,
    pub(super) system: Option<String>,
    pub(super) messages: Vec<Message>,
    /// What a model last counted, and for how many of the messages.
    counted: Option<(usize, u64)>,
}

impl Conversation {
    pub(super) fn new(summary: SessionSummary) -> Conversation {
        Conversation {
            summary,
            entries: 0,
            system: None,
            messages: Vec::new(),
            counted: None,
        }
    }

    pub(super) fn from_stored(stored: StoredSession) -> Conversation {
        let mut conversation = Conversation::new(stored.summary);
        for entry in stored.entries {
            conversation.add(entry.kind);
        }
        conversation
    }

    pub(super) fn add(&mut self, entry: EntryKind) {
        self.entries += 1;
        match entry {
            EntryKind::System { text } => self.system = Some(text),
            EntryKind::Message { message } => self.messages.push(message),
            EntryKind::Compaction {
                summary,
                kept_messages,
            } => {
                let kept = usize::try_from(kept_messages).unwrap_or(usize::MAX);
                let dropped = self.messages.len().saturating_sub(kept);
                self.messages.splice(..dropped, [summary_message(&summary)]);
                self.counted = None;
            }
            EntryKind::Snapshot { name } => self.summary.snapshot = Some(name),
        }
    }

    /// Notes what the model counted for all messages up to now.
    pub(super) fn count(&mut self, usage: &TokenUsage) {
        self.counted = Some((self.messages.len(), total_tokens(usage)));
    }

    /// How many tokens the next request will have, about.
    pub(super) fn tokens(&self) -> u64 {
        let (counted, tokens) = self.counted.unwrap_or((0, 0));
        let system = match (counted, &self.system) {
            (0, Some(system)) => system.len() / BYTES_PER_TOKEN,
            _ => 0,
        };
        let rest: usize = self.messages.iter().skip(counted).map(tokens_of).sum();
        tokens.saturating_add((system + rest) as u64)
    }

    /// The messages for a request: providers want the speakers to alternate, so
    /// what one says in several messages is said in one.
    pub(super) fn for_request(&self) -> Vec<Message> {
        let mut messages: Vec<Message> = Vec::with_capacity(self.messages.len());
        for message in &self.messages {
            match messages.last_mut() {
                Some(last) if last.role == message.role => {
                    last.parts.extend(message.parts.iter().cloned());
                }
                _ => messages.push(message.clone()),
            }
        }
        messages
    }

    /// The calls of the last message: they were never answered.
    pub(super) fn unanswered(&self) -> Vec<String> {
        let Some(last) = self.messages.last() else {
            return Vec::new();
        };
        let calls = last.parts.iter().filter_map(|part| match part {
            Part::ToolCall { id, .. } => Some(id.clone()),
            _ => None,
        });
        calls.collect()
    }

    /// How many of the last messages hold about so many tokens, such that they
    /// may follow a summary: results stay with their calls.
    pub(super) fn recent(&self, tokens: u64) -> usize {
        let (mut kept, mut sum) = (0, 0);
        for (number, message) in self.messages.iter().rev().enumerate() {
            sum += tokens_of(message) as u64;
            if sum > tokens {
                break;
            }
            if !holds_results(message) {
                kept = number + 1;
            }
        }
        // What was asked last is kept whatever its size, or the model would not
        // know what to do next.
        match self.messages.last() {
            Some(last) if kept == 0 && holds_results(last) => 2,
            Some(last) if kept == 0 && last.role == Role::User => 1,
            _ => kept,
        }
    }
}

/// How the summary stands in the conversation.
fn summary_message(summary: &str) -> Message {
    Message::user(format!(
        "<summary_of_the_conversation_so_far>\n{summary}\n</summary_of_the_conversation_so_far>"
    ))
}

fn holds_results(message: &Message) -> bool {
    message.role == Role::User
        && message
            .parts
            .iter()
            .any(|part| matches!(part, Part::ToolResult { .. }))
}

pub(super) fn tokens_of(message: &Message) -> usize {
    message.parts.iter().map(tokens_of_part).sum()
}

fn tokens_of_part(part: &Part) -> usize {
    match part {
        Part::Text { text } => text.len().div_ceil(BYTES_PER_TOKEN),
        Part::Image { .. } => IMAGE_TOKENS,
        Part::Thinking { text, opaque } => {
            let hidden = opaque.as_ref().map_or(0, |value| value.to_string().len());
            (text.len() + hidden).div_ceil(BYTES_PER_TOKEN)
        }
        Part::ToolCall {
            name, arguments, ..
        } => (name.len() + arguments.to_string().len()).div_ceil(BYTES_PER_TOKEN),
        Part::ToolResult { content, .. } => content.iter().map(tokens_of_part).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Message {
        Message::assistant(vec![Part::ToolCall {
            id: "1".into(),
            name: "bash".into(),
            arguments: serde_json::json!({}),
        }])
    }

    fn result(text: &str) -> Message {
        Message {
            role: Role::User,
            parts: vec![Part::ToolResult {
                call_id: "1".into(),
                content: vec![Part::text(text)],
                is_error: false,
            }],
        }
    }

    fn of(messages: Vec<Message>) -> Conversation {
        let mut conversation = Conversation::new(SessionSummary::default());
        for message in messages {
            conversation.add(EntryKind::Message { message });
        }
        conversation
    }

    #[test]
    fn results_stay_with_their_calls() {
        let conversation = of(vec![
            Message::user("start"),
            call(),
            result(&"x".repeat(400)),
            Message::assistant(vec![Part::text("y".repeat(40))]),
        ]);
        for (tokens, wanted) in [(5, 0), (10, 1), (50, 1), (110, 1), (112, 3), (1000, 4)] {
            assert_eq!(conversation.recent(tokens), wanted, "{tokens}");
        }
        let at_results = of(vec![Message::user("go"), call(), result(&"x".repeat(400))]);
        assert_eq!(at_results.recent(5), 2);
    }

    #[test]
    fn compaction_replaces_all_but_the_recent() {
        let mut conversation = of(vec![Message::user("a"), Message::user("b"), call()]);
        assert_eq!(conversation.unanswered(), ["1"]);
        conversation.add(EntryKind::Compaction {
            summary: "S".into(),
            kept_messages: 2,
        });
        let texts: Vec<String> = conversation.messages.iter().map(Message::text).collect();
        assert!(texts[0].contains("\nS\n") && texts[1] == "b");
        // Speakers alternate in a request.
        let request = conversation.for_request();
        assert_eq!((request.len(), request[0].parts.len()), (2, 2));
    }
}
