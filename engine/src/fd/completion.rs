//! The end of a process as something to wait on: set once, seen by many.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};

use wardian_abi::WaitStatus;

/// Becomes ready when a process ends, and then tells how.
#[derive(Debug, Default)]
pub struct Completion {
    status: OnceLock<WaitStatus>,
    wakers: Mutex<Vec<Waker>>,
}

impl Completion {
    /// Records the end and wakes everyone who waits. Later calls change nothing.
    pub fn complete(&self, status: WaitStatus) {
        let _ = self.status.set(status);
        let wakers = {
            let mut wakers = self.wakers.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// How it ended, if it did.
    pub fn status(&self) -> Option<WaitStatus> {
        self.status.get().copied()
    }

    /// Ready once it has ended.
    pub fn poll(&self, cx: &mut Context<'_>) -> Poll<WaitStatus> {
        if let Some(status) = self.status.get() {
            return Poll::Ready(*status);
        }
        let mut wakers = self.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        // The end may have come between the look and the lock.
        if let Some(status) = self.status.get() {
            return Poll::Ready(*status);
        }
        super::interrupt::remember(&mut wakers, cx.waker());
        Poll::Pending
    }
}
