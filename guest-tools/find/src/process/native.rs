//! Natively no children are started: the crate builds for its tests only.

use super::End;
use wardian_applet::program::Child;
use wardian_applet::sys::Errno;

/// Never called: there are no children.
pub fn wait(_child: &Child) -> End {
    End { code: 0, signal: 0 }
}

/// Never called: there are no children.
pub fn wait_any(_children: &[Child]) -> usize {
    0
}

/// Calls `start`.
pub fn without_input<T>(start: impl FnOnce() -> T) -> T {
    start()
}

/// Not available natively.
pub fn change_directory(_path: &[u8]) -> Result<(), Errno> {
    Err(Errno::Nosys)
}
