//! `task`: a piece of work for an agent with a context of its own.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Tool, ToolContext, ToolError, ToolOutput};
use crate::error::AgentError;
use crate::sandbox::SandboxError;
use crate::session::TaskOrder;

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// All that the agent has to know: it sees nothing of this conversation.
    prompt: String,
    /// Which agent, one of those listed as available.
    agent: String,
    /// The task in a few words.
    description: Option<String>,
    /// The folder to work in; the working directory when absent.
    cwd: Option<String>,
    /// Images of this conversation that the agent is to see, by number: 1 is the
    /// first.
    images: Option<Vec<usize>>,
}

pub(super) fn tool() -> Tool {
    let description = "Hands a piece of work to another agent, which works by itself on the \
        same files and gives back only its last words. Several tasks in one turn run at the \
        same time.";
    Tool::typed("task", description, run)
}

async fn run(arguments: Arguments, context: ToolContext) -> Result<ToolOutput, ToolError> {
    let images = context.core.images(&arguments.images.unwrap_or_default());
    let order = TaskOrder {
        agent: arguments.agent,
        prompt: arguments.prompt,
        description: arguments.description,
        cwd: arguments.cwd,
        images: images.map_err(ToolError::Failed)?,
    };
    let (core, meter, cancel) = (context.core, context.meter, context.cancel);
    match core.run_task(order, Some(meter), cancel).await {
        Ok(outcome) if outcome.text.is_empty() => {
            Ok(ToolOutput::text("(the agent ended without a word)"))
        }
        Ok(outcome) => Ok(ToolOutput::text(outcome.text)),
        Err(AgentError::Sandbox(error)) => Err(ToolError::Sandbox(error)),
        Err(AgentError::Cancelled) => Err(ToolError::Sandbox(SandboxError::Cancelled)),
        Err(error) => Err(ToolError::Failed(format!("The task failed: {error}"))),
    }
}
