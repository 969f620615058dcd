//! One operation at a time.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// Lets one operation in.
pub(super) struct Gate {
    free: Arc<Semaphore>,
    inside: Mutex<Option<Inside>>,
}

struct Inside {
    operation: &'static str,
    cancel: CancellationToken,
}

/// The right to work in the session, until it is dropped.
pub(super) struct Permit {
    _permit: Option<OwnedSemaphorePermit>,
}

/// The answer to who wants in.
pub(super) enum Entrance {
    /// Come in.
    Open(Permit),
    /// The one inside was cancelled and is about to leave.
    Soon(Arc<Semaphore>),
    /// This one is inside.
    Busy(&'static str),
}

impl Default for Gate {
    fn default() -> Self {
        Gate {
            free: Arc::new(Semaphore::new(1)),
            inside: Mutex::default(),
        }
    }
}

impl Gate {
    pub(super) fn ask(&self, operation: &'static str, cancel: &CancellationToken) -> Entrance {
        let mut inside = self.lock();
        if let Ok(permit) = self.free.clone().try_acquire_owned() {
            let cancel = cancel.clone();
            *inside = Some(Inside { operation, cancel });
            return Entrance::Open(Permit {
                _permit: Some(permit),
            });
        }
        match &*inside {
            Some(inside) if !inside.cancel.is_cancelled() => Entrance::Busy(inside.operation),
            _ => Entrance::Soon(self.free.clone()),
        }
    }

    /// Comes in after one that was told to wait.
    pub(super) async fn enter(
        &self,
        free: Arc<Semaphore>,
        operation: &'static str,
        cancel: &CancellationToken,
    ) -> Permit {
        // The semaphore is never closed.
        let permit = free.acquire_owned().await.ok();
        let cancel = cancel.clone();
        *self.lock() = Some(Inside { operation, cancel });
        Permit { _permit: permit }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Inside>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
