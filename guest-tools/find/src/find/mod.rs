//! `find`, after findutils 4.9.

mod action;
mod command;
mod eval;
mod file;
mod grammar;
mod long;
mod number;
mod parse;
mod perm;
mod printf;
mod regex;
mod settings;
mod start;
mod test;
mod times;
mod walk;

pub use long::mode_text;
pub use times::Stamp;
use wardian_applet::Args;
use wardian_applet::cli::Context;

/// Runs `find`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "find", 1);
    match start::read(&context, args) {
        Ok(work) => walk::run(&context, work),
        Err(code) => code,
    }
}
