//! `true`, `false`, `yes`, `pwd`, `link`, `unlink`, `sync`, `hostid`.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys;
use crate::text::quote;

fn constant(args: &Args, name: &'static str, code: i32) -> i32 {
    let context = Context::new(args, name, code);
    match args.get(1..) {
        Some([word]) if word == b"--help" => context.help(),
        Some([word]) if word == b"--version" => context.version(),
        _ => code,
    }
}

/// Runs `true`.
pub fn yes_code(args: &Args) -> i32 {
    constant(args, "true", 0)
}

/// Runs `false`.
pub fn no_code(args: &Args) -> i32 {
    constant(args, "false", 1).max(1)
}

/// Runs `yes`.
pub fn yes(args: &Args) -> i32 {
    const BLOCK_BYTES: usize = 64 * 1024;
    let context = Context::new(args, "yes", 1);
    let parsed = match parse(&context, args, &[], Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut line = if parsed.operands.is_empty() {
        b"y".to_vec()
    } else {
        parsed.operands.join(b" ".as_slice())
    };
    line.push(b'\n');
    let block = line.repeat((BLOCK_BYTES / line.len()).max(1));
    let mut out = Output::stdout();
    while !out.failed() {
        out.put_through(&block);
    }
    match out.error() {
        Some(errno) => {
            context.say_error(b"standard output", errno);
            1
        }
        None => 0,
    }
}

const PWD_OPTIONS: &[Opt] = &[Opt::flag(b'L', "logical"), Opt::flag(b'P', "physical")];

/// Runs `pwd`.
pub fn pwd(args: &Args) -> i32 {
    let context = Context::new(args, "pwd", 1);
    let parsed = match parse(&context, args, PWD_OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    if !parsed.operands.is_empty() {
        context.say(b"ignoring non-option arguments");
    }
    let mut logical = std::env::var_os("POSIXLY_CORRECT").is_some();
    for (letter, ..) in parsed.options {
        logical = letter == b'L';
    }
    let named = std::env::var_os("PWD").map(std::ffi::OsString::into_encoded_bytes);
    let path = match named {
        Some(path) if logical && names_here(&path) => Ok(path),
        _ => sys::working_directory(),
    };
    match path {
        Ok(mut path) => {
            let mut out = Output::stdout();
            path.push(b'\n');
            out.put(&path);
            out.finish(&context, 0)
        }
        Err(errno) => {
            context.say_error(b"couldn't find directory entry in '..'", errno);
            1
        }
    }
}

fn names_here(path: &[u8]) -> bool {
    let plain = !path
        .split(|b| *b == b'/')
        .any(|part| part == b"." || part == b"..");
    let same = || match (sys::stat(path, true), sys::stat(b".", true)) {
        (Ok(a), Ok(b)) => (a.device, a.inode) == (b.device, b.inode),
        _ => false,
    };
    path.starts_with(b"/") && plain && same()
}

/// Runs `link`.
pub fn link(args: &Args) -> i32 {
    let context = Context::new(args, "link", 1);
    let parsed = match parse(&context, args, &[], Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    match parsed.operands.as_slice() {
        [] => context.usage(b"missing operand"),
        [only] => {
            let text = [b"missing operand after ".as_slice(), &quote::always(only)];
            context.usage(&text.concat())
        }
        [from, to] => match sys::link(from, to) {
            Ok(()) => 0,
            Err(errno) => {
                let text = [
                    b"cannot create link ".as_slice(),
                    &quote::always(to),
                    b" to ",
                    &quote::always(from),
                ];
                context.say_error(&text.concat(), errno);
                1
            }
        },
        [_, _, extra, ..] => {
            let text = [b"extra operand ".as_slice(), &quote::always(extra)].concat();
            context.usage(&text)
        }
    }
}

/// Runs `unlink`.
pub fn unlink(args: &Args) -> i32 {
    let context = Context::new(args, "unlink", 1);
    let parsed = match parse(&context, args, &[], Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    match parsed.operands.as_slice() {
        [] => context.usage(b"missing operand"),
        [path] => match sys::unlink(path) {
            Ok(()) => 0,
            Err(errno) => {
                context.say_quoted("cannot unlink", path, errno);
                1
            }
        },
        [_, extra, ..] => {
            let text = [b"extra operand ".as_slice(), &quote::always(extra)].concat();
            context.usage(&text)
        }
    }
}

const SYNC_OPTIONS: &[Opt] = &[Opt::flag(b'd', "data"), Opt::flag(b'f', "file-system")];

/// Runs `sync`: the filesystem is memory, so only the named files are checked.
pub fn sync(args: &Args) -> i32 {
    let context = Context::new(args, "sync", 1);
    let parsed = match parse(&context, args, SYNC_OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let data = parsed.options.iter().any(|option| option.0 == b'd');
    let system = parsed.options.iter().any(|option| option.0 == b'f');
    if data && system {
        context.say(b"cannot specify both --data and --file-system");
        return 1;
    }
    if data && parsed.operands.is_empty() {
        context.say(b"--data needs at least one argument");
        return 1;
    }
    let mut code = 0;
    for path in &parsed.operands {
        let read = sys::OpenHow {
            nonblock: true,
            ..sys::OpenHow::READ
        };
        let write = sys::OpenHow {
            read: false,
            write: true,
            ..read
        };
        // A file that may only be written can be synced too.
        let opened = sys::File::open(path, read);
        match opened.or_else(|first| sys::File::open(path, write).or(Err(first))) {
            Err(errno) => {
                context.say_quoted("error opening", path, errno);
                code = 1;
            }
            Ok(file)
                if sys::fstat(file.fd()).is_ok_and(|stat| {
                    matches!(
                        stat.mode & sys::mode::TYPE,
                        sys::mode::FIFO | sys::mode::SOCKET
                    )
                }) =>
            {
                context.say_quoted("error syncing", path, sys::Errno::Inval);
                code = 1;
            }
            Ok(_) => {}
        }
    }
    code
}
