//! Files of an agent between two runs of this program: a snapshot that its
//! session names.

use anyhow::Context;
use wardian::agent::Session;
use wardian::snapshot::{ErrorKind, Limits, Store};
use wardian::{Snapshot, VirtualSandbox};

use crate::data_directory::data_directory;

/// What the names of these snapshots begin with.
const PREFIX: &str = "session-";

/// The files that a session ended with, if it named some.
///
/// # Errors
/// They are not there any more, or cannot be read.
pub fn load(snapshot: Option<&str>) -> anyhow::Result<Option<Snapshot>> {
    let Some(name) = snapshot else {
        return Ok(None);
    };
    let tree = store()?
        .load(name, &Limits::default())
        .with_context(|| format!("the files of the session, snapshot {name}"))?;
    Ok(Some(Snapshot::from_tree(tree)))
}

/// Saves the sandbox's files, and has the session name them. Where folders of the
/// host are mounted, nothing is saved: what they hold is not the sandbox's.
///
/// # Errors
/// They cannot be written.
pub async fn save(session: &Session, sandbox: &VirtualSandbox) -> anyhow::Result<()> {
    let snapshot = sandbox.engine().snapshot();
    if snapshot.tree().has_mounts() {
        return Ok(());
    }
    let name = format!("{PREFIX}{}", session.id().replace('/', "-"));
    store()?.save(snapshot.tree(), &name)?;
    session.name_snapshot(name).await?;
    Ok(())
}

/// Forgets the files of a session that is gone.
///
/// # Errors
/// They cannot be removed.
pub fn forget(snapshot: &str) -> anyhow::Result<()> {
    // A name that somebody else gave is theirs.
    if snapshot.starts_with(PREFIX) {
        let store = store()?;
        match store.remove(snapshot) {
            Err(error) if error.kind() == ErrorKind::NoSnapshot => {}
            result => result?,
        }
        store.collect_garbage()?;
    }
    Ok(())
}

fn store() -> anyhow::Result<Store> {
    Ok(Store::open(data_directory()?.join("snapshots"))?)
}
