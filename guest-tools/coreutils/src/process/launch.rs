//! `nohup`, `nice`.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::program::{Program, failure_code};
use crate::sys::{self, OpenHow};
use crate::text::quote;

/// Exit code when the launcher itself fails.
const FAILURE: i32 = 125;

/// Replaces this process by the command, or tells why not.
fn run(context: &Context<'_>, program: &Program, before: &str) -> i32 {
    let errno = program.exec();
    let name = program.argv.first().map_or(b"".as_slice(), Vec::as_slice);
    context.say_error(&[before.as_bytes(), &quote::always(name)].concat(), errno);
    failure_code(errno)
}

/// Runs `nohup`.
pub fn nohup(args: &Args) -> i32 {
    let context = Context::new(args, "nohup", FAILURE);
    let parsed = match parse(&context, args, &[], Order::StopAtOperand) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    if parsed.operands.is_empty() {
        return context.usage(b"missing operand");
    }
    let input = sys::is_terminal(0);
    if sys::is_terminal(1) {
        let how = OpenHow {
            append: true,
            truncate: false,
            ..OpenHow::CREATE
        };
        match sys::open(b"nohup.out", how) {
            Ok(fd) => {
                sys::replace(fd, 1);
                let both: &[u8] = if input { b"ignoring input and " } else { b"" };
                context.say(&[both, b"appending output to 'nohup.out'"].concat());
            }
            Err(errno) => {
                context.say_quoted("failed to open", b"nohup.out", errno);
                return FAILURE;
            }
        }
    } else if input {
        context.say(b"ignoring input");
    }
    let mut program = Program::new(&parsed.operands);
    program.ignored_signals = wardian_abi::Signal::HUP.bit();
    run(&context, &program, "failed to run command ")
}

const NICE_OPTIONS: &[Opt] = &[Opt::value(b'n', "adjustment")];

/// Runs `nice`. All processes of a sandbox are equal: the value is only checked.
pub fn nice(args: &Args) -> i32 {
    let context = Context::new(args, "nice", FAILURE);
    let mut given = false;
    let mut plain: Args = args.iter().take(1).cloned().collect();
    let mut rest = args.get(1..).unwrap_or_default();
    // `-5` and `--5` are old forms of `-n 5` and `-n -5`.
    while let Some((word, tail)) = rest.split_first()
        && let Some(number) = word.strip_prefix(b"-")
        && is_number(number)
    {
        given = true;
        rest = tail;
    }
    plain.extend(rest.iter().cloned());
    let parsed = match parse(&context, &plain, NICE_OPTIONS, Order::StopAtOperand) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    for (_, _, value) in parsed.options {
        let text = value.unwrap_or_default();
        given = true;
        if !is_number(&text) {
            context.say(&[b"invalid adjustment ".as_slice(), &quote::always(&text)].concat());
            return FAILURE;
        }
    }
    if parsed.operands.is_empty() {
        if given {
            return context.usage(b"a command must be given with an adjustment");
        }
        let mut out = Output::stdout();
        out.put(b"0\n");
        return out.finish_or(&context, 0, FAILURE);
    }
    run(&context, &Program::new(&parsed.operands), "")
}

fn is_number(text: &[u8]) -> bool {
    let digits = text
        .strip_prefix(b"-")
        .or(text.strip_prefix(b"+"))
        .unwrap_or(text);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}
