//! Collected output: a sink that never blocks its writer and never grows past
//! its limit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// What a [`Capture`] kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    /// The first bytes written, up to the limit.
    pub bytes: Vec<u8>,
    /// How many bytes came after them and were dropped.
    pub dropped_bytes: u64,
}

/// A sink that keeps the first `limit_bytes` bytes.
#[derive(Debug)]
pub struct Capture {
    limit_bytes: usize,
    kept: Mutex<Captured>,
    full: AtomicBool,
    overflow: Notify,
}

impl Capture {
    /// An empty sink.
    pub fn new(limit_bytes: usize) -> Capture {
        Capture {
            limit_bytes,
            kept: Mutex::default(),
            full: AtomicBool::new(false),
            overflow: Notify::new(),
        }
    }

    /// Takes all of `data`, keeping what fits.
    pub fn write(&self, data: &[u8]) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.limit_bytes.saturating_sub(kept.bytes.len());
        let (keep, drop) = data.split_at(room.min(data.len()));
        kept.bytes.extend_from_slice(keep);
        kept.dropped_bytes += drop.len() as u64;
        if !drop.is_empty() && !self.full.swap(true, Ordering::AcqRel) {
            self.overflow.notify_one();
        }
    }

    /// Whether bytes were dropped.
    pub fn overflowed(&self) -> bool {
        self.full.load(Ordering::Acquire)
    }

    /// Waits until bytes are dropped.
    pub async fn wait_for_overflow(&self) {
        while !self.overflowed() {
            self.overflow.notified().await;
        }
    }

    /// Takes what was kept.
    pub fn take(&self) -> Captured {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_head_and_counts_the_rest() {
        let capture = Capture::new(4);
        capture.write(b"abc");
        assert!(!capture.overflowed());
        capture.write(b"def");
        assert!(capture.overflowed());
        let kept = capture.take();
        assert_eq!((&kept.bytes[..], kept.dropped_bytes), (&b"abcd"[..], 2));
    }
}
