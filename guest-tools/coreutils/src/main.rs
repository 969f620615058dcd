//! The core utilities of a Wardian sandbox: one module, many applets.
//!
//! The engine starts it under an applet's name; [`applets::TABLE`] is the one
//! place that lists them.

mod applets;
mod dispatch;
#[cfg(target_os = "wasi")]
mod strerror_unsafe;
#[cfg(target_os = "wasi")]
mod uutils;

fn main() {
    std::process::exit(dispatch::main());
}
