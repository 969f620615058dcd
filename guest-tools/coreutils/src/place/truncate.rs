//! `truncate`.

use crate::Args;
use crate::cli::{Context, Opt, Order, parse};
use crate::sys::{self, Errno, File, OpenHow};
use crate::text::{quote, size};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'c', "no-create"),
    Opt::flag(b'o', "io-blocks"),
    Opt::value(b'r', "reference"),
    Opt::value(b's', "size"),
];

/// Bytes of a block of the memory filesystem.
const BLOCK_BYTES: u64 = 4096;

/// Runs `truncate`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "truncate", 1);
    match work(&context, args) {
        Ok(code) | Err(code) => code,
    }
}

fn work(context: &Context<'_>, args: &Args) -> Result<i32, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let (mut create, mut blocks, mut reference, mut wanted) = (true, false, None, None);
    for (letter, _, value) in parsed.options {
        match letter {
            b'c' => create = false,
            b'o' => blocks = true,
            b'r' => reference = value,
            _ => wanted = Some(relative(context, &value.unwrap_or_default())?),
        }
    }
    let usage = |text: &str| Err(context.usage(text.as_bytes()));
    if reference.is_none() && wanted.is_none() {
        return usage("you must specify either '--size' or '--reference'");
    }
    if reference.is_some() && matches!(wanted, Some((0, _))) {
        return usage("you must specify a relative '--size' with '--reference'");
    }
    if blocks && wanted.is_none() {
        return usage("'--io-blocks' was specified but '--size' was not");
    }
    if parsed.operands.is_empty() {
        return usage("missing file operand");
    }
    let (mode, mut amount) = wanted.unwrap_or((b'+', 0));
    let base = match reference {
        None => None,
        Some(path) => match sys::stat(&path, true) {
            Ok(stat) => Some(stat.size_bytes),
            Err(errno) => {
                context.say_quoted("cannot stat", &path, errno);
                return Err(1);
            }
        },
    };
    if blocks {
        amount = amount.saturating_mul(BLOCK_BYTES);
    }
    let mut code = 0;
    for path in &parsed.operands {
        let how = OpenHow {
            create,
            truncate: false,
            nonblock: true,
            ..OpenHow::CREATE
        };
        let file = match File::open(path, how) {
            Ok(file) => file,
            Err(Errno::Noent) if !create => continue,
            Err(errno) => {
                context.say_error(
                    &[
                        b"cannot open ".as_slice(),
                        &quote::always(path),
                        b" for writing",
                    ]
                    .concat(),
                    errno,
                );
                code = 1;
                continue;
            }
        };
        let before = base
            .or_else(|| sys::fstat(file.fd()).ok().map(|stat| stat.size_bytes))
            .unwrap_or(0);
        let size = match mode {
            b'+' => before.saturating_add(amount),
            b'-' => before.saturating_sub(amount),
            b'<' => before.min(amount),
            b'>' => before.max(amount),
            b'/' => before - before % amount,
            b'%' => before.div_ceil(amount).saturating_mul(amount),
            _ => amount,
        };
        if let Err(errno) = sys::set_size(file.fd(), size) {
            let text = format!(" at {size} bytes");
            context.say_error(
                &[
                    b"failed to truncate ".as_slice(),
                    &quote::always(path),
                    text.as_bytes(),
                ]
                .concat(),
                errno,
            );
            code = 1;
        }
    }
    Ok(code)
}

/// How the size is meant (0: absolute), and the number.
fn relative(context: &Context<'_>, text: &[u8]) -> Result<(u8, u64), i32> {
    let text = text.trim_ascii_start();
    let (mode, rest) = match text {
        [mode @ (b'<' | b'>' | b'/' | b'%'), rest @ ..] => (*mode, rest.trim_ascii_start()),
        [sign @ (b'+' | b'-'), rest @ ..] => (*sign, rest),
        rest => (0, rest),
    };
    let signed = b"</%>".contains(&mode) && matches!(rest.first(), Some(b'+' | b'-'));
    if signed {
        return Err(context.usage(b"multiple relative modifiers specified"));
    }
    let plain = rest.first().is_some_and(u8::is_ascii_digit);
    let shown = if mode == b'+' || mode == b'-' {
        text
    } else {
        rest
    };
    match size::parse(rest).filter(|_| plain) {
        Some(0) if matches!(mode, b'/' | b'%') => {
            context.say(b"division by zero");
            Err(1)
        }
        Some(number) => Ok((mode, number)),
        None => {
            context.say(&[b"Invalid number: ".as_slice(), &quote::always(shown)].concat());
            Err(1)
        }
    }
}
