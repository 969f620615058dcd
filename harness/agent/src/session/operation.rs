//! One operation from start to end.

use std::future::Future;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::call::CallOptions;
use super::core::Core;
use super::gate::Permit;
use crate::budget::Meter;
use crate::error::AgentError;
use crate::events::SessionEvent;
use crate::tools::{cut_at, first_characters};

/// Most bytes of recorded differences.
const MAX_CHANGES: usize = 256 * 1024;
/// Most characters of a recorded input.
const MAX_INPUT: usize = 2000;

/// An operation under way.
pub(crate) struct Operation {
    pub(super) core: Arc<Core>,
    pub(super) options: CallOptions,
    pub(super) meter: Arc<Meter>,
    /// Fires from outside.
    pub(super) cancel: CancellationToken,
    /// Fires with `cancel`, and when the time is up.
    pub(super) stop: CancellationToken,
}

impl Operation {
    pub(super) fn new(core: Arc<Core>, options: CallOptions, cancel: CancellationToken) -> Self {
        let budgets = options.budgets.unwrap_or(core.host.definition.budgets);
        Operation {
            meter: Meter::start(budgets, options.parent_meter.clone()),
            stop: cancel.child_token(),
            core,
            options,
            cancel,
        }
    }

    /// Whether another turn may begin.
    pub(super) fn check(&self) -> Result<(), AgentError> {
        if self.cancel.is_cancelled() {
            return Err(AgentError::Cancelled);
        }
        Ok(self.meter.check()?)
    }

    /// Ends when the operation has to, and says why.
    pub(super) async fn interrupted(&self) -> AgentError {
        tokio::select! {
            () = self.cancel.cancelled() => AgentError::Cancelled,
            () = tokio::time::sleep_until(self.meter.deadline()) => {
                match self.meter.check_time() {
                    Err(reached) => AgentError::Budget(reached),
                    // Clocks are not that exact.
                    Ok(()) => AgentError::Cancelled,
                }
            }
        }
    }

    /// Does something that can be given up.
    pub(super) async fn unless_interrupted<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, AgentError> {
        tokio::select! {
            biased;
            done = work => Ok(done),
            error = self.interrupted() => {
                self.stop.cancel();
                Err(error)
            }
        }
    }
}

/// Runs an operation that has been let in.
pub(super) async fn perform<T, F>(
    operation: Operation,
    name: &'static str,
    input: String,
    permit: Permit,
    work: impl FnOnce(Arc<Operation>) -> F,
) -> Result<T, AgentError>
where
    F: Future<Output = Result<T, AgentError>>,
{
    let operation = Arc::new(operation);
    let core = operation.core.clone();
    core.emit(SessionEvent::OperationStarted {
        operation: name.to_owned(),
        input: first_characters(&input, MAX_INPUT),
    });
    let mut result = match core.answer_lost_calls().await {
        Ok(()) => work(operation.clone()).await,
        Err(error) => Err(error.into()),
    };
    if let Err(AgentError::Budget(reached)) = &result {
        core.emit(SessionEvent::BudgetReached(*reached));
    }
    // A cancel returns at once, and the next operation records the changes.
    if !operation.cancel.is_cancelled() {
        record_changes(&core).await;
    }
    core.emit(SessionEvent::OperationEnded {
        operation: name.to_owned(),
        error: result.as_ref().err().map(ToString::to_string),
        duration_ms: millis(operation.meter.elapsed()),
    });
    if let (Err(error), true) = (core.flush().await, result.is_ok()) {
        result = Err(error.into());
    }
    drop(permit);
    result
}

/// Notes how files differ, if they differ from what was noted last.
async fn record_changes(core: &Core) {
    let host = &core.host;
    if !host.definition.records_changes || !host.owns_files {
        return;
    }
    let Ok(diff) = host.workspace.sandbox.changes().await else {
        // Not every sandbox can tell, and none has to.
        return;
    };
    let diff = match cut_at(&diff, MAX_CHANGES) {
        whole if whole.len() == diff.len() => diff,
        cut => format!("{cut}\n[cut: {} bytes in all]\n", diff.len()),
    };
    let mut recorded = host
        .recorded_changes
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if *recorded != diff {
        recorded.clone_from(&diff);
        drop(recorded);
        core.emit(SessionEvent::FilesChanged { diff });
    }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
