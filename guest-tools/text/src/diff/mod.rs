//! `diff`: what differs between files and trees, as GNU diff shows it.

mod changed;
mod compare;
mod contextual;
mod directory;
mod formats;
mod hunks;
mod lines;
mod options;
mod parse;
mod pattern;
mod sequence;
mod side;
mod styles;
mod text;

pub use compare::strip_cr;
use compare::{Comparer, TROUBLE};
pub use hunks::{Change, changes};
pub use options::Config;
pub use text::Text;
use wardian_applet::Args;
use wardian_applet::cli::Context;

/// Runs `diff`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "diff", TROUBLE);
    let (config, pairs) = match parse::parse(&context, args) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut comparer = Comparer::new(&context, &config);
    let mut code = 0;
    for [old, new] in &pairs {
        code = code.max(comparer.operands([old, new]));
    }
    comparer.printer.out.finish_or(&context, code, TROUBLE)
}
