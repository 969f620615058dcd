//! Collected output: a sink that never blocks its writer and never grows past
//! its limit.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// What a [`Capture`] kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    /// The first bytes written and, if some were dropped, the last.
    pub bytes: Vec<u8>,
    /// How many bytes between them were dropped.
    pub dropped_bytes: u64,
    /// Where in `bytes` they would be.
    pub gap_at: usize,
}

/// A sink that keeps the first and the last bytes, half of the limit each.
#[derive(Debug)]
pub struct Capture {
    number: u64,
    head_bytes: usize,
    tail_bytes: usize,
    kept: Mutex<Kept>,
    full: AtomicBool,
    overflow: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    dropped_bytes: u64,
}

impl Capture {
    /// An empty sink; `number` tells it from others, as a pipe's does.
    pub fn new(limit_bytes: usize, number: u64) -> Capture {
        Capture {
            number,
            head_bytes: limit_bytes - limit_bytes / 2,
            tail_bytes: limit_bytes / 2,
            kept: Mutex::default(),
            full: AtomicBool::new(false),
            overflow: Notify::new(),
        }
    }

    /// What tells it from other sinks and pipes of its sandbox.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Takes all of `data`, keeping what fits.
    pub fn write(&self, data: &[u8]) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.head_bytes.saturating_sub(kept.head.len());
        let (head, rest) = data.split_at(room.min(data.len()));
        kept.head.extend_from_slice(head);
        if rest.is_empty() {
            return;
        }
        let (skipped, rest) = rest.split_at(rest.len().saturating_sub(self.tail_bytes));
        let excess = (kept.tail.len() + rest.len()).saturating_sub(self.tail_bytes);
        kept.tail.drain(..excess);
        kept.tail.extend(rest);
        let dropped = skipped.len() + excess;
        kept.dropped_bytes += dropped as u64;
        if dropped > 0 && !self.full.swap(true, Ordering::AcqRel) {
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
        let kept = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        let mut bytes = kept.head;
        let gap_at = bytes.len();
        let (first, second) = kept.tail.as_slices();
        bytes.extend_from_slice(first);
        bytes.extend_from_slice(second);
        Captured {
            bytes,
            dropped_bytes: kept.dropped_bytes,
            gap_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_head_and_tail_and_counts_what_lies_between() {
        let all = b"abcdefghijklmnopqrstuvwxyz";
        for piece in 1..=all.len() {
            for end in 0..=all.len() {
                let capture = Capture::new(7, 1);
                for part in all[..end].chunks(piece) {
                    capture.write(part);
                }
                assert_eq!(capture.overflowed(), end > 7, "{piece} {end}");
                let kept = capture.take();
                if end <= 7 {
                    assert_eq!((&kept.bytes[..], kept.dropped_bytes), (&all[..end], 0));
                } else {
                    let expected = [&all[..4], &all[end - 3..end]].concat();
                    assert_eq!(kept.bytes, expected, "{piece} {end}");
                    assert_eq!(kept.dropped_bytes as usize, end - 7);
                    assert_eq!(kept.gap_at, 4);
                }
            }
        }
    }
}
