//! From the arguments of the process to the applet that they name.

use crate::table::{Applet, Module};
use std::io::Write;

/// An applet's arguments, `argv[0]` first. Bytes: arguments need not be UTF-8.
pub type Args = Vec<Vec<u8>>;

/// Runs what the process was started as; gives its exit code. `second_argument`
/// is called if the applet is named by the first argument instead.
pub fn main(module: &'static Module, second_argument: fn()) -> i32 {
    crate::sys::start();
    module.start();
    let mut args: Args = std::env::args_os()
        .map(std::ffi::OsString::into_encoded_bytes)
        .collect();
    let named = started_as();
    let name = if named.is_empty() {
        basename(args.first().map_or(module.name.as_bytes(), Vec::as_slice)).to_vec()
    } else {
        named
    };
    if let Some(applet) = module.find(&name) {
        return (applet.run)(&args);
    }
    match args.get(1).map(Vec::as_slice) {
        Some(b"--list") => list(module),
        None | Some(b"--help") => help(module),
        Some(name) => match module.find(name) {
            Some(applet) => {
                second_argument();
                args.remove(0);
                (applet.run)(&args)
            }
            None => {
                let _ = std::io::stderr().write_all(
                    &[module.name.as_bytes(), b": unknown program '", name, b"'\n"].concat(),
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

fn list(module: &Module) -> i32 {
    print(module, |applet| format!("{}\n", applet.name))
}

fn help(module: &Module) -> i32 {
    let text = format!("Usage: {} NAME [ARGUMENT]...\nApplets:\n", module.name);
    let _ = std::io::stdout().write_all(text.as_bytes());
    print(module, |applet| {
        format!("  {} {}\n", applet.name, applet.synopsis)
    })
}

fn print(module: &Module, line: impl Fn(&Applet) -> String) -> i32 {
    let text: String = module.applets.iter().map(line).collect();
    i32::from(std::io::stdout().write_all(text.as_bytes()).is_err())
}
