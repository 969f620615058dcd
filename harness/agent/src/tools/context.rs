//! What a running tool can reach.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::Workspace;
use crate::budget::Meter;
use crate::sandbox::Sandbox;
use crate::session::Core;

/// The surroundings of a call.
#[derive(Clone)]
pub struct ToolContext {
    pub(crate) core: Arc<Core>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) cancel: CancellationToken,
    pub(crate) call_id: String,
}

impl ToolContext {
    /// The agent's sandbox.
    pub fn sandbox(&self) -> &Arc<dyn Sandbox> {
        &self.workspace().sandbox
    }

    /// Fires when the operation is cancelled or out of time. The call's future is
    /// dropped then as well; work on other threads has to look at this.
    pub fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Names the call.
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// The session that the call is made in.
    pub fn session_id(&self) -> &str {
        self.core.id()
    }

    pub(crate) fn workspace(&self) -> &Arc<Workspace> {
        self.core.workspace()
    }
}
