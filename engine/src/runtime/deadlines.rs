//! Deadlines, kept by a thread of their own. An asynchronous runtime looks at its
//! timers between other work, and late while all its threads are busy: with
//! hundreds of commands that begin, by a tenth of a second.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// The thread and what waits for it. It starts with the first deadline and ends
/// when this is dropped.
#[derive(Default)]
pub struct Deadlines {
    shared: Arc<Shared>,
    started: OnceLock<bool>,
}

impl Deadlines {
    /// Waits so long.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_then(duration, || ()).await;
    }

    /// Waits so long, and has `due` done when the time is over, before the waiting
    /// task hears of it: the threads that it runs on may be busy. Not if nobody
    /// waits any more, and not always if the time is over when the task looks by
    /// itself. A host that gives no thread has to do with the timers of the
    /// asynchronous runtime.
    pub async fn sleep_then(
        &self,
        duration: Duration,
        due: impl FnOnce() + Send + Unpin + 'static,
    ) {
        match Instant::now().checked_add(duration) {
            // Longer than any host runs.
            None => std::future::pending().await,
            Some(at) if self.is_there() => {
                let shared = self.shared.clone();
                Deadline {
                    shared,
                    at,
                    key: None,
                    due: Some(due),
                }
                .await;
            }
            Some(_) => tokio::time::sleep(duration).await,
        }
    }

    fn is_there(&self) -> bool {
        *self.started.get_or_init(|| {
            let shared = self.shared.clone();
            std::thread::Builder::new()
                .name("wardian-deadlines".into())
                .spawn(move || shared.serve())
                .is_ok()
        })
    }
}

impl Drop for Deadlines {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_one();
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: BTreeMap<(Instant, u64), Waiting>,
    next: u64,
    /// When the thread looks again; none: when it is told to.
    looks_at: Option<Instant>,
    ended: bool,
}

/// Who waits for a deadline, and what is done first.
struct Waiting {
    due: Box<dyn FnOnce() + Send>,
    waker: Waker,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        let mut state = self.lock();
        while !state.ended {
            let now = Instant::now();
            let later = state.waiting.split_off(&(now, u64::MAX));
            let due = std::mem::replace(&mut state.waiting, later);
            if !due.is_empty() {
                drop(state);
                for waiting in due.into_values() {
                    // What an embedder's listener or waker does wrong must not take
                    // everybody's deadlines with it.
                    let _ = catch_unwind(AssertUnwindSafe(waiting.due));
                    let _ = catch_unwind(AssertUnwindSafe(|| waiting.waker.wake()));
                }
                state = self.lock();
                continue;
            }
            // It stays with the time it once was told, though that deadline may be
            // dropped: most are, and the next one is most often later.
            let next = state.waiting.first_key_value().map(|((at, _), _)| *at);
            state.looks_at = next;
            state = match next {
                Some(at) => {
                    let left = at.saturating_duration_since(now);
                    let waited = self.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let waited = self.changed.wait(state);
                    waited.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
    }
}

struct Deadline<F> {
    shared: Arc<Shared>,
    at: Instant,
    key: Option<u64>,
    due: Option<F>,
}

impl<F: FnOnce() + Send + Unpin + 'static> Future for Deadline<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.at {
            return Poll::Ready(());
        }
        let shared = self.shared.clone();
        let mut state = shared.lock();
        let key = self.key.unwrap_or_else(|| {
            state.next = state.next.wrapping_add(1);
            state.next
        });
        self.key = Some(key);
        match state.waiting.entry((self.at, key)) {
            Entry::Occupied(mut waiting) => waiting.get_mut().waker.clone_from(cx.waker()),
            Entry::Vacant(vacant) => {
                let Some(due) = self.due.take() else {
                    // Done while this task came to look: the time is over.
                    return Poll::Ready(());
                };
                vacant.insert(Waiting {
                    due: Box::new(due),
                    waker: cx.waker().clone(),
                });
            }
        }
        if state.looks_at.is_none_or(|at| self.at < at) {
            state.looks_at = Some(self.at);
            drop(state);
            shared.changed.notify_one();
        }
        Poll::Pending
    }
}

impl<F> Drop for Deadline<F> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            // It may be the last owner of a task: not within the lock.
            let waiting = self.shared.lock().waiting.remove(&(self.at, key));
            drop(waiting);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::task::Wake;

    use super::*;

    struct Tell(mpsc::Sender<u64>, u64);

    impl Wake for Tell {
        fn wake(self: Arc<Self>) {
            let _ = self.0.send(self.1);
        }
    }

    fn poll(deadline: &mut Pin<Box<impl Future<Output = ()>>>, waker: &Waker) -> bool {
        let mut cx = Context::from_waker(waker);
        deadline.as_mut().poll(&mut cx).is_ready()
    }

    #[test]
    fn each_wakes_its_own_in_the_order_of_time() {
        let deadlines = Deadlines::default();
        let (sender, woken) = mpsc::channel();
        // Not in the order in which they come; one is dropped before its time.
        let mut all: Vec<_> = [800, 200, 600, 400, 3_600_000]
            .into_iter()
            .map(|ms| {
                let mut deadline = Box::pin(deadlines.sleep(Duration::from_millis(ms)));
                let waker = Waker::from(Arc::new(Tell(sender.clone(), ms)));
                assert!(!poll(&mut deadline, &waker));
                (ms, deadline, waker)
            })
            .collect();
        drop(all.remove(2));
        drop(sender);
        let start = Instant::now();
        for expected in [200, 400, 800] {
            assert_eq!(woken.recv(), Ok(expected));
            let due = all.iter_mut().find(|(ms, ..)| *ms == expected).unwrap();
            assert!(poll(&mut due.1, &due.2), "{expected} ms");
        }
        assert!(start.elapsed() < Duration::from_secs(60));
        assert_eq!(deadlines.shared.lock().waiting.len(), 1);
        all.clear();
        assert_eq!(deadlines.shared.lock().waiting.len(), 0);
    }

    #[test]
    fn what_is_due_is_done_before_the_task_hears_of_it_unless_nobody_waits() {
        let deadlines = Deadlines::default();
        let (sender, heard) = mpsc::channel();
        let sleep = |ms, number| {
            let done = sender.clone();
            let due = move || done.send(number).unwrap_or_default();
            Box::pin(deadlines.sleep_then(Duration::from_millis(ms), due))
        };
        let waker = Waker::from(Arc::new(Tell(sender.clone(), 3)));
        let (mut kept, mut dropped, mut never_polled) = (sleep(400, 1), sleep(200, 2), sleep(0, 4));
        assert!(!poll(&mut kept, &waker) && !poll(&mut dropped, &waker));
        drop(dropped);
        assert_eq!((heard.recv(), heard.recv()), (Ok(1), Ok(3)));
        assert!(poll(&mut kept, &waker) && poll(&mut never_polled, &waker));
        drop((kept, never_polled, waker, sender));
        assert!(heard.recv().is_err());
    }

    #[test]
    fn what_is_polled_again_wakes_whoever_polled_last() {
        let deadlines = Deadlines::default();
        let (sender, woken) = mpsc::channel();
        let mut deadline = Box::pin(deadlines.sleep(Duration::from_millis(300)));
        for number in 0..3 {
            let waker = Waker::from(Arc::new(Tell(sender.clone(), number)));
            poll(&mut deadline, &waker);
        }
        drop(sender);
        assert_eq!(woken.recv(), Ok(2));
        assert_eq!(woken.recv(), Err(mpsc::RecvError));
    }
}
