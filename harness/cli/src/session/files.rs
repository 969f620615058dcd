//! Files of an agent between two runs of this program: a snapshot that its
//! session names.

use std::sync::Arc;

use anyhow::Context;
use tokio::task::JoinHandle;
use wardian::agent::Session;
use wardian::snapshot::{ErrorKind, Limits, Store};
use wardian::{Snapshot, VirtualSandbox};

use crate::data_directory::data_directory;

/// What the names of these snapshots begin with.
const PREFIX: &str = "session-";

/// What the snapshot of a session's files is called.
fn name(session: &str) -> String {
    format!("{PREFIX}{}", session.replace('/', "-"))
}

/// The files that a session left: those that it named, or else those of its last
/// turn before it was killed.
///
/// # Errors
/// Those that it named are not there any more, or some cannot be read.
pub fn load(session: &str, named: Option<&str>) -> anyhow::Result<Option<Snapshot>> {
    let own = name(session);
    let name = named.unwrap_or(&own);
    match store()?.load(name, &Limits::default()) {
        Ok(tree) => Ok(Some(Snapshot::from_tree(tree))),
        Err(error) if named.is_none() && error.kind() == ErrorKind::NoSnapshot => Ok(None),
        Err(error) => {
            Err(error).with_context(|| format!("the files of the session, snapshot {name}"))
        }
    }
}

/// Saves the sandbox's files, and has the session name them. Where folders of the
/// host are mounted nothing is saved, for what they hold is not the sandbox's; that
/// is told by false.
///
/// # Errors
/// They cannot be written.
pub async fn save(session: &Session, sandbox: &VirtualSandbox) -> anyhow::Result<bool> {
    let snapshot = sandbox.engine().snapshot();
    if snapshot.tree().has_mounts() {
        return Ok(false);
    }
    let name = name(session.id());
    store()?.save(snapshot.tree(), &name)?;
    session.name_snapshot(name).await?;
    Ok(true)
}

/// Saves a session's files while it works, so that they are there should this
/// program be killed.
pub struct Saving {
    session: String,
    sandbox: Arc<VirtualSandbox>,
    under_way: Option<JoinHandle<()>>,
}

impl Saving {
    /// For this session and its sandbox.
    pub fn new(session: &Session, sandbox: Arc<VirtualSandbox>) -> Saving {
        Saving {
            session: session.id().to_owned(),
            sandbox,
            under_way: None,
        }
    }

    /// Saves the files as they are now, in the background. Without effect while that
    /// is still being done for an earlier moment, and where folders are mounted.
    pub fn save(&mut self) {
        let is_busy = self
            .under_way
            .as_ref()
            .is_some_and(|task| !task.is_finished());
        let snapshot = self.sandbox.engine().snapshot();
        if is_busy || snapshot.tree().has_mounts() {
            return;
        }
        let name = name(&self.session);
        self.under_way = Some(tokio::task::spawn_blocking(move || {
            // Should it fail, so will the saving at the end, which says so.
            let _ = store().and_then(|store| Ok(store.save(snapshot.tree(), &name)?));
        }));
    }

    /// Waits until nothing is being saved.
    pub async fn end(self) {
        if let Some(task) = self.under_way {
            let _ = task.await;
        }
    }
}

/// Forgets the files of a session that is gone.
///
/// # Errors
/// They cannot be removed.
pub fn forget(session: &str) -> anyhow::Result<()> {
    let store = store()?;
    // A name that somebody else gave is theirs.
    match store.remove(&name(session)) {
        Err(error) if error.kind() == ErrorKind::NoSnapshot => return Ok(()),
        result => result?,
    }
    store.collect_garbage()?;
    Ok(())
}

fn store() -> anyhow::Result<Store> {
    Ok(Store::open(data_directory()?.join("snapshots"))?)
}
