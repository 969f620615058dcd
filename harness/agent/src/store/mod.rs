//! Where conversations are kept, apart from sandboxes: neither a session's files
//! nor its history imply the other.

mod contract;
mod memory;
mod record;
#[cfg(feature = "sqlite")]
mod sqlite;

use async_trait::async_trait;

pub use contract::check_store;
pub use memory::MemoryStore;
pub use record::{Append, Entry, EntryKind, SessionSummary, StoredSession};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;

use crate::events::EventRecord;

/// Why a conversation could not be read or written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process or harness wrote to the session meanwhile.
    #[error(
        "session {session} has {found} entries where {expected} were expected: it is open \
         elsewhere; open it again to go on from there"
    )]
    Conflict {
        /// The session.
        session: String,
        /// Entries that the writer knew of.
        expected: u64,
        /// Entries there are.
        found: u64,
    },
    /// What was read makes no sense.
    #[error("the conversation store holds something unreadable: {0}")]
    Corrupt(String),
    /// The store itself failed.
    #[error("the conversation store failed: {0}")]
    Failed(String),
}

/// Keeps conversations. [`check_store`] says in code what is expected of one.
///
/// A turn is written in two steps: the model's reply before its tools run, and
/// their results when all have ended. A crash in between thus cannot hide that
/// they ran: when such a session is opened again, the calls are answered with
/// errors which say that their outcome is unknown.
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// Writes a turn: all of it or, after an error, nothing. The first append
    /// makes the session.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the session does not have
    /// [`Append::expected_entries`].
    async fn append(&self, append: Append) -> Result<(), StoreError>;

    /// A conversation with all its entries; none when there is no such session.
    async fn load(&self, session: &str) -> Result<Option<StoredSession>, StoreError>;

    /// All sessions, the last written first.
    async fn list(&self) -> Result<Vec<SessionSummary>, StoreError>;

    /// The recorded events of a session in their order, `limit` at most from
    /// `offset` on; none when there is no such session.
    async fn events(
        &self,
        session: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<EventRecord>, StoreError>;

    /// Forgets a session and says whether there was one.
    async fn delete(&self, session: &str) -> Result<bool, StoreError>;
}
