//! `mapfile`, also called `readarray`.

use super::getopts::letters::Letters;
use super::read::input::{End, Reader};
use crate::exec::{Key, Run, Shell};
use crate::expand::quote_backslash;
use crate::sys;
use crate::text::{int_text, is_name, parse_int};
use crate::vars::{Indexed, Value, attr};

/// Lines between two calls of the callback, if `-c` does not say.
const QUANTUM: usize = 5000;

struct Wish<'a> {
    delimiter: u8,
    /// 0: all.
    count: usize,
    origin: Option<i64>,
    skip: usize,
    trim: bool,
    fd: u32,
    callback: Option<&'a [u8]>,
    quantum: usize,
}

/// `mapfile`.
pub fn mapfile(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut letters = Letters::new(args, b"d:u:n:O:tC:c:s:");
    let wish = match parse(sh, &args[0], &mut letters) {
        Ok(wish) => wish,
        Err(failed) => return failed,
    };
    let name = letters
        .rest()
        .first()
        .map_or(&b"MAPFILE"[..], Vec::as_slice);
    if !is_name(name) {
        let message = [b"`", name, b"': not a valid identifier"].concat();
        return sh.fail(&args[0], &message, 1);
    }
    let sym = sh.vars.sym(name);
    let sym = sh.vars_target(sym);
    let var = sh.vars.get(sym);
    if var.has(attr::READONLY) {
        sh.complain(&[name, b": readonly variable"].concat());
        return Ok(1);
    }
    if var.has(attr::ASSOC) {
        return sh.fail_on(&args[0], name, "not an indexed array");
    }
    if wish.origin.is_none() {
        let var = sh.vars.get_mut(sym);
        var.attrs |= attr::INDEXED;
        var.value = Value::Indexed(Box::default());
    } else {
        sh.make_array(sym, false);
    }
    let mut reader = Reader::new(sys::user_fd(wish.fd), None, None);
    let mut number = 0;
    let simple = wish.origin.is_none()
        && wish.callback.is_none()
        && sh.vars.get(sym).attrs & attr::TRANSFORMING == 0;
    let mut lines = Vec::new();
    let whole = wish.callback.is_none() && wish.count == 0;
    if whole {
        reader.read_ahead();
    }
    while wish.count == 0 || number < wish.skip + wish.count {
        let mut line = Vec::new();
        let end = next_line(sh, &mut reader, wish.delimiter, &mut line)?;
        if end != End::Delimiter && line.is_empty() {
            break;
        }
        number += 1;
        if number <= wish.skip {
            continue;
        }
        if end == End::Delimiter && !wish.trim && wish.delimiter != 0 {
            line.push(wish.delimiter);
        }
        if simple {
            lines.push(line);
            continue;
        }
        let done = number - wish.skip;
        let index = wish.origin.unwrap_or(0) + done as i64 - 1;
        if let Some(callback) = wish.callback
            && done.is_multiple_of(wish.quantum)
        {
            let text = [
                callback,
                b" ",
                &int_text(index),
                b" ",
                &quote_backslash(&line),
            ]
            .concat();
            let at = sh.line;
            sh.run_text(text, at)?;
        }
        if let Err(error) = sh.assign_element(sym, Key::Index(index), line, false) {
            sh.complain(&error.message);
            reader.finish();
            return Ok(1);
        }
    }
    reader.finish();
    if simple {
        sh.vars.get_mut(sym).value = Value::Indexed(Box::new(Indexed::from_vec(lines)));
    }
    Ok(0)
}

fn parse<'a>(sh: &mut Shell, name: &[u8], letters: &mut Letters<'a>) -> Result<Wish<'a>, Run> {
    let mut wish = Wish {
        delimiter: b'\n',
        count: 0,
        origin: None,
        skip: 0,
        trim: false,
        fd: 0,
        callback: None,
        quantum: QUANTUM,
    };
    while let Some((letter, value)) = letters.next(sh)? {
        let number = parse_int(value).filter(|number| *number >= 0);
        match (letter, number) {
            (b'd', _) => wish.delimiter = value.first().copied().unwrap_or(0),
            (b't', _) => wish.trim = true,
            (b'C', _) => wish.callback = Some(value),
            (b'n', Some(number)) => wish.count = number as usize,
            (b's', Some(number)) => wish.skip = number as usize,
            (b'n' | b's', None) => return Err(sh.fail_on(name, value, "invalid line count")),
            (b'O', Some(number)) => wish.origin = Some(number),
            (b'O', None) => return Err(sh.fail_on(name, value, "invalid array origin")),
            (b'c', Some(1..)) => wish.quantum = number.unwrap_or(1) as usize,
            (b'c', _) => return Err(sh.fail_on(name, value, "invalid callback quantum")),
            (_, number) => {
                let Some(fd) = number.and_then(|fd| u32::try_from(fd).ok()) else {
                    return Err(sh.fail_on(name, value, "invalid file descriptor specification"));
                };
                if !sys::is_open(fd) {
                    return Err(sh.fail_on(
                        name,
                        value,
                        "invalid file descriptor: Bad file descriptor",
                    ));
                }
                wish.fd = fd;
            }
        }
    }
    Ok(wish)
}

fn next_line(
    sh: &mut Shell,
    reader: &mut Reader,
    delimiter: u8,
    line: &mut Vec<u8>,
) -> Result<End, crate::exec::Flow> {
    loop {
        if reader.take_plain(delimiter, false, line) {
            return Ok(End::Delimiter);
        }
        match reader.next(sh)? {
            Ok(byte) if byte == delimiter => return Ok(End::Delimiter),
            Ok(0) => {}
            Ok(byte) => line.push(byte),
            Err(end) => return Ok(end),
        }
    }
}
