//! `-printf`: a format, compiled once, and its output for a file.

use super::action::file_system;
use super::file::File;
use super::long::mode_text;
use super::settings::State;
use super::times::Stamp;
use crate::accounts;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, Errno, ExtStat, mode};
use wardian_applet::text::pad;
use wardian_applet::text::time;

/// A compiled format.
pub struct Format(Vec<Part>);

enum Part {
    Text(Vec<u8>),
    /// `\c`: nothing follows, and what is there is written out.
    Stop,
    Field(Field),
}

struct Field {
    letter: u8,
    /// The letter after `A`, `B`, `C`, `T`.
    time: u8,
    left: bool,
    zero: bool,
    alternate: bool,
    plus: bool,
    width: usize,
    precision: Option<usize>,
}

impl Format {
    /// Compiles a format; what is not known is warned about and kept.
    ///
    /// # Errors
    /// The message.
    pub fn new(context: &Context<'_>, text: &[u8]) -> Result<Format, Vec<u8>> {
        let mut parts = Vec::new();
        let mut plain = Vec::new();
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            at += 1;
            match byte {
                b'\\' => {
                    let rest = &text[at..];
                    if rest.first() == Some(&b'c') {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                        parts.push(Part::Stop);
                        return Ok(Format(parts));
                    }
                    at += escape(context, rest, &mut plain);
                }
                b'%' => {
                    if text.get(at) == Some(&b'%') {
                        plain.push(b'%');
                        at += 1;
                        continue;
                    }
                    let (field, length) = field(context, &text[at..])?;
                    match field {
                        Some(field) => {
                            parts.push(Part::Text(std::mem::take(&mut plain)));
                            parts.push(Part::Field(field));
                        }
                        None => plain.extend_from_slice(&text[at - 1..at + length]),
                    }
                    at += length;
                }
                _ => plain.push(byte),
            }
        }
        parts.push(Part::Text(plain));
        Ok(Format(parts))
    }

    /// Writes what the format says of a file.
    pub fn print(&self, to: usize, file: &mut File, state: &mut State<'_>) {
        let Some(mut out) = state
            .outputs
            .get_mut(to)
            .map(|out| std::mem::replace(out, Output::new(1)))
        else {
            return;
        };
        for part in &self.0 {
            match part {
                Part::Text(text) => out.put(text),
                Part::Stop => out.flush(),
                Part::Field(field) => field.print(&mut out, file, state),
            }
        }
        state.quit |= to == 0 && out.failed();
        if let Some(place) = state.outputs.get_mut(to) {
            *place = out;
        }
    }
}

/// Adds what follows a backslash; gives its length.
fn escape(context: &Context<'_>, rest: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(&letter) = rest.first() else {
        context.say(b"warning: escape `\\' followed by nothing at all");
        out.push(b'\\');
        return 0;
    };
    let byte = match letter {
        b'0'..=b'7' => {
            let digits = rest
                .iter()
                .take(3)
                .take_while(|d| (b'0'..=b'7').contains(d));
            let count = digits.clone().count();
            out.push(digits.fold(0u32, |n, d| n * 8 + u32::from(d - b'0')) as u8);
            return count;
        }
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => b'\\',
        _ => {
            context.say(
                &[
                    b"warning: unrecognized escape `\\".as_slice(),
                    &[letter],
                    b"'",
                ]
                .concat(),
            );
            out.extend([b'\\', letter]);
            return 1;
        }
    };
    out.push(byte);
    1
}

/// Reads a directive after its `%`, with its length; `None`: it is text.
fn field(context: &Context<'_>, text: &[u8]) -> Result<(Option<Field>, usize), Vec<u8>> {
    let reserved = |letter: u8| {
        Err([
            b"error: the format directive `%".as_slice(),
            &[letter],
            b"' is reserved for future use",
        ]
        .concat())
    };
    if text.is_empty() {
        return Err(b"error: % at end of format string".to_vec());
    }
    let mut field = Field {
        letter: 0,
        time: 0,
        left: false,
        zero: false,
        alternate: false,
        plus: false,
        width: 0,
        precision: None,
    };
    let mut at = 0;
    while let Some(flag @ (b'-' | b'0' | b'#' | b'+' | b' ')) = text.get(at) {
        match flag {
            b'-' => field.left = true,
            b'0' => field.zero = true,
            b'#' => field.alternate = true,
            b'+' => field.plus = true,
            _ => return reserved(b' '),
        }
        at += 1;
    }
    let number = |at: &mut usize| {
        let mut value: usize = 0;
        while let Some(digit @ b'0'..=b'9') = text.get(*at) {
            value = (value * 10 + usize::from(digit - b'0')).min(pad::WIDTH_MAX / 16);
            *at += 1;
        }
        value
    };
    field.width = number(&mut at);
    if text.get(at) == Some(&b'.') {
        at += 1;
        field.precision = Some(number(&mut at));
    }
    let Some(&letter) = text.get(at) else {
        return reserved(b' ');
    };
    at += 1;
    field.letter = letter;
    match letter {
        b'{' | b'[' | b'(' => reserved(letter),
        b'A' | b'B' | b'C' | b'T' => match text.get(at) {
            Some(&time) => {
                field.time = time;
                Ok((Some(field), at + 1))
            }
            None => {
                let text = [
                    b"warning: format directive `%".as_slice(),
                    &[letter],
                    b"' should be followed by another character",
                ];
                context.say(&text.concat());
                Ok((None, at))
            }
        },
        b'a' | b'b' | b'c' | b'd' | b'D' | b'f' | b'F' | b'g' | b'G' | b'h' | b'H' | b'i'
        | b'k' | b'l' | b'm' | b'M' | b'n' | b'p' | b'P' | b's' | b'S' | b't' | b'u' | b'U'
        | b'y' | b'Y' | b'Z' => Ok((Some(field), at)),
        _ => {
            let text = [
                b"warning: unrecognized format directive `%".as_slice(),
                &[letter],
                b"'",
            ];
            context.say(&text.concat());
            Ok((None, at))
        }
    }
}

impl Field {
    fn print(&self, out: &mut Output, file: &mut File, state: &mut State<'_>) {
        // These need no status.
        match self.letter {
            b'p' => return self.text(out, &file.path),
            b'f' => return self.text(out, file.name_shown()),
            b'h' => return self.text(out, file.directory()),
            b'H' => return self.text(out, file.path.get(..file.start).unwrap_or_default()),
            b'P' => return self.text(out, file.below()),
            b'd' => return self.number(out, file.depth as u64, false),
            b'y' if file.kind != 0 => return self.text(out, &[letter(file.kind)]),
            b'Z' => return self.text(out, b""),
            _ => {}
        }
        let stat = match file.stat() {
            Ok(stat) => stat,
            Err(errno) => {
                state.fail(&file.path, errno.message());
                return;
            }
        };
        let text = match self.letter {
            b's' => stat.size_bytes.to_string(),
            b'k' => stat.blocks.div_ceil(2).to_string(),
            b'b' => stat.blocks.to_string(),
            b'm' => return self.number(out, (stat.mode & 0o7777).into(), true),
            b'M' => return self.text(out, &mode_text(stat.mode)),
            b'u' => return self.text(out, &accounts::user_text(stat.uid)),
            b'U' => stat.uid.to_string(),
            b'g' => return self.text(out, &accounts::group_text(stat.gid)),
            b'G' => stat.gid.to_string(),
            b'n' => stat.links.to_string(),
            b'i' => stat.inode.to_string(),
            b'D' => stat.device.to_string(),
            b'y' => return self.text(out, &[letter(stat.mode & mode::TYPE)]),
            b'Y' => return self.text(out, &[target_letter(file, &stat)]),
            b'l' => {
                let target = match stat.mode & mode::TYPE {
                    mode::LINK => sys::read_link(&file.path).unwrap_or_default(),
                    _ => Vec::new(),
                };
                return self.text(out, &target);
            }
            b'F' => return self.text(out, file_system(stat.device)),
            b'S' => sparseness(&stat),
            b'a' => return self.text(out, &stamp(stat.accessed_ns, 0)),
            b'c' => return self.text(out, &stamp(stat.changed_ns, 0)),
            b't' => return self.text(out, &stamp(stat.modified_ns, 0)),
            b'A' => return self.text(out, &stamp(stat.accessed_ns, self.time)),
            b'B' => return self.text(out, &stamp(Stamp::Born.of(&stat), self.time)),
            b'C' => return self.text(out, &stamp(stat.changed_ns, self.time)),
            _ => return self.text(out, &stamp(stat.modified_ns, self.time)),
        };
        self.text(out, text.as_bytes());
    }

    fn text(&self, out: &mut Output, text: &[u8]) {
        let text = match self.precision {
            Some(most) => &text[..most.min(text.len())],
            None => text,
        };
        let padding = self.width.saturating_sub(text.len());
        if !self.left {
            (0..padding).for_each(|_| out.put_byte(b' '));
        }
        out.put(text);
        if self.left {
            (0..padding).for_each(|_| out.put_byte(b' '));
        }
    }

    fn number(&self, out: &mut Output, value: u64, octal: bool) {
        let mut text = match octal {
            true if self.alternate && value != 0 => format!("0{value:o}"),
            true => format!("{value:o}"),
            false => value.to_string(),
        };
        let digits = match self.precision {
            Some(digits) => digits,
            None if self.zero && !self.left => self.width,
            None => 0,
        };
        if text.len() < digits {
            text.insert_str(0, &"0".repeat(digits - text.len()));
        }
        if self.plus && !octal {
            text.insert(0, '+');
        }
        let plain = Field {
            precision: None,
            ..*self
        };
        plain.text(out, text.as_bytes());
    }
}

fn letter(kind: u32) -> u8 {
    match kind {
        mode::REGULAR => b'f',
        mode::DIRECTORY => b'd',
        mode::LINK => b'l',
        mode::SOCKET => b's',
        mode::FIFO => b'p',
        mode::CHARACTER => b'c',
        mode::BLOCK => b'b',
        _ => b'U',
    }
}

/// The type of what a link leads to; `N`, `L` or `?` if it leads nowhere.
fn target_letter(file: &File, stat: &ExtStat) -> u8 {
    if stat.mode & mode::TYPE != mode::LINK {
        return letter(stat.mode & mode::TYPE);
    }
    match sys::stat(&file.path, true) {
        Ok(stat) => letter(stat.mode & mode::TYPE),
        Err(Errno::Noent | Errno::Notdir) => b'N',
        Err(Errno::Loop) => b'L',
        Err(_) => b'?',
    }
}

/// Allocated bytes by size, to six significant digits.
fn sparseness(stat: &ExtStat) -> String {
    if stat.size_bytes == 0 {
        return if stat.blocks == 0 { "1" } else { "inf" }.to_owned();
    }
    significant(512.0 * stat.blocks as f64 / stat.size_bytes as f64)
}

/// As C's `%g`.
fn significant(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{value:.5e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let strip = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4..6).contains(&exponent) {
        return strip(&format!("{value:.*}", (5 - exponent) as usize));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", strip(digits), exponent.abs())
}

/// A time in the form of a letter (0: as `ctime`); seconds have a fraction of ten digits.
fn stamp(ns: u64, letter: u8) -> Vec<u8> {
    let civil = time::local(ns);
    let fraction = format!("{:09}0", civil.nanosecond);
    let with = |before: &[u8], after: &[u8]| {
        let mut out = civil.format(before);
        out.push(b'.');
        out.extend_from_slice(fraction.as_bytes());
        out.extend(civil.format(after));
        out
    };
    match letter {
        0 => with(b"%a %b %e %H:%M:%S", b" %Y"),
        b'@' => with(b"%s", b""),
        b'+' => with(b"%Y-%m-%d+%H:%M:%S", b""),
        b'T' | b'X' => with(b"%H:%M:%S", b""),
        b'S' => with(b"%S", b""),
        b'N' => b"%N".to_vec(),
        _ => civil.format(&[b'%', letter]),
    }
}
