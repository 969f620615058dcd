//! An agent as it is described, and a harness in which it works.

mod at_directory;
mod builder;
mod choice;
mod definition;
mod files;
mod harness;
mod host;
mod identity;

pub use builder::AgentBuilder;
pub use choice::ModelChoice;
pub use files::Files;
pub use harness::Harness;

pub(crate) use definition::Definition;
pub(crate) use host::Host;
pub(crate) use identity::random_id;

use std::sync::Arc;

use crate::error::AgentError;

/// An agent: who it is and what it may do. It has no state; each
/// [`Harness`] made from it has its own.
#[derive(Clone)]
pub struct Agent {
    definition: Arc<Definition>,
}

impl Agent {
    /// Describes an agent.
    pub fn builder() -> AgentBuilder {
        AgentBuilder::default()
    }

    /// A harness for a new instance of the agent, with an identity that nobody
    /// has had before.
    ///
    /// # Errors
    /// When the model cannot be connected, the sandbox cannot be made or a server
    /// of tools does not come up.
    pub async fn init(&self) -> Result<Harness, AgentError> {
        self.init_with(random_id()).await
    }

    /// A harness for the instance with this identity: its sessions are found
    /// again in the store, and its files where the sandbox's factory keeps them.
    ///
    /// # Errors
    /// As [`Agent::init`].
    pub async fn init_with(&self, id: impl Into<String>) -> Result<Harness, AgentError> {
        let host = Host::start(self.definition.clone(), id.into()).await?;
        Ok(Harness::new(host))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    pub(crate) fn definition(&self) -> &Arc<Definition> {
        &self.definition
    }
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent")
            .field("name", &self.definition.name)
            .finish_non_exhaustive()
    }
}
