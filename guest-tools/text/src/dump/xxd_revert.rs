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
        let mut high = None;
        for byte in &text {
            // Both digits of a byte stand side by side, but for blanks.
            high = match (high, value(*byte)) {
                (Some(high), Some(digit)) => {
                    out.put_byte(high << 4 | digit);
                    None
                }
                (None, digit) => digit,
                (Some(high), None) if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') => Some(high),
                (Some(_), None) => None,
            };
        }
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
