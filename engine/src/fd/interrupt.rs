//! What can end a wait from outside: a signal, a kill, a cancelled exec.
//!
//! Every host call that can block goes through [`Interrupt::guard`], so nothing
//! that a guest waits for can outlive its process.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::{Poll, Waker};

use atomic_waker::AtomicWaker;
use wardian_abi::{Disposition, Signal};

/// Why a wait ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A caught signal arrived: the call returns `EINTR`.
    Signal,
    /// The process must end with this signal.
    Kill(Signal),
}

/// The signal state of one process, shared with whoever may signal it.
#[derive(Debug, Default)]
pub struct Interrupt {
    /// Number of the signal that ends the process; 0: none.
    killed_by: AtomicU32,
    /// Caught signals that the guest has not taken yet.
    pending: AtomicU64,
    ignored: AtomicU64,
    caught: AtomicU64,
    /// Whether a call of the process waits.
    waiting: AtomicBool,
    waker: AtomicWaker,
}

impl Interrupt {
    /// Signals ignored from the start (inherited).
    pub fn with_ignored(mask: u64) -> Interrupt {
        Interrupt {
            ignored: AtomicU64::new(mask & !Signal::KILL.bit() & !Signal::STOP.bit()),
            ..Interrupt::default()
        }
    }

    /// State for a child made by `fork`: same dispositions, nothing pending.
    pub fn fork(&self) -> Interrupt {
        Interrupt {
            ignored: AtomicU64::new(self.ignored.load(Ordering::Relaxed)),
            caught: AtomicU64::new(self.caught.load(Ordering::Relaxed)),
            ..Interrupt::default()
        }
    }

    /// Dispositions after `exec`: caught signals go back to their default.
    pub fn reset_caught(&self) {
        self.caught.store(0, Ordering::Relaxed);
        self.pending.store(0, Ordering::Relaxed);
    }

    /// Delivers a signal as POSIX says for its disposition.
    ///
    /// Stopping is not supported: the stop signals are dropped.
    pub fn signal(&self, signal: Signal) {
        if signal == Signal::KILL {
            return self.kill(signal);
        }
        let bit = signal.bit();
        if self.ignored.load(Ordering::Relaxed) & bit != 0 {
            return;
        }
        if self.caught.load(Ordering::Relaxed) & bit != 0 {
            self.pending.fetch_or(bit, Ordering::AcqRel);
            self.waker.wake();
        } else if !signal.ignored_by_default() && !signal.stops_by_default() {
            self.kill(signal);
        }
    }

    /// Ends the process with this signal, whatever its dispositions.
    pub fn kill(&self, signal: Signal) {
        let _ = self.killed_by.compare_exchange(
            0,
            u32::from(signal.raw()),
            Ordering::AcqRel,
            Ordering::Acquire,
        );
        self.waker.wake();
    }

    /// The signal that must end the process, if any.
    pub fn killed(&self) -> Option<Signal> {
        Signal::from_raw(self.killed_by.load(Ordering::Acquire))
    }

    /// What a wait must stop for, if anything.
    pub fn stop(&self) -> Option<Stop> {
        if let Some(signal) = self.killed() {
            return Some(Stop::Kill(signal));
        }
        (self.pending.load(Ordering::Acquire) != 0).then_some(Stop::Signal)
    }

    /// Takes the caught signals that arrived.
    pub fn take_pending(&self) -> u64 {
        if self.pending.load(Ordering::Relaxed) == 0 {
            return 0;
        }
        self.pending.swap(0, Ordering::AcqRel)
    }

    /// Mask of ignored signals.
    pub fn ignored(&self) -> u64 {
        self.ignored.load(Ordering::Relaxed)
    }

    /// What the process does on a signal.
    pub fn disposition(&self, signal: Signal) -> Disposition {
        let bit = signal.bit();
        if self.ignored.load(Ordering::Relaxed) & bit != 0 {
            Disposition::Ignore
        } else if self.caught.load(Ordering::Relaxed) & bit != 0 {
            Disposition::Catch
        } else {
            Disposition::Default
        }
    }

    /// Changes what the process does on a signal; gives the former disposition.
    pub fn set_disposition(&self, signal: Signal, disposition: Disposition) -> Disposition {
        let old = self.disposition(signal);
        let bit = signal.bit();
        let set = |mask: &AtomicU64, on: bool| {
            if on {
                mask.fetch_or(bit, Ordering::AcqRel);
            } else {
                mask.fetch_and(!bit, Ordering::AcqRel);
            }
        };
        set(&self.ignored, disposition == Disposition::Ignore);
        set(&self.caught, disposition == Disposition::Catch);
        if disposition != Disposition::Catch {
            self.pending.fetch_and(!bit, Ordering::AcqRel);
        }
        old
    }

    /// Whether a call has begun to wait since this was last asked.
    pub fn take_waiting(&self) -> bool {
        self.waiting.swap(false, Ordering::Relaxed)
    }

    /// Waits for `future`, or for a reason to stop. What is ready at once wins.
    ///
    /// # Errors
    /// The reason to stop.
    pub async fn guard<T>(&self, future: impl Future<Output = T>) -> Result<T, Stop> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if let Some(signal) = self.killed() {
                return Poll::Ready(Err(Stop::Kill(signal)));
            }
            if let Poll::Ready(value) = future.as_mut().poll(cx) {
                return Poll::Ready(Ok(value));
            }
            self.waker.register(cx.waker());
            match self.stop() {
                Some(stop) => Poll::Ready(Err(stop)),
                None => {
                    self.waiting.store(true, Ordering::Relaxed);
                    Poll::Pending
                }
            }
        })
        .await
    }
}

/// Lets others have a turn first.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Adds a waker unless it is there already.
pub(super) fn remember(wakers: &mut Vec<Waker>, waker: &Waker) {
    if !wakers.iter().any(|known| known.will_wake(waker)) {
        wakers.push(waker.clone());
    }
}
