//! The core utilities of a Wardian sandbox: one module, many applets.
//!
//! The engine starts it under an applet's name; [`applets::TABLE`] is the one
//! place that lists them.

mod applets;
mod bytes;
mod copy;
mod digest;
mod dircolors;
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
mod seq;
mod sort;

use wardian_applet::{Args, cli, program, sys, text};

fn main() {
    std::process::exit(wardian_applet::main(&applets::MODULE, || {}));
}
