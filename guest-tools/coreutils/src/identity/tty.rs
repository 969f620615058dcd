//! `tty`: the terminal of standard input.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys;
use crate::text::quote;

const OPTIONS: &[Opt] = &[Opt::flag(b's', "silent"), Opt::flag(0, "quiet")];

/// Runs `tty`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "tty", 2);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    if let Some(extra) = parsed.operands.first() {
        return context.usage(&[b"extra operand ".as_slice(), &quote::always(extra)].concat());
    }
    let terminal = sys::is_terminal(0);
    let code = i32::from(!terminal);
    if !parsed.options.is_empty() {
        return code;
    }
    let name = match terminal {
        true => sys::read_link(b"/proc/self/fd/0").unwrap_or_else(|_| b"/dev/tty".to_vec()),
        false => b"not a tty".to_vec(),
    };
    let mut out = Output::stdout();
    out.put(&name);
    out.put_byte(b'\n');
    out.finish_or(&context, code, 3)
}
