//! `sdiff`: two files beside each other, by `diff -y`. It does not merge.

use crate::diff;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, parse};

static OPTIONS: &[Opt] = &[
    Opt::flag(b'B', "ignore-blank-lines"),
    Opt::flag(b'E', "ignore-tab-expansion"),
    Opt::flag(b'H', "speed-large-files"),
    Opt::value(b'I', "ignore-matching-lines"),
    Opt::flag(b'W', "ignore-all-space"),
    Opt::flag(b'Z', "ignore-trailing-space"),
    Opt::flag(b'a', "text"),
    Opt::flag(b'b', "ignore-space-change"),
    Opt::flag(b'd', "minimal"),
    Opt::flag(b'i', "ignore-case"),
    Opt::flag(b'l', "left-column"),
    Opt::value(b'o', "output"),
    Opt::flag(b's', "suppress-common-lines"),
    Opt::flag(b't', "expand-tabs"),
    Opt::flag(b'v', "version"),
    Opt::value(b'w', "width"),
    Opt::flag(0, "strip-trailing-cr"),
    Opt::value(0, "tabsize"),
];

/// Runs `sdiff`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "sdiff", 2);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut passed: Args = vec![context.program.to_vec(), b"-y".to_vec()];
    for (letter, long, value) in parsed.options {
        let option: Vec<u8> = match letter {
            b'v' => return context.version(),
            b'o' => {
                context.say(b"merging (-o) is not supported");
                return 2;
            }
            b'W' => b"-w".to_vec(),
            b'w' => b"-W".to_vec(),
            b'l' => b"--left-column".to_vec(),
            b's' => b"--suppress-common-lines".to_vec(),
            0 => format!("--{long}").into_bytes(),
            letter => vec![b'-', letter],
        };
        passed.push(option);
        passed.extend(value);
    }
    match parsed.operands.as_slice() {
        [_, _] => {}
        [] | [_] => {
            let last = parsed
                .operands
                .first()
                .map_or(context.program, Vec::as_slice);
            return context.usage(&[b"missing operand after '".as_slice(), last, b"'"].concat());
        }
        [_, _, extra, ..] => {
            return context.usage(&[b"extra operand '".as_slice(), extra, b"'"].concat());
        }
    }
    passed.push(b"--".to_vec());
    passed.extend(parsed.operands);
    diff::run(&passed)
}
