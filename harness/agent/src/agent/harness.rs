//! An instance of an agent, for the embedder.

use std::sync::Arc;

use super::files::Files;
use super::host::Host;
use crate::error::AgentError;
use crate::sandbox::{ExecOptions, ExecOutput, Sandbox, SandboxError};
use crate::session::{Core, Session};
use crate::store::ConversationStore;

/// The session that [`Harness::session`] gives.
const FIRST_SESSION: &str = "main";

/// An instance of an agent: a sandbox with files and commands, and sessions.
#[derive(Clone)]
pub struct Harness {
    host: Arc<Host>,
}

impl Harness {
    pub(super) fn new(host: Arc<Host>) -> Harness {
        Harness { host }
    }

    /// The instance's identity.
    pub fn id(&self) -> &str {
        &self.host.id
    }

    /// Its files.
    pub fn fs(&self) -> Files {
        Files::new(self.sandbox().clone())
    }

    /// Its sandbox.
    pub fn sandbox(&self) -> &Arc<dyn Sandbox> {
        &self.host.workspace.sandbox
    }

    /// Where its conversations are kept.
    pub fn store(&self) -> &Arc<dyn ConversationStore> {
        &self.host.store
    }

    /// Runs a command that no conversation knows of.
    ///
    /// # Errors
    /// [`SandboxError::Cancelled`], or when the sandbox fails; a command that
    /// failed is no error.
    pub async fn shell(
        &self,
        command: &str,
        options: ExecOptions,
    ) -> Result<ExecOutput, SandboxError> {
        self.sandbox().exec(command, options).await
    }

    /// The session `main`: a new one, or the one in the store.
    ///
    /// # Errors
    /// [`AgentError::Store`] when it cannot be read.
    pub async fn session(&self) -> Result<Session, AgentError> {
        self.session_named(FIRST_SESSION).await
    }

    /// The session of this name: a new one, or the one in the store. Asked for
    /// twice it is the same one.
    ///
    /// # Errors
    /// [`AgentError::Store`] when it cannot be read.
    pub async fn session_named(&self, name: &str) -> Result<Session, AgentError> {
        Ok(Session::new(Core::open(&self.host, name).await?))
    }
}

impl std::fmt::Debug for Harness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Harness")
            .field("id", &self.host.id)
            .finish_non_exhaustive()
    }
}
