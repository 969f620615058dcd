//! How long tools were being loaded. Their first use on a machine compiles them,
//! which no command can be blamed for: its deadline is put off by as much.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The time in which at least one tool was being loaded, so far.
#[derive(Default)]
pub struct ToolTime {
    loading: AtomicUsize,
    /// Since when, if one is.
    since: Mutex<Option<Instant>>,
    ended_ns: AtomicU64,
}

/// A tool that is being loaded, until dropped.
pub struct Loading<'a>(&'a ToolTime);

impl ToolTime {
    /// Notes that a tool is being loaded.
    pub fn begin(&self) -> Loading<'_> {
        let mut since = self.since();
        if self.loading.fetch_add(1, Ordering::AcqRel) == 0 {
            *since = Some(Instant::now());
        }
        Loading(self)
    }

    /// The time so far. Cheap while none is being loaded.
    pub fn total(&self) -> Duration {
        let ended = || Duration::from_nanos(self.ended_ns.load(Ordering::Acquire));
        if self.loading.load(Ordering::Acquire) == 0 {
            return ended();
        }
        let since = self.since();
        ended() + since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        let mut since = self.0.since();
        if self.0.loading.load(Ordering::Acquire) == 1
            && let Some(since) = since.take()
        {
            let time_ns = u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.0.ended_ns.fetch_add(time_ns, Ordering::AcqRel);
        }
        // Only now: who finds that none is being loaded takes the sum as it is.
        self.0.loading.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_while_a_tool_is_loaded_and_once_for_two() {
        let time = ToolTime::default();
        assert_eq!(time.total(), Duration::ZERO);
        let start = Instant::now();
        let (first, second) = (time.begin(), time.begin());
        while time.total().is_zero() {}
        drop(first);
        let during = time.total();
        assert!(time.total() >= during);
        drop(second);
        let after = time.total();
        assert!(during <= after && after <= start.elapsed());
        assert_eq!(time.total(), after);
        drop(time.begin());
        assert!(time.total() >= after);
    }
}
