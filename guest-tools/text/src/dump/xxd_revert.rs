//! `xxd -r`: from hexadecimal digits back to bytes.

use super::input::Input;
use super::xxd::Config;
use wardian_applet::cli::Output;
use wardian_applet::sys;

/// Longest run of zeros written where the output cannot seek.
const FILL_MAX: u64 = 1 << 32;

/// Writes the bytes that a dump shows.
pub fn revert(
    config: &Config,
    plain: bool,
    source: Option<Vec<u8>>,
    fd: u32,
    out: &mut Output,
) -> Result<(), &'static str> {
    let mut input = Input::new(source.into_iter().collect());
    let mut text = Vec::new();
    loop {
        let more = input.more();
        if more.is_empty() {
            break;
        }
        text.extend_from_slice(more);
    }
    if plain {
        revert_plain(&text, out);
        return Ok(());
    }
    let columns = config.columns.filter(|columns| *columns > 0).unwrap_or(16);
    let mut at = 0u64;
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii_start();
        let digits = line
            .iter()
            .take_while(|byte| value(**byte).is_some())
            .count();
        if digits == 0 {
            continue;
        }
        let address = line[..digits]
            .iter()
            .filter_map(|byte| value(*byte))
            .fold(0u64, |sum, digit| sum << 4 | u64::from(digit));
        let address = address.wrapping_add_signed(config.seek);
        let rest = line[digits..].strip_prefix(b":").unwrap_or(&line[digits..]);
        let bytes = line_bytes(rest, columns);
        if bytes.is_empty() {
            continue;
        }
        if address != at {
            out.flush();
            let ahead = address.wrapping_sub(at) as i64;
            if fd > 2 && sys::seek(fd, ahead, 1).is_ok() {
                at = address;
            } else if ahead < 0 {
                return Err("Sorry, cannot seek backwards.");
            } else {
                if ahead as u64 > FILL_MAX {
                    return Err("Sorry, cannot seek that far.");
                }
                (0..ahead).for_each(|_| out.put_byte(0));
                at = address;
            }
        }
        out.put(&bytes);
        at += bytes.len() as u64;
    }
    Ok(())
}

/// Digits without addresses. Both of a byte stand side by side, but for blanks;
/// two bytes in a row that are no digits end a line, unless they begin it.
fn revert_plain(text: &[u8], out: &mut Output) {
    // The digits before, and whether the line has not begun.
    let (mut first, mut second, mut fresh) = (None, None, true);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            continue;
        }
        let third = second;
        (second, first) = (first, value(byte));
        if first.is_none() && fresh {
            continue;
        }
        fresh = false;
        match (second, first) {
            (Some(high), Some(low)) => {
                out.put_byte(high << 4 | low);
                first = None;
            }
            (None, None) if third.is_none() => {
                let rest = text.get(at..).unwrap_or_default();
                at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
                fresh = true;
            }
            _ => {}
        }
    }
}

/// The digits of a line up to two blanks in a row, or what is no digit.
fn line_bytes(text: &[u8], columns: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut high, mut blanks) = (None, 0);
    for byte in text.trim_ascii_start() {
        if bytes.len() == columns {
            break;
        }
        match value(*byte) {
            Some(digit) => {
                blanks = 0;
                match high.take() {
                    None => high = Some(digit),
                    Some(high) => bytes.push(high << 4 | digit),
                }
            }
            None if *byte == b' ' && blanks == 0 => blanks = 1,
            None => break,
        }
    }
    bytes
}

fn value(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}
