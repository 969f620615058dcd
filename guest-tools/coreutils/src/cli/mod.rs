//! What every applet of ours shares at its edge: options, messages, output.

mod getopt;
mod message;
mod output;

#[cfg(target_os = "wasi")]
pub use getopt::Value;
pub use getopt::{Opt, Order, parse};
pub use message::Context;
pub use output::Output;
