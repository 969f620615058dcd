//! Threads that run guests which take longer than a moment, so that they do not
//! hold up the embedder's own. Work is done a slice at a time. What must end goes
//! first; then what has used little time before what has used much: who computes
//! for seconds does not notice a turn more or less, who is done after two does.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How much time of the embedder's threads execs that take longer than a moment
/// may use up at once, before others begin here. As time goes by, the time of as
/// many threads as there are here comes back.
const WELCOME: Duration = Duration::from_millis(20);

/// Every so many turns, the one that has waited longest has its own, whatever it
/// has used: nobody starves while others come and go.
const OLDEST_EVERY: u64 = 4;

/// Work is ordered by how much time it has used, in steps of so much,
const STEP: Duration = Duration::from_micros(500);

/// up to so many of them: beyond, all have used much.
const STEPS: u32 = 128;

/// A thread here lets the machine's other threads go first when it has worked so
/// long. The kernel would look some milliseconds later only, and among those that
/// wait are the embedder's, with results to pass on.
const BREATH: Duration = Duration::from_millis(1);

/// Something that has work to do now and then.
pub trait Work: Send + Sync {
    /// Works for about a slice, at the place that it was given; the next place, if
    /// there is more to do at once.
    fn slice(self: Arc<Self>, place: Place) -> Option<Place>;
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
    /// Execs that are polled by whoever awaits them, at this moment.
    outside: AtomicUsize,
}

/// Counts an exec that is polled by whoever awaits it.
pub struct Outside<'a>(&'a AtomicUsize);

impl Drop for Outside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Which work goes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Before all else: what must end.
    Urgent,
    /// Behind all that has used so many steps of time or less.
    Used(u32),
}

impl Place {
    /// The place of what has used so much time.
    pub fn after(used: Duration) -> Place {
        let steps = used.as_nanos() / STEP.as_nanos();
        Place::Used(u32::try_from(steps).map_or(STEPS, |steps| steps.min(STEPS)))
    }
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
    /// Work that waits or is being done.
    held: AtomicUsize,
}

/// What waits, by the number of its coming.
#[derive(Default)]
struct Waiting {
    urgent: VecDeque<Arc<dyn Work>>,
    /// By the time that it has used first.
    by_use: BTreeMap<(u32, u64), Arc<dyn Work>>,
    by_age: BTreeMap<u64, u32>,
    come: u64,
    turns: u64,
    ended: bool,
}

impl Waiting {
    fn push(&mut self, work: Arc<dyn Work>, place: Place) {
        match place {
            Place::Urgent => self.urgent.push_back(work),
            Place::Used(used) => {
                self.come += 1;
                self.by_use.insert((used, self.come), work);
                self.by_age.insert(self.come, used);
            }
        }
    }

    fn pop(&mut self) -> Option<(Arc<dyn Work>, Place)> {
        if let Some(work) = self.urgent.pop_front() {
            return Some((work, Place::Urgent));
        }
        self.turns = self.turns.wrapping_add(1);
        let (used, come) = if self.turns.is_multiple_of(OLDEST_EVERY) {
            self.by_age
                .first_key_value()
                .map(|(come, used)| (*used, *come))?
        } else {
            *self.by_use.first_key_value()?.0
        };
        self.by_age.remove(&come);
        let work = self.by_use.remove(&(used, come))?;
        Some((work, Place::Used(used)))
    }
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
            outside: AtomicUsize::new(0),
        }
    }

    /// Whether an exec that begins may be polled by whoever awaits it. Not while
    /// hundreds begin that take longer than a moment: the embedder's threads have
    /// results to pass on. While the threads here have all they can do, one exec at
    /// a time may, and none as long as others that did are to be made up for.
    pub fn welcomes(&self) -> bool {
        let ahead = self.made_up_ns.load(Ordering::Relaxed);
        // Looking at the clock costs as much as all the rest of this.
        let now = if ahead == 0 { 0 } else { self.now_ns() };
        if self.queue.held.load(Ordering::Relaxed) >= self.threads {
            return self.outside.load(Ordering::Relaxed) == 0 && ahead <= now;
        }
        ahead <= now.saturating_add(WELCOME.as_nanos() as u64)
    }

    /// Notes that an exec is polled by whoever awaits it, until the result is
    /// dropped.
    pub fn outside(&self) -> Outside<'_> {
        self.outside.fetch_add(1, Ordering::Relaxed);
        Outside(&self.outside)
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
        waiting.push(work, place);
        self.queue.held.fetch_add(1, Ordering::Relaxed);
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

    fn next(&self, breath: &mut Instant) -> Option<(Arc<dyn Work>, Place)> {
        let mut waiting = self.lock();
        loop {
            if let Some(next) = waiting.pop() {
                return Some(next);
            }
            if waiting.ended {
                return None;
            }
            waiting = self
                .filled
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
            *breath = Instant::now();
        }
    }

    fn serve(&self) {
        let mut breath = Instant::now();
        while let Some((work, place)) = self.next(&mut breath) {
            if let Some(place) = work.clone().slice(place) {
                self.lock().push(work, place);
            } else {
                self.held.fetch_sub(1, Ordering::Relaxed);
            }
            if breath.elapsed() >= BREATH {
                std::thread::yield_now();
                breath = Instant::now();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Work for Nothing {
        fn slice(self: Arc<Self>, _: Place) -> Option<Place> {
            None
        }
    }

    fn order(waiting: &mut Waiting, turns: usize) -> Vec<Place> {
        let turn = |_| waiting.pop().map(|(_, place)| place);
        (0..turns).map_while(turn).collect()
    }

    #[test]
    fn what_has_used_little_goes_first_and_nothing_starves() {
        let mut waiting = Waiting::default();
        let mut push = |place, count| {
            for _ in 0..count {
                waiting.push(Arc::new(Nothing), place);
            }
        };
        let (new, old) = (Place::after(Duration::ZERO), Place::after(WELCOME * 100));
        assert_eq!((new, old), (Place::Used(0), Place::Used(STEPS)));
        push(old, 10);
        push(new, 20);
        push(Place::Urgent, 2);
        let order = order(&mut waiting, 14);
        assert_eq!(&order[..2], [Place::Urgent; 2]);
        let olds = order.iter().filter(|place| **place == old).count();
        assert_eq!(olds, 12 / OLDEST_EVERY as usize);
    }
}
