//! Dispatches to one probe, by the base name of argument 0 or else by
//! argument 1. Without one it lists them. A probe prints `ok` or what differed.

mod check;
mod errno;
mod layout;
mod prelude;
#[path = "preview1_unsafe.rs"]
mod preview1;
mod scratch;
mod table;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let program = args.first().and_then(|name| Path::new(name).file_name());
    if let Some(probe) = program.and_then(|name| table::find(name)) {
        return report(probe, &args[1..]);
    }
    if let Some(probe) = args.get(1).and_then(|name| table::find(name)) {
        return report(probe, &args[2..]);
    }
    eprintln!("usage: probes PROBE [ARGUMENT]...");
    for name in table::names() {
        eprintln!("  {name}");
    }
    ExitCode::from(2)
}

fn report(probe: table::Probe, args: &[OsString]) -> ExitCode {
    match probe(args) {
        Ok(()) => {
            // Not `println`: some probes close the standard output.
            let _ = preview1::fd_write(1, &[b"ok\n"]);
            ExitCode::SUCCESS
        }
        Err(difference) => {
            eprintln!("{}: {}", difference.at, difference.what);
            ExitCode::FAILURE
        }
    }
}
