//! `flock`: the filesystem knows no locks, so one is a directory that names
//! its owner; one whose owner is gone is nobody's.

use crate::kernel;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, parse};
use wardian_applet::program::{Program, failure_code};
use wardian_applet::sys::{self, Errno, File, OpenHow};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b's', "shared"), Opt::flag(b'x', "exclusive"), Opt::flag(b'e', ""), Opt::flag(b'u', "unlock"),
    Opt::flag(b'n', "nonblock"), Opt::flag(b'n', "nb"), Opt::value(b'w', "timeout"), Opt::value(b'w', "wait"),
    Opt::value(b'E', "conflict-exit-code"), Opt::flag(b'o', "close"), Opt::value(b'c', "command"),
    Opt::flag(b'F', "no-fork"), Opt::flag(b'v', "verbose"),
];

/// Time between two tries.
const STEP_NS: u64 = 10_000_000;

/// Runs `flock`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "flock", 64);
    let parsed = match parse(&context, args, OPTIONS, Order::StopAtOperand) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut shared, mut unlock, mut limit, mut conflict) = (false, false, None, 1);
    for (letter, _, value) in parsed.options {
        let text = String::from_utf8_lossy(&value.unwrap_or_default()).into_owned();
        match letter {
            b's' => shared = true,
            b'u' => unlock = true,
            b'n' => limit = Some(0),
            b'w' => match text.parse::<f64>() {
                Ok(seconds) => limit = Some((seconds.max(0.0) * 1e9) as u64),
                Err(_) => {
                    context.say(format!("invalid timeout value: '{text}'").as_bytes());
                    return 64;
                }
            },
            b'E' => conflict = text.parse().unwrap_or(1),
            _ => {}
        }
    }
    let Some((target, command)) = parsed.operands.split_first() else {
        return context.usage(b"not enough arguments");
    };
    let number = std::str::from_utf8(target)
        .ok()
        .and_then(|text| text.parse::<u32>().ok());
    let by_number = command.is_empty() && number.is_some();
    if command.is_empty() && !by_number {
        context.say(b"bad file descriptor: ");
        return 64;
    }
    // A shell's descriptor is the shell's lock; else it is this process's.
    let (path, owner) = if by_number {
        (
            format!("/dev/fd/{}", number.unwrap_or(0)).into_bytes(),
            kernel::identity().1,
        )
    } else {
        let how = OpenHow {
            read: true,
            truncate: false,
            ..OpenHow::CREATE
        };
        if let Err(errno) = File::open(target, how)
            && errno != Errno::Isdir
        {
            context.say_error(
                &[b"cannot open lock file ".as_slice(), target].concat(),
                errno,
            );
            return 66;
        }
        (target.clone(), kernel::identity().0)
    };
    let stat = match sys::stat(&path, true) {
        Ok(stat) => stat,
        Err(errno) => {
            context.say_error(target, errno);
            return 65;
        }
    };
    let lock = format!("/tmp/.flock-{}-{}", stat.device, stat.inode).into_bytes();
    if unlock {
        release(&lock);
        return 0;
    }
    let start = sys::monotonic_ns();
    while !acquire(&lock, owner, shared) {
        if limit.is_some_and(|limit| sys::monotonic_ns() - start >= limit) {
            return conflict;
        }
        let _ = sys::wait_readable(None, Some(STEP_NS));
    }
    if by_number {
        return 0;
    }
    let argv = match command {
        [option, script, ..] if option == b"-c" || option == b"--command" => {
            vec![b"sh".to_vec(), b"-c".to_vec(), script.clone()]
        }
        command => command.to_vec(),
    };
    let code = match kernel::run(&Program::new(&argv)) {
        Ok(ended) => ended.code,
        Err(errno) => {
            context.say_error(
                &[b"failed to execute ".as_slice(), &argv[0]].concat(),
                errno,
            );
            failure_code(errno).max(69)
        }
    };
    release(&lock);
    code
}

fn acquire(lock: &[u8], owner: u32, shared: bool) -> bool {
    let holder = [lock, b"/owner"].concat();
    if sys::mkdir(lock).is_err() {
        let text = sys::read_file(&holder).unwrap_or_default();
        let held: Option<i32> = std::str::from_utf8(&text)
            .ok()
            .and_then(|text| text.trim().parse().ok());
        match held {
            Some(pid) if pid as u32 == owner => return true,
            Some(pid) if kernel::kill(pid, 0).is_ok() => return shared && text.ends_with(b" \n"),
            Some(_) => release(lock),
            // Its owner is about to write its number.
            None => return false,
        }
        return false;
    }
    if let Ok(file) = File::open(&holder, OpenHow::CREATE) {
        let mark = if shared { " " } else { "" };
        let _ = sys::write(file.fd(), format!("{owner}{mark}\n").as_bytes());
    }
    true
}

fn release(lock: &[u8]) {
    let _ = sys::unlink(&[lock, b"/owner"].concat());
    let _ = sys::rmdir(lock);
}
