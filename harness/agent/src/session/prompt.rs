//! The loop: ask the model, run its tools, until it has nothing more to do.

use serde_json::Value;

use super::compaction::{compact_if_due, compact_now};
use super::dispatch::{Requested, answer_calls};
use super::image::check_images;
use super::operation::Operation;
use super::structured::{Goal, Judgement};
use super::turn::{Turn, ask};
use crate::budget::Spent;
use crate::error::AgentError;
use crate::models::{Message, ModelErrorKind, Part, Role, StopReason, TokenUsage, ToolSpec};
use crate::tools::Tool;

/// How a prompt ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The model's last words.
    pub text: String,
    /// Why it stopped: [`StopReason::MaxTokens`] means that the text is cut short.
    pub stop: StopReason,
    /// Replies of the model, those of tasks not counted.
    pub turns: u32,
    /// Tokens, those of tasks included.
    pub usage: TokenUsage,
    /// Dollars, where prices are known; those of tasks included.
    pub dollars: Option<f64>,
    /// The model, as `provider/name`.
    pub model: String,
    /// The session that it happened in.
    pub session: String,
}

pub(super) struct Ended {
    pub(super) outcome: Outcome,
    /// What the goal accepted, where there was one.
    pub(super) value: Option<Value>,
}

/// Says something to the model and works until it is done.
pub(super) async fn converse(
    operation: &Operation,
    text: String,
    goal: Option<&Goal>,
) -> Result<Ended, AgentError> {
    let images = &operation.options.images;
    check_images(images)?;
    if text.trim().is_empty() && images.is_empty() {
        // A provider would refuse it now, and the conversation with it from then on.
        return Err(AgentError::EmptyPrompt);
    }
    operation.core.prepare(operation).await?;
    let said = (!text.trim().is_empty()).then(|| Part::text(text));
    let parts = said.into_iter().chain(images.iter().cloned()).collect();
    say(operation, parts).await?;
    let tools = tools_of(operation);
    let specs = specs_of(&tools, goal);
    let mut failed_attempts = 0;
    loop {
        operation.check()?;
        compact_if_due(operation).await?;
        let turn = ask_within_context(operation, &specs).await?;
        let calls = requested(&turn.reply.parts);
        let text = Part::joined_text(&turn.reply.parts);
        let stop = turn.reply.stop;
        let (usage, dollars) = (turn.reply.usage, turn.dollars);
        operation
            .core
            .write_reply(turn.reply.parts, usage, dollars)
            .await?;
        let ended = |value| Ended {
            outcome: outcome(operation, text.clone(), stop),
            value,
        };
        if calls.is_empty() && stop == StopReason::Refusal {
            return Err(AgentError::Refused { text });
        }
        let judgement = if calls.is_empty() {
            let Some(goal) = goal else {
                return Ok(ended(None));
            };
            let (reminder, judgement) = goal.remind(stop);
            say(operation, vec![Part::text(reminder)]).await?;
            judgement
        } else {
            let answered = answer_calls(operation, &tools, calls, stop, goal).await;
            let message = Message {
                role: Role::User,
                parts: answered.results,
            };
            operation.core.write_user(message).await?;
            if let Some(error) = answered.ends_with {
                return Err(error);
            }
            answered.judgement
        };
        match judgement {
            Judgement::Open => {}
            Judgement::Accepted(value) => return Ok(ended(Some(value))),
            Judgement::GivenUp(reason) => return Err(AgentError::GaveUp { reason }),
            Judgement::Rejected(problem) => {
                failed_attempts += 1;
                let allowed = operation.core.host.definition.result_attempts;
                if failed_attempts >= allowed {
                    return Err(AgentError::NoResult {
                        attempts: failed_attempts,
                        allowed,
                        problem,
                    });
                }
            }
        }
    }
}

/// Asks; a conversation that turns out too long is summarised and asked again
/// with once.
async fn ask_within_context(operation: &Operation, specs: &[ToolSpec]) -> Result<Turn, AgentError> {
    match ask(operation, specs).await {
        Err(AgentError::Model(error))
            if error.kind == ModelErrorKind::ContextTooLong
                && operation.core.host.definition.compaction.is_some() =>
        {
            compact_now(operation).await?;
            ask(operation, specs).await
        }
        asked => asked,
    }
}

async fn say(operation: &Operation, parts: Vec<Part>) -> Result<(), AgentError> {
    let role = Role::User;
    Ok(operation.core.write_user(Message { role, parts }).await?)
}

fn requested(parts: &[Part]) -> Vec<Requested> {
    let calls = parts.iter().filter_map(|part| match part {
        Part::ToolCall {
            id,
            name,
            arguments,
        } => Some(Requested {
            id: id.clone(),
            name: name.clone(),
            arguments: arguments.clone(),
        }),
        _ => None,
    });
    calls.collect()
}

/// The tools of this call: those of the agent, and those given for it.
fn tools_of(operation: &Operation) -> Vec<Tool> {
    let core = &operation.core;
    let extra = &operation.options.tools;
    let has_skills = !core.skills().is_empty();
    let is_useful = |tool: &&Tool| {
        let is_of_skills = matches!(tool.name(), "activate_skill" | "read_skill_resource");
        let is_replaced = extra.iter().any(|other| other.name() == tool.name());
        !is_replaced && (has_skills || !is_of_skills)
    };
    let own = core.host.tools.iter().filter(is_useful);
    own.chain(extra).cloned().collect()
}

fn specs_of(tools: &[Tool], goal: Option<&Goal>) -> Vec<ToolSpec> {
    let mut specs: Vec<ToolSpec> = tools.iter().map(|tool| tool.spec().clone()).collect();
    if let Some(goal) = goal {
        specs.extend(goal.tools());
    }
    specs
}

fn outcome(operation: &Operation, text: String, stop: StopReason) -> Outcome {
    let Spent {
        turns,
        usage,
        dollars,
    } = operation.meter.spent();
    Outcome {
        text,
        stop,
        turns,
        usage,
        dollars,
        model: operation.core.host.model.name().to_owned(),
        session: operation.core.id().to_owned(),
    }
}
