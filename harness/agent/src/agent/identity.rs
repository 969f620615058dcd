//! Names for what nobody named.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

/// A name that nobody else has: 16 hexadecimal digits. It is no secret.
pub(crate) fn random_id() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    // The standard library's keys are random per process; the number makes
    // names within it differ.
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u64(NUMBER.fetch_add(1, Ordering::Relaxed));
    hasher.write_u32(std::process::id());
    format!("{:016x}", hasher.finish())
}
