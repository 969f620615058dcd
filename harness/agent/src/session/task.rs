//! Tasks: work in a session of its own, by another agent or a copy of this one.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::call::Call;
use super::core::Core;
use super::prompt::{Outcome, converse};
use crate::agent::{Agent, Definition, random_id};
use crate::budget::Meter;
use crate::error::AgentError;
use crate::events::SessionEvent;
use crate::models::{Part, TokenUsage};
use crate::skills::listed;

/// The agent that every agent may hand tasks to: a copy of itself.
pub(crate) const GENERAL_AGENT: &str = "general";
/// How deep tasks may start tasks.
const MAX_DEPTH: u32 = 4;

/// A task to be done.
pub(crate) struct TaskOrder {
    pub(crate) agent: String,
    pub(crate) prompt: String,
    /// In a few words, for those who watch.
    pub(crate) description: Option<String>,
    /// The folder to work in.
    pub(crate) cwd: Option<String>,
    /// What to show beside the prompt.
    pub(crate) images: Vec<Part>,
}

impl Core {
    /// Does a task to its end.
    pub(crate) async fn run_task(
        self: &Arc<Self>,
        order: TaskOrder,
        meter: Option<Arc<Meter>>,
        cancel: CancellationToken,
    ) -> Result<Outcome, AgentError> {
        if self.depth >= MAX_DEPTH {
            return Err(AgentError::TaskDepth {
                depth: self.depth,
                allowed: MAX_DEPTH,
            });
        }
        let definition = self.agent_named(&order.agent)?;
        let host = tokio::select! {
            host = self.host.for_task(definition, order.cwd.as_deref()) => host?,
            () = cancel.cancelled() => return Err(AgentError::Cancelled),
        };
        let task = self.for_task(host, &format!("task-{}", random_id()));
        self.emit(SessionEvent::TaskStarted {
            task: task.id().to_owned(),
            agent: order.agent,
            prompt: order.description.unwrap_or_else(|| order.prompt.clone()),
        });
        let text = order.prompt;
        let call = Call::new(&task, "prompt", text.clone(), |operation| async move {
            Ok(converse(&operation, text, None).await?.outcome)
        });
        let call = call.with_images(order.images).paid_by(meter);
        let result = call.cancel_on(cancel).await;
        self.emit(SessionEvent::TaskEnded {
            task: task.id().to_owned(),
            error: result.as_ref().err().map(ToString::to_string),
            usage: match &result {
                Ok(outcome) => outcome.usage,
                Err(_) => task_usage(&task),
            },
        });
        result
    }

    /// Images of the conversation by their numbers, from 1 in the order in which the
    /// model sees them.
    ///
    /// # Errors
    /// What is wrong with a number, for the model.
    pub(crate) fn images(&self, numbers: &[usize]) -> Result<Vec<Part>, String> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let conversation = self.conversation();
        let parts = conversation.messages.iter().flat_map(|said| &said.parts);
        let all: Vec<&Part> = parts.flat_map(images_in).collect();
        let found = numbers.iter().map(|number| {
            let at = number.checked_sub(1);
            let image = at.and_then(|at| all.get(at)).copied().cloned();
            image.ok_or_else(|| match all.len() {
                0 => format!("There is no image {number}: the conversation has none."),
                count => format!("There is no image {number}: images go from 1 to {count}."),
            })
        });
        found.collect()
    }

    fn agent_named(&self, name: &str) -> Result<Arc<Definition>, AgentError> {
        if name == GENERAL_AGENT {
            return Ok(self.host.definition.clone());
        }
        let agents = &self.host.definition.subagents;
        let found = agents.iter().find(|agent| agent.name() == name);
        found
            .map(|agent| agent.definition().clone())
            .ok_or_else(|| {
                let mut names: Vec<&str> = agents.iter().map(Agent::name).collect();
                names.push(GENERAL_AGENT);
                AgentError::UnknownAgent {
                    name: name.to_owned(),
                    known: listed("agents", &names),
                }
            })
    }
}

fn task_usage(task: &Core) -> TokenUsage {
    task.conversation().summary.usage
}

/// The part, if it is an image, or the images in it.
fn images_in(part: &Part) -> Vec<&Part> {
    match part {
        Part::Image { .. } => vec![part],
        Part::ToolResult { content, .. } => content.iter().flat_map(images_in).collect(),
        _ => Vec::new(),
    }
}
