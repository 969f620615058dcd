//! Linear memory charged to a process and its sandbox before it is given.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wasmtime::ResourceLimiter;

use super::state::Process;
use crate::reached::Reached;

/// Counts memory of one process against two limits.
#[derive(Debug)]
pub struct Limiter {
    process_limit_bytes: u64,
    sandbox_limit_bytes: u64,
    table_elements: u32,
    sandbox_bytes: Arc<AtomicU64>,
    process: Arc<Process>,
    held_bytes: u64,
    /// Largest memory so far.
    pub peak_bytes: u64,
    /// Whether memory was refused.
    pub refused: bool,
}

impl Limiter {
    /// A limiter that charges `sandbox_bytes` as well.
    pub fn new(
        process_limit_bytes: u64,
        sandbox_limit_bytes: u64,
        table_elements: u32,
        sandbox_bytes: Arc<AtomicU64>,
        process: Arc<Process>,
    ) -> Limiter {
        Limiter {
            process_limit_bytes,
            sandbox_limit_bytes,
            table_elements,
            sandbox_bytes,
            process,
            held_bytes: 0,
            peak_bytes: 0,
            refused: false,
        }
    }

    /// Gives back what is charged: another program takes the process's place.
    pub fn reset(&mut self) {
        self.sandbox_bytes
            .fetch_sub(self.held_bytes, Ordering::AcqRel);
        self.held_bytes = 0;
    }
}

impl Drop for Limiter {
    fn drop(&mut self) {
        self.reset();
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let desired = desired as u64;
        let more = desired.saturating_sub(current as u64);
        let before = self.sandbox_bytes.fetch_add(more, Ordering::AcqRel);
        let allowed = desired <= self.process_limit_bytes
            && before.saturating_add(more) <= self.sandbox_limit_bytes
            && maximum.is_none_or(|maximum| desired <= maximum as u64);
        if allowed {
            self.held_bytes += more;
            self.process
                .memory_bytes
                .store(self.held_bytes, Ordering::Relaxed);
            self.peak_bytes = self.peak_bytes.max(desired);
        } else {
            self.sandbox_bytes.fetch_sub(more, Ordering::AcqRel);
            self.refused = true;
            if desired > self.process_limit_bytes {
                self.process.job.reached().note(Reached::ProcessMemory);
            } else if before.saturating_add(more) > self.sandbox_limit_bytes {
                self.process.job.reached().note(Reached::Memory);
            }
        }
        Ok(allowed)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let allowed = desired <= self.table_elements as usize;
        if !allowed {
            self.process.job.reached().note(Reached::Table);
        }
        Ok(allowed)
    }
}
