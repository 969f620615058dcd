//! jq's functions that are written in Rust, by family.

mod arrays;
mod dates;
mod formats;
mod math;
mod objects;
mod streams;
mod strings;
mod system;

use super::node::Native;

pub use arrays::by_keys;
pub use formats::format;
pub use streams::{events, stream_events};

/// The function of this name and number of arguments.
pub fn find(name: &str, arity: usize) -> Option<Native> {
    let families = [
        arrays::find,
        objects::find,
        strings::find,
        system::find,
        math::find,
        dates::find,
    ];
    families.iter().find_map(|find| find(name, arity))
}
