//! What every applet of ours shares at its edge: options, messages, output.

mod choice;
mod getopt;
mod message;
mod output;

pub use choice::{Unclear, choice, find_choice};
pub use getopt::{Opt, Order, Parsed, Value, parse};
pub use message::Context;
pub use output::Output;
