//! Prints each argument after the probe's name on a line of its own, in the
//! debug form, so that empty and odd ones show.

use std::ffi::OsString;

use crate::check::Outcome;

pub fn run(args: &[OsString]) -> Outcome {
    for arg in args {
        println!("{arg:?}");
    }
    Ok(())
}
