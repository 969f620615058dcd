//! What is there of a session when it is gone on with, and what is left of it
//! when it ends.

use anyhow::bail;
use wardian::agent::store::{ConversationStore, SessionSummary};
use wardian::{MountMode, Snapshot, VirtualSandbox};

use crate::mount::Mount;
use crate::session::{self, files};

/// A session that is gone on with.
pub(super) struct Resumed {
    /// The identity of its agent's instance.
    pub(super) instance: String,
    /// Its line in the list.
    pub(super) summary: SessionSummary,
    /// The files it left, where they were kept.
    pub(super) files: Option<Snapshot>,
}

impl Resumed {
    /// The session that is called this.
    ///
    /// # Errors
    /// There is none, it is a task's, or its files cannot be read.
    pub(super) async fn find(store: &dyn ConversationStore, name: &str) -> anyhow::Result<Resumed> {
        let id = session::find(store, name).await?;
        let Some((instance, "main")) = id.rsplit_once('/') else {
            bail!("{id} is the session of a task; go on with the one that started it");
        };
        let stored = store.load(&id).await?;
        let summary = stored.map(|stored| stored.summary).unwrap_or_default();
        let files = files::load(&id, summary.snapshot.as_deref())?;
        Ok(Resumed {
            instance: instance.to_owned(),
            summary,
            files,
        })
    }
}

/// What of the sandbox is gone with it, and what could be done about it.
pub(super) fn left_behind(
    mounts: &[Mount],
    is_saved: bool,
    sandbox: &VirtualSandbox,
) -> Vec<String> {
    let mut lines = vec![
        "files outside of mounted folders are not kept, for folders of the host are mounted; \
         a session goes on with its conversation"
            .to_owned(),
    ];
    for mount in mounts {
        if mount.mode != Some(MountMode::Overlay) || is_saved {
            continue;
        }
        let overlay = sandbox.engine().overlay(&mount.guest);
        let changes = overlay.map_or(0, |overlay| overlay.changes().iter().count());
        if changes > 0 {
            lines.push(format!(
                "{changes} changes in the overlay {} are gone; --save FILE keeps them for \
                 `wardian diff` and `wardian apply`",
                mount.guest
            ));
        }
    }
    lines
}
