//! Where sessions are kept, and what people call them.

use std::sync::Arc;

use anyhow::bail;
use wardian::agent::store::{ConversationStore, SqliteStore};

use crate::data_directory::data_directory;

/// The session of an agent that was started from the command line.
const MAIN: &str = "/main";

/// The store in this user's data directory.
///
/// # Errors
/// There is no such directory, or its file is no store.
pub fn open() -> anyhow::Result<Arc<dyn ConversationStore>> {
    let path = data_directory()?.join("sessions.db");
    Ok(Arc::new(SqliteStore::open(path)?))
}

/// What people call a session: its agent's identity, where that says it all.
pub fn short(id: &str) -> &str {
    match id.strip_suffix(MAIN) {
        Some(instance) if !instance.contains('/') => instance,
        _ => id,
    }
}

/// The session that is called this, or whose name alone begins with it.
///
/// # Errors
/// None is, or several are.
pub async fn find(store: &dyn ConversationStore, name: &str) -> anyhow::Result<String> {
    let sessions = store.list().await?;
    let ids: Vec<&str> = sessions.iter().map(|session| session.id.as_str()).collect();
    Ok(choose(&ids, name)?.to_owned())
}

fn choose<'a>(ids: &[&'a str], name: &str) -> anyhow::Result<&'a str> {
    let exact = ids.iter().find(|id| **id == name || short(id) == name);
    if let Some(id) = exact {
        return Ok(id);
    }
    // Those of tasks have to be named in full.
    let own = ids.iter().filter(|id| id.matches('/').count() < 2);
    let begun: Vec<&str> = own.copied().filter(|id| id.starts_with(name)).collect();
    match begun.as_slice() {
        [id] => Ok(id),
        [] => bail!("there is no session {name}; `wardian session ls` names all"),
        several => bail!(
            "{name} is the start of {} sessions ({}, ...); write more of its name",
            several.len(),
            several
                .iter()
                .map(|id| short(id))
                .take(3)
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found() {
        let ids = [
            "ab12/main",
            "ab34/main",
            "ab12/main/task-1",
            "cd/other",
            "ab/main",
        ];
        for (name, wanted) in [
            ("ab12", Some("ab12/main")),
            ("ab12/main", Some("ab12/main")),
            ("ab12/main/task-1", Some("ab12/main/task-1")),
            ("ab3", Some("ab34/main")),
            ("ab", Some("ab/main")),
            ("a", None),
            ("cd", Some("cd/other")),
            ("x", None),
        ] {
            assert_eq!(choose(&ids, name).ok(), wanted, "{name}");
        }
    }
}
