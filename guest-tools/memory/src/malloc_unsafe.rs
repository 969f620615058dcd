//! The C library's `malloc` and its kin over the same heap. Each block is
//! preceded by its size, as dlmalloc wants to hear it again.

use std::alloc::{GlobalAlloc as _, Layout};
use std::ptr;

use crate::heap_unsafe::HEAP;

/// Before each block: its size, and padding that keeps it aligned.
const HEADER_BYTES: usize = 16;

fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size.checked_add(HEADER_BYTES)?, HEADER_BYTES).ok()
}

/// C17 7.22.3.4.
// SAFETY: the name and signature are C's; nothing else defines it.
#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: usize) -> *mut u8 {
    let Some(layout) = layout(size) else {
        return ptr::null_mut();
    };
    // SAFETY: the block is at least a header long.
    unsafe {
        let block = HEAP.malloc(layout.size(), layout.align());
        if block.is_null() {
            return block;
        }
        block.cast::<usize>().write(size);
        block.add(HEADER_BYTES)
    }
}

/// C17 7.22.3.2.
// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut u8 {
    let Some(size) = count.checked_mul(size) else {
        return ptr::null_mut();
    };
    // SAFETY: `malloc` returned a block of that size.
    unsafe {
        let block = malloc(size);
        if !block.is_null() {
            block.write_bytes(0, size);
        }
        block
    }
}

/// C17 7.22.3.3.
// SAFETY: as for `malloc`; the block came from it.
#[unsafe(no_mangle)]
unsafe extern "C" fn free(block: *mut u8) {
    if block.is_null() {
        return;
    }
    // SAFETY: `malloc` wrote the size before the block.
    unsafe {
        let block = block.sub(HEADER_BYTES);
        let size = block.cast::<usize>().read();
        if let Some(layout) = layout(size) {
            HEAP.dealloc(block, layout);
        }
    }
}

/// C17 7.22.3.5.
// SAFETY: as for `malloc`; the block came from it.
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(block: *mut u8, size: usize) -> *mut u8 {
    // SAFETY: `malloc` wrote the size before the block.
    unsafe {
        if block.is_null() {
            return malloc(size);
        }
        let start = block.sub(HEADER_BYTES);
        let (Some(old), Some(new)) = (layout(start.cast::<usize>().read()), layout(size)) else {
            return ptr::null_mut();
        };
        let start = HEAP.resize(start, old, new.size());
        if start.is_null() {
            return start;
        }
        start.cast::<usize>().write(size);
        start.add(HEADER_BYTES)
    }
}

/// C17 7.22.3.1, for alignments that `malloc` gives anyway.
// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn aligned_alloc(align: usize, size: usize) -> *mut u8 {
    if align > HEADER_BYTES {
        return ptr::null_mut();
    }
    // SAFETY: no more is asked than `malloc` gives.
    unsafe { malloc(size) }
}

/// POSIX.1-2017, for alignments that `malloc` gives anyway: else `ENOMEM`.
// SAFETY: as for `malloc`; `out` is the caller's.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(out: *mut *mut u8, align: usize, size: usize) -> i32 {
    const ENOMEM: i32 = 48;
    // SAFETY: no more is asked than `malloc` gives.
    unsafe {
        let block = aligned_alloc(align, size);
        if block.is_null() {
            return ENOMEM;
        }
        out.write(block);
    }
    0
}
