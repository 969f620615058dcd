//! The types that `od` shows: their sizes, columns and digits.

use super::floats;

/// How a datum is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Named,
    Character,
    Signed,
    Unsigned,
    Octal,
    Hex,
    Float,
}

/// A type: how data of a size are shown.
#[derive(Clone, Copy)]
pub struct Type {
    pub kind: Kind,
    /// Bytes of a datum.
    pub size: usize,
    /// Columns of a field, without what separates it.
    pub columns: usize,
    /// Lines end with their printable characters.
    pub trailer: bool,
}

const NAMES: [&str; 34] = [
    "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "nl", "vt", "ff", "cr",
    "so", "si", "dle", "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub", "esc",
    "fs", "gs", "rs", "us", "sp", "del",
];

impl Type {
    /// Data of this size; those of floats are 4, 8 and 16 bytes long.
    pub fn new(kind: Kind, size: usize) -> Type {
        let digits =
            |base: f64| (size as f64 * 8.0 * std::f64::consts::LN_2 / base.ln()).ceil() as usize;
        let columns = match kind {
            Kind::Named | Kind::Character => 3,
            Kind::Signed => [4, 6, 8, 11, 13, 16, 18, 20][size - 1],
            Kind::Unsigned => [3, 5, 8, 10, 13, 15, 17, 20][size - 1],
            Kind::Octal => digits(8.0),
            Kind::Hex => size * 2,
            Kind::Float => match size {
                4 => 15,
                8 => 24,
                _ => 29,
            },
        };
        Type {
            kind,
            size,
            columns,
            trailer: false,
        }
    }

    /// Appends a datum, right-aligned.
    pub fn put(&self, datum: &[u8], width: usize, swap: bool, out: &mut Vec<u8>) {
        let mut bytes = [0; 16];
        let bytes = &mut bytes[..self.size];
        bytes.copy_from_slice(datum);
        if swap {
            bytes.reverse();
        }
        let mut digits = [0; 24];
        let value = || {
            bytes
                .iter()
                .rev()
                .fold(0, |value: u64, byte| value << 8 | u64::from(*byte))
        };
        let text: &[u8] = match self.kind {
            Kind::Named => {
                let byte = datum[0] & 0x7f;
                match byte {
                    0..=0x20 => NAMES[usize::from(byte)].as_bytes(),
                    0x7f => NAMES[33].as_bytes(),
                    _ => {
                        digits[0] = byte;
                        &digits[..1]
                    }
                }
            }
            Kind::Character => match datum[0] {
                0 => b"\\0",
                7 => b"\\a",
                8 => b"\\b",
                9 => b"\\t",
                10 => b"\\n",
                11 => b"\\v",
                12 => b"\\f",
                13 => b"\\r",
                byte @ 0x20..0x7f => {
                    digits[0] = byte;
                    &digits[..1]
                }
                byte => in_base(&mut digits, u64::from(byte), 8, 3),
            },
            Kind::Signed => {
                let unused = 64 - 8 * self.size as u32;
                let value = (value() << unused) as i64 >> unused;
                let text = in_base(&mut digits, value.unsigned_abs(), 10, 1);
                let len = text.len();
                let start = digits.len() - len;
                if value < 0 {
                    digits[start - 1] = b'-';
                    &digits[start - 1..]
                } else {
                    &digits[start..]
                }
            }
            Kind::Unsigned => in_base(&mut digits, value(), 10, 1),
            Kind::Octal => in_base(&mut digits, value(), 8, self.columns),
            Kind::Hex => in_base(&mut digits, value(), 16, self.columns),
            Kind::Float => {
                let text = floats::shortest(bytes);
                out.resize(out.len() + width.saturating_sub(text.len()), b' ');
                out.extend_from_slice(&text);
                return;
            }
        };
        out.resize(out.len() + width.saturating_sub(text.len()), b' ');
        out.extend_from_slice(text);
    }
}

/// A number in a base, with zeros up to so many digits.
fn in_base(digits: &mut [u8; 24], mut value: u64, base: u64, least: usize) -> &[u8] {
    let mut at = digits.len();
    while value > 0 || digits.len() - at < least {
        at -= 1;
        digits[at] = b"0123456789abcdef"[(value % base) as usize];
        value /= base;
    }
    &digits[at..]
}
