//! A model that says what a script says, for tests and examples that need no
//! provider.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;

use crate::turn::deltas;
use crate::{Event, Events, Message, Model, ModelError, ModelErrorKind, Part, Request, Role, Turn};

/// The longest script, in bytes.
const MAX_SCRIPT: u64 = 16 << 20;

/// A model that says what a script says.
///
/// A script is a file of JSON lines, each a [`Turn`]; empty lines and lines that
/// begin with `//` are passed over:
///
/// ```text
/// {"thinking": "I should look.", "tool_calls": [{"name": "read", "arguments": {"path": "a.md"}}]}
/// {"expect": "Once upon", "text": "It is a fairy tale.", "usage": {"input_tokens": 9, "output_tokens": 5}}
/// {"text": "half of a", "fault": {"kind": "connection"}}
/// {"when": "You summarise", "text": "They talked about a fairy tale."}
/// ```
///
/// | field | meaning |
/// |---|---|
/// | `thinking`, `text`, `tool_calls` | what is said, in this order |
/// | `opaque` | goes back unchanged with the thinking |
/// | `stop` | `end_turn`, `tool_calls`, `max_tokens` or `refusal`, when it is not what follows from the calls |
/// | `usage` | `input_tokens`, `output_tokens`, `cache_read_tokens`, `cache_write_tokens`; 0 when not there |
/// | `fault` | `kind` (see [`crate::TurnFault`]) and optionally `message`, `retry_after_ms`, `retries`: what goes wrong after that |
/// | `expect` | text that the last message must contain, else the request fails |
/// | `when` | text that the system prompt or the first message must contain for the turn to count |
///
/// The turn is chosen by the number of replies in the conversation, so that many
/// sessions can share a script and a resumed session goes on where it was.
/// Turns with the same `when` are a script of their own for the conversations
/// that contain it (a subagent's, a summary's); the first `when` in the file
/// that fits wins, and turns without one are for all other conversations. After
/// the last turn, requests fail with `ScriptEnded`.
pub struct Scripted {
    name: String,
    turns: Arc<[Turn]>,
    context_tokens: Option<u64>,
}

impl Scripted {
    /// A script from a file.
    ///
    /// # Errors
    /// `BadRequest` when it cannot be read, is longer than 16 MiB, or a line is
    /// no turn.
    pub fn open(path: &Path) -> Result<Scripted, ModelError> {
        let name = format!("scripted/{}", path.display());
        let fail = |message: String| ModelError {
            model: name.clone(),
            kind: ModelErrorKind::BadRequest,
            message,
        };
        let text = read(path, MAX_SCRIPT).map_err(fail)?;
        let turns =
            parse(&text).map_err(|problem| fail(format!("{}: {problem}", path.display())))?;
        Ok(Scripted::new(name, turns))
    }

    /// A script from turns.
    pub fn from_turns(turns: impl IntoIterator<Item = Turn>) -> Scripted {
        let turns = turns.into_iter().collect();
        Scripted::new("scripted/turns".to_owned(), turns)
    }

    /// With this size of context.
    pub fn with_context_tokens(mut self, tokens: u64) -> Scripted {
        self.context_tokens = Some(tokens);
        self
    }

    fn new(name: String, turns: Vec<Turn>) -> Scripted {
        Scripted {
            name,
            turns: turns.into(),
            context_tokens: None,
        }
    }

    fn error(&self, kind: ModelErrorKind, message: impl Into<String>) -> ModelError {
        ModelError {
            model: self.name.clone(),
            kind,
            message: message.into(),
        }
    }

    fn turn(&self, request: &Request) -> Result<&Turn, ModelError> {
        let first = request.messages.first().map(said).unwrap_or_default();
        let fits = |when: &str| request.system.contains(when) || first.contains(when);
        let whens = self.turns.iter().filter_map(|turn| turn.when.as_deref());
        let when = whens.into_iter().find(|when| fits(when));
        let replies = request
            .messages
            .iter()
            .filter(|message| message.role == Role::Assistant)
            .count();
        let mut own = self
            .turns
            .iter()
            .filter(|turn| turn.when.as_deref() == when);
        own.nth(replies).ok_or_else(|| {
            let which = match when {
                Some(when) => format!("when {when:?} has"),
                None => "has".to_owned(),
            };
            self.error(
                ModelErrorKind::ScriptEnded,
                format!("the script {which} no turn {}", replies + 1),
            )
        })
    }

    /// What happens, in order.
    fn events(&self, request: &Request) -> Result<Vec<Result<Event, ModelError>>, ModelError> {
        let turn = self.turn(request)?;
        if let Some(expected) = &turn.expect {
            let last = request.messages.last().map(said).unwrap_or_default();
            if !last.contains(expected) {
                return Err(self.error(
                    ModelErrorKind::BadRequest,
                    format!(
                        "the script expects {expected:?} in the last message, which says {last:?}"
                    ),
                ));
            }
        }
        let reply = turn.reply(request.messages.len());
        let said = || deltas(&reply.parts).into_iter().map(Ok);
        let mut events = Vec::new();
        if let Some(fault) = &turn.fault {
            let kind = fault.kind().ok_or_else(|| {
                let message = format!("the script has a fault of no known kind: {:?}", fault.kind);
                self.error(ModelErrorKind::BadRequest, message)
            })?;
            let message = match fault.message.as_str() {
                "" => "as the script has it",
                message => message,
            };
            let error = self.error(kind, message);
            for attempt in 1..=fault.retries {
                events.extend(said());
                let error = error.clone();
                events.push(Ok(Event::Retrying { attempt, error }));
            }
            if fault.retries == 0 {
                events.extend(said());
                events.push(Err(error));
                return Ok(events);
            }
        }
        events.extend(said());
        events.push(Ok(Event::Finished(reply)));
        Ok(events)
    }
}

impl Model for Scripted {
    fn name(&self) -> &str {
        &self.name
    }

    fn context_tokens(&self) -> Option<u64> {
        self.context_tokens
    }

    fn send(&self, request: Request) -> Events {
        let events = self
            .events(&request)
            .unwrap_or_else(|error| vec![Err(error)]);
        stream::iter(events).boxed()
    }
}

/// A file of text, for a model that lives in one.
pub(crate) fn read(path: &Path, longest: u64) -> Result<String, String> {
    let problem = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let file = std::fs::File::open(path).map_err(problem)?;
    // Pipes and devices do not say how long they are.
    let mut text = String::new();
    let read = file
        .take(longest.saturating_add(1))
        .read_to_string(&mut text);
    if read.map_err(problem)? as u64 > longest {
        return Err(format!(
            "{} is longer than {longest} bytes, and no longer one is read",
            path.display()
        ));
    }
    Ok(text)
}

fn parse(text: &str) -> Result<Vec<Turn>, String> {
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with("//")
    });
    let turns = lines.map(|(number, line)| {
        let turn: Turn = serde_json::from_str(line)
            .map_err(|error| format!("line {} is no turn: {error}", number + 1))?;
        match &turn.fault {
            Some(fault) if fault.kind().is_none() => Err(format!(
                "line {}: there is no kind of fault {:?}",
                number + 1,
                fault.kind
            )),
            _ => Ok(turn),
        }
    });
    turns.collect()
}

/// All text in a message, results of tools included.
fn said(message: &Message) -> String {
    let mut text = String::new();
    for part in &message.parts {
        match part {
            Part::Text { text: said } => text.push_str(said),
            Part::ToolResult { content, .. } => text.push_str(&Part::joined_text(content)),
            _ => continue,
        }
        text.push('\n');
    }
    text
}
