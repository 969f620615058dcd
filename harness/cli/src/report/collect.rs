//! From what the store keeps of a session to what a report tells.

use std::collections::{HashMap, VecDeque};

use anyhow::Context;
use wardian::agent::events::{EventRecord, SessionEvent};
use wardian::agent::models::{Message, Part, Role, TokenUsage};
use wardian::agent::store::{ConversationStore, Entry, EntryKind, SessionSummary};

use super::record::{CommandUsage, Record, Step, Tokens, What};

/// How many events are read at a time.
const EVENTS: u64 = 1000;

/// Reads a session from the store.
///
/// # Errors
/// There is no such session, or the store failed.
pub async fn collect(store: &dyn ConversationStore, session: &str) -> anyhow::Result<Record> {
    let stored = store.load(session).await?.with_context(|| {
        format!("there is no session {session}; `wardian session ls` names all")
    })?;
    let mut events = Vec::new();
    loop {
        let page = store.events(session, events.len() as u64, EVENTS).await?;
        if page.is_empty() {
            break;
        }
        events.extend(page);
    }
    Ok(record(&stored.summary, &stored.entries, &events))
}

/// The record of a session.
fn record(summary: &SessionSummary, entries: &[Entry], events: &[EventRecord]) -> Record {
    let mut times = Times::of(&summary.id, events);
    let mut steps = Vec::new();
    let mut open: HashMap<&str, usize> = HashMap::new();
    let mut turns = 0;
    for entry in entries {
        let at_ms = Some(entry.at_ms);
        let step = |what| Step {
            at_ms,
            duration_ms: None,
            what,
        };
        match &entry.kind {
            EntryKind::System { text } => {
                steps.push(step(What::Instructions { text: text.clone() }));
            }
            EntryKind::Compaction { summary, .. } => steps.push(step(What::Note {
                text: format!("The conversation so far was summarised:\n{summary}"),
                is_error: false,
            })),
            EntryKind::Snapshot { name } => steps.push(step(What::Note {
                text: format!("Files saved as the snapshot {name}"),
                is_error: false,
            })),
            EntryKind::Message { message } => {
                if message.role == Role::Assistant {
                    turns += 1;
                    let turn = times.turns.pop_front();
                    steps.push(Step {
                        at_ms: turn.map(|turn| turn.at_ms).or(at_ms),
                        duration_ms: turn.map(|turn| turn.took_ms),
                        what: What::Turn {
                            number: turns,
                            tokens: turn.map(|turn| turn.tokens),
                        },
                    });
                }
                say(message, entry.at_ms, &mut times, &mut steps, &mut open);
            }
        }
    }
    let last = events.last().map_or(0, |event| event.at_ms);
    Record {
        title: summary.first_prompt.clone(),
        session: summary.id.clone(),
        agent: summary.agent.clone(),
        model: summary.model.clone(),
        started_ms: summary.created_ms,
        ended_ms: summary.updated_ms.max(last),
        tokens: tokens(&summary.usage),
        dollars: summary.dollars,
        steps: with_notes(steps, times.notes),
        changes: times.changes,
    }
}

/// The steps of a message. Results go to the calls they answer.
fn say<'a>(
    message: &'a Message,
    at_ms: u64,
    times: &mut Times,
    steps: &mut Vec<Step>,
    open: &mut HashMap<&'a str, usize>,
) {
    for part in &message.parts {
        let (mut started, mut took) = (None, None);
        let what = match part {
            Part::Text { text } if text.trim().is_empty() => continue,
            Part::Text { text } if message.role == Role::User => {
                What::Prompt { text: text.clone() }
            }
            Part::Text { text } => What::Reply { text: text.clone() },
            Part::Thinking { text, .. } => What::Thinking { text: text.clone() },
            Part::Image { media_type, data } => What::Image {
                media_type: media_type.clone(),
                data: data.clone(),
            },
            Part::ToolCall {
                id,
                name,
                arguments,
            } => {
                open.insert(id, steps.len());
                started = pop(&mut times.started, id);
                took = pop(&mut times.took, id);
                What::Tool {
                    name: name.clone(),
                    arguments: arguments.clone(),
                    result: None,
                    is_error: false,
                    usage: pop(&mut times.commands, id),
                }
            }
            Part::ToolResult {
                call_id,
                content,
                is_error: failed,
            } => {
                let call = open.remove(call_id.as_str());
                let call = call.and_then(|at| steps.get_mut(at));
                if let Some(Step {
                    what:
                        What::Tool {
                            result, is_error, ..
                        },
                    ..
                }) = call
                {
                    *result = Some(Part::joined_text(content));
                    *is_error = *failed;
                }
                for part in content {
                    if let Part::Image { media_type, data } = part {
                        steps.push(Step {
                            at_ms: Some(at_ms),
                            duration_ms: None,
                            what: What::Image {
                                media_type: media_type.clone(),
                                data: data.clone(),
                            },
                        });
                    }
                }
                continue;
            }
        };
        steps.push(Step {
            at_ms: started.or(Some(at_ms)),
            duration_ms: took,
            what,
        });
    }
}

fn pop<T>(times: &mut HashMap<String, VecDeque<T>>, id: &str) -> Option<T> {
    times.get_mut(id).and_then(VecDeque::pop_front)
}

#[derive(Clone, Copy)]
struct TurnTime {
    at_ms: u64,
    took_ms: u64,
    tokens: Tokens,
}

/// What only the events know.
#[derive(Default)]
struct Times {
    turns: VecDeque<TurnTime>,
    started: HashMap<String, VecDeque<u64>>,
    took: HashMap<String, VecDeque<u64>>,
    commands: HashMap<String, VecDeque<CommandUsage>>,
    notes: Vec<Step>,
    changes: String,
}

impl Times {
    fn of(session: &str, events: &[EventRecord]) -> Times {
        let mut times = Times::default();
        let mut asked = None;
        for record in events.iter().filter(|record| record.session == session) {
            let at_ms = record.at_ms;
            match &record.event {
                SessionEvent::TurnStarted { .. } => asked = Some(at_ms),
                SessionEvent::TurnEnded { usage, .. } => {
                    let began = asked.take().unwrap_or(at_ms);
                    times.turns.push_back(TurnTime {
                        at_ms: began,
                        took_ms: at_ms.saturating_sub(began),
                        tokens: tokens(usage),
                    });
                }
                SessionEvent::ToolStarted { call_id, .. } => {
                    let known = times.started.entry(call_id.clone());
                    known.or_default().push_back(at_ms);
                }
                SessionEvent::ToolEnded {
                    call_id,
                    duration_ms,
                    ..
                } => {
                    let known = times.took.entry(call_id.clone());
                    known.or_default().push_back(*duration_ms);
                }
                SessionEvent::CommandEnded {
                    call_id,
                    exit_code,
                    cpu_ms,
                    peak_memory_bytes,
                } => {
                    let known = times.commands.entry(call_id.clone());
                    known.or_default().push_back(CommandUsage {
                        exit_code: *exit_code,
                        cpu_ms: *cpu_ms,
                        peak_memory_bytes: *peak_memory_bytes,
                    });
                }
                SessionEvent::FilesChanged { diff } => times.changes.clone_from(diff),
                event => times.notes.extend(note(event).map(|(text, is_error)| Step {
                    at_ms: Some(at_ms),
                    duration_ms: None,
                    what: What::Note { text, is_error },
                })),
            }
        }
        times
    }
}

/// What an event adds that the conversation does not hold, and whether it is bad.
fn note(event: &SessionEvent) -> Option<(String, bool)> {
    Some(match event {
        SessionEvent::OperationEnded {
            operation,
            error: Some(error),
            ..
        } => (format!("The {operation} ended early: {error}"), true),
        SessionEvent::Retry { attempt, reason } => (
            format!("Attempt {attempt} failed, asked again: {reason}"),
            false,
        ),
        SessionEvent::CompactionEnded {
            error: Some(error), ..
        } => (format!("The summary failed: {error}"), true),
        SessionEvent::TaskStarted { task, agent, .. } => {
            (format!("A task for {agent} in the session {task}"), false)
        }
        SessionEvent::TaskEnded {
            task,
            error: Some(error),
            ..
        } => (format!("The task {task} failed: {error}"), true),
        _ => return None,
    })
}

/// The steps with notes among them, each before the first step that is later.
fn with_notes(steps: Vec<Step>, notes: Vec<Step>) -> Vec<Step> {
    let mut notes = notes.into_iter().peekable();
    let mut all = Vec::with_capacity(steps.len());
    for step in steps {
        while let Some(note) = notes.next_if(|note| note.at_ms < step.at_ms) {
            all.push(note);
        }
        all.push(step);
    }
    all.extend(notes);
    all
}

fn tokens(usage: &TokenUsage) -> Tokens {
    Tokens {
        input: usage.input_tokens,
        output: usage.output_tokens,
        cache_read: usage.cache_read_tokens,
        cache_write: usage.cache_write_tokens,
    }
}

#[cfg(test)]
mod tests {
    use wardian::agent::models::StopReason;

    use super::*;

    fn entry(at_ms: u64, message: Message) -> Entry {
        Entry {
            at_ms,
            kind: EntryKind::Message { message },
        }
    }

    fn event(at_ms: u64, event: SessionEvent) -> EventRecord {
        EventRecord {
            at_ms,
            session: "a/main".into(),
            event,
        }
    }

    #[test]
    fn results_times_and_notes_find_their_steps() {
        let summary = SessionSummary {
            id: "a/main".into(),
            created_ms: 100,
            updated_ms: 900,
            ..SessionSummary::default()
        };
        let call = Part::ToolCall {
            id: "c".into(),
            name: "bash".into(),
            arguments: serde_json::json!({"command": "ls"}),
        };
        let result = Part::ToolResult {
            call_id: "c".into(),
            content: vec![Part::text("file")],
            is_error: true,
        };
        let entries = [
            entry(100, Message::user("Look")),
            entry(300, Message::assistant(vec![call])),
            entry(
                400,
                Message {
                    role: Role::User,
                    parts: vec![result],
                },
            ),
        ];
        let events = [
            event(150, SessionEvent::TurnStarted { turn: 1 }),
            event(
                290,
                SessionEvent::TurnEnded {
                    turn: 1,
                    stop: StopReason::ToolCalls,
                    usage: TokenUsage {
                        input_tokens: 7,
                        ..TokenUsage::default()
                    },
                    dollars: None,
                },
            ),
            event(
                310,
                SessionEvent::ToolStarted {
                    call_id: "c".into(),
                    tool: "bash".into(),
                    arguments: serde_json::Value::Null,
                },
            ),
            event(
                329,
                SessionEvent::CommandEnded {
                    call_id: "c".into(),
                    exit_code: 1,
                    cpu_ms: Some(9),
                    peak_memory_bytes: None,
                },
            ),
            event(
                330,
                SessionEvent::ToolEnded {
                    call_id: "c".into(),
                    tool: "bash".into(),
                    is_error: true,
                    duration_ms: 20,
                    preview: String::new(),
                },
            ),
            event(
                500,
                SessionEvent::OperationEnded {
                    operation: "prompt".into(),
                    error: Some("cancelled".into()),
                    duration_ms: 400,
                },
            ),
        ];
        let record = record(&summary, &entries, &events);
        let step = |at_ms, duration_ms, what| Step {
            at_ms: Some(at_ms),
            duration_ms,
            what,
        };
        assert_eq!(
            record.steps,
            [
                step(
                    100,
                    None,
                    What::Prompt {
                        text: "Look".into()
                    }
                ),
                step(
                    150,
                    Some(140),
                    What::Turn {
                        number: 1,
                        tokens: Some(Tokens {
                            input: 7,
                            ..Tokens::default()
                        })
                    }
                ),
                step(
                    310,
                    Some(20),
                    What::Tool {
                        name: "bash".into(),
                        arguments: serde_json::json!({"command": "ls"}),
                        result: Some("file".into()),
                        is_error: true,
                        usage: Some(CommandUsage {
                            exit_code: 1,
                            cpu_ms: Some(9),
                            peak_memory_bytes: None,
                        }),
                    }
                ),
                step(
                    500,
                    None,
                    What::Note {
                        text: "The prompt ended early: cancelled".into(),
                        is_error: true
                    }
                ),
            ]
        );
        assert_eq!((record.started_ms, record.ended_ms), (100, 900));
    }
}
