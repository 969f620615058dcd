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
use crate::models::TokenUsage;
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
        let result = call.paid_by(meter).cancel_on(cancel).await;
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
