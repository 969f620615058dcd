//! How `seq` shows a number: by the format it is given, or by one that fits.

use super::operand::Operand;
use crate::cli::Context;
use crate::format::decimal::Extended;
use crate::format::float;
use crate::format::spec::{Flags, Length, Spec};
use crate::text::quote;

/// Text, a number, text.
pub struct Layout {
    prefix: Vec<u8>,
    suffix: Vec<u8>,
    spec: Spec,
}

impl Layout {
    /// Of a format with one conversion.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn given(context: &Context<'_>, format: &[u8]) -> Result<Layout, i32> {
        let fail = |text: &str| {
            context.say(
                &[
                    b"format ".as_slice(),
                    &quote::always(format),
                    text.as_bytes(),
                ]
                .concat(),
            );
            Err(1)
        };
        let mut spec = Spec::default();
        let (prefix, mut at) = literal(format, 0);
        if at == format.len() {
            return fail(" has no % directive");
        }
        at += 1;
        while let Some(flag @ (b'-' | b'+' | b'#' | b'0' | b' ' | b'\'')) = format.get(at) {
            spec.flags.left |= *flag == b'-';
            spec.flags.plus |= *flag == b'+';
            spec.flags.space |= *flag == b' ';
            spec.flags.alternate |= *flag == b'#';
            spec.flags.zero |= *flag == b'0';
            at += 1;
        }
        let number = |at: &mut usize| {
            let start = *at;
            let mut value = 0i64;
            while let Some(digit @ b'0'..=b'9') = format.get(*at) {
                value = (value * 10 + i64::from(digit - b'0')).min(1 << 20);
                *at += 1;
            }
            (*at > start, value)
        };
        if let (true, width) = number(&mut at) {
            spec.width = Length::Number(width);
        }
        if format.get(at) == Some(&b'.') {
            at += 1;
            spec.precision = Length::Number(number(&mut at).1);
        }
        at += usize::from(format.get(at) == Some(&b'L'));
        match format.get(at) {
            None => return fail(" ends in %"),
            Some(c) if b"efgaEFGA".contains(c) => spec.conversion = *c,
            Some(c) => {
                let shown = [b" has unknown %".as_slice(), &[*c], b" directive"].concat();
                return fail(&String::from_utf8_lossy(&shown));
            }
        }
        let (suffix, end) = literal(format, at + 1);
        if end < format.len() {
            return fail(" has too many % directives");
        }
        Ok(Layout {
            prefix,
            suffix,
            spec,
        })
    }

    /// Of decimal numbers with the places that they were given with.
    pub fn fitting(first: &Operand, step: &Operand, last: &Operand, equal: bool) -> Layout {
        let mut spec = Spec {
            conversion: b'g',
            ..Spec::default()
        };
        let precision = first.precision.zip(step.precision).map(|(a, b)| a.max(b));
        if let Some((precision, last_precision)) = precision.zip(last.precision) {
            spec.conversion = b'f';
            spec.precision = Length::Number(precision);
            if equal {
                let own = first.precision.unwrap_or(0);
                let mut width = first.width + precision - own;
                width += i64::from(own == 0 && precision > 0);
                let mut other = last.width + precision - last_precision;
                other -= i64::from(last_precision > 0 && precision == 0);
                other += i64::from(last_precision == 0 && precision > 0);
                spec.width = Length::Number(width.max(other).max(0));
                spec.flags = Flags {
                    zero: true,
                    ..Flags::default()
                };
            }
        }
        Layout {
            prefix: Vec::new(),
            suffix: Vec::new(),
            spec,
        }
    }

    /// Adds the number alone.
    pub fn put_number(&self, value: &Extended, out: &mut Vec<u8>) {
        float::put(&self.spec, value, out);
    }

    /// Adds the number with the text around it.
    pub fn put(&self, value: &Extended, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.prefix);
        self.put_number(value, out);
        out.extend_from_slice(&self.suffix);
    }
}

/// Text up to a conversion, and where that starts.
fn literal(format: &[u8], mut at: usize) -> (Vec<u8>, usize) {
    let mut text = Vec::new();
    while let Some(c) = format.get(at) {
        if *c == b'%' && format.get(at + 1) != Some(&b'%') {
            break;
        }
        at += 1 + usize::from(*c == b'%');
        text.push(*c);
    }
    (text, at.min(format.len()))
}
