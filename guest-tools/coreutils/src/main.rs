//! The core utilities of a Wardian sandbox: one module, many applets.
//!
//! The engine starts it under an applet's name; [`applets::TABLE`] is the one
//! place that lists them.

mod applets;
mod cli;
mod copy;
mod dispatch;
mod fast;
mod grep;
mod identity;
mod ls;
mod meta;
mod process;
#[cfg(target_os = "wasi")]
mod strerror_unsafe;
mod sys;
mod text;
#[cfg(target_os = "wasi")]
mod uutils;

fn main() {
    sys::start();
    std::process::exit(dispatch::main());
}
