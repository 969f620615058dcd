//! Conversations that end with the process: the default.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::{Append, ConversationStore, SessionSummary, StoreError, StoredSession};
use crate::events::EventRecord;

/// Keeps conversations in memory.
#[derive(Default)]
pub struct MemoryStore {
    sessions: Mutex<HashMap<String, Kept>>,
}

struct Kept {
    session: StoredSession,
    events: Vec<EventRecord>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Kept>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ConversationStore for MemoryStore {
    async fn append(&self, append: Append) -> Result<(), StoreError> {
        let mut sessions = self.lock();
        let id = &append.summary.id;
        let found = sessions
            .get(id)
            .map_or(0, |kept| kept.session.entries.len());
        if found as u64 != append.expected_entries {
            return Err(StoreError::Conflict {
                session: id.clone(),
                expected: append.expected_entries,
                found: found as u64,
            });
        }
        let kept = sessions.entry(id.clone()).or_insert_with(|| Kept {
            session: StoredSession {
                summary: SessionSummary::default(),
                entries: Vec::new(),
            },
            events: Vec::new(),
        });
        kept.session.summary = append.summary;
        kept.session.entries.extend(append.entries);
        kept.events.extend(append.events);
        Ok(())
    }

    async fn load(&self, session: &str) -> Result<Option<StoredSession>, StoreError> {
        Ok(self.lock().get(session).map(|kept| kept.session.clone()))
    }

    async fn list(&self) -> Result<Vec<SessionSummary>, StoreError> {
        let sessions = self.lock();
        let mut list: Vec<SessionSummary> = sessions
            .values()
            .map(|kept| kept.session.summary.clone())
            .collect();
        drop(sessions);
        list.sort_by(|a, b| (b.updated_ms, &a.id).cmp(&(a.updated_ms, &b.id)));
        Ok(list)
    }

    async fn events(
        &self,
        session: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<EventRecord>, StoreError> {
        let sessions = self.lock();
        let Some(kept) = sessions.get(session) else {
            return Ok(Vec::new());
        };
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        let take = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(kept.events.iter().skip(skip).take(take).cloned().collect())
    }

    async fn delete(&self, session: &str) -> Result<bool, StoreError> {
        Ok(self.lock().remove(session).is_some())
    }
}
