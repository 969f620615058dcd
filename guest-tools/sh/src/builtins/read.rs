//! `read`: a line, split into variables.

mod fields;
pub mod input;

use self::input::{End, Reader};
use super::getopts::letters::Letters;
use crate::exec::{Flow, Run, Shell};
use crate::sys;
use crate::text::{byte_locale, char_len, is_name, parse_int};
use crate::vars::{Sym, Value, attr};

/// Status after a timeout: 128 and the number of SIGALRM.
const TIMED_OUT: i32 = 142;
const SECOND_NS: f64 = 1e9;

/// What the options ask for.
#[derive(Default)]
struct Wish<'a> {
    raw: bool,
    array: Option<&'a [u8]>,
    delimiter: Option<u8>,
    /// How many characters at most.
    count: Option<usize>,
    /// The delimiter counts for nothing, there are to be `count` characters.
    exactly: bool,
    prompt: Option<&'a [u8]>,
    timeout_ns: Option<u64>,
    fd: u32,
}

/// `read`.
pub fn read(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut letters = Letters::new(args, b"ersa:d:i:n:N:p:t:u:");
    let wish = match parse(sh, &mut letters) {
        Ok(wish) => wish,
        Err(failed) => return failed,
    };
    let names = letters.rest();
    if let Some(name) = names.first().map(Vec::as_slice).or(wish.array)
        && (wish.array.is_some() && !is_name(name) || sh.parse_reference(name).is_none())
    {
        let message = [b"`", name, b"': not a valid identifier"].concat();
        return sh.fail(b"read", &message, 1);
    }
    if !sys::is_open(wish.fd) {
        let message = format!("read error: {}: Bad file descriptor", wish.fd);
        return sh.fail(b"read", message.as_bytes(), 1);
    }
    let fd = sys::user_fd(wish.fd);
    if wish.timeout_ns == Some(0) {
        return Ok(i32::from(!sys::poll_read(fd, 0).unwrap_or(false)));
    }
    sh.flush_out();
    if let Some(prompt) = wish.prompt
        && sys::is_terminal(wish.fd)
    {
        sh.write_stderr(prompt);
    }
    let mut reader = Reader::new(fd, wish.timeout_ns, wish.count);
    let mut line = fields::Line::default();
    let end = collect(sh, &mut reader, &wish, &mut line);
    reader.finish();
    let status = match end? {
        End::Delimiter => 0,
        End::OfInput => 1,
        End::Timeout => TIMED_OUT,
        End::Failed(errno) => {
            let message = format!("read error: {}: {}", wish.fd, errno.message());
            return sh.fail(b"read", message.as_bytes(), 1);
        }
    };
    let assigned = match wish.array {
        Some(name) if wish.exactly => assign_whole(sh, name, line),
        Some(name) => assign_array(sh, name, &line),
        None => assign_names(sh, names, line, wish.exactly),
    };
    Ok(if assigned { status } else { 1 })
}

fn parse<'a>(sh: &mut Shell, letters: &mut Letters<'a>) -> Result<Wish<'a>, Run> {
    let mut wish = Wish::default();
    let mut timed = false;
    while let Some((letter, value)) = letters.next(sh)? {
        match letter {
            b'r' => wish.raw = true,
            b'a' => wish.array = Some(value),
            b'd' => wish.delimiter = Some(value.first().copied().unwrap_or(0)),
            b'n' | b'N' => {
                let count = parse_int(value).and_then(|count| usize::try_from(count).ok());
                let Some(count) = count else {
                    return Err(sh.fail_on(b"read", value, "invalid number"));
                };
                wish.count = Some(count);
                wish.exactly = letter == b'N';
            }
            b'p' => wish.prompt = Some(value),
            b't' => {
                wish.timeout_ns = seconds(value);
                timed = true;
                if wish.timeout_ns.is_none() {
                    return Err(sh.fail_on(b"read", value, "invalid timeout specification"));
                }
            }
            b'u' => {
                let fd = parse_int(value).and_then(|fd| u32::try_from(fd).ok());
                let Some(fd) = fd else {
                    return Err(sh.fail_on(
                        b"read",
                        value,
                        "invalid file descriptor specification",
                    ));
                };
                if !sys::is_open(fd) {
                    return Err(sh.fail_on(
                        b"read",
                        value,
                        "invalid file descriptor: Bad file descriptor",
                    ));
                }
                wish.fd = fd;
            }
            _ => {}
        }
    }
    if !timed {
        let limit = sh.vars.get(Sym::TMOUT).value.text();
        wish.timeout_ns = limit
            .and_then(|limit| seconds(&limit))
            .filter(|limit| *limit > 0);
    }
    Ok(wish)
}

/// With `-N`, the text is one element.
fn assign_whole(sh: &mut Shell, name: &[u8], line: fields::Line) -> bool {
    let sym = sh.vars.sym(name);
    match sh.assign_array(sym, vec![(None, false, line.text)], false) {
        Ok(()) => true,
        Err(error) => {
            sh.complain(&error.message);
            false
        }
    }
}

/// Seconds with a fraction, as nanoseconds.
fn seconds(text: &[u8]) -> Option<u64> {
    let plain = text.iter().all(|c| c.is_ascii_digit() || *c == b'.');
    let value: f64 = std::str::from_utf8(text)
        .ok()
        .filter(|_| plain)?
        .parse()
        .ok()?;
    Some((value * SECOND_NS) as u64)
}

/// Reads up to the delimiter or the count.
fn collect(
    sh: &mut Shell,
    reader: &mut Reader,
    wish: &Wish,
    line: &mut fields::Line,
) -> Result<End, Flow> {
    let delimiter = match (wish.exactly, wish.delimiter) {
        (true, _) => None,
        (false, delimiter) => Some(delimiter.unwrap_or(b'\n')),
    };
    let mut left = wish.count.unwrap_or(usize::MAX);
    while left > 0 {
        if wish.count.is_none()
            && let Some(delimiter) = delimiter
            && delimiter != 0
            && reader.take_plain(delimiter, !wish.raw, &mut line.text)
        {
            return Ok(End::Delimiter);
        }
        let mut byte = match reader.next(sh)? {
            Ok(byte) => byte,
            Err(end) => return Ok(end),
        };
        let mut escaped = false;
        if byte == b'\\' && !wish.raw {
            byte = match reader.next(sh)? {
                Ok(byte) => byte,
                Err(end) => return Ok(end),
            };
            if byte == b'\n' {
                continue;
            }
            escaped = true;
        } else if Some(byte) == delimiter {
            return Ok(End::Delimiter);
        }
        if byte == 0 {
            continue;
        }
        if escaped {
            line.escaped.push(line.text.len());
        }
        line.text.push(byte);
        if wish.count.is_some() {
            // A character may take more bytes.
            let start = line.text.len() - 1;
            for _ in 1..expected_len(byte) {
                match reader.next(sh)? {
                    Ok(byte) => line.text.push(byte),
                    Err(end) => return Ok(end),
                }
                if char_len(&line.text[start..]) == line.text.len() - start {
                    break;
                }
            }
            left -= 1;
        }
    }
    Ok(End::Delimiter)
}

/// How many bytes a character with this first byte has.
fn expected_len(first: u8) -> usize {
    match first {
        _ if byte_locale() => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    }
}

fn assign_array(sh: &mut Shell, name: &[u8], line: &fields::Line) -> bool {
    let sym = sh.vars.sym(name);
    let target = sh.vars_target(sym);
    if sh.vars.get(target).attrs & attr::ASSOC != 0 {
        sh.complain(&[b"read: ", name, b": not an indexed array"].concat());
        return false;
    }
    let fields = line.fields(&sh.ifs);
    let elements = fields
        .into_iter()
        .map(|field| (None, false, field))
        .collect();
    if let Value::Str(_) | Value::Fixed(_) | Value::Int(_) = sh.vars.get(target).value {
        sh.vars.get_mut(target).value = Value::Unset;
    }
    match sh.assign_array(target, elements, false) {
        Ok(()) => true,
        Err(error) => {
            sh.complain(&error.message);
            false
        }
    }
}

fn assign_names(sh: &mut Shell, names: &[Vec<u8>], line: fields::Line, exactly: bool) -> bool {
    let Some((last, before)) = names.split_last() else {
        return assign(sh, b"REPLY", line.text);
    };
    if exactly {
        let mut text = line.text;
        return names
            .iter()
            .all(|name| assign(sh, name, std::mem::take(&mut text)));
    }
    let mut at = 0;
    for name in before {
        let word = line.word(&mut at, &sh.ifs).unwrap_or_default();
        if !assign(sh, name, word) {
            return false;
        }
    }
    let rest = line.rest(at, &sh.ifs);
    assign(sh, last, rest)
}

fn assign(sh: &mut Shell, name: &[u8], value: Vec<u8>) -> bool {
    match sh.assign_reference(name, value) {
        Ok(()) => true,
        Err(error) => {
            let prefix: &[u8] = if error.readonly { b"" } else { b"read: " };
            sh.complain(&[prefix, &error.message].concat());
            false
        }
    }
}
