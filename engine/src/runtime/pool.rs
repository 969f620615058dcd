//! Threads that run guests which take longer than a moment, so that they do not
//! hold up the embedder's own. Whoever has work is taken in turn, a slice at a
//! time; who must end goes first.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};

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
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
}

#[derive(Default)]
struct Waiting {
    urgent: VecDeque<Arc<dyn Work>>,
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
        }
    }

    /// Whether there are threads; starts them when first asked. A host that
    /// gives none has to do without the pool.
    pub fn is_there(&self) -> bool {
        *self.started.get_or_init(|| self.start())
    }

    /// Queues work behind all that waits; `urgent`: before it.
    pub fn push(&self, work: Arc<dyn Work>, urgent: bool) {
        let mut waiting = self.queue.lock();
        if urgent {
            waiting.urgent.push_back(work);
        } else {
            waiting.work.push_back(work);
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
            let urgent = waiting.urgent.pop_front();
            if let Some(work) = urgent.or_else(|| waiting.work.pop_front()) {
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
