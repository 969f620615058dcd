//! The one large read buffer of the process, part of the initial memory.

use std::sync::Mutex;

/// Size of the buffer.
pub const BUFFER_BYTES: usize = 128 * 1024;

static BUFFER: Mutex<[u8; BUFFER_BYTES]> = Mutex::new([0; BUFFER_BYTES]);

/// Calls `work` with the buffer. Calls must not nest.
pub fn with_buffer<T>(work: impl FnOnce(&mut [u8]) -> T) -> T {
    match BUFFER.try_lock() {
        Ok(mut buffer) => work(buffer.as_mut_slice()),
        Err(_) => work(&mut vec![0; BUFFER_BYTES]),
    }
}
