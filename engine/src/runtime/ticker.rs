//! The epoch ticker: a thread that bumps Wasmtime's epoch while guests run, so
//! that they look whether to stop. It sleeps when nothing runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::Thread;
use std::time::Duration;

use wasmtime::Engine;

/// Ticks without a running guest before the thread sleeps. Waking it costs
/// microseconds, so short gaps between commands do not put it to sleep.
const IDLE_TICKS: u32 = 100;

/// Handle of the ticker thread; dropping it ends the thread.
pub struct Ticker {
    state: Arc<State>,
    thread: Option<Thread>,
}

#[derive(Default)]
struct State {
    running: AtomicUsize,
    asleep: AtomicBool,
    ended: AtomicBool,
}

/// Keeps the ticker awake while a guest runs.
pub struct Running(Arc<State>);

impl Ticker {
    /// Starts the thread.
    pub fn start(engine: Engine, tick: Duration) -> Ticker {
        let state = Arc::new(State::default());
        let shared = state.clone();
        let thread = std::thread::Builder::new()
            .name("wardian-ticker".into())
            .spawn(move || run(&engine, &shared, tick))
            .ok()
            .map(|handle| handle.thread().clone());
        Ticker { state, thread }
    }

    /// Notes that a guest runs, until the result is dropped.
    pub fn running(&self) -> Running {
        self.state.running.fetch_add(1, Ordering::SeqCst);
        if self.state.asleep.load(Ordering::SeqCst)
            && let Some(thread) = &self.thread
        {
            thread.unpark();
        }
        Running(self.state.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::SeqCst);
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }
}

fn run(engine: &Engine, state: &State, tick: Duration) {
    let mut idle = 0;
    while !state.ended.load(Ordering::SeqCst) {
        if state.running.load(Ordering::SeqCst) > 0 {
            idle = 0;
        } else {
            idle += 1;
        }
        if idle > IDLE_TICKS {
            state.asleep.store(true, Ordering::SeqCst);
            // A guest that started since the look has seen `asleep` or is seen here.
            if state.running.load(Ordering::SeqCst) == 0 && !state.ended.load(Ordering::SeqCst) {
                std::thread::park();
            }
            state.asleep.store(false, Ordering::SeqCst);
            idle = 0;
        }
        std::thread::sleep(tick);
        engine.increment_epoch();
    }
}
