//! The C library's `strerror_r`, with glibc's wording.
//!
//! Rust's `io::Error` takes its text from this symbol; WASI's C library has
//! other words than GNU's for a dozen errors. A definition in the program
//! comes before the library's.
#![allow(unsafe_code)]

use wardian_abi::Errno;

/// Writes the message for an error number, NUL-terminated and cut to `len`.
#[unsafe(no_mangle)]
extern "C" fn strerror_r(code: i32, buf: *mut u8, len: usize) -> i32 {
    let message = match u16::try_from(code) {
        Ok(0) => "Success",
        Ok(raw) => Errno::from_raw(raw).map_or("Unknown error", Errno::message),
        Err(_) => "Unknown error",
    };
    if len == 0 {
        return i32::from(Errno::Range.raw());
    }
    let used = message.len().min(len - 1);
    // SAFETY: the caller gives `len` writable bytes at `buf`, as POSIX asks,
    // and `used` < `len`.
    unsafe {
        buf.copy_from_nonoverlapping(message.as_ptr(), used);
        buf.add(used).write(0);
    }
    0
}
