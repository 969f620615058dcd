//! The heap of Wardian's guests: dlmalloc, first over the zero pages that an
//! instance starts with, then over memory that it grows in large steps.
//!
//! Growing memory costs a fresh instance more than all the rest of its start, as
//! the host has to change the protection of pages; the heap that the linker
//! reserves (`--initial-heap`) costs nothing until it is touched. The C library's
//! `malloc` is replaced too, so that there is one heap and [`used`] knows its end.
//!
//! An allocation that fails ends the process with a message and the code of
//! one that was killed (137); C's functions give null as ever.
//!
//! A guest takes it with `use wardian_memory as _;`. Natively it does nothing.

#[cfg(target_os = "wasi")]
mod heap_unsafe;
#[cfg(target_os = "wasi")]
mod malloc_unsafe;

#[cfg(target_os = "wasi")]
pub use heap_unsafe::used;
