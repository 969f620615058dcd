//! Deterministic sandboxes: where their time and randomness come from.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// When it is in a deterministic sandbox unless told otherwise: 2000-01-01 UTC.
const START: Duration = Duration::from_secs(946_684_800);

/// What a deterministic sandbox has in place of the host's clock and randomness;
/// see [`crate::SandboxBuilder::deterministic`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Determinism {
    /// Where all randomness comes from.
    pub seed: [u8; 32],
    /// When it is at first; before 1970 counts as 1970.
    pub start: SystemTime,
}

impl Default for Determinism {
    /// Seed 0, on 2000-01-01 UTC.
    fn default() -> Determinism {
        Determinism::seeded(0)
    }
}

impl Determinism {
    /// With this seed, on 2000-01-01 UTC.
    pub fn seeded(seed: u64) -> Determinism {
        let mut bytes = [0; 32];
        for (byte, value) in bytes.iter_mut().zip(seed.to_le_bytes()) {
            *byte = value;
        }
        Determinism {
            seed: bytes,
            start: UNIX_EPOCH + START,
        }
    }

    /// The start in nanoseconds since the epoch.
    pub(crate) fn start_ns(&self) -> u64 {
        let since = self.start.duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }
}
