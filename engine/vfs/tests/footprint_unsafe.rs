//! How much memory a fork holds, measured at the allocator. The one test of its
//! process: nothing else allocates meanwhile.
#![allow(unsafe_code, reason = "a global allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use wardian_vfs::{Cred, Quota, Vfs};

struct Counting;

static LIVE_BYTES: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE_BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises hold for `System` too.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE_BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: `block` came from `System`, with this layout.
        unsafe { System.dealloc(block, layout) }
    }
}

fn live_bytes() -> usize {
    LIVE_BYTES.load(Ordering::Relaxed)
}

#[test]
fn a_fork_is_small() {
    let mut base = Vfs::new(Quota::default(), 0);
    base.populate_base(0).unwrap();
    for number in 0..300 {
        base.add_program(format!("tool-{number}").as_bytes(), b"x", 0)
            .unwrap();
    }
    base.mkdir_all("/home/user/tree", 0o755, Cred::ROOT, 0)
        .unwrap();
    assert!(size_of::<Vfs>() <= 160, "{}", size_of::<Vfs>());

    let before = live_bytes();
    let mut fork = base.fork();
    assert_eq!(live_bytes(), before, "a fork allocates nothing");
    for number in 0..20 {
        let path = format!("/home/user/tree/file-{number}");
        fork.write_file(path, b"a few bytes of text", 0o644, 0)
            .unwrap();
    }
    let own = live_bytes() - before;
    assert!(own <= 6 * 1024, "{own}");
    drop(fork);
    assert_eq!(live_bytes(), before, "and leaves nothing behind");
}
