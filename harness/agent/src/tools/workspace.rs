//! A sandbox with what all sessions over it have to agree on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::path_order::{PathOrder, Turn};
use crate::sandbox::{ExecOptions, Sandbox, SandboxError};

/// How long the look for ripgrep may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct Workspace {
    pub(crate) sandbox: Arc<dyn Sandbox>,
    order: Arc<PathOrder>,
    has_ripgrep: Arc<OnceCell<bool>>,
}

impl Workspace {
    pub(crate) fn new(sandbox: Arc<dyn Sandbox>) -> Arc<Workspace> {
        Arc::new(Workspace {
            sandbox,
            order: Arc::default(),
            has_ripgrep: Arc::default(),
        })
    }

    /// The same files and commands, seen from another directory.
    pub(crate) fn at(&self, sandbox: Arc<dyn Sandbox>) -> Arc<Workspace> {
        Arc::new(Workspace {
            sandbox,
            order: self.order.clone(),
            has_ripgrep: self.has_ripgrep.clone(),
        })
    }

    /// A place in the line for a file.
    pub(crate) fn turn_for(&self, path: &str) -> Turn {
        self.order.turn(&self.sandbox.resolve_path(path))
    }

    /// Whether `rg` works here. Asked once.
    pub(super) async fn has_ripgrep(&self) -> Result<bool, SandboxError> {
        let probe = || async {
            let options = ExecOptions {
                timeout: Some(PROBE_TIMEOUT),
                ..ExecOptions::default()
            };
            let output = self.sandbox.exec("rg --version", options).await?;
            Ok(output.exit_code == 0)
        };
        self.has_ripgrep.get_or_try_init(probe).await.copied()
    }
}
