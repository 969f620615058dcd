//! `less`, `more` and `pg` where nobody sits at a terminal: the files, one
//! after another.

use super::files;
use crate::Args;
use crate::cli::{Context, Output};

/// Runs `less`.
pub fn less(args: &Args) -> i32 {
    show(args, "less", false)
}

/// Runs `more`.
pub fn more(args: &Args) -> i32 {
    show(args, "more", true)
}

/// Runs `pg`.
pub fn pg(args: &Args) -> i32 {
    show(args, "pg", false)
}

fn show(args: &Args, applet: &'static str, headers: bool) -> i32 {
    let context = Context::new(args, applet, 1);
    let (mut names, mut operands_only) = (Vec::new(), false);
    // Options only change how a terminal is driven; `+` gives a start.
    for arg in args.get(1..).unwrap_or_default() {
        match arg.as_slice() {
            b"--" if !operands_only => operands_only = true,
            b"--help" if !operands_only => return context.help(),
            b"--version" | b"-V" if !operands_only => return context.version(),
            [b'-', _, ..] | [b'+', ..] if !operands_only => {}
            _ => names.push(arg.clone()),
        }
    }
    let mut out = Output::stdout();
    let code = files::each(&context, &names, "", |name, text| {
        if headers && name != b"-" {
            out.put(&[b"::::::::::::::\n", name, b"\n::::::::::::::\n"].concat());
        }
        out.put(text);
    });
    out.finish(&context, code)
}
