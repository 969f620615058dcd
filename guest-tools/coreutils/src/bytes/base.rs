//! `base64`, `base32`, `basenc`.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::fast::with_buffer;
use crate::lines::open;
use crate::sys::Errno;
use crate::text::quote;

/// A way to write bytes as text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Groups of so many bits, most significant first, padded with `=`.
    Bits(u32, &'static [u8]),
    /// One digit a bit, least significant first.
    BitsReversed,
    Z85,
}

const BASE64: Form = Form::Bits(
    6,
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
);
const BASE64URL: Form = Form::Bits(
    6,
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
);
const BASE32: Form = Form::Bits(5, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
const BASE32HEX: Form = Form::Bits(5, b"0123456789ABCDEFGHIJKLMNOPQRSTUV");
const BASE16: Form = Form::Bits(4, b"0123456789ABCDEF");
const BASE2: Form = Form::Bits(1, b"01");
const Z85_DIGITS: &[u8; 85] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'd', "decode"),
    Opt::flag(b'i', "ignore-garbage"),
    Opt::value(b'w', "wrap"),
];
#[rustfmt::skip]
const ALL_OPTIONS: &[Opt] = &[
    Opt::flag(b'd', "decode"),
    Opt::flag(b'i', "ignore-garbage"),
    Opt::value(b'w', "wrap"),
    Opt::flag(1, "base64"),
    Opt::flag(2, "base64url"),
    Opt::flag(3, "base32"),
    Opt::flag(4, "base32hex"),
    Opt::flag(5, "base16"),
    Opt::flag(6, "base2msbf"),
    Opt::flag(7, "base2lsbf"),
    Opt::flag(8, "z85"),
];

/// Runs `base64`.
pub fn base64(args: &Args) -> i32 {
    run(args, "base64", OPTIONS, Some(BASE64))
}

/// Runs `base32`.
pub fn base32(args: &Args) -> i32 {
    run(args, "base32", OPTIONS, Some(BASE32))
}

/// Runs `basenc`.
pub fn basenc(args: &Args) -> i32 {
    run(args, "basenc", ALL_OPTIONS, None)
}

fn run(args: &Args, name: &'static str, options: &'static [Opt], form: Option<Form>) -> i32 {
    let context = Context::new(args, name, 1);
    let parsed = match parse(&context, args, options, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut form, mut decode, mut ignore, mut wrap) = (form, false, false, 76);
    for (letter, _, value) in parsed.options {
        match letter {
            b'd' => decode = true,
            b'i' => ignore = true,
            b'w' => {
                let value = value.unwrap_or_default();
                let text = std::str::from_utf8(&value).unwrap_or_default();
                wrap = match text.parse::<u64>() {
                    Ok(wrap) => usize::try_from(wrap).unwrap_or(0),
                    Err(error) if *error.kind() == std::num::IntErrorKind::PosOverflow => 0,
                    Err(_) => {
                        let text = [b"invalid wrap size: ".as_slice(), &quote::always(&value)];
                        context.say(&text.concat());
                        return 1;
                    }
                };
            }
            number => {
                const FORMS: [Form; 8] = [
                    BASE64,
                    BASE64URL,
                    BASE32,
                    BASE32HEX,
                    BASE16,
                    BASE2,
                    Form::BitsReversed,
                    Form::Z85,
                ];
                form = FORMS.get(usize::from(number) - 1).copied();
            }
        }
    }
    let Some(form) = form else {
        return context.usage(b"missing encoding type");
    };
    if let Some(extra) = parsed.operands.get(1) {
        return context.usage(&[b"extra operand ".as_slice(), &quote::always(extra)].concat());
    }
    let input = parsed
        .operands
        .first()
        .map_or(b"-".as_slice(), Vec::as_slice);
    let file = match open(input) {
        Ok(file) => file,
        Err(errno) => {
            context.say_error(&quote::if_needed(input), errno);
            return 1;
        }
    };
    let mut out = Output::stdout();
    let mut encoder = Encoder {
        form,
        wrap,
        column: 0,
        held: Vec::new(),
    };
    let mut decoder = Decoder::new(form, ignore);
    let read = with_buffer(|buf| {
        loop {
            let part = match file.read(buf) {
                Ok(0) => return Ok(true),
                Ok(got) => &buf[..got],
                Err(Errno::Intr) => continue,
                Err(errno) => return Err(errno),
            };
            if !decode {
                encoder.add(part, &mut out);
            } else if !decoder.add(part, &mut out) {
                return Ok(false);
            }
            if out.failed() {
                return Ok(true);
            }
        }
    });
    let valid = match read {
        Ok(valid) => valid,
        Err(errno) => {
            out.flush();
            context.say_error(b"read error", errno);
            return 1;
        }
    };
    if decode {
        if !valid || !decoder.finish(&mut out) {
            let code = out.finish(&context, 1);
            context.say(b"invalid input");
            return code;
        }
    } else if !encoder.finish(&mut out) {
        let code = 1;
        context.say(b"invalid input (length must be multiple of 4 characters)");
        return code;
    }
    out.finish(&context, 0)
}

struct Encoder {
    form: Form,
    wrap: usize,
    column: usize,
    held: Vec<u8>,
}

impl Form {
    /// Bytes that make whole digits.
    fn group(self) -> usize {
        match self {
            Form::Bits(6, _) => 3,
            Form::Bits(5, _) => 5,
            Form::Bits(..) | Form::BitsReversed => 1,
            Form::Z85 => 4,
        }
    }
}

impl Encoder {
    fn add(&mut self, part: &[u8], out: &mut Output) {
        let group = self.form.group();
        let mut part = part;
        if !self.held.is_empty() {
            let missing = (group - self.held.len()).min(part.len());
            self.held.extend_from_slice(&part[..missing]);
            part = &part[missing..];
            if self.held.len() < group {
                return;
            }
            let held = std::mem::take(&mut self.held);
            self.encode(&held, out);
        }
        let whole = part.len() - part.len() % group;
        for block in part[..whole].chunks(group * 1024) {
            self.encode(block, out);
        }
        self.held.extend_from_slice(&part[whole..]);
    }

    fn finish(&mut self, out: &mut Output) -> bool {
        if !self.held.is_empty() {
            if self.form == Form::Z85 {
                return false;
            }
            let held = std::mem::take(&mut self.held);
            self.encode(&held, out);
        }
        if self.column > 0 {
            out.put_byte(b'\n');
        }
        true
    }

    fn encode(&mut self, bytes: &[u8], out: &mut Output) {
        let mut text = Vec::with_capacity(bytes.len() * 2 + 8);
        match self.form {
            Form::Bits(6, digits) => {
                let mut groups = bytes.chunks_exact(3);
                for group in &mut groups {
                    let n = usize::from(group[0]) << 16
                        | usize::from(group[1]) << 8
                        | usize::from(group[2]);
                    text.extend_from_slice(&[
                        digits[n >> 18],
                        digits[n >> 12 & 63],
                        digits[n >> 6 & 63],
                        digits[n & 63],
                    ]);
                }
                spread(groups.remainder(), 6, digits, &mut text);
                pad(&mut text, 4);
            }
            Form::Bits(bits, digits) => {
                spread(bytes, bits, digits, &mut text);
                if bits == 5 {
                    pad(&mut text, 8);
                }
            }
            Form::BitsReversed => {
                let bit = |byte: u8, at: u32| b'0' + (byte >> at & 1);
                text.extend(
                    bytes
                        .iter()
                        .flat_map(|byte| (0..8).map(move |at| bit(*byte, at))),
                );
            }
            Form::Z85 => {
                for group in bytes.chunks_exact(4) {
                    let mut n = u32::from_be_bytes([group[0], group[1], group[2], group[3]]);
                    let mut five = [0; 5];
                    for digit in five.iter_mut().rev() {
                        *digit = Z85_DIGITS[n as usize % 85];
                        n /= 85;
                    }
                    text.extend(five);
                }
            }
        }
        if self.wrap == 0 {
            return out.put(&text);
        }
        let mut text = text.as_slice();
        while !text.is_empty() {
            if self.column == self.wrap {
                out.put_byte(b'\n');
                self.column = 0;
            }
            let (line, rest) = text.split_at(text.len().min(self.wrap - self.column));
            out.put(line);
            self.column += line.len();
            text = rest;
        }
    }
}

fn spread(bytes: &[u8], bits: u32, digits: &[u8], text: &mut Vec<u8>) {
    let (mut held, mut count) = (0_u32, 0);
    let mask = (1 << bits) - 1;
    for &byte in bytes {
        held = held << 8 | u32::from(byte);
        count += 8;
        while count >= bits {
            count -= bits;
            text.push(digits[(held >> count & mask) as usize]);
        }
    }
    if count > 0 {
        text.push(digits[(held << (bits - count) & mask) as usize]);
    }
}

fn pad(text: &mut Vec<u8>, group: usize) {
    while !text.len().is_multiple_of(group) {
        text.push(b'=');
    }
}

const BAD: u8 = 255;

struct Decoder {
    form: Form,
    ignore: bool,
    values: [u8; 256],
    /// Digits of the group in progress.
    group: Vec<u8>,
    /// Padding seen in it.
    padding: usize,
}

impl Decoder {
    fn new(form: Form, ignore: bool) -> Decoder {
        let mut values = [BAD; 256];
        let digits: &[u8] = match form {
            Form::Bits(_, digits) => digits,
            Form::BitsReversed => b"01",
            Form::Z85 => Z85_DIGITS,
        };
        for (value, digit) in digits.iter().enumerate() {
            values[usize::from(*digit)] = value as u8;
        }
        Decoder {
            form,
            ignore,
            values,
            group: Vec::new(),
            padding: 0,
        }
    }

    /// Digits in a whole group, bits in each.
    fn shape(&self) -> (usize, u32) {
        match self.form {
            Form::Bits(6, _) => (4, 6),
            Form::Bits(5, _) => (8, 5),
            Form::Bits(4, _) => (2, 4),
            Form::Bits(..) | Form::BitsReversed => (8, 1),
            Form::Z85 => (5, 0),
        }
    }

    /// Decodes; false: the text is not valid.
    fn add(&mut self, part: &[u8], out: &mut Output) -> bool {
        let (digits, bits) = self.shape();
        let mut bytes = Vec::with_capacity(part.len());
        let mut at = 0;
        let valid = loop {
            if bits == 6 && self.group.is_empty() {
                // Whole groups without anything special, quickly.
                while let Some(four) = part.get(at..at + 4) {
                    let value = |index: usize| self.values[usize::from(four[index])];
                    let (a, b, c, d) = (value(0), value(1), value(2), value(3));
                    if (a | b | c | d) > 63 {
                        break;
                    }
                    bytes.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
                    at += 4;
                }
            }
            let Some(&byte) = part.get(at) else {
                break true;
            };
            at += 1;
            let value = self.values[usize::from(byte)];
            let padded = matches!(bits, 5 | 6);
            if byte == b'=' && padded {
                // In mid-group it ends the group.
                if self.group.is_empty() {
                    if self.ignore {
                        continue;
                    }
                    break false;
                }
                self.padding += 1;
            } else if value == BAD {
                if byte == b'\n' || self.ignore {
                    continue;
                }
                break false;
            } else if self.padding > 0 {
                break false;
            } else {
                self.group.push(value);
            }
            if self.group.len() + self.padding == digits && !self.end_group(&mut bytes) {
                break false;
            }
        };
        out.put(&bytes);
        if !valid {
            self.put_partial(out);
        }
        valid
    }

    /// What whole bytes there are of a group is shown before the complaint.
    fn put_partial(&mut self, out: &mut Output) {
        let (_, bits) = self.shape();
        if bits <= 1 {
            return;
        }
        let whole = self.group.len() * bits as usize / 8;
        let left = self.group.len() as u32 * bits - whole as u32 * 8;
        let add = |held: u64, value: &u8| held << bits | u64::from(*value);
        let held = self.group.iter().fold(0, add) >> left;
        out.put(&held.to_be_bytes()[8 - whole..]);
    }

    fn end_group(&mut self, bytes: &mut Vec<u8>) -> bool {
        let (digits, bits) = self.shape();
        let group = std::mem::take(&mut self.group);
        let padding = std::mem::take(&mut self.padding);
        match self.form {
            Form::BitsReversed => {
                let add = |sum: u8, (at, bit): (usize, &u8)| sum | bit << at;
                bytes.push(group.iter().enumerate().fold(0, add));
            }
            Form::Z85 => {
                let add = |sum: u64, digit: &u8| sum * 85 + u64::from(*digit);
                let Ok(number) = u32::try_from(group.iter().fold(0, add)) else {
                    return false;
                };
                bytes.extend(number.to_be_bytes());
            }
            Form::Bits(..) => {
                let whole = group.len() * bits as usize / 8;
                let left = group.len() as u32 * bits - whole as u32 * 8;
                let mut held = 0_u64;
                for value in &group {
                    held = held << bits | u64::from(*value);
                }
                held >>= left;
                bytes.extend_from_slice(&held.to_be_bytes()[8 - whole..]);
                let fit = match (bits, padding) {
                    (_, 0) => group.len() == digits,
                    (6, 1 | 2) | (5, 1 | 3 | 4 | 6) => true,
                    _ => false,
                };
                return fit;
            }
        }
        true
    }

    fn finish(&mut self, out: &mut Output) -> bool {
        if self.group.is_empty() && self.padding == 0 {
            return true;
        }
        if self.padding == 0 {
            self.put_partial(out);
        }
        false
    }
}
