//! A session: its conversation, its events, and how both reach the store.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::conversation::Conversation;
use super::gate::Gate;
use crate::agent::Host;
use crate::clock::unix_ms;
use crate::error::AgentError;
use crate::events::{EventHub, EventRecord, EventStream, SessionEvent};
use crate::models::{Message, Part, Role, TokenUsage};
use crate::skills::SkillSet;
use crate::store::{Append, Entry, EntryKind, SessionSummary, StoreError};
use crate::tools::{Workspace, first_characters};

/// What a call without a result is answered with after a crash.
const UNKNOWN_OUTCOME: &str = "The outcome of this call is unknown: the session ended before it \
    was recorded. It may have taken effect; look before you do it again.";

/// What all handles of a session share.
pub(crate) struct Core {
    id: String,
    pub(super) depth: u32,
    pub(super) host: Arc<Host>,
    pub(super) gate: Gate,
    conversation: Mutex<Conversation>,
    skills: Mutex<Arc<SkillSet>>,
    hub: Arc<EventHub>,
    /// Those who listen to the sessions that this one is a task of.
    above: Vec<Arc<EventHub>>,
    /// Events that are not in the store yet.
    unwritten: Mutex<Vec<EventRecord>>,
}

impl Core {
    /// A session of an instance: the one in use, or the one in the store, or a
    /// new one.
    pub(crate) async fn open(host: &Arc<Host>, name: &str) -> Result<Arc<Core>, AgentError> {
        let id = format!("{}/{name}", host.id);
        let _opening = host.opening.lock().await;
        if let Some(core) = host.open_session(&id) {
            return Ok(core);
        }
        let conversation = match host.store.load(&id).await? {
            Some(stored) => Conversation::from_stored(stored),
            None => Conversation::new(new_summary(host, &id)),
        };
        let core = Arc::new(Core {
            id,
            depth: 0,
            host: host.clone(),
            gate: Gate::default(),
            conversation: Mutex::new(conversation),
            skills: Mutex::default(),
            hub: Arc::default(),
            above: Vec::new(),
            unwritten: Mutex::default(),
        });
        host.keep_session(&core);
        Ok(core)
    }

    /// A new session for a task of this one.
    pub(super) fn for_task(&self, host: Arc<Host>, name: &str) -> Arc<Core> {
        let id = format!("{}/{name}", self.id);
        let mut summary = new_summary(&host, &id);
        summary.parent = Some(self.id.clone());
        let mut above = self.above.clone();
        above.push(self.hub.clone());
        Arc::new(Core {
            id,
            depth: self.depth + 1,
            host,
            gate: Gate::default(),
            conversation: Mutex::new(Conversation::new(summary)),
            skills: Mutex::default(),
            hub: Arc::default(),
            above,
            unwritten: Mutex::default(),
        })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn workspace(&self) -> &Arc<Workspace> {
        &self.host.workspace
    }

    pub(crate) fn skills(&self) -> Arc<SkillSet> {
        lock(&self.skills).clone()
    }

    pub(super) fn set_skills(&self, skills: SkillSet) {
        *lock(&self.skills) = Arc::new(skills);
    }

    pub(super) fn conversation(&self) -> MutexGuard<'_, Conversation> {
        lock(&self.conversation)
    }

    pub(super) fn listen(&self) -> EventStream {
        self.hub.listen()
    }

    /// Tells all who listen, here and above, and notes it for the store.
    pub(crate) fn emit(&self, event: SessionEvent) {
        let is_recorded = event.is_recorded();
        let hubs = || std::iter::once(&self.hub).chain(&self.above);
        let is_heard = hubs().any(|hub| hub.has_listeners());
        if !is_recorded && !is_heard {
            return;
        }
        let record = EventRecord {
            at_ms: unix_ms(self.host.clock.now()),
            session: self.id.clone(),
            event,
        };
        if !is_heard {
            lock(&self.unwritten).push(record);
            return;
        }
        let record = Arc::new(record);
        for hub in hubs() {
            hub.send(&record);
        }
        if is_recorded {
            lock(&self.unwritten).push(EventRecord::clone(&record));
        }
    }

    /// Adds to the conversation, in the store first: what is not stored was not
    /// said. Events that happened meanwhile go with it. Nobody may drop this before
    /// it is done: the store would have what the conversation has not.
    pub(super) async fn write(
        &self,
        kinds: Vec<EntryKind>,
        change: impl FnOnce(&mut SessionSummary),
    ) -> Result<(), StoreError> {
        let at_ms = unix_ms(self.host.clock.now());
        let entries = kinds.iter().map(|kind| Entry {
            at_ms,
            kind: kind.clone(),
        });
        let append = {
            let conversation = self.conversation();
            let mut summary = conversation.summary.clone();
            summary.updated_ms = at_ms.max(summary.updated_ms);
            change(&mut summary);
            for kind in &kinds {
                if let EntryKind::Snapshot { name } = kind {
                    summary.snapshot = Some(name.clone());
                }
            }
            Append {
                summary,
                expected_entries: conversation.entries,
                entries: entries.collect(),
                events: std::mem::take(&mut *lock(&self.unwritten)),
            }
        };
        let summary = append.summary.clone();
        let events = append.events.clone();
        if let Err(error) = self.host.store.append(append).await {
            lock(&self.unwritten).splice(..0, events);
            return Err(error);
        }
        let mut conversation = self.conversation();
        conversation.summary = summary;
        for kind in kinds {
            conversation.add(kind);
        }
        Ok(())
    }

    /// Adds what the person or the tools say.
    pub(super) async fn write_user(&self, message: Message) -> Result<(), StoreError> {
        let first_line = message.text();
        let first_line = first_line.lines().find(|line| !line.trim().is_empty());
        let first_line = first_characters(first_line.unwrap_or_default().trim(), 200);
        self.write(vec![EntryKind::Message { message }], |summary| {
            if summary.first_prompt.is_empty() {
                summary.first_prompt = first_line;
            }
        })
        .await
    }

    /// Adds what the model said, and what it took.
    pub(super) async fn write_reply(
        &self,
        parts: Vec<Part>,
        usage: TokenUsage,
        dollars: Option<f64>,
    ) -> Result<(), StoreError> {
        let mut kinds = Vec::new();
        if !parts.is_empty() {
            kinds.push(EntryKind::Message {
                message: Message::assistant(parts),
            });
        }
        self.write(kinds, |summary| {
            summary.turns += 1;
            add_spending(summary, usage, dollars);
        })
        .await?;
        self.conversation().count(&usage);
        Ok(())
    }

    /// Writes the events that are left, if any.
    pub(super) async fn flush(&self) -> Result<(), StoreError> {
        if lock(&self.unwritten).is_empty() {
            return Ok(());
        }
        self.write(Vec::new(), |_| ()).await
    }

    /// Answers calls that a crash left without results, so that the conversation
    /// is one that a model can go on with. Nothing is dropped: what the calls did
    /// to files is done.
    pub(super) async fn answer_lost_calls(&self) -> Result<(), StoreError> {
        let lost = self.conversation().unanswered();
        if lost.is_empty() {
            return Ok(());
        }
        let parts = lost.into_iter().map(|call_id| Part::ToolResult {
            call_id,
            content: vec![Part::text(UNKNOWN_OUTCOME)],
            is_error: true,
        });
        let message = Message {
            role: Role::User,
            parts: parts.collect(),
        };
        self.write(vec![EntryKind::Message { message }], |_| ())
            .await
    }
}

pub(super) fn add_spending(summary: &mut SessionSummary, usage: TokenUsage, dollars: Option<f64>) {
    summary.usage += usage;
    if let Some(dollars) = dollars {
        *summary.dollars.get_or_insert(0.0) += dollars;
    }
}

fn new_summary(host: &Host, id: &str) -> SessionSummary {
    let now = unix_ms(host.clock.now());
    SessionSummary {
        id: id.to_owned(),
        agent: host.definition.name.clone(),
        model: host.model.name().to_owned(),
        created_ms: now,
        updated_ms: now,
        ..SessionSummary::default()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
