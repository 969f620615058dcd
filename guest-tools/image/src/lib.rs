//! Wardian's prebuilt guest modules, compressed into the program, with the
//! table that says which applet lives in which module.
//!
//! `cargo xtask guests` builds them from `guest-tools/` and writes the manifest
//! this crate is generated from; no wasm toolchain is needed to compile it.
//!
//! ```
//! let module = wardian_tools::find_applet("sh").expect("the shell is always there");
//! assert_eq!(module.name, "sh");
//! assert!(module.wasm()?.starts_with(b"\0asm"));
//! # Ok::<(), wardian_tools::DecodeError>(())
//! ```

mod module;
mod table;

pub use module::{DecodeError, GuestModule};
#[cfg(feature = "probes")]
pub use table::probes;
pub use table::{applets, find_applet, find_module, modules};
