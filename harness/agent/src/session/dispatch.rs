//! The tool calls of one turn, at the same time.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::image::{MAX_IMAGE, check_image};
use super::operation::{Operation, millis};
use super::structured::{Goal, Judgement};
use crate::error::AgentError;
use crate::events::SessionEvent;
use crate::models::{Part, StopReason};
use crate::sandbox::SandboxError;
use crate::tools::{Tool, ToolContext, ToolError, ToolOutput, cut_at, first_characters};

/// Most bytes of text that a tool gives back. The tools over files and
/// commands stay below by themselves.
const MAX_RESULT: usize = 64 * 1024;
/// Most calls of one turn that run at the same time; the others wait.
const MAX_PARALLEL: usize = 32;
/// Most calls of one turn that are run at all.
const MAX_CALLS: usize = 256;
/// How long tools have to end by themselves once they are told to.
const LAST_MOMENT: Duration = Duration::from_millis(10);
/// Characters of a result in events.
const PREVIEW: usize = 500;

pub(super) struct Requested {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) arguments: Value,
}

pub(super) struct Answered {
    /// One result for each call, in their order, whatever happened.
    pub(super) results: Vec<Part>,
    /// Why the operation cannot go on.
    pub(super) ends_with: Option<AgentError>,
    /// What became of the goal.
    pub(super) judgement: Judgement,
}

/// How one call ended.
enum Ended {
    Output(ToolOutput),
    /// It was told to end.
    Cancelled,
    /// The sandbox died beneath it.
    Died(SandboxError),
}

/// Runs the calls of a turn.
pub(super) async fn answer_calls(
    operation: &Operation,
    tools: &[Tool],
    calls: Vec<Requested>,
    stop: StopReason,
    goal: Option<&Goal>,
) -> Answered {
    let mut judgement = Judgement::Open;
    let mut outputs: Vec<Option<ToolOutput>> = Vec::with_capacity(calls.len());
    let mut running = FuturesUnordered::new();
    let places = Arc::new(Semaphore::new(MAX_PARALLEL));
    for (number, call) in calls.iter().enumerate() {
        operation.core.emit(SessionEvent::ToolStarted {
            call_id: call.id.clone(),
            tool: call.name.clone(),
            arguments: call.arguments.clone(),
        });
        let judged = goal.and_then(|goal| goal.judge(&call.name, &call.arguments));
        outputs.push(None);
        if let Some((output, verdict)) = judged {
            // With several attempts in one turn the first good one counts.
            if !matches!(judgement, Judgement::Accepted(_)) {
                judgement = verdict;
            }
            finish(
                operation,
                call,
                Duration::ZERO,
                output,
                &mut outputs,
                number,
            );
        } else if let Some(output) = refuse(tools, call, number, stop) {
            finish(
                operation,
                call,
                Duration::ZERO,
                output,
                &mut outputs,
                number,
            );
        } else if let Some(tool) = tools.iter().find(|tool| tool.name() == call.name) {
            running.push(run(operation, tool, call, number, places.clone()));
        }
    }
    let mut ends_with = None;
    let started = Instant::now();
    // When the operation is interrupted, tools have a moment to end by themselves.
    let mut last_moment = None;
    loop {
        let ended = match last_moment {
            None => operation.unless_interrupted(running.next()).await,
            Some(moment) => match tokio::time::timeout_at(moment, running.next()).await {
                Ok(ended) => Ok(ended),
                Err(_) => break,
            },
        };
        match ended {
            Ok(None) => break,
            Ok(Some((_, _, Ended::Cancelled))) => {}
            Ok(Some((number, took, Ended::Output(output)))) => {
                if let Some(call) = calls.get(number) {
                    finish(operation, call, took, output, &mut outputs, number);
                }
            }
            Ok(Some((_, _, Ended::Died(died)))) => {
                ends_with = Some(AgentError::Sandbox(died));
                break;
            }
            Err(error) => {
                ends_with = Some(error);
                last_moment = Some(Instant::now() + LAST_MOMENT);
            }
        }
    }
    // Ends those that still run.
    drop(running);
    for (number, call) in calls.iter().enumerate() {
        if outputs.get(number).is_some_and(Option::is_none) {
            let output = unfinished(ends_with.as_ref());
            finish(
                operation,
                call,
                started.elapsed(),
                output,
                &mut outputs,
                number,
            );
        }
    }
    let results = calls.into_iter().zip(outputs).map(|(call, output)| {
        let output = output.unwrap_or_default();
        Part::ToolResult {
            call_id: call.id,
            content: output.content,
            is_error: output.is_error,
        }
    });
    Answered {
        results: results.collect(),
        ends_with,
        judgement,
    }
}

/// Takes down a result.
fn finish(
    operation: &Operation,
    call: &Requested,
    took: Duration,
    output: ToolOutput,
    outputs: &mut [Option<ToolOutput>],
    number: usize,
) {
    let output = limited(output);
    operation.core.emit(SessionEvent::ToolEnded {
        call_id: call.id.clone(),
        tool: call.name.clone(),
        is_error: output.is_error,
        duration_ms: millis(took),
        preview: first_characters(&Part::joined_text(&output.content), PREVIEW),
    });
    if let Some(place) = outputs.get_mut(number) {
        *place = Some(output);
    }
}

/// The answer to a call that cannot be run at all.
fn refuse(tools: &[Tool], call: &Requested, number: usize, stop: StopReason) -> Option<ToolOutput> {
    if number >= MAX_CALLS {
        return Some(ToolOutput::error(format!(
            "More than {MAX_CALLS} calls in one turn are not run, and this one was not. Make \
             it again in a later turn, if it is still wanted."
        )));
    }
    if tools.iter().all(|tool| tool.name() != call.name) {
        let names: Vec<&str> = tools.iter().map(Tool::name).collect();
        return Some(ToolOutput::error(format!(
            "There is no tool `{}`. The tools are: {}.",
            call.name,
            names.join(", ")
        )));
    }
    if stop == StopReason::MaxTokens && call.arguments.is_string() {
        return Some(ToolOutput::error(format!(
            "Your reply reached the limit of output tokens in the middle of this call of \
             `{}`. Nothing was done. Do it in smaller steps.",
            call.name
        )));
    }
    None
}

/// Runs one call in a task of its own, so that its panics are caught and it ends
/// when this future is dropped. A sandbox that died is an error for all.
fn run(
    operation: &Operation,
    tool: &Tool,
    call: &Requested,
    number: usize,
    places: Arc<Semaphore>,
) -> impl Future<Output = (usize, Duration, Ended)> + use<> {
    let core = &operation.core;
    // Taken here, not in the task: calls wait for each other in their order.
    let mut turn = tool
        .path_of(&call.arguments)
        .map(|path| core.workspace().turn_for(path));
    let context = ToolContext {
        core: core.clone(),
        meter: operation.meter.clone(),
        cancel: operation.stop.clone(),
        call_id: call.id.clone(),
    };
    let tool = tool.clone();
    let arguments = call.arguments.clone();
    async move {
        let started = Instant::now();
        let called = tool.clone();
        let work = async move {
            if let Some(turn) = &mut turn {
                turn.come().await;
            }
            // Whoever runs waits for nobody: first the turn, then the place.
            let _place = places.acquire().await;
            // The turn is given up when the call is done, not before.
            let done = called.call(arguments, context).await;
            drop(turn);
            done
        };
        let work = AbortOnDropHandle::new(tokio::spawn(work));
        let ended = match tool.time_allowed() {
            None => work.await,
            Some(allowed) => match tokio::time::timeout(allowed, work).await {
                Ok(ended) => ended,
                Err(_) => {
                    let output = out_of_time(&tool, allowed);
                    return (number, started.elapsed(), Ended::Output(output));
                }
            },
        };
        let output = match ended {
            Ok(Ok(output)) => output,
            Ok(Err(ToolError::Sandbox(SandboxError::Cancelled))) => {
                return (number, started.elapsed(), Ended::Cancelled);
            }
            Ok(Err(ToolError::Sandbox(died @ SandboxError::Died(_)))) => {
                return (number, started.elapsed(), Ended::Died(died));
            }
            Ok(Err(error)) => ToolOutput::error(error.to_string()),
            Err(crash) => crashed(&tool, crash),
        };
        (number, started.elapsed(), Ended::Output(output))
    }
}

fn out_of_time(tool: &Tool, allowed: Duration) -> ToolOutput {
    ToolOutput::error(format!(
        "`{}` did not end within the {} seconds that it may take, and was stopped. What it \
         did until then stays done.",
        tool.name(),
        allowed.as_secs_f64()
    ))
}

fn unfinished(reason: Option<&AgentError>) -> ToolOutput {
    let reason = match reason {
        Some(AgentError::Budget(_)) => "The time for this operation was up",
        Some(AgentError::Sandbox(_)) => "The sandbox died",
        _ => "The user cancelled the operation",
    };
    ToolOutput::error(format!(
        "{reason} before this call ended. It was cancelled; what it did until then stays done."
    ))
}

fn crashed(tool: &Tool, crash: tokio::task::JoinError) -> ToolOutput {
    let said = crash.try_into_panic().ok().and_then(panic_message);
    ToolOutput::error(format!(
        "`{}` crashed{}. That is a defect of the tool, not of your call: try it once more \
         or do without it.",
        tool.name(),
        said.map_or_else(String::new, |said| format!(": {said}"))
    ))
}

fn panic_message(payload: Box<dyn Any + Send>) -> Option<String> {
    match payload.downcast::<String>() {
        Ok(message) => Some(*message),
        Err(payload) => payload
            .downcast::<&str>()
            .ok()
            .map(|message| (*message).to_owned()),
    }
}

/// The output as far as a conversation takes it. It is never empty, which not
/// every provider would take; nor would one take an image of a kind that it does
/// not know, in this turn or in any that follows.
fn limited(mut output: ToolOutput) -> ToolOutput {
    let mut left = MAX_RESULT;
    for part in &mut output.content {
        match part {
            Part::Text { text } if text.len() > left => {
                let length = text.len();
                *text = cut_at(text, left).to_owned();
                let shown = text.len();
                *text += &format!("\n\n[Cut: the first {shown} of {length} bytes are shown.]");
                left = 0;
            }
            Part::Text { text } => left -= text.len(),
            Part::Image { media_type, data } => {
                if let Err(problem) = check_image(media_type, data, MAX_IMAGE) {
                    *part = Part::text(format!("[An image that cannot be shown: {problem}]"));
                }
            }
            _ => {}
        }
    }
    output
        .content
        .retain(|part| !matches!(part, Part::Text { text } if text.trim().is_empty()));
    if output.content.is_empty() {
        output.content.push(Part::text("(no output)"));
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_what_a_provider_takes() {
        let image = |media_type: &str, data: &str| Part::Image {
            media_type: media_type.into(),
            data: data.into(),
        };
        let good = image("image/png", "aGk=");
        let output = limited(ToolOutput {
            content: vec![
                good.clone(),
                image("text/html", "aGk="),
                image("image/png", "<svg>"),
                image("image/png", &"A".repeat(MAX_IMAGE + 4)),
                Part::text("x".repeat(MAX_RESULT - 1)),
                Part::text("yy"),
                Part::text("z"),
            ],
            is_error: false,
        });
        assert_eq!(output.content[0], good);
        for (at, words) in [
            (1, "`text/html`"),
            (2, "base64"),
            (3, "14680064"),
            (5, "y\n\n[Cut: the first 1 of 2 bytes"),
            (6, "[Cut: the first 0 of 1 bytes"),
        ] {
            let text = Part::joined_text(&output.content[at..=at]);
            assert!(text.contains(words), "{text}");
        }
        assert_eq!(
            limited(ToolOutput::text(" \n")),
            ToolOutput::text("(no output)")
        );
    }
}
