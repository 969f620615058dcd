//! Ends with the code given as argument, through `proc_exit`; 0 without one.

use std::ffi::OsString;
use std::process::ExitCode;

pub fn run(args: &[OsString]) -> ExitCode {
    let code = args
        .first()
        .and_then(|code| code.to_str()?.parse().ok())
        .unwrap_or(0);
    std::process::exit(code)
}
