//! Waiting for children through the process ABI.
#![allow(unsafe_code)]

use super::End;
use wardian_abi::imports;
use wardian_applet::program::Child;
use wardian_applet::sys::{self, Errno, OpenHow};

/// `subscription` of preview 1 for reading: 48 bytes.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Subscription {
    userdata: u64,
    tag: u64,
    descriptor: u64,
    _rest: [u64; 3],
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Event {
    userdata: u64,
    _rest: [u64; 3],
}

const TAG_READ: u64 = 1;

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn poll_oneoff(
        subscriptions: *const Subscription,
        events: *mut Event,
        count: usize,
        out: *mut usize,
    ) -> u32;
}

/// Waits for a child's end and lets go of it.
pub fn wait(child: &Child) -> End {
    let end = loop {
        match imports::wait(child.fd, 0) {
            Ok(status) => {
                break End {
                    code: status.exit_code as i32,
                    signal: status.signal,
                };
            }
            Err(Errno::Intr) => {}
            Err(_) => break End { code: 1, signal: 0 },
        }
    };
    sys::close(child.fd);
    end
}

/// Waits until one of the children has ended; gives its place.
pub fn wait_any(children: &[Child]) -> usize {
    if children.len() < 2 {
        return 0;
    }
    let subscriptions: Vec<Subscription> = children
        .iter()
        .enumerate()
        .map(|(place, child)| Subscription {
            userdata: place as u64,
            tag: TAG_READ,
            descriptor: u64::from(child.fd),
            ..Subscription::default()
        })
        .collect();
    let mut events = vec![Event::default(); subscriptions.len()];
    let mut count = 0;
    // SAFETY: both arrays hold as many elements as the count says.
    let raw = unsafe {
        poll_oneoff(
            subscriptions.as_ptr(),
            events.as_mut_ptr(),
            subscriptions.len(),
            &mut count,
        )
    };
    let first = events.get(..count).and_then(<[Event]>::first);
    match first {
        Some(event) if raw == 0 => (event.userdata as usize).min(children.len() - 1),
        _ => 0,
    }
}

/// Calls `start` with `/dev/null` as standard input.
pub fn without_input<T>(start: impl FnOnce() -> T) -> T {
    let saved = imports::dup(0).ok();
    let null = sys::open(b"/dev/null", OpenHow::READ).ok();
    if let Some(null) = null {
        sys::replace(null, 0);
    }
    let result = start();
    if let Some(saved) = saved {
        sys::replace(saved, 0);
        sys::close(saved);
    }
    if let Some(null) = null {
        sys::close(null);
    }
    result
}

/// Makes a directory the working directory.
pub fn change_directory(path: &[u8]) -> Result<(), Errno> {
    imports::change_directory(path)
}
