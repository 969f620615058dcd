//! `sponge`: takes in all its input before it writes its output file.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{File, OpenHow};

const OPTIONS: &[Opt] = &[Opt::flag(b'a', "")];

/// Runs `sponge`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "sponge", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut text = Vec::new();
    if let Err(errno) = File::stdin().read_to_end(&mut text) {
        context.say_error(b"failed to read standard input", errno);
        return 1;
    }
    let Some(name) = parsed.operands.first() else {
        let mut out = Output::stdout();
        out.put(&text);
        return out.finish(&context, 0);
    };
    let append = !parsed.options.is_empty();
    let how = OpenHow {
        append,
        truncate: !append,
        ..OpenHow::CREATE
    };
    match File::open(name, how) {
        Ok(file) => {
            let mut out = Output::new(file.fd());
            out.put(&text);
            out.finish(&context, 0)
        }
        Err(errno) => {
            context.say_error(
                &[b"error opening output file ", name.as_slice()].concat(),
                errno,
            );
            1
        }
    }
}
