//! Conversations outlive harnesses, stores keep their contract, crashes lose
//! nothing that was completed.

mod support;

use std::sync::Arc;

use serde_json::json;
use support::*;
use wardian_agent::AgentError;
use wardian_agent::events::{EventRecord, SessionEvent};
use wardian_agent::models::{Message, Part, Role};
use wardian_agent::store::{
    Append, ConversationStore, Entry, EntryKind, MemoryStore, SessionSummary, StoreError,
    StoredSession, check_store,
};

#[tokio::test]
async fn stores_keep_their_contract() {
    check_store(&MemoryStore::new()).await.unwrap();
    #[cfg(feature = "sqlite")]
    {
        let folder = tempfile::tempdir().unwrap();
        let store = wardian_agent::store::SqliteStore::open(folder.path().join("s.db")).unwrap();
        check_store(&store).await.unwrap();
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_session_goes_on_from_its_file() {
    use wardian_agent::store::SqliteStore;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("conversations.db");
    let script = Script::new([
        Step::Reply(calls([("bash", json!({"command": "echo one"}))])),
        Step::Reply(say("First.")),
        Step::Reply(say("Second.")),
    ]);
    let build = || {
        let store = Arc::new(SqliteStore::open(&path).unwrap());
        agent(&script).name("writer").store(store).build().unwrap()
    };
    let harness = build().init_with("instance").await.unwrap();
    let session = harness.session_named("chapter").await.unwrap();
    session
        .prompt("\n  Write the first chapter.\nPlease.")
        .await
        .unwrap();
    session.name_snapshot("snap-1").await.unwrap();
    let messages = session.messages();
    drop((session, harness));

    let harness = build().init_with("instance").await.unwrap();
    let session = harness.session_named("chapter").await.unwrap();
    assert_eq!(session.messages(), messages);
    let id = session.id().to_owned();
    assert_eq!(id, "instance/chapter");
    session.prompt("Next.").await.unwrap();
    let (first, last) = (script.request(0), script.request(2));
    assert_eq!(first.system, last.system);
    assert_eq!(last.messages.len(), 5);

    let list = harness.store().list().await.unwrap();
    let summary = &list[0];
    assert_eq!(list.len(), 1);
    assert_eq!(
        (
            summary.agent.as_str(),
            summary.model.as_str(),
            summary.first_prompt.as_str()
        ),
        ("writer", "script/test", "Write the first chapter.")
    );
    assert_eq!((summary.turns, summary.usage.output_tokens), (3, 15));
    assert_eq!(summary.created_ms, NOW * 1000);
    assert_eq!(summary.snapshot.as_deref(), Some("snap-1"));

    let events = harness.store().events(&id, 0, 1000).await.unwrap();
    let ended = events
        .iter()
        .filter(|r| matches!(r.event, SessionEvent::OperationEnded { .. }));
    assert_eq!(ended.count(), 2);
    let has = |wanted: fn(&SessionEvent) -> bool| events.iter().any(|r| wanted(&r.event));
    assert!(has(|event| matches!(event, SessionEvent::ToolEnded { .. })));
    assert!(!has(|event| matches!(
        event,
        SessionEvent::TextDelta { .. }
    )));

    // The record of another version is left alone.
    rusqlite_version(&path, 99);
    let refused = SqliteStore::open(&path).err().unwrap().to_string();
    assert!(refused.contains("version 99"), "{refused}");
    std::fs::write(
        folder.path().join("no.db"),
        "this is no database at all, is it",
    )
    .unwrap();
    assert!(SqliteStore::open(folder.path().join("no.db")).is_err());
}

#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_sessions_write_to_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let store = Arc::new(wardian_agent::store::SqliteStore::open(&path).unwrap());
    let script = Arc::new(Script::always(|_| say("yes")));
    let harness = agent(&script)
        .store(store)
        .build()
        .unwrap()
        .init()
        .await
        .unwrap();
    let mut sessions = Vec::new();
    for number in 0..50 {
        sessions.push(harness.session_named(&number.to_string()).await.unwrap());
    }
    for _ in 0..2 {
        let running: Vec<_> = sessions
            .iter()
            .map(|session| session.prompt("go").start())
            .collect();
        for running in running {
            running.await.unwrap();
        }
    }
    // Another process sees all of it.
    let again = wardian_agent::store::SqliteStore::open(&path).unwrap();
    let list = again.list().await.unwrap();
    assert_eq!(
        (list.len(), list.iter().map(|summary| summary.turns).sum()),
        (50, 100_u64)
    );
}

#[cfg(feature = "sqlite")]
fn rusqlite_version(path: &std::path::Path, version: i64) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .pragma_update(None, "user_version", version)
        .unwrap();
}

#[tokio::test]
async fn calls_that_a_crash_left_open_are_answered() {
    let store = Arc::new(MemoryStore::new());
    let entry = |message| Entry {
        at_ms: 1,
        kind: EntryKind::Message { message },
    };
    let call = |id: &str| Part::ToolCall {
        id: id.into(),
        name: "bash".into(),
        arguments: json!({"command": "echo x > f"}),
    };
    store
        .append(Append {
            summary: SessionSummary {
                id: "i/main".into(),
                ..SessionSummary::default()
            },
            expected_entries: 0,
            entries: vec![
                entry(Message::user("go")),
                entry(Message::assistant(vec![call("a"), call("b")])),
            ],
            events: Vec::new(),
        })
        .await
        .unwrap();
    let script = Script::new([Step::Reply(say("I look."))]);
    let agent = agent(&script).store(store.clone()).build().unwrap();
    let session = agent.init_with("i").await.unwrap().session().await.unwrap();
    // Opening changes nothing.
    assert_eq!(
        store.load("i/main").await.unwrap().unwrap().entries.len(),
        2
    );
    session.prompt("on").await.unwrap();
    let messages = script.request(0).messages;
    let roles: Vec<Role> = messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::User, Role::Assistant, Role::User]);
    let results = result_texts(&messages[2]);
    assert_eq!(results.len(), 2);
    assert!(results[0].starts_with("ERROR The outcome of this call is unknown"));
    assert!(messages[2].text().ends_with("on"));
}

/// A store that is slow to say that it has written what is no message.
#[derive(Default)]
struct SlowStore {
    store: MemoryStore,
    written: tokio::sync::Notify,
    go_on: tokio::sync::Notify,
}

#[async_trait::async_trait]
impl ConversationStore for SlowStore {
    async fn append(&self, append: Append) -> Result<(), StoreError> {
        let is_message = |entry: &Entry| matches!(entry.kind, EntryKind::Message { .. });
        let waits = append
            .entries
            .first()
            .is_some_and(|first| !is_message(first) && append.expected_entries > 0);
        self.store.append(append).await?;
        if waits {
            self.written.notify_one();
            self.go_on.notified().await;
        }
        Ok(())
    }

    async fn load(&self, session: &str) -> Result<Option<StoredSession>, StoreError> {
        self.store.load(session).await
    }

    async fn list(&self) -> Result<Vec<SessionSummary>, StoreError> {
        self.store.list().await
    }

    async fn events(
        &self,
        session: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<EventRecord>, StoreError> {
        self.store.events(session, offset, limit).await
    }

    async fn delete(&self, session: &str) -> Result<bool, StoreError> {
        self.store.delete(session).await
    }
}

#[tokio::test]
async fn a_cancel_amid_writing_leaves_the_session_as_it_is_stored() {
    let store = Arc::new(SlowStore::default());
    let script = Arc::new(Script::always(|_| say("yes")));
    let policy = wardian_agent::CompactionPolicy {
        keep_recent_tokens: 0,
        ..Default::default()
    };
    let agent = agent(&script).store(store.clone()).compaction(Some(policy));
    let harness = agent.build().unwrap().init_with("i").await.unwrap();
    let session = harness.session().await.unwrap();
    session.prompt("a").await.unwrap();

    let compacting = session.compact().start();
    store.written.notified().await;
    compacting.abort();
    // What follows waits for its end, which is a moment away.
    let next = session.prompt("b").start();
    store.go_on.notify_one();
    drop(compacting.await);
    next.await.unwrap();

    tokio::select! {
        _ = session.name_snapshot("s") => panic!("it waits"),
        () = store.written.notified() => {}
    }
    let next = session.prompt("c").start();
    store.go_on.notify_one();
    next.await.unwrap();
    assert_eq!(session.summary().snapshot.as_deref(), Some("s"));

    // Another harness sees the same.
    let stored = store.load("i/main").await.unwrap().unwrap();
    assert_eq!(stored.summary, session.summary());
    let messages = session.messages();
    assert!(
        messages[0].text().contains("yes") && messages.len() == 5,
        "{messages:?}"
    );
}

#[tokio::test]
async fn two_writers_of_one_session_do_not_mix() {
    let store = Arc::new(MemoryStore::new());
    let script = Arc::new(Script::always(|_| say("yes")));
    let build = || agent(&script).store(store.clone()).build().unwrap();
    let one = build()
        .init_with("i")
        .await
        .unwrap()
        .session()
        .await
        .unwrap();
    let two = build()
        .init_with("i")
        .await
        .unwrap()
        .session()
        .await
        .unwrap();
    one.prompt("a").await.unwrap();
    let refused = two.prompt("b").await.unwrap_err();
    assert!(
        matches!(&refused, AgentError::Store(StoreError::Conflict { .. })),
        "{refused}"
    );
    assert!(two.messages().is_empty());
    one.prompt("c").await.unwrap();
}

#[tokio::test]
async fn changes_of_files_are_recorded_when_they_differ() {
    let script = Script::new([
        Step::Reply(calls([("write", json!({"path": "f", "content": "12"}))])),
        Step::Reply(say("ok")),
        Step::Reply(say("nothing to do")),
    ]);
    let harness = agent(&script)
        .build()
        .unwrap()
        .init_with("i")
        .await
        .unwrap();
    let session = harness.session().await.unwrap();
    session.prompt("a").await.unwrap();
    session.prompt("b").await.unwrap();
    let events = harness.store().events("i/main", 0, 100).await.unwrap();
    let diffs: Vec<&String> = events
        .iter()
        .filter_map(|record| match &record.event {
            SessionEvent::FilesChanged { diff } => Some(diff),
            _ => None,
        })
        .collect();
    assert_eq!(diffs, ["+ /home/user/f 2\n"]);
}

#[tokio::test]
async fn recorded_changes_have_a_length() {
    let script = Script::new([Step::Reply(say("nothing to do"))]);
    let mut sandbox = MemorySandbox::new();
    for number in 0..3000 {
        sandbox = sandbox.file(&format!("{number}{}", "x".repeat(100)), "");
    }
    let agent = agent_in(&script, &sandbox).build().unwrap();
    let harness = agent.init_with("i").await.unwrap();
    let session = harness.session().await.unwrap();
    session.prompt("a").await.unwrap();
    let events = harness.store().events("i/main", 0, 100).await.unwrap();
    let diff = events.iter().find_map(|record| match &record.event {
        SessionEvent::FilesChanged { diff } => Some(diff),
        _ => None,
    });
    let diff = diff.unwrap();
    assert!(
        diff.len() < 262_200 && diff.contains("[cut: "),
        "{}",
        diff.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_sessions_at_once() {
    let script = Arc::new(Script::always(|request| {
        if request.messages.len() > 5 {
            say("done")
        } else {
            calls([("bash", json!({"command": "echo x"}))])
        }
    }));
    let harness = agent(&script).build().unwrap().init().await.unwrap();
    let mut sessions = Vec::new();
    for number in 0..1000 {
        sessions.push(harness.session_named(&number.to_string()).await.unwrap());
    }
    let running: Vec<_> = sessions
        .iter()
        .map(|session| session.prompt("go").start())
        .collect();
    for running in running {
        assert_eq!(running.await.unwrap().turns, 4);
    }
    assert_eq!(harness.store().list().await.unwrap().len(), 1000);
}
