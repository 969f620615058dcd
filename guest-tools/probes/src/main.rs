//! Dispatches to one probe, by the base name of argument 0 or else by
//! argument 1. Without one it lists them.

mod table;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let program = args.first().and_then(|name| Path::new(name).file_name());
    if let Some(run) = program.and_then(|name| table::find(name)) {
        return run(&args[1..]);
    }
    if let Some(run) = args.get(1).and_then(|name| table::find(name)) {
        return run(&args[2..]);
    }
    eprintln!("usage: probes PROBE [ARGUMENT]...");
    for name in table::names() {
        eprintln!("  {name}");
    }
    ExitCode::from(2)
}
