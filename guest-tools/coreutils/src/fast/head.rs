//! `head`.

use super::{finish, with_buffer};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{self, Errno, File, OpenHow};
use crate::text::{quote, size};

const OPTIONS: &[Opt] = &[
    Opt::value(b'c', "bytes"),
    Opt::value(b'n', "lines"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(b'q', "silent"),
    Opt::flag(b'v', "verbose"),
    Opt::flag(b'z', "zero-terminated"),
];

/// Lines shown unless told.
const DEFAULT_LINES: u64 = 10;

#[derive(Clone, Copy)]
struct Want {
    bytes: bool,
    count: u64,
    /// All but the last `count`.
    all_but: bool,
    end: u8,
}

/// Runs `head`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "head", 1);
    let rewritten = obsolete(args);
    let args = rewritten.as_ref().unwrap_or(args);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut want = Want {
        bytes: false,
        count: DEFAULT_LINES,
        all_but: false,
        end: b'\n',
    };
    let mut headers = None;
    for (letter, _, value) in parsed.options {
        match letter {
            b'c' | b'n' => {
                let text = value.unwrap_or_default();
                let (all_but, digits) = match text.strip_prefix(b"-") {
                    Some(digits) => (true, digits),
                    None => (false, text.strip_prefix(b"+").unwrap_or(&text)),
                };
                let plain = digits.first().is_some_and(u8::is_ascii_digit);
                // A count that no number holds is none, though one with a unit may be large.
                let large = digits.iter().all(u8::is_ascii_digit)
                    && std::str::from_utf8(digits).is_ok_and(|text| text.parse::<u64>().is_err());
                if plain && large && !all_but {
                    let unit = if letter == b'c' { "bytes" } else { "lines" };
                    let before = format!("invalid number of {unit}: ");
                    let after: &[u8] = b": Value too large for defined data type";
                    context.say(&[before.as_bytes(), &quote::always(digits), after].concat());
                    return 1;
                }
                let Some(count) = size::parse(digits).filter(|_| plain) else {
                    let unit = if letter == b'c' { "bytes" } else { "lines" };
                    let shown = quote::always(digits);
                    let text = format!("invalid number of {unit}: ");
                    context.say(&[text.as_bytes(), &shown].concat());
                    return 1;
                };
                if size::beyond(digits) {
                    let unit = if letter == b'c' { "bytes" } else { "lines" };
                    let before = format!("invalid number of {unit}: ");
                    let after: &[u8] = b": Value too large for defined data type";
                    context.say(&[before.as_bytes(), &quote::always(digits), after].concat());
                    return 1;
                }
                (want.bytes, want.count, want.all_but) = (letter == b'c', count, all_but);
            }
            b'q' => headers = Some(false),
            b'v' => headers = Some(true),
            _ => want.end = 0,
        }
    }
    let stdin = vec![b"-".to_vec()];
    let files = match parsed.operands.is_empty() {
        true => &stdin,
        false => &parsed.operands,
    };
    let headers = headers.unwrap_or(files.len() > 1);
    let (mut out, mut code, mut first) = (Output::stdout(), 0, true);
    for name in files {
        let (file, shown): (_, &[u8]) = match name.as_slice() {
            b"-" => (Ok(File::stdin()), b"standard input"),
            path => (File::open(path, OpenHow::READ), path),
        };
        let file = match file {
            Ok(file) => file,
            Err(errno) => {
                out.flush();
                let text = [
                    b"cannot open ".as_slice(),
                    &quote::always(shown),
                    b" for reading",
                ];
                context.say_error(&text.concat(), errno);
                code = 1;
                continue;
            }
        };
        if headers {
            let gap: &[u8] = if first { b"" } else { b"\n" };
            out.put(&[gap, b"==> ", shown, b" <==\n"].concat());
            first = false;
        }
        if let Err(errno) = copy(&file, want, &mut out) {
            out.flush();
            context.say_quoted("error reading", shown, errno);
            code = 1;
        }
        if out.failed() {
            break;
        }
    }
    finish(&mut out, &context, code)
}

/// `-NUM[bkm][cqvz]` as the first argument, written out.
fn obsolete(args: &Args) -> Option<Args> {
    let body = args.get(1)?.strip_prefix(b"-")?;
    let digits = body.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    let (number, letters) = body.split_at(digits);
    let (mut unit, mut bytes, mut rest) = (Vec::new(), false, Vec::new());
    for &letter in letters {
        match letter {
            b'c' => (bytes, unit) = (true, Vec::new()),
            b'b' | b'k' | b'm' => (bytes, unit) = (true, vec![letter]),
            b'l' => bytes = false,
            b'q' | b'v' | b'z' => rest.push(vec![b'-', letter]),
            _ => return None,
        }
    }
    let option: &[u8] = if bytes { b"-c" } else { b"-n" };
    let mut written = vec![args.first()?.clone(), [option, number, &unit].concat()];
    written.extend(rest);
    written.extend(args.get(2..)?.iter().cloned());
    Some(written)
}

fn copy(file: &File, want: Want, out: &mut Output) -> Result<(), Errno> {
    if want.all_but {
        return copy_all_but(file, want, out);
    }
    let mut left = want.count;
    with_buffer(|buf| {
        while left > 0 && !out.failed() {
            let room = if want.bytes {
                buf.len().min(usize::try_from(left).unwrap_or(usize::MAX))
            } else {
                buf.len()
            };
            let got = match file.read(&mut buf[..room]) {
                Ok(0) => return Ok(()),
                Ok(got) => got,
                Err(Errno::Intr) => continue,
                Err(errno) => return Err(errno),
            };
            let used = if want.bytes {
                left -= got as u64;
                got
            } else {
                lines_in(&buf[..got], want.end, &mut left)
            };
            out.put(&buf[..used]);
            if left > 0 {
                // More may be long in coming.
                out.flush();
            } else if used < got {
                // What was read too much is left to the next reader.
                let _ = sys::seek(file.fd(), -((got - used) as i64), 1);
            }
        }
        Ok(())
    })
}

/// Bytes up to the end of the `left`th line; counts `left` down.
fn lines_in(part: &[u8], end: u8, left: &mut u64) -> usize {
    for at in memchr::memchr_iter(end, part) {
        *left -= 1;
        if *left == 0 {
            return at + 1;
        }
    }
    part.len()
}

/// Copies all but the last lines or bytes, holding back no more than those.
fn copy_all_but(file: &File, want: Want, out: &mut Output) -> Result<(), Errno> {
    let mut held: Vec<u8> = Vec::new();
    // What lies before `start` has been copied already.
    let mut start = 0;
    let mut ends: u64 = 0;
    with_buffer(|buf| {
        loop {
            let got = match file.read(buf) {
                Ok(0) => break,
                Ok(got) => &buf[..got],
                Err(Errno::Intr) => continue,
                Err(errno) => return Err(errno),
            };
            held.extend_from_slice(got);
            let ready = if want.bytes {
                ((held.len() - start) as u64).saturating_sub(want.count) as usize
            } else {
                ends += memchr::memchr_iter(want.end, got).count() as u64;
                // The line in progress, if any, is one of the last.
                let open = u64::from(held.last() != Some(&want.end));
                let mut complete = (ends + open).saturating_sub(want.count);
                if open == 1 && complete > ends {
                    complete = ends;
                }
                ends -= complete;
                match complete {
                    0 => 0,
                    mut left => lines_in(&held[start..], want.end, &mut left),
                }
            };
            out.put(&held[start..start + ready]);
            start += ready;
            if start > held.len() / 2 {
                held.drain(..start);
                start = 0;
            }
            if out.failed() {
                return Ok(());
            }
        }
        if want.count == 0 {
            out.put(&held[start..]);
            start = held.len();
        }
        // What was not shown is left to the next reader.
        if start < held.len() {
            let _ = sys::seek(file.fd(), -((held.len() - start) as i64), 1);
        }
        Ok(())
    })
}
