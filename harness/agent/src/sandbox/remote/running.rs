//! A command under way on a machine: whoever stops waiting for it has it killed.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Connector;

/// A run that is killed when this is dropped before it is told of the end.
pub(super) struct Running {
    connector: Arc<dyn Connector>,
    handle: String,
    exec_id: String,
    kill_timeout: Duration,
    ended: bool,
}

impl Running {
    pub(super) fn new(
        connector: &Arc<dyn Connector>,
        handle: &str,
        kill_timeout: Duration,
    ) -> Running {
        Running {
            connector: connector.clone(),
            handle: handle.to_owned(),
            exec_id: new_id(),
            kill_timeout,
            ended: false,
        }
    }

    pub(super) fn exec_id(&self) -> &str {
        &self.exec_id
    }

    /// The machine said how it ended: there is nothing left to kill.
    pub(super) fn ended(mut self) {
        self.ended = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // Without a runtime there is no way to the machine; its own timeout ends
        // the command then.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let connector = self.connector.clone();
            let (handle, exec_id) = (self.handle.clone(), self.exec_id.clone());
            let timeout = self.kill_timeout;
            runtime.spawn(async move {
                let kill = connector.kill(&handle, &exec_id);
                let _ = tokio::time::timeout(timeout, kill).await;
            });
        }
    }
}

/// Unlike that of any other run, of this process and of others.
fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // Each `RandomState` has keys that come from the system's randomness.
    let random = RandomState::new().hash_one((std::process::id(), count));
    format!("{random:016x}-{count}")
}
