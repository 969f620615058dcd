//! The contract of a conversation store as a test that any store can be put to.

use super::{Append, ConversationStore, Entry, EntryKind, SessionSummary, StoreError};
use crate::events::{EventRecord, SessionEvent};
use crate::models::Message;

/// Puts a store to its contract. It must be empty, and is empty afterwards.
///
/// ```
/// # #[tokio::main] async fn main() {
/// use wardian_agent::store::{MemoryStore, check_store};
/// check_store(&MemoryStore::new()).await.unwrap();
/// # }
/// ```
///
/// # Errors
/// What the store does wrong, in words.
pub async fn check_store(store: &dyn ConversationStore) -> Result<(), String> {
    let is_empty = ask(store.list().await)?.is_empty();
    expect(is_empty, "the store must be empty at first")?;
    missing_sessions_are_none(store).await?;
    appends_add_up(store).await?;
    conflicts_change_nothing(store).await?;
    lists_put_the_last_written_first(store).await?;
    deleting_forgets(store).await
}

async fn missing_sessions_are_none(store: &dyn ConversationStore) -> Result<(), String> {
    let loaded = ask(store.load("nobody/1").await)?;
    expect(loaded.is_none(), "load of an unknown session gives none")?;
    let events = ask(store.events("nobody/1", 0, 10).await)?;
    expect(events.is_empty(), "an unknown session has no events")?;
    let deleted = ask(store.delete("nobody/1").await)?;
    expect(!deleted, "delete of an unknown session says false")
}

async fn appends_add_up(store: &dyn ConversationStore) -> Result<(), String> {
    let first = append("a/1", 10, 0, &["one", "two"]);
    let second = append("a/1", 20, 2, &["three"]);
    ask(store.append(first.clone()).await)?;
    ask(store.append(second.clone()).await)?;
    // Events alone are an append as well.
    let third = Append {
        entries: Vec::new(),
        ..append("a/1", 30, 3, &["only an event"])
    };
    ask(store.append(third.clone()).await)?;

    let stored = ask(store.load("a/1").await)?.ok_or("an appended session can be loaded")?;
    expect(
        stored.entries == [first.entries, second.entries].concat(),
        "entries come back in order and unchanged",
    )?;
    expect(stored.summary == third.summary, "the last summary holds")?;

    let all = [first.events, second.events, third.events].concat();
    let events = ask(store.events("a/1", 0, u64::MAX).await)?;
    expect(events == all, "events come back in order and unchanged")?;
    let part = ask(store.events("a/1", 1, 2).await)?;
    expect(
        Some(&*part) == all.get(1..3),
        "offset and limit choose events",
    )?;
    let past = ask(store.events("a/1", 99, 2).await)?;
    expect(past.is_empty(), "there are no events past the end")
}

async fn conflicts_change_nothing(store: &dyn ConversationStore) -> Result<(), String> {
    let before = ask(store.load("a/1").await)?;
    let count = before.as_ref().map_or(0, |stored| stored.entries.len()) as u64;
    for expected in [0, count - 1, count + 1] {
        let refused = store.append(append("a/1", 99, expected, &["x"])).await;
        expect(
            matches!(&refused, Err(StoreError::Conflict { found, .. }) if *found == count),
            "an append to a session of another length is a conflict that names the length",
        )?;
    }
    let refused = store.append(append("new/1", 99, 1, &["x"])).await;
    expect(
        matches!(refused, Err(StoreError::Conflict { found: 0, .. })),
        "an append past the start of a new session is a conflict",
    )?;
    expect(
        ask(store.load("a/1").await)? == before && ask(store.load("new/1").await)?.is_none(),
        "a refused append changes nothing",
    )
}

async fn lists_put_the_last_written_first(store: &dyn ConversationStore) -> Result<(), String> {
    ask(store.append(append("c/1", 25, 0, &["x"])).await)?;
    ask(store
        .append(append("b/'quoted\" \u{e9}", 25, 0, &["x"]))
        .await)?;
    let list = ask(store.list().await)?;
    let ids: Vec<&str> = list.iter().map(|summary| summary.id.as_str()).collect();
    expect(
        ids == ["a/1", "b/'quoted\" \u{e9}", "c/1"],
        "the list has the last written first, and by id among equals",
    )
}

async fn deleting_forgets(store: &dyn ConversationStore) -> Result<(), String> {
    for id in ["a/1", "b/'quoted\" \u{e9}", "c/1"] {
        let deleted = ask(store.delete(id).await)?;
        expect(deleted, "delete of a session says true")?;
        let events = ask(store.events(id, 0, 10).await)?;
        expect(
            ask(store.load(id).await)?.is_none() && events.is_empty(),
            "nothing of a deleted session is left",
        )?;
    }
    let is_empty = ask(store.list().await)?.is_empty();
    expect(is_empty, "deleted sessions are in no list")
}

fn append(id: &str, at_ms: u64, expected_entries: u64, texts: &[&str]) -> Append {
    let entries = texts.iter().map(|text| Entry {
        at_ms,
        kind: EntryKind::Message {
            message: Message::user(*text),
        },
    });
    let events = texts.iter().map(|text| EventRecord {
        at_ms,
        session: id.to_owned(),
        event: SessionEvent::Retry {
            attempt: 1,
            reason: (*text).to_owned(),
        },
    });
    Append {
        summary: SessionSummary {
            id: id.to_owned(),
            agent: "tester".to_owned(),
            created_ms: 1,
            updated_ms: at_ms,
            dollars: Some(0.25),
            snapshot: Some("s".to_owned()),
            ..SessionSummary::default()
        },
        expected_entries,
        entries: entries.collect(),
        events: events.collect(),
    }
}

fn ask<T>(result: Result<T, StoreError>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

fn expect(holds: bool, rule: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(format!("not so: {rule}"))
    }
}
