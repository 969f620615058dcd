//! From the arguments of the process to the applet that they name.

use crate::applets::{self, Applet};
use std::io::Write;

/// Name under which the module itself answers (`coreutils NAME ARGS`).
const SELF_NAME: &[u8] = b"coreutils";

/// An applet's arguments, `argv[0]` first. Bytes: arguments need not be UTF-8.
pub type Args = Vec<Vec<u8>>;

/// Runs what the process was started as; gives its exit code.
pub fn main() -> i32 {
    let mut args: Args = std::env::args_os()
        .map(std::ffi::OsString::into_encoded_bytes)
        .collect();
    let named = started_as();
    let name = if named.is_empty() {
        basename(args.first().map_or(SELF_NAME, Vec::as_slice)).to_vec()
    } else {
        named
    };
    if let Some(applet) = applets::find(&name) {
        return (applet.run)(&args);
    }
    match args.get(1).map(Vec::as_slice) {
        Some(b"--list") => list(),
        None | Some(b"--help") => help(),
        Some(name) => match applets::find(name) {
            Some(applet) => {
                #[cfg(target_os = "wasi")]
                uucore::set_utility_is_second_arg();
                args.remove(0);
                (applet.run)(&args)
            }
            None => {
                let _ = std::io::stderr().write_all(
                    &[b"coreutils: unknown program '", name, b"'\n".as_slice()].concat(),
                );
                1
            }
        },
    }
}

#[cfg(target_os = "wasi")]
fn started_as() -> Vec<u8> {
    wardian_abi::imports::applet()
}

#[cfg(not(target_os = "wasi"))]
fn started_as() -> Vec<u8> {
    Vec::new()
}

fn basename(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

fn list() -> i32 {
    print(|applet| format!("{}\n", applet.name))
}

fn help() -> i32 {
    let _ = std::io::stdout().write_all(b"Usage: coreutils NAME [ARGUMENT]...\nApplets:\n");
    print(|applet| format!("  {} {}\n", applet.name, applet.synopsis))
}

fn print(line: impl Fn(&Applet) -> String) -> i32 {
    let text: String = applets::TABLE.iter().map(line).collect();
    i32::from(std::io::stdout().write_all(text.as_bytes()).is_err())
}
