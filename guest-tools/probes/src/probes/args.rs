//! Prints each argument after the probe's name on a line of its own, in the
//! debug form, so that empty and odd ones show.

use std::ffi::OsString;
use std::process::ExitCode;

pub fn run(args: &[OsString]) -> ExitCode {
    for arg in args {
        println!("{arg:?}");
    }
    ExitCode::SUCCESS
}
