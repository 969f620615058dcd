//! One reply of the model, as it comes in.

use futures_util::StreamExt;

use super::operation::Operation;
use crate::error::AgentError;
use crate::events::SessionEvent;
use crate::models::{Event, ModelError, ModelErrorKind, Reply, Request, ToolSpec};

pub(super) struct Turn {
    pub(super) reply: Reply,
    pub(super) dollars: Option<f64>,
}

/// Asks the model for the next turn and counts what it takes.
pub(super) async fn ask(operation: &Operation, specs: &[ToolSpec]) -> Result<Turn, AgentError> {
    let core = &operation.core;
    let definition = &core.host.definition;
    let request = {
        let conversation = core.conversation();
        Request {
            system: conversation.system.clone().unwrap_or_default(),
            messages: conversation.for_request(),
            tools: specs.to_vec(),
            thinking: operation.options.thinking.unwrap_or(definition.thinking),
            max_output_tokens: definition.max_output_tokens,
        }
    };
    let turn = operation.meter.spent().turns + 1;
    core.emit(SessionEvent::TurnStarted { turn });
    let reply = operation
        .unless_interrupted(receive(operation, request))
        .await??;
    let dollars = core.host.model.cost(&reply.usage);
    operation.meter.add_turn();
    operation.meter.add(reply.usage, dollars);
    core.emit(SessionEvent::TurnEnded {
        turn,
        stop: reply.stop,
        usage: reply.usage,
        dollars,
    });
    Ok(Turn { reply, dollars })
}

/// Passes on what the model says until its reply is whole.
async fn receive(operation: &Operation, request: Request) -> Result<Reply, ModelError> {
    let core = &operation.core;
    let model = &core.host.model;
    let mut events = model.send(request);
    while let Some(event) = events.next().await {
        match event? {
            Event::TextDelta(text) => core.emit(SessionEvent::TextDelta { text }),
            Event::ThinkingDelta(text) => core.emit(SessionEvent::ThinkingDelta { text }),
            Event::ToolCallStarted { id, name } => core.emit(SessionEvent::ToolRequested {
                call_id: id,
                tool: name,
            }),
            Event::Retrying { attempt, error } => core.emit(SessionEvent::Retry {
                attempt,
                reason: error.to_string(),
            }),
            Event::Finished(reply) => return Ok(reply),
        }
    }
    Err(ModelError {
        model: model.name().to_owned(),
        kind: ModelErrorKind::Protocol,
        message: "the reply ended before it was whole".to_owned(),
    })
}
