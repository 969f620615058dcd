//! The core utilities of a Wardian sandbox: one module, many applets.
//!
//! The engine starts it under an applet's name; [`applets::TABLE`] is the one
//! place that lists them.

mod applets;
mod bytes;
mod copy;
mod digest;
mod dump;
mod eval;
mod fast;
mod format;
mod grep;
mod identity;
mod layout;
mod lines;
mod ls;
mod meta;
mod numfmt;
mod order;
mod pieces;
mod place;
mod process;
mod sort;
#[cfg(target_os = "wasi")]
mod strerror_unsafe;
#[cfg(target_os = "wasi")]
mod uutils;

use wardian_applet::{Args, cli, program, sys, text};

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, second_argument));
}

fn second_argument() {
    #[cfg(target_os = "wasi")]
    uucore::set_utility_is_second_arg();
}
