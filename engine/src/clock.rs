//! Where guests' time comes from.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::virtual_time::VirtualTime;

/// A source of wall-clock and monotonic time, chosen by the embedder.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The host's clocks; the monotonic one starts near zero with the sandbox.
    System {
        /// Zero of the monotonic clock.
        origin: Instant,
    },
    /// A clock that the guests' own actions move: each reading by `step`, each
    /// sleep by its length, without waiting. Two runs of the same guest see the
    /// same times.
    Simulated(Arc<Simulated>),
    /// That of a deterministic sandbox ([`crate::SandboxBuilder::deterministic`]).
    Virtual(Arc<VirtualTime>),
}

/// State of [`Clock::Simulated`].
#[derive(Debug)]
pub struct Simulated {
    start_ns: u64,
    step_ns: u64,
    elapsed_ns: AtomicU64,
}

impl Clock {
    /// The host's clocks.
    pub fn system() -> Clock {
        Clock::System {
            origin: Instant::now(),
        }
    }

    /// A simulated clock that starts at `start_ns` nanoseconds since the epoch.
    pub fn simulated(start_ns: u64, step: Duration) -> Clock {
        Clock::Simulated(Arc::new(Simulated {
            start_ns,
            step_ns: u64::try_from(step.as_nanos()).unwrap_or(u64::MAX),
            elapsed_ns: AtomicU64::new(0),
        }))
    }

    /// Nanoseconds since the epoch.
    pub fn realtime_ns(&self) -> u64 {
        match self {
            Clock::System { .. } => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| {
                    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
                }),
            Clock::Simulated(simulated) => simulated.start_ns.saturating_add(simulated.step()),
            Clock::Virtual(time) => time.realtime_ns(),
        }
    }

    /// Nanoseconds since the sandbox was made.
    pub fn monotonic_ns(&self) -> u64 {
        match self {
            Clock::System { .. } => self.monotonic_ns_at(Instant::now()),
            Clock::Simulated(simulated) => simulated.step(),
            Clock::Virtual(time) => time.elapsed_ns(),
        }
    }

    /// The same, for who has just looked at the host's clock.
    pub(crate) fn monotonic_ns_at(&self, now: Instant) -> u64 {
        match self {
            Clock::System { origin } => {
                let since = now.saturating_duration_since(*origin);
                u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
            }
            Clock::Simulated(_) | Clock::Virtual(_) => self.monotonic_ns(),
        }
    }

    /// The clock of a fork: a virtual one goes its own way from here.
    pub(crate) fn fork(&self) -> Clock {
        match self {
            Clock::Virtual(time) => Clock::Virtual(time.fork()),
            other => other.clone(),
        }
    }

    /// The virtual clock, if it is one.
    pub(crate) fn virtual_time(&self) -> Option<&Arc<VirtualTime>> {
        match self {
            Clock::Virtual(time) => Some(time),
            _ => None,
        }
    }

    /// Moves a simulated clock on, in place of waiting. `false`: the caller has to wait.
    pub fn skip(&self, duration: Duration) -> bool {
        match self {
            Clock::System { .. } | Clock::Virtual(_) => false,
            Clock::Simulated(simulated) => {
                let ns = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
                simulated.elapsed_ns.fetch_add(ns, Ordering::Relaxed);
                true
            }
        }
    }
}

impl Simulated {
    fn step(&self) -> u64 {
        self.elapsed_ns.fetch_add(self.step_ns, Ordering::Relaxed)
    }
}
