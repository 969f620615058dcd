//! Ends with the code given as argument, through `proc_exit`; 0 without one.

use std::ffi::OsString;

use crate::check::Outcome;
use crate::preview1;

pub fn run(args: &[OsString]) -> Outcome {
    let code: Option<u32> = args.first().and_then(|code| code.to_str()?.parse().ok());
    preview1::proc_exit(code.unwrap_or(0))
}
