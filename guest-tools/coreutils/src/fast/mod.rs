//! The applets that scripts call most, written to start in microseconds.

pub mod cat;
pub mod date;
pub mod echo;
pub mod head;
mod input;
pub mod names;
pub mod remove;
pub mod small;
pub mod tail;
pub mod tee;
pub mod touch;
pub mod wc;

pub use input::with_buffer;

use crate::cli::{Context, Output};

/// Ends output as `head` and `tail` do, which tell of an error on the way in
/// other words than of one at the end.
fn finish(out: &mut Output, context: &Context<'_>, code: i32) -> i32 {
    match out.error() {
        Some(errno) => {
            context.say_error(b"error writing 'standard output'", errno);
            1
        }
        None => out.finish(context, code),
    }
}
