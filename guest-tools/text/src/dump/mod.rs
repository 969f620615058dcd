//! Showing bytes: `xxd`, `hexdump`, `strings`.

mod format;
mod hexdump;
mod input;
mod strings;
mod xxd;
mod xxd_revert;

pub use hexdump::{hd, hexdump};
pub use strings::run as strings;
pub use xxd::run as xxd;
