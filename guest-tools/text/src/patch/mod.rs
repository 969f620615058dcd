//! `patch`: applies the differences that `diff` shows.

mod apply;
mod files;
mod header;
mod hunk;
mod locate;
mod options;
mod reject;
mod session;
mod target;

use wardian_applet::Args;
use wardian_applet::cli::Context;

/// Runs `patch`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "patch", 2);
    match options::read(&context, args) {
        Ok(config) => session::Session::new(&context, config).run(),
        Err(code) => code,
    }
}
