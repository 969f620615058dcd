//! When a failed request is made again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// When a failed request is made again: after a rate limit, a failure of the
/// provider or a broken connection, each time after twice the wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retry {
    /// Most attempts after the first. 3 by default.
    pub retries: u32,
    /// The wait before the second attempt, give or take a half. 1 s by default.
    pub first_wait: Duration,
    /// The longest wait. A provider that asks for more gets no further attempt:
    /// the caller sees the error and when to come back. 60 s by default.
    pub longest_wait: Duration,
}

impl Default for Retry {
    fn default() -> Retry {
        Retry {
            retries: 3,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
        }
    }
}

impl Retry {
    /// No further attempts.
    pub fn never() -> Retry {
        Retry {
            retries: 0,
            ..Retry::default()
        }
    }

    /// How long to wait after the failed attempt `attempt`, from 1; none when
    /// there is to be no other. `random` is any number.
    pub(crate) fn wait(
        &self,
        attempt: u32,
        asked: Option<Duration>,
        random: u64,
    ) -> Option<Duration> {
        if attempt > self.retries {
            return None;
        }
        if let Some(asked) = asked {
            return (asked <= self.longest_wait).then_some(asked);
        }
        let doublings = attempt.saturating_sub(1).min(20);
        let wait = self.first_wait.saturating_mul(1 << doublings);
        // Many agents that failed together should not come back together.
        let percent = 50 + u32::try_from(random % 101).unwrap_or_default();
        Some((wait.saturating_mul(percent) / 100).min(self.longest_wait))
    }
}

/// A number that differs from call to call, good enough to spread waits.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_within_bounds() {
        let retry = Retry::default();
        let wait = |attempt, random| retry.wait(attempt, None, random);
        assert_eq!(wait(1, 0), Some(Duration::from_millis(500)));
        assert_eq!(wait(1, 50), Some(Duration::from_secs(1)));
        assert_eq!(wait(1, 100), Some(Duration::from_millis(1500)));
        assert_eq!(wait(2, 50), Some(Duration::from_secs(2)));
        assert_eq!(wait(3, 50), Some(Duration::from_secs(4)));
        assert_eq!(wait(4, 50), None);
        let many = Retry {
            retries: 99,
            ..retry
        };
        assert_eq!(many.wait(60, None, 100), Some(retry.longest_wait));
    }

    #[test]
    fn what_the_provider_asks_for_comes_first() {
        let retry = Retry::default();
        let asked = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(retry.wait(1, asked(0), 7), asked(0));
        assert_eq!(retry.wait(3, asked(60), 7), asked(60));
        assert_eq!(retry.wait(1, asked(61), 7), None);
        assert_eq!(Retry::never().wait(1, asked(0), 7), None);
    }
}
