//! Threads that run guests which take longer than a moment, so that they do not
//! hold up the embedder's own. Whoever has work is taken in turn, a slice at a
//! time; who must end goes first.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How much time of the embedder's threads execs that take longer than a moment
/// may use up at once, before others begin here. As time goes by, the time of as
/// many threads as there are here comes back.
const WELCOME: Duration = Duration::from_millis(20);

/// Something that has work to do now and then.
pub trait Work: Send + Sync {
    /// Works for about a slice; whether there is more to do at once.
    fn slice(self: Arc<Self>) -> bool;
}

/// The threads; they start with the first work and end with the pool.
pub struct Pool {
    queue: Arc<Queue>,
    threads: usize,
    started: OnceLock<bool>,
    origin: Instant,
    /// Until when what the embedder gave is made up for, in nanoseconds since
    /// `origin`.
    made_up_ns: AtomicU64,
}

/// Which work goes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Before all else: what must end.
    Urgent,
    /// Before what has had a turn: what begins.
    First,
    /// Behind all that waits.
    Last,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
}

#[derive(Default)]
struct Waiting {
    urgent: VecDeque<Arc<dyn Work>>,
    first: VecDeque<Arc<dyn Work>>,
    work: VecDeque<Arc<dyn Work>>,
    ended: bool,
}

impl Pool {
    /// So many threads, not started yet.
    pub fn new(threads: usize) -> Pool {
        Pool {
            queue: Arc::default(),
            threads: threads.max(1),
            started: OnceLock::new(),
            origin: Instant::now(),
            made_up_ns: AtomicU64::new(0),
        }
    }

    /// Whether an exec that begins may be polled by whoever awaits it. Not while
    /// hundreds begin that take longer than a moment: the embedder's threads have
    /// results to pass on.
    pub fn welcomes(&self) -> bool {
        let ahead = self.made_up_ns.load(Ordering::Relaxed);
        ahead <= self.now_ns().saturating_add(WELCOME.as_nanos() as u64)
    }

    /// Notes that an exec took so long there and is not at its end.
    pub fn took(&self, time: Duration) {
        let now = self.now_ns();
        let time_ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let cost = time_ns / self.threads as u64;
        let add = |made_up: u64| Some(made_up.max(now).saturating_add(cost));
        let order = Ordering::Relaxed;
        let _ = self.made_up_ns.fetch_update(order, order, add);
    }

    fn now_ns(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Whether there are threads; starts them when first asked. A host that
    /// gives none has to do without the pool.
    pub fn is_there(&self) -> bool {
        *self.started.get_or_init(|| self.start())
    }

    /// Queues work.
    pub fn push(&self, work: Arc<dyn Work>, place: Place) {
        let mut waiting = self.queue.lock();
        match place {
            Place::Urgent => waiting.urgent.push_back(work),
            Place::First => waiting.first.push_back(work),
            Place::Last => waiting.work.push_back(work),
        }
        drop(waiting);
        self.queue.filled.notify_one();
    }

    fn start(&self) -> bool {
        let start = |number: usize| {
            let queue = self.queue.clone();
            std::thread::Builder::new()
                .name(format!("wardian-guest-{number}"))
                .spawn(move || queue.serve())
        };
        (0..self.threads).map(start).filter(Result::is_ok).count() > 0
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.lock().ended = true;
        self.queue.filled.notify_all();
    }
}

impl Queue {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Arc<dyn Work>> {
        let mut waiting = self.lock();
        loop {
            let next = waiting.urgent.pop_front();
            let next = next.or_else(|| waiting.first.pop_front());
            if let Some(work) = next.or_else(|| waiting.work.pop_front()) {
                return Some(work);
            }
            if waiting.ended {
                return None;
            }
            waiting = self
                .filled
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn serve(&self) {
        while let Some(work) = self.next() {
            if work.clone().slice() {
                let mut waiting = self.lock();
                waiting.work.push_back(work);
            }
        }
    }
}
