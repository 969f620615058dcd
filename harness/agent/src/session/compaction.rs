//! Long conversations go on from a summary that the model writes.

use futures_util::StreamExt;

use super::core::add_spending;
use super::operation::Operation;
use super::transcript::{touched_files, transcript};
use crate::error::AgentError;
use crate::events::SessionEvent;
use crate::models::{
    Event, Message, ModelError, ModelErrorKind, Part, Reply, Request, ThinkingLevel, TokenUsage,
};
use crate::store::{EntryKind, SessionSummary};

/// The context assumed of a model that does not say.
const ASSUMED_CONTEXT: u64 = 128_000;
/// Bytes of text that make a token, roughly.
const BYTES_PER_TOKEN: u64 = 4;

const INSTRUCTIONS: &str = "\
You write the summary from which an agent continues its work. It will see your summary and \
its most recent messages, nothing else of the transcript. Keep what it cannot do without: what \
the user wants, in the user's own words where they matter; decisions and the reasons for them; \
what has been done and with what result; names, paths, commands, numbers and error messages \
exactly as they were; what failed and need not be tried again; what is left to do and what \
comes next. Leave out politeness and repetition. Write plain text under short headings, and \
nothing but the summary.";

/// When and how a conversation is summarised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CompactionPolicy {
    /// Tokens of context to keep free: once fewer are left, the conversation is
    /// summarised. At most a quarter of the context. 20,000 by default.
    pub reserve_tokens: u64,
    /// Tokens of the most recent messages that stay as they are. At most a
    /// quarter of the context. 8,000 by default.
    pub keep_recent_tokens: u64,
    /// Tokens of context, where the model does not say or should use less. By
    /// default what the model says, or 128,000.
    pub context_tokens: Option<u64>,
}

impl Default for CompactionPolicy {
    fn default() -> Self {
        CompactionPolicy {
            reserve_tokens: 20_000,
            keep_recent_tokens: 8_000,
            context_tokens: None,
        }
    }
}

/// What a summary brought, in estimated tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Compacted {
    /// Before.
    pub tokens_before: u64,
    /// After.
    pub tokens_after: u64,
}

/// A policy with its numbers fitted to the model.
struct Room {
    context: u64,
    reserve: u64,
    keep: u64,
}

fn room(operation: &Operation) -> Room {
    let host = &operation.core.host;
    let policy = host.definition.compaction.unwrap_or_default();
    let known = policy.context_tokens.or(host.model.context_tokens());
    let context = known.unwrap_or(ASSUMED_CONTEXT);
    Room {
        context,
        reserve: policy.reserve_tokens.min(context / 4),
        keep: policy.keep_recent_tokens.min(context / 4),
    }
}

/// Summarises when the context is nearly full.
pub(super) async fn compact_if_due(operation: &Operation) -> Result<(), AgentError> {
    let core = &operation.core;
    if core.host.definition.compaction.is_none() {
        return Ok(());
    }
    let room = room(operation);
    let (tokens, has_old) = {
        let conversation = core.conversation();
        let kept = conversation.recent(room.keep);
        // With a summary and the recent messages alone there is nothing to gain.
        let has_old = conversation.messages.len() > kept + 1;
        (conversation.tokens(), has_old)
    };
    if tokens <= room.context - room.reserve || !has_old {
        return Ok(());
    }
    compact_now(operation).await.map(drop)
}

/// Summarises all but the recent messages.
pub(super) async fn compact_now(operation: &Operation) -> Result<Compacted, AgentError> {
    let core = &operation.core;
    let tokens_before = core.conversation().tokens();
    core.emit(SessionEvent::CompactionStarted {
        tokens: tokens_before,
    });
    let result = replace_old(operation).await;
    let tokens_after = core.conversation().tokens();
    core.emit(SessionEvent::CompactionEnded {
        tokens: tokens_after,
        error: result.as_ref().err().map(ToString::to_string),
    });
    result?;
    Ok(Compacted {
        tokens_before,
        tokens_after,
    })
}

/// A summary that has come, and what it took.
struct Summary {
    text: String,
    system: String,
    kept: usize,
    usage: TokenUsage,
    dollars: Option<f64>,
}

async fn replace_old(operation: &Operation) -> Result<(), AgentError> {
    let summary = operation
        .unless_interrupted(summarise_old(operation))
        .await
        .flatten()?;
    let Some(summary) = summary else {
        return Ok(());
    };
    let entries = vec![
        EntryKind::Compaction {
            summary: summary.text,
            kept_messages: summary.kept as u64,
        },
        EntryKind::System {
            text: summary.system,
        },
    ];
    // A cancel comes before this or after it: who gave up in the middle would not
    // know what the store has.
    let (usage, dollars) = (summary.usage, summary.dollars);
    let spent = |summary: &mut SessionSummary| add_spending(summary, usage, dollars);
    operation.core.write(entries, spent).await?;
    Ok(())
}

/// Has all but the recent messages summarised; none when there are no others.
async fn summarise_old(operation: &Operation) -> Result<Option<Summary>, AgentError> {
    let core = &operation.core;
    let room = room(operation);
    let (old, kept) = {
        let conversation = core.conversation();
        let kept = conversation.recent(room.keep);
        let end = conversation.messages.len().saturating_sub(kept);
        let old = conversation.messages.get(..end).unwrap_or_default();
        (old.to_vec(), kept)
    };
    if old.is_empty() {
        return Ok(None);
    }
    operation.check()?;
    let most = (room.context - room.reserve).saturating_mul(BYTES_PER_TOKEN) / 2;
    let text = transcript(&old, usize::try_from(most).unwrap_or(usize::MAX));
    let reply = summarise(operation, text).await?;
    let dollars = core.host.model.cost(&reply.usage);
    operation.meter.add(reply.usage, dollars);
    let text = Part::joined_text(&reply.parts);
    if text.trim().is_empty() {
        return Err(AgentError::Model(protocol(
            operation,
            "the model wrote no summary of the conversation",
        )));
    }
    Ok(Some(Summary {
        text: format!("{}{}", text.trim(), touched_files(&old)),
        // The system prompt is frozen so that providers can cache it; here the
        // cache is lost anyway.
        system: core.system_prompt().await?,
        kept,
        usage: reply.usage,
        dollars,
    }))
}

async fn summarise(operation: &Operation, transcript: String) -> Result<Reply, AgentError> {
    let request = Request {
        system: INSTRUCTIONS.to_owned(),
        messages: vec![Message::user(format!(
            "<transcript>\n{transcript}\n</transcript>\n\nWrite the summary."
        ))],
        tools: Vec::new(),
        thinking: ThinkingLevel::Off,
        max_output_tokens: None,
    };
    let mut events = operation.core.host.model.send(request);
    while let Some(event) = events.next().await {
        if let Event::Finished(reply) = event? {
            return Ok(reply);
        }
    }
    Err(AgentError::Model(protocol(
        operation,
        "the summary ended before it was whole",
    )))
}

fn protocol(operation: &Operation, message: &str) -> ModelError {
    ModelError {
        model: operation.core.host.model.name().to_owned(),
        kind: ModelErrorKind::Protocol,
        message: message.to_owned(),
    }
}
