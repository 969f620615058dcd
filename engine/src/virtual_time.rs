//! Time of a deterministic sandbox. It moves with what its processes compute,
//! and jumps to the next timer when none of them can: never with the host's.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Fuel that a process burns before it gives way to others: about a millisecond.
pub const SLICE_FUEL: u64 = 1_000_000;

/// What a host call costs, in units of fuel, besides one for each byte that it moves.
const CALL_FUEL: u64 = 500;

/// What starting a process costs, so that who starts many comes to an end as soon
/// as who computes.
const START_FUEL: u64 = 400_000;

/// Waits of so many nanoseconds (146 years) end for no timer: whoever sleeps
/// for ever must not take the clock along.
const NEVER_NS: u64 = 1 << 62;

/// The clock. One unit of fuel is one nanosecond.
#[derive(Debug)]
pub struct VirtualTime {
    start_ns: u64,
    now_ns: AtomicU64,
    timers: Mutex<Timers>,
}

#[derive(Debug, Default)]
struct Timers {
    next: u64,
    /// By when they are due; those due together in the order they were set.
    waiting: BTreeMap<(u64, u64), Waker>,
}

impl VirtualTime {
    /// A clock that stands at `start_ns` nanoseconds since the epoch.
    pub fn new(start_ns: u64) -> Arc<VirtualTime> {
        Arc::new(VirtualTime {
            start_ns,
            now_ns: AtomicU64::new(0),
            timers: Mutex::default(),
        })
    }

    /// Another clock at the same moment, without timers.
    pub fn fork(&self) -> Arc<VirtualTime> {
        Arc::new(VirtualTime {
            start_ns: self.start_ns,
            now_ns: AtomicU64::new(self.elapsed_ns()),
            timers: Mutex::default(),
        })
    }

    /// Nanoseconds since the epoch.
    pub fn realtime_ns(&self) -> u64 {
        self.start_ns.saturating_add(self.elapsed_ns())
    }

    /// Nanoseconds since it was made.
    pub fn elapsed_ns(&self) -> u64 {
        self.now_ns.load(Ordering::Relaxed)
    }

    /// Waits until so many nanoseconds have passed.
    pub fn sleep(self: &Arc<Self>, ns: u64) -> Sleep {
        Sleep {
            time: self.clone(),
            due_ns: (ns < NEVER_NS).then(|| self.elapsed_ns().saturating_add(ns)),
            key: None,
        }
    }

    /// Wakes those whose time has come.
    pub fn wake_due(&self) {
        loop {
            let mut timers = self.timers();
            let due = match timers.waiting.first_entry() {
                Some(first) if first.key().0 <= self.elapsed_ns() => first.remove(),
                _ => return,
            };
            drop(timers);
            due.wake();
        }
    }

    /// Moves on to the next timer and wakes whoever waits for it; `false` if
    /// there is none.
    pub fn jump(&self) -> bool {
        let first = self.timers().waiting.keys().next().copied();
        let Some((due_ns, _)) = first else {
            return false;
        };
        self.now_ns.fetch_max(due_ns, Ordering::Relaxed);
        self.wake_due();
        true
    }

    /// Whether somebody waits for a time.
    pub fn has_timers(&self) -> bool {
        !self.timers().waiting.is_empty()
    }

    fn advance(&self, ns: u64) {
        let later = |now: u64| Some(now.saturating_add(ns));
        let _ = self
            .now_ns
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
    }

    fn timers(&self) -> MutexGuard<'_, Timers> {
        self.timers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ready when its time has come.
#[derive(Debug)]
pub struct Sleep {
    time: Arc<VirtualTime>,
    /// `None`: never.
    due_ns: Option<u64>,
    key: Option<(u64, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(due_ns) = self.due_ns else {
            return Poll::Pending;
        };
        if self.time.elapsed_ns() >= due_ns {
            return Poll::Ready(());
        }
        let mut timers = self.time.timers();
        let key = self.key.unwrap_or_else(|| {
            timers.next += 1;
            (due_ns, timers.next)
        });
        timers.waiting.insert(key, cx.waker().clone());
        drop(timers);
        self.key = Some(key);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.time.timers().waiting.remove(&key);
        }
    }
}

/// What a process has used of its clock: its fuel, its host calls, the bytes
/// that it moved. Whatever is added moves the clock on.
#[derive(Debug)]
pub struct Meter {
    time: Arc<VirtualTime>,
    used: AtomicU64,
    parts: Mutex<Parts>,
}

#[derive(Debug, Default)]
struct Parts {
    /// Fuel of the programs that this one has replaced.
    before: u64,
    /// Fuel of this one, as far as it is known.
    burnt: u64,
    /// How often it has given way because a slice was burnt.
    slices: u64,
    calls: u64,
    moved_bytes: u64,
}

impl Meter {
    /// A meter at zero.
    pub fn new(time: &Arc<VirtualTime>) -> Arc<Meter> {
        Arc::new(Meter {
            time: time.clone(),
            used: AtomicU64::new(0),
            parts: Mutex::default(),
        })
    }

    /// Units of fuel, and so nanoseconds.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Notes that the process has started.
    pub fn started(&self) {
        self.add(|parts| parts.before = parts.before.saturating_add(START_FUEL));
    }

    /// Notes a host call of a program that has burnt so much since it began.
    /// `moved_bytes` are all that the process has ever moved.
    pub fn called(&self, burnt: u64, moved_bytes: u64) {
        self.add(|parts| {
            parts.burnt = parts.burnt.max(burnt);
            parts.calls += 1;
            parts.moved_bytes = moved_bytes;
        });
    }

    /// Notes that the program gave way because it had burnt a slice. How much
    /// beyond is known at its next host call.
    pub fn burnt_slice(&self) {
        self.add(|parts| {
            parts.slices += 1;
            parts.burnt = parts.burnt.max(parts.slices.saturating_mul(SLICE_FUEL));
        });
    }

    /// Notes that the program has ended, having burnt so much.
    pub fn ended(&self, burnt: u64) {
        self.add(|parts| {
            parts.before = parts.before.saturating_add(parts.burnt.max(burnt));
            (parts.burnt, parts.slices) = (0, 0);
        });
    }

    fn add(&self, change: impl FnOnce(&mut Parts)) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut parts);
        let total = parts
            .before
            .saturating_add(parts.burnt)
            .saturating_add(parts.calls.saturating_mul(CALL_FUEL))
            .saturating_add(parts.moved_bytes);
        drop(parts);
        let before = self.used.fetch_max(total, Ordering::Relaxed);
        self.time.advance(total.saturating_sub(before));
    }
}

#[cfg(test)]
mod tests {
    use std::task::Wake;

    use super::*;

    struct Note(Arc<Mutex<Vec<usize>>>, usize);

    impl Wake for Note {
        fn wake(self: Arc<Self>) {
            self.0.lock().unwrap().push(self.1);
        }
    }

    #[test]
    fn timers_wake_in_the_order_they_are_due() {
        let time = VirtualTime::new(5);
        let order = Arc::new(Mutex::default());
        let mut sleeps = Vec::new();
        for (number, ns) in [30, 10, 20, 10].into_iter().enumerate() {
            let waker = Waker::from(Arc::new(Note(order.clone(), number)));
            let mut sleep = Box::pin(time.sleep(ns));
            let mut cx = Context::from_waker(&waker);
            assert!(sleep.as_mut().poll(&mut cx).is_pending());
            sleeps.push(sleep);
        }
        let cx = &mut Context::from_waker(Waker::noop());
        assert!(
            Box::pin(time.sleep(u64::MAX))
                .as_mut()
                .poll(cx)
                .is_pending()
        );
        drop(sleeps.remove(2));
        assert!(time.jump() && time.elapsed_ns() == 10);
        assert!(time.jump() && time.realtime_ns() == 35);
        assert!(!time.jump() && !time.has_timers());
        assert_eq!(*order.lock().unwrap(), [1, 3, 0]);
    }

    #[test]
    fn what_is_used_moves_the_clock_once() {
        let time = VirtualTime::new(0);
        let meter = Meter::new(&time);
        meter.burnt_slice();
        assert_eq!(time.elapsed_ns(), SLICE_FUEL);
        meter.called(SLICE_FUEL + 40, 7);
        assert_eq!(meter.used(), SLICE_FUEL + 40 + CALL_FUEL + 7);
        meter.ended(SLICE_FUEL + 50);
        meter.called(10, 7);
        assert_eq!(meter.used(), SLICE_FUEL + 60 + 2 * CALL_FUEL + 7);
        assert_eq!(time.elapsed_ns(), meter.used());
        assert_eq!(time.fork().elapsed_ns(), meter.used());
    }
}
