//! What happens in a session, as it happens and as it is recorded.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_util::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::budget::BudgetReached;
use crate::models::{StopReason, TokenUsage};

/// Events a slow listener may be behind before it misses some.
const QUEUE: usize = 4096;

/// Something that happened, and when.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EventRecord {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// The session it happened in: the one listened to, or that of a task below.
    pub session: String,
    /// What.
    pub event: SessionEvent,
}

/// Something that happens in a session. All but the two deltas are recorded in
/// the store.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SessionEvent {
    /// An operation began.
    OperationStarted {
        /// `prompt`, `skill`, `task`, `shell` or `compact`.
        operation: String,
        /// The start of what was asked.
        input: String,
    },
    /// An operation ended.
    OperationEnded {
        /// `prompt`, `skill`, `task`, `shell` or `compact`.
        operation: String,
        /// What went wrong; nothing when it completed.
        error: Option<String>,
        /// Time it took, in milliseconds.
        duration_ms: u64,
    },
    /// The model is asked.
    TurnStarted {
        /// Which turn of the operation, from 1.
        turn: u32,
    },
    /// The model's reply is whole.
    TurnEnded {
        /// Which turn of the operation, from 1.
        turn: u32,
        /// Why the model stopped: `max_tokens` means that the reply was cut.
        stop: StopReason,
        /// Tokens of this turn.
        usage: TokenUsage,
        /// Dollars of this turn, where prices are known.
        dollars: Option<f64>,
    },
    /// More text of the reply.
    TextDelta {
        /// The text.
        text: String,
    },
    /// More of the model's thinking.
    ThinkingDelta {
        /// The text.
        text: String,
    },
    /// The model begins to write a call; its arguments are on their way.
    ToolRequested {
        /// Names the call.
        call_id: String,
        /// The tool.
        tool: String,
    },
    /// A tool runs.
    ToolStarted {
        /// Names the call.
        call_id: String,
        /// The tool.
        tool: String,
        /// Its arguments.
        arguments: serde_json::Value,
    },
    /// The command of a `bash` call ended by itself or by its limits.
    CommandEnded {
        /// Names the call.
        call_id: String,
        /// Its exit code.
        exit_code: i32,
        /// Processor time it took, in milliseconds, where known.
        cpu_ms: Option<u64>,
        /// Most memory it held at once, in bytes, where known.
        peak_memory_bytes: Option<u64>,
    },
    /// A tool is done.
    ToolEnded {
        /// Names the call.
        call_id: String,
        /// The tool.
        tool: String,
        /// Whether it failed.
        is_error: bool,
        /// Time it took, in milliseconds.
        duration_ms: u64,
        /// The start of its result.
        preview: String,
    },
    /// The model's provider failed and is asked again: text and thinking since
    /// the start of the turn are void.
    Retry {
        /// Which attempt failed, from 1.
        attempt: u32,
        /// Why.
        reason: String,
    },
    /// The conversation is being summarised.
    CompactionStarted {
        /// Estimated tokens before.
        tokens: u64,
    },
    /// The conversation was summarised.
    CompactionEnded {
        /// Estimated tokens after.
        tokens: u64,
        /// What went wrong; nothing when it worked.
        error: Option<String>,
    },
    /// A budget ended the operation.
    BudgetReached(BudgetReached),
    /// A task began in a session of its own.
    TaskStarted {
        /// The task's session.
        task: String,
        /// Who does it.
        agent: String,
        /// What it was asked.
        prompt: String,
    },
    /// A task ended.
    TaskEnded {
        /// The task's session.
        task: String,
        /// What went wrong; nothing when it completed.
        error: Option<String>,
        /// Its tokens.
        usage: TokenUsage,
    },
    /// A command ran on behalf of the embedder and is part of the conversation.
    Shell {
        /// The command, env values redacted.
        command: String,
        /// Its exit code.
        exit_code: i32,
        /// Time it took, in milliseconds.
        duration_ms: u64,
    },
    /// Files of the sandbox are not what they were after the last operation.
    FilesChanged {
        /// All differences since the sandbox was made, unified.
        diff: String,
    },
    /// This listener was too slow. Never recorded.
    Missed {
        /// How many events it missed.
        count: u64,
    },
}

impl SessionEvent {
    /// Whether the store keeps it.
    pub(crate) fn is_recorded(&self) -> bool {
        !matches!(
            self,
            SessionEvent::TextDelta { .. }
                | SessionEvent::ThinkingDelta { .. }
                | SessionEvent::Missed { .. }
        )
    }
}

/// Events of a session from the moment of listening on. It ends with the session.
pub struct EventStream {
    receiver: mpsc::Receiver<Arc<EventRecord>>,
}

impl EventStream {
    /// The next event; none when the session is gone.
    pub async fn next(&mut self) -> Option<Arc<EventRecord>> {
        self.receiver.recv().await
    }

    /// An event that is already there.
    pub fn try_next(&mut self) -> Option<Arc<EventRecord>> {
        self.receiver.try_recv().ok()
    }
}

impl Stream for EventStream {
    type Item = Arc<EventRecord>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.receiver.poll_recv(context)
    }
}

/// Hands events to whoever listens. It costs nothing where nobody does, which a
/// ring of fixed size in each of thousands of sessions would.
#[derive(Default)]
pub(crate) struct EventHub {
    listeners: Mutex<Vec<Listener>>,
}

struct Listener {
    sender: mpsc::Sender<Arc<EventRecord>>,
    missed: u64,
}

impl EventHub {
    pub(crate) fn listen(&self) -> EventStream {
        let (sender, receiver) = mpsc::channel(QUEUE);
        self.lock().push(Listener { sender, missed: 0 });
        EventStream { receiver }
    }

    pub(crate) fn has_listeners(&self) -> bool {
        !self.lock().is_empty()
    }

    pub(crate) fn send(&self, record: &Arc<EventRecord>) {
        self.lock().retain_mut(|listener| listener.offer(record));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Listener>> {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// Whether the listener is still there.
    fn offer(&mut self, record: &Arc<EventRecord>) -> bool {
        use mpsc::error::TrySendError::{Closed, Full};
        if self.missed > 0 {
            let missed = Arc::new(EventRecord {
                event: SessionEvent::Missed { count: self.missed },
                ..EventRecord::clone(record)
            });
            match self.sender.try_send(missed) {
                Ok(()) => self.missed = 0,
                Err(Full(_)) => {
                    self.missed += 1;
                    return true;
                }
                Err(Closed(_)) => return false,
            }
        }
        match self.sender.try_send(record.clone()) {
            Ok(()) => true,
            Err(Full(_)) => {
                self.missed += 1;
                true
            }
            Err(Closed(_)) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_listeners_are_told_what_they_missed() {
        let hub = EventHub::default();
        let mut stream = hub.listen();
        let send = |turn| {
            hub.send(&Arc::new(EventRecord {
                at_ms: 0,
                session: "s".into(),
                event: SessionEvent::TurnStarted { turn },
            }));
        };
        (0..QUEUE as u32 + 3).for_each(send);
        for turn in 0..QUEUE as u32 {
            let record = stream.try_next().unwrap();
            assert_eq!(record.event, SessionEvent::TurnStarted { turn });
        }
        assert_eq!(stream.try_next(), None);
        send(9999);
        let missed = stream.try_next().unwrap();
        assert_eq!(missed.event, SessionEvent::Missed { count: 3 });
        assert!(stream.try_next().is_some());
        drop(stream);
        send(0);
        assert!(!hub.has_listeners());
    }
}
