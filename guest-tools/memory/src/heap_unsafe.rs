//! The heap, as Rust's global allocator.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::ops::Range;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use dlmalloc::{Allocator, Dlmalloc};

const PAGE_BYTES: usize = 65536;
/// Least step by which memory grows.
const GROW_BYTES: usize = 1 << 20;

// SAFETY: the linker defines it; only its address is used.
unsafe extern "C" {
    static __heap_base: u8;
}

/// Up to where the memory that the instance started with is handed out; 0: not
/// looked at yet.
static TOP: AtomicUsize = AtomicUsize::new(0);
/// Its end.
static END: AtomicUsize = AtomicUsize::new(0);

/// What an allocation gives; ends the process if it failed. Hardly any program
/// is prepared for a failure (none of ours does with less, and `try_reserve`
/// would only lead to another message), and Rust's own way out is a trap, which
/// looks like a fault of the tool rather than a limit that was met.
#[inline]
fn checked(block: *mut u8) -> *mut u8 {
    if block.is_null() {
        out_of_memory();
    }
    block
}

/// Ends the process as a kernel does that is out of memory: killed, after a line
/// that says why. Nothing here allocates.
#[cold]
fn out_of_memory() -> ! {
    const KILLED: u32 = 128 + 9;
    const TEXT: &[u8] = b"out of memory\n";
    let text = IoVec {
        start: TEXT.as_ptr(),
        length: TEXT.len(),
    };
    let mut written = 0;
    // SAFETY: the vector and what it points to are valid for reads, `written` for
    // a write; `proc_exit` does not return.
    unsafe {
        fd_write(2, &raw const text, 1, &raw mut written);
        proc_exit(KILLED)
    }
}

/// WASI's `ciovec`.
#[repr(C)]
struct IoVec {
    start: *const u8,
    length: usize,
}

// SAFETY: the signatures are WASI preview 1's.
#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn fd_write(fd: u32, vectors: *const IoVec, count: usize, written: *mut usize) -> u32;
    fn proc_exit(code: u32) -> !;
}

/// The parts of linear memory that may hold something else than zero: up to the
/// end of the heap in the memory that the instance started with, and all that
/// has been grown since (empty if nothing has).
pub fn used() -> [Range<usize>; 2] {
    let (top, end) = first();
    [0..top, end..core::arch::wasm32::memory_size(0) * PAGE_BYTES]
}

fn first() -> (usize, usize) {
    match TOP.load(Ordering::Relaxed) {
        0 => {
            let base = (&raw const __heap_base).addr().next_multiple_of(16);
            let end = core::arch::wasm32::memory_size(0) * PAGE_BYTES;
            TOP.store(base, Ordering::Relaxed);
            END.store(end, Ordering::Relaxed);
            (base, end)
        }
        top => (top, END.load(Ordering::Relaxed)),
    }
}

/// Where dlmalloc gets memory.
pub(crate) struct Pages;

// SAFETY: what `alloc` returns is memory that nothing else uses: each byte of
// the first region is handed out once, and so is what `memory.grow` adds.
unsafe impl Allocator for Pages {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        let (top, end) = first();
        // The host may have given less than the module's image and heap need.
        if size <= end.saturating_sub(top) {
            TOP.store(top + size, Ordering::Relaxed);
            return (ptr::with_exposed_provenance_mut(top), size, 0);
        }
        let Some(size) = size.max(GROW_BYTES).checked_next_multiple_of(PAGE_BYTES) else {
            return (ptr::null_mut(), 0, 0);
        };
        match core::arch::wasm32::memory_grow(0, size / PAGE_BYTES) {
            usize::MAX => (ptr::null_mut(), 0, 0),
            page => (ptr::with_exposed_provenance_mut(page * PAGE_BYTES), size, 0),
        }
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        ptr::null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE_BYTES
    }
}

/// The heap of a guest. Guests have one thread.
pub(crate) struct Heap(UnsafeCell<Dlmalloc<Pages>>);

// SAFETY: wasm32-wasip1 has no threads.
unsafe impl Sync for Heap {}

#[global_allocator]
pub(crate) static HEAP: Heap = Heap(UnsafeCell::new(Dlmalloc::new_with_allocator(Pages)));

impl Heap {
    /// # Safety
    /// As for [`Dlmalloc::malloc`].
    pub(crate) unsafe fn malloc(&self, size: usize, align: usize) -> *mut u8 {
        // SAFETY: one thread, and no allocator call runs within another.
        unsafe { (*self.0.get()).malloc(size, align) }
    }

    /// # Safety
    /// As for [`Dlmalloc::realloc`].
    pub(crate) unsafe fn resize(&self, at: *mut u8, old: Layout, size: usize) -> *mut u8 {
        // SAFETY: as for `malloc`.
        unsafe { (*self.0.get()).realloc(at, old.size(), old.align(), size) }
    }
}

// SAFETY: dlmalloc keeps the contract; calls never overlap in one thread.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see above.
        checked(unsafe { (*self.0.get()).malloc(layout.size(), layout.align()) })
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see above.
        checked(unsafe { (*self.0.get()).calloc(layout.size(), layout.align()) })
    }

    #[inline]
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: see above; the caller gives what `alloc` returned.
        unsafe { (*self.0.get()).free(at, layout.size(), layout.align()) }
    }

    #[inline]
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: see above; the caller gives what `alloc` returned.
        checked(unsafe { (*self.0.get()).realloc(at, layout.size(), layout.align(), size) })
    }
}
