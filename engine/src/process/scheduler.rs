//! The turns of an exec's processes. Each is a future that is polled while it
//! has something to do.
//!
//! At first they are polled by whoever awaits the exec: a short command and the
//! processes it starts never change threads. An exec that takes longer than a
//! moment moves to the runtime's own threads, where all execs take turns,
//! however many processes each has: one that starts a thousand gets no more than
//! another, and one that has used little goes before one that has used much. There
//! it may use as many threads as the sandbox shows processors.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use atomic_waker::AtomicWaker;
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::Handle;
use tokio::task::unconstrained;

use super::order::Order;
use crate::runtime::{Place, Pool, Work};
use crate::virtual_time::VirtualTime;

/// How long an exec is polled by whoever awaits it, and how long a turn is on
/// the runtime's threads.
const SLICE: Duration = Duration::from_millis(1);

type Future_ = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The processes of one exec that have a turn now and then.
pub struct Scheduler {
    pool: Arc<Pool>,
    /// Timers and compilations are of the runtime that the exec was awaited in.
    handle: Option<Handle>,
    /// Most threads at once.
    width: usize,
    me: Weak<Scheduler>,
    tasks: Mutex<BTreeMap<u64, Arc<Task>>>,
    next: AtomicU64,
    ready: Mutex<VecDeque<Arc<Task>>>,
    /// Whether it has moved to the runtime's threads.
    moved: AtomicBool,
    /// Whether whoever awaits the exec is giving turns right now.
    polling: AtomicBool,
    /// Places it holds in the pool's queue and on its threads.
    places: AtomicUsize,
    /// Those that go first, likewise.
    urgent: AtomicUsize,
    /// Whether it is to end.
    hurried: AtomicBool,
    /// How long its turns took, in nanoseconds.
    used_ns: AtomicU64,
    /// Whoever awaits the exec.
    awaiting: AtomicWaker,
    /// Of a deterministic sandbox.
    order: Option<Order>,
}

struct Task {
    key: u64,
    scheduler: Weak<Scheduler>,
    state: AtomicU8,
    future: Mutex<Option<Future_>>,
}

// States of a task.
const IDLE: u8 = 0;
const READY: u8 = 1;
const RUNNING: u8 = 2;
const WOKEN: u8 = 3;

impl Scheduler {
    /// Without processes yet.
    pub fn new(pool: Arc<Pool>, width: usize) -> Arc<Scheduler> {
        Scheduler::with(pool, width, None)
    }

    /// The same, with turns that depend on nothing but what the processes do.
    pub fn in_order(pool: Arc<Pool>, time: Arc<VirtualTime>) -> Arc<Scheduler> {
        Scheduler::with(pool, 1, Some(Order::new(time)))
    }

    fn with(pool: Arc<Pool>, width: usize, order: Option<Order>) -> Arc<Scheduler> {
        Arc::new_cyclic(|me| Scheduler {
            pool,
            handle: Handle::try_current().ok(),
            width: width.max(1),
            me: me.clone(),
            tasks: Mutex::default(),
            next: AtomicU64::new(0),
            ready: Mutex::default(),
            moved: AtomicBool::new(false),
            polling: AtomicBool::new(false),
            places: AtomicUsize::new(0),
            urgent: AtomicUsize::new(0),
            hurried: AtomicBool::new(false),
            used_ns: AtomicU64::new(0),
            awaiting: AtomicWaker::new(),
            order,
        })
    }

    /// Gives a process its turns until it ends.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = Arc::new(Task {
            key: self.next.fetch_add(1, Ordering::Relaxed),
            scheduler: self.me.clone(),
            state: AtomicU8::new(READY),
            future: Mutex::new(Some(Box::pin(unconstrained(future)))),
        });
        lock(&self.tasks).insert(task.key, task.clone());
        self.enqueue(task);
    }

    /// Waits for `end`, and gives the processes their turns meanwhile as long as
    /// they take no more than a moment. It begins at the time `now`.
    pub async fn run_until<T>(&self, now: Instant, end: impl Future<Output = T>) -> T {
        let mut end = std::pin::pin!(end);
        let mut spent = Duration::ZERO;
        let mut now = Some(now);
        if !self.pool.welcomes() {
            self.move_to_pool();
        }
        poll_fn(|cx| {
            self.awaiting.register(cx.waker());
            let mut full = false;
            while !self.moved.load(Ordering::Acquire) && self.has_work() {
                let start = now.take().unwrap_or_else(Instant::now);
                let mut took = Duration::ZERO;
                let outside = self.pool.outside();
                self.polling.store(true, Ordering::Release);
                while let Some(task) = self.take() {
                    self.run(task, Some(start + took));
                    took = start.elapsed();
                    if spent + took >= SLICE {
                        full = true;
                        break;
                    }
                }
                drop(outside);
                self.used(took.min(SLICE));
                spent += took;
                // Who enqueued something and saw `true` has done so before this:
                // it is found above.
                self.polling.store(false, Ordering::Release);
                if full {
                    self.pool.took(spent);
                }
                if full && !self.move_to_pool() {
                    // Another turn after whatever else this task waits for.
                    spent = Duration::ZERO;
                    cx.waker().wake_by_ref();
                    break;
                }
            }
            end.as_mut().poll(cx)
        })
        .await
    }

    /// Lets the runtime's threads give the turns from now on; `false` if the host
    /// gave it none.
    fn move_to_pool(&self) -> bool {
        if self.pool.is_there() {
            self.moved.store(true, Ordering::Release);
            self.queue();
        }
        self.moved.load(Ordering::Acquire)
    }

    /// Nobody awaits the exec any more: what is left of it has been killed and
    /// ends elsewhere.
    pub fn abandon(&self) {
        if !self.move_to_pool() {
            let tasks = std::mem::take(&mut *lock(&self.tasks));
            for task in tasks.into_values() {
                let future = lock(&task.future).take();
                drop(future);
            }
        }
    }

    /// From now on its turns come before those of all other execs: it is to end.
    pub fn hurry(&self) {
        self.hurried.store(true, Ordering::Release);
        self.queue();
    }

    fn queue(&self) {
        if self.moved.load(Ordering::Acquire)
            && self.has_work()
            && let Some(me) = self.me.upgrade()
        {
            let place = self.place();
            if self.take_place(place, 1) {
                self.pool.push(me, place);
            }
        }
    }

    /// Where its next turn is.
    fn place(&self) -> Place {
        if self.hurried.load(Ordering::Acquire) {
            return Place::Urgent;
        }
        Place::after(Duration::from_nanos(self.used_ns.load(Ordering::Relaxed)))
    }

    /// Notes what a turn took.
    fn used(&self, time: Duration) {
        let time_ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.used_ns.fetch_add(time_ns, Ordering::Relaxed);
    }

    /// Places of this kind: those that go first are beside the others, which may
    /// be far back.
    fn places(&self, place: Place) -> &AtomicUsize {
        match place {
            Place::Urgent => &self.urgent,
            Place::Used(_) => &self.places,
        }
    }

    fn enqueue(&self, task: Arc<Task>) {
        lock(&self.ready).push_back(task);
        if !self.moved.load(Ordering::Acquire) {
            if !self.polling.load(Ordering::Acquire) {
                self.awaiting.wake();
            }
            // It may have moved meanwhile.
            if !self.moved.load(Ordering::Acquire) {
                return;
            }
        }
        self.queue();
    }

    /// Waits for something of the host's that takes longer on one day than on
    /// another. In a deterministic sandbox, where only processes may ask, nobody
    /// else has a turn meanwhile.
    pub async fn outside<T>(&self, future: impl Future<Output = T>) -> T {
        let _held = self.order.as_ref().map(Order::hold);
        future.await
    }

    /// Waits until no process can go on, in a deterministic sandbox.
    pub async fn stalled(&self) {
        match &self.order {
            Some(order) => order.stalled().await,
            None => std::future::pending().await,
        }
    }

    fn take(&self) -> Option<Arc<Task>> {
        match &self.order {
            None => lock(&self.ready).pop_front(),
            Some(order) => order.take(&self.ready, |task| task.key),
        }
    }

    fn has_work(&self) -> bool {
        match &self.order {
            None => !lock(&self.ready).is_empty(),
            Some(order) => order.has_work(&self.ready, |task| task.key),
        }
    }

    /// Gives a turn. `now`: the time, if it is known.
    fn run(&self, task: Arc<Task>, now: Option<Instant>) {
        LOOKED.set(now);
        let key = task.key;
        task.run();
        if let Some(order) = &self.order {
            order.ran(key);
        }
    }

    /// Takes a place of this kind in the queue unless it holds `most`.
    fn take_place(&self, place: Place, most: usize) -> bool {
        let more = |places| (places < most).then_some(places + 1);
        self.places(place)
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .is_ok()
    }
}

impl Work for Scheduler {
    fn slice(self: Arc<Self>, place: Place) -> Option<Place> {
        let _entered = self.handle.as_ref().map(Handle::enter);
        let turn = self.order.as_ref().map(Order::turn);
        let start = Instant::now();
        let mut full = false;
        let mut now = Some(start);
        while !full && let Some(task) = self.take() {
            self.run(task, now.take());
            full = start.elapsed() >= SLICE;
        }
        self.used(computed(start.elapsed()));
        let next = self.place();
        if full {
            let waiting = lock(&self.ready).len();
            // Another thread, if there is work for two.
            if waiting > 1 && self.take_place(next, self.width) {
                self.pool.push(self.clone(), next);
            }
        }
        drop(turn);
        self.places(place).fetch_sub(1, Ordering::AcqRel);
        // What became ready before the place was given up has seen it taken.
        (self.has_work() && self.take_place(next, if full { self.width } else { 1 }))
            .then_some(next)
    }
}

thread_local! {
    /// When this thread's turn began, if that is known: looking at the clock is no
    /// small part of a short command.
    static LOOKED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// The time at which a turn begins.
pub fn turn_begins() -> Instant {
    LOOKED.take().unwrap_or_else(Instant::now)
}

/// How much of the time since a turn began this thread computed: the machine may
/// have given the processor to others meanwhile. The kernel is asked only where
/// that can matter, and what the thread did since it was last asked counts too.
fn computed(elapsed: Duration) -> Duration {
    thread_local! {
        static ASKED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }
    if elapsed < SLICE {
        return elapsed;
    }
    let now = clock_gettime(ClockId::ThreadCPUTime);
    let now = Duration::try_from(now).unwrap_or_default();
    elapsed.min(now.saturating_sub(ASKED.replace(now)))
}

impl Task {
    /// A turn.
    fn run(self: Arc<Self>) {
        self.state.store(RUNNING, Ordering::Release);
        let waker = Waker::from(self.clone());
        let mut cx = Context::from_waker(&waker);
        let mut future = lock(&self.future);
        let Some(running) = future.as_mut() else {
            return;
        };
        // A panic is a defect of the host's: it ends the process, not the thread
        // that other sandboxes need.
        let polled = catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(&mut cx)));
        if matches!(polled, Ok(Poll::Pending)) {
            drop(future);
            let again =
                self.state
                    .compare_exchange(RUNNING, IDLE, Ordering::AcqRel, Ordering::Acquire);
            if again.is_err() {
                self.state.store(READY, Ordering::Release);
                if let Some(scheduler) = self.scheduler.upgrade() {
                    lock(&scheduler.ready).push_back(self);
                }
            }
            return;
        }
        let ended = future.take();
        drop(future);
        drop(ended);
        if let Some(scheduler) = self.scheduler.upgrade() {
            lock(&scheduler.tasks).remove(&self.key);
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut state = self.state.load(Ordering::Acquire);
        loop {
            let next = match state {
                IDLE => READY,
                RUNNING => WOKEN,
                _ => return,
            };
            match self
                .state
                .compare_exchange_weak(state, next, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(_) if next == READY => break,
                Ok(_) => return,
                Err(now) => state = now,
            }
        }
        if let Some(scheduler) = self.scheduler.upgrade() {
            scheduler.enqueue(self.clone());
        }
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        // A process holds its job, and so this: drop none of them within a lock.
        let tasks = std::mem::take(&mut *lock(&self.tasks));
        drop(tasks);
    }
}

impl std::fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scheduler")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Computes for a slice, gives way, and says so, until nobody listens.
    async fn busy(name: char, turns: mpsc::Sender<char>) {
        while turns.send(name).is_ok() {
            let start = Instant::now();
            while start.elapsed() < SLICE {
                std::hint::spin_loop();
            }
            crate::fd::yield_now().await;
        }
    }

    #[test]
    fn many_processes_get_no_more_turns_than_one() {
        let pool = Arc::new(Pool::new(1));
        let (many, one) = (
            Scheduler::new(pool.clone(), 4),
            Scheduler::new(pool.clone(), 4),
        );
        let (sender, turns) = mpsc::channel();
        for _ in 0..50 {
            many.spawn(busy('m', sender.clone()));
        }
        one.spawn(busy('1', sender));
        assert!(many.move_to_pool() && one.move_to_pool());
        let of_many = turns
            .iter()
            .skip_while(|name| *name == 'm')
            .take(100)
            .filter(|name| *name == 'm')
            .count();
        // It may hold four places, for four threads: no more.
        assert!(of_many <= 85, "{of_many} of 100 turns");
        drop(turns);
    }

    #[test]
    fn what_is_woken_while_it_runs_runs_again() {
        let pool = Arc::new(Pool::new(2));
        let scheduler = Scheduler::new(pool, 2);
        let (sender, done) = mpsc::channel();
        for number in 0..100 {
            let sender = sender.clone();
            scheduler.spawn(async move {
                for _ in 0..100 {
                    crate::fd::yield_now().await;
                }
                let _ = sender.send(number);
            });
        }
        drop(sender);
        assert!(scheduler.move_to_pool());
        assert_eq!(done.iter().count(), 100);
    }

    #[test]
    fn in_order_whoever_waits_for_the_host_goes_first_and_sleepers_last() {
        for _ in 0..100 {
            let time = VirtualTime::new(0);
            let scheduler = Scheduler::in_order(Arc::new(Pool::new(2)), time.clone());
            let (sender, seen) = mpsc::channel();
            let (answer, asked) = tokio::sync::oneshot::channel();
            let (note, of_the_host) = (sender.clone(), scheduler.clone());
            scheduler.spawn(async move {
                let _ = of_the_host.outside(asked).await;
                let _ = note.send('h');
            });
            for (name, ns) in [('3', 300), ('1', 100), ('2', 200), ('0', 0)] {
                let (note, time) = (sender.clone(), time.clone());
                scheduler.spawn(async move {
                    time.sleep(ns).await;
                    let _ = note.send(name);
                });
            }
            let of_the_end = scheduler.clone();
            scheduler.spawn(async move {
                of_the_end.stalled().await;
                let _ = sender.send('e');
            });
            assert!(scheduler.move_to_pool());
            let _ = answer.send(());
            assert_eq!(seen.iter().collect::<String>(), "h0123e");
            assert_eq!(time.elapsed_ns(), 300);
        }
    }

    #[test]
    fn a_panic_ends_one_process_only() {
        let scheduler = Scheduler::new(Arc::new(Pool::new(1)), 1);
        let (sender, done) = mpsc::channel();
        scheduler.spawn(async { panic!("a defect, on purpose") });
        scheduler.spawn(async move {
            let _ = sender.send(());
        });
        assert!(scheduler.move_to_pool());
        assert_eq!(done.recv(), Ok(()));
    }
}
