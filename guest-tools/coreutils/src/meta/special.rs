//! `mkfifo` and `mknod`, which here makes FIFOs only.

use super::mkdir::umask;
use super::mode::ModeChange;
use crate::Args;
use crate::cli::{Context, Opt, Order, parse};
use crate::sys::{self, Errno};
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::value(b'm', "mode"),
    Opt::flag(b'Z', ""),
    Opt::optional(0, "context"),
];

/// Runs `mkfifo`.
pub fn mkfifo(args: &Args) -> i32 {
    let context = Context::new(args, "mkfifo", 1);
    let (mode, paths) = match read(&context, args) {
        Ok(read) => read,
        Err(code) => return code,
    };
    if paths.is_empty() {
        return context.usage(b"missing operand");
    }
    let mut code = 0;
    for path in &paths {
        if let Err(errno) = make(path, mode) {
            context.say_quoted("cannot create fifo", path, errno);
            code = 1;
        }
    }
    code
}

/// Runs `mknod`.
pub fn mknod(args: &Args) -> i32 {
    let context = Context::new(args, "mknod", 1);
    let (mode, operands) = match read(&context, args) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let fifo = operands
        .get(1)
        .is_some_and(|kind| kind.first() == Some(&b'p'));
    // A type that is missing is asked for as if it were a device's.
    let wanted = match operands.len() {
        0 | 1 => 2,
        _ if fifo => 2,
        _ => 4,
    };
    if operands.len() < wanted {
        let Some(last) = operands.last() else {
            return context.usage(b"missing operand");
        };
        let text = [b"missing operand after ".as_slice(), &quote::always(last)];
        context.say(&text.concat());
        if wanted == 4 && operands.len() == 2 {
            let mut err = crate::cli::Output::new(2);
            err.put(b"Special files require major and minor device numbers.\n");
            err.flush();
        }
        return context.usage(b"");
    }
    if let Some(extra) = operands.get(wanted) {
        context.say(&[b"extra operand ".as_slice(), &quote::always(extra)].concat());
        if fifo && operands.len() == 4 {
            let mut err = crate::cli::Output::new(2);
            err.put(b"Fifos do not have major and minor device numbers.\n");
            err.flush();
        }
        return context.usage(b"");
    }
    let (path, kind) = (&operands[0], &operands[1]);
    if fifo {
        return match make(path, mode) {
            Ok(()) => 0,
            Err(errno) => {
                context.say_error(&quote::if_needed(path), errno);
                1
            }
        };
    }
    if !matches!(kind.first(), Some(b'b' | b'c' | b'u')) {
        let text = [b"invalid device type ".as_slice(), &quote::always(kind)];
        return context.usage(&text.concat());
    }
    for (what, number) in [("major", &operands[2]), ("minor", &operands[3])] {
        if std::str::from_utf8(number)
            .map(str::parse::<u32>)
            .is_ok_and(|n| n.is_ok())
        {
            continue;
        }
        let text = format!("invalid {what} device number ");
        context.say(&[text.as_bytes(), &quote::always(number)].concat());
        return 1;
    }
    // Devices are not for a sandbox to make.
    context.say_error(&quote::if_needed(path), Errno::Perm);
    1
}

fn read(context: &Context<'_>, args: &Args) -> Result<(Option<u32>, Vec<Vec<u8>>), i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut mode = None;
    for (_, _, value) in parsed.options.iter().filter(|option| option.0 == b'm') {
        let text = value.clone().unwrap_or_default();
        let Some(change) = ModeChange::parse(&text) else {
            context.say(b"invalid mode");
            return Err(1);
        };
        let bits = change.apply(0o666, false, umask());
        if bits & !0o777 != 0 {
            context.say(b"mode must specify only file permission bits");
            return Err(1);
        }
        mode = Some(bits);
    }
    Ok((mode, parsed.operands))
}

fn make(path: &[u8], mode: Option<u32>) -> Result<(), Errno> {
    sys::mkfifo(path, 0o666)?;
    match mode {
        Some(bits) => sys::chmod(path, bits),
        None => Ok(()),
    }
}
