//! Turns in one order: what a scheduler adds to its queue where the same script
//! is to take the same turns each time.
//!
//! One process runs at a time, and what wakes them are each other's doings and
//! virtual timers only. What the host does meanwhile (compile a module) happens
//! between two instructions: nobody else has a turn until it is done.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::virtual_time::VirtualTime;

/// The order of one exec.
pub(super) struct Order {
    time: Arc<VirtualTime>,
    turn: Mutex<()>,
    /// Whether whoever has the turn waits for the host.
    held: AtomicBool,
    /// Who that is, by its key.
    holder: Mutex<Option<u64>>,
    /// Whom to wake when nothing can go on.
    stalled: Mutex<Option<Waker>>,
}

/// The turn is held until this is dropped.
pub(super) struct Held<'a>(&'a AtomicBool);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Order {
    pub(super) fn new(time: Arc<VirtualTime>) -> Order {
        Order {
            time,
            turn: Mutex::default(),
            held: AtomicBool::new(false),
            holder: Mutex::default(),
            stalled: Mutex::default(),
        }
    }

    /// The right to give turns: one thread has it at a time.
    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        lock(&self.turn)
    }

    /// Whoever has the turn keeps it while it waits.
    pub(super) fn hold(&self) -> Held<'_> {
        self.held.store(true, Ordering::Release);
        Held(&self.held)
    }

    /// Notes that the task with this key had its turn.
    pub(super) fn ran(&self, key: u64) {
        let held = self.held.load(Ordering::Acquire);
        *lock(&self.holder) = held.then_some(key);
    }

    /// Whose turn it is among those that are ready. When nobody is, time moves on
    /// until somebody becomes ready; `None` if that does not help.
    pub(super) fn take<T>(&self, ready: &Mutex<VecDeque<T>>, key: impl Fn(&T) -> u64) -> Option<T> {
        loop {
            if let Some(holder) = *lock(&self.holder) {
                let mut ready = lock(ready);
                let place = ready.iter().position(|task| key(task) == holder);
                return place.and_then(|place| ready.remove(place));
            }
            self.time.wake_due();
            if let Some(task) = lock(ready).pop_front() {
                return Some(task);
            }
            if !self.time.jump() {
                lock(&self.stalled).take()?.wake();
            }
        }
    }

    /// Whether [`Order::take`] would find somebody.
    pub(super) fn has_work<T>(&self, ready: &Mutex<VecDeque<T>>, key: impl Fn(&T) -> u64) -> bool {
        if let Some(holder) = *lock(&self.holder) {
            return lock(ready).iter().any(|task| key(task) == holder);
        }
        !lock(ready).is_empty() || self.time.has_timers() || lock(&self.stalled).is_some()
    }

    /// Waits until nothing else can go on.
    pub(super) async fn stalled(&self) {
        let mut asked = false;
        poll_fn(|cx| {
            let mut stalled = lock(&self.stalled);
            if asked && stalled.is_none() {
                return Poll::Ready(());
            }
            asked = true;
            *stalled = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
