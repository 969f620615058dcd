//! Conversations in one SQLite file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::{Append, ConversationStore, SessionSummary, StoreError, StoredSession};
use crate::events::EventRecord;

/// The version of the tables, in the file's `user_version`.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    updated_ms INTEGER NOT NULL,
    summary TEXT NOT NULL
) STRICT;
CREATE TABLE entries (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE events (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;
";

/// Keeps conversations in a SQLite file, which several processes may share.
///
/// A turn that was appended survives the end of the process. The write-ahead log
/// is not forced to the disk on every turn: a failure of power may lose the last
/// turns, never half of one.
pub struct SqliteStore {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
}

impl SqliteStore {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when it cannot be opened, is no SQLite file or was
    /// written by a later version.
    pub fn open(path: impl AsRef<Path>) -> Result<SqliteStore, StoreError> {
        let path = path.as_ref().to_owned();
        let connection = prepare(&path).map_err(|problem| failed(&path, problem))?;
        Ok(SqliteStore {
            path,
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Does it away from the threads that run everything else, on one of those
    /// for waiting: who waits for the connection needs none yet.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection.clone().lock_owned().await;
        let done = tokio::task::spawn_blocking(move || work(&mut connection)).await;
        match done {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(Problem::Store(error))) => Err(error),
            Ok(Err(problem)) => Err(failed(&self.path, problem)),
            Err(crash) => Err(StoreError::Failed(crash.to_string())),
        }
    }
}

enum Problem {
    Sql(rusqlite::Error),
    Store(StoreError),
    TooNew(i64),
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Problem::Sql(error)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Problem::Store(error)
    }
}

fn failed(path: &Path, problem: Problem) -> StoreError {
    let path = path.display();
    match problem {
        Problem::Store(error) => error,
        Problem::Sql(error) => StoreError::Failed(format!("{path}: {error}")),
        Problem::TooNew(found) => StoreError::Failed(format!(
            "{path} has tables of version {found}, this program knows {VERSION}: \
             use a later program or another file"
        )),
    }
}

fn prepare(path: &Path) -> Result<Connection, Problem> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match found {
        0 => {
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        VERSION => {}
        found => return Err(Problem::TooNew(found)),
    }
    transaction.commit()?;
    Ok(connection)
}

#[async_trait]
impl ConversationStore for SqliteStore {
    async fn append(&self, append: Append) -> Result<(), StoreError> {
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            write(&transaction, &append)?;
            transaction.commit()?;
            Ok(())
        })
        .await
    }

    async fn load(&self, session: &str) -> Result<Option<StoredSession>, StoreError> {
        let id = session.to_owned();
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let summary: Option<String> = transaction
                .query_row("SELECT summary FROM sessions WHERE id = ?1", [&id], |row| {
                    row.get(0)
                })
                .optional()?;
            let Some(summary) = summary else {
                return Ok(None);
            };
            let entries = bodies(
                &transaction,
                "SELECT body FROM entries WHERE session = ?1 ORDER BY number LIMIT ?3 OFFSET ?2",
                &id,
                (0, i64::MAX),
            )?;
            Ok(Some(StoredSession {
                summary: decode(&summary, &id)?,
                entries,
            }))
        })
        .await
    }

    async fn list(&self) -> Result<Vec<SessionSummary>, StoreError> {
        self.run(|connection| {
            let mut query = connection
                .prepare_cached("SELECT id, summary FROM sessions ORDER BY updated_ms DESC, id")?;
            let rows = query.query_map([], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?;
            let mut list = Vec::new();
            for row in rows {
                let (id, summary) = row?;
                list.push(decode(&summary, &id)?);
            }
            Ok(list)
        })
        .await
    }

    async fn events(
        &self,
        session: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<EventRecord>, StoreError> {
        let id = session.to_owned();
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let part = (integer(offset), integer(limit));
            bodies(
                &transaction,
                "SELECT body FROM events WHERE session = ?1 ORDER BY number LIMIT ?3 OFFSET ?2",
                &id,
                part,
            )
        })
        .await
    }

    async fn delete(&self, session: &str) -> Result<bool, StoreError> {
        let id = session.to_owned();
        self.run(move |connection| {
            Ok(connection.execute("DELETE FROM sessions WHERE id = ?1", [&id])? > 0)
        })
        .await
    }
}

fn write(transaction: &Transaction<'_>, append: &Append) -> Result<(), Problem> {
    let id = &append.summary.id;
    let found = next_number(
        transaction,
        "SELECT ifnull(max(number) + 1, 0) FROM entries WHERE session = ?1",
        id,
    )?;
    if found != integer(append.expected_entries) {
        return Err(Problem::Store(StoreError::Conflict {
            session: id.clone(),
            expected: append.expected_entries,
            found: found.unsigned_abs(),
        }));
    }
    transaction
        .prepare_cached(
            "INSERT INTO sessions (id, updated_ms, summary) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET updated_ms = ?2, summary = ?3",
        )?
        .execute(params![
            id,
            integer(append.summary.updated_ms),
            encode(&append.summary)?
        ])?;
    let mut insert = transaction
        .prepare_cached("INSERT INTO entries (session, number, body) VALUES (?1, ?2, ?3)")?;
    for (number, entry) in (found..).zip(&append.entries) {
        insert.execute(params![id, number, encode(entry)?])?;
    }
    let recorded = next_number(
        transaction,
        "SELECT ifnull(max(number) + 1, 0) FROM events WHERE session = ?1",
        id,
    )?;
    let mut insert = transaction
        .prepare_cached("INSERT INTO events (session, number, body) VALUES (?1, ?2, ?3)")?;
    for (number, event) in (recorded..).zip(&append.events) {
        insert.execute(params![id, number, encode(event)?])?;
    }
    Ok(())
}

fn next_number(transaction: &Transaction<'_>, query: &str, id: &str) -> Result<i64, Problem> {
    let mut query = transaction.prepare_cached(query)?;
    Ok(query.query_row([id], |row| row.get(0))?)
}

fn bodies<T: DeserializeOwned>(
    transaction: &Transaction<'_>,
    query: &str,
    id: &str,
    (offset, limit): (i64, i64),
) -> Result<Vec<T>, Problem> {
    let mut query = transaction.prepare_cached(query)?;
    let rows = query.query_map(params![id, offset, limit], |row| row.get::<_, String>(0))?;
    let mut list = Vec::new();
    for row in rows {
        list.push(decode(&row?, id)?);
    }
    Ok(list)
}

fn encode(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Failed(error.to_string()))
}

fn decode<T: DeserializeOwned>(text: &str, id: &str) -> Result<T, StoreError> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::Corrupt(format!("session {id}: {error}")))
}

/// SQLite counts in signed numbers.
fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
