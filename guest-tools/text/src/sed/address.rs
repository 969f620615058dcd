//! Addresses: reading them.

use super::command::{Address, End};
use super::parse::Parser;
use super::source::{Failure, Source};

impl Parser<'_> {
    /// The first address, if this byte starts one.
    pub fn address(
        &mut self,
        source: &mut Source<'_>,
        byte: Option<u8>,
    ) -> Result<Option<Address>, Failure> {
        Ok(Some(match byte {
            Some(b'/' | b'\\') => Address::Regex(self.regex(source, byte)?),
            Some(digit @ b'0'..=b'9') => {
                let first = source.number(digit);
                let byte = source.next_nonblank();
                if byte != Some(b'~') || self.options.posix {
                    source.back(byte);
                    return Ok(Some(Address::Line(first)));
                }
                match number(source) {
                    0 => Address::Line(first),
                    step => Address::Step(first, step),
                }
            }
            Some(b'+' | b'~') if !self.options.posix => {
                number(source);
                return source.fail("invalid usage of +N or ~N as first address");
            }
            Some(b'$') => Address::Last,
            _ => return Ok(None),
        }))
    }

    /// The second address, if this byte starts one.
    pub fn end(
        &mut self,
        source: &mut Source<'_>,
        byte: Option<u8>,
    ) -> Result<Option<End>, Failure> {
        Ok(Some(match byte {
            Some(b'+') if !self.options.posix => End::Plus(number(source)),
            Some(b'~') if !self.options.posix => End::Multiple(number(source)),
            _ => match self.address(source, byte)? {
                Some(Address::Line(line)) => End::Line(line),
                // As an end, a step is its first line.
                Some(Address::Step(first, _)) => End::Line(first),
                Some(Address::Last) => End::Last,
                Some(Address::Regex(pattern)) => End::Regex(pattern),
                None => return Ok(None),
            },
        }))
    }

    fn regex(
        &mut self,
        source: &mut Source<'_>,
        byte: Option<u8>,
    ) -> Result<super::command::Pattern, Failure> {
        let delimiter = match byte {
            Some(b'\\') => source.next(),
            byte => byte,
        };
        let text = self.delimited(source, delimiter, true, "unterminated address regex")?;
        let (mut ignore_case, mut multi_line) = (false, false);
        loop {
            let byte = source.next_nonblank();
            match byte {
                Some(b'I') if !self.options.posix => ignore_case = true,
                Some(b'M') if !self.options.posix => multi_line = true,
                _ => {
                    source.back(byte);
                    return self.pattern(source, &text, ignore_case, multi_line);
                }
            }
        }
    }
}

/// The number that follows, 0 if none does.
fn number(source: &mut Source<'_>) -> u64 {
    let byte = source.next_nonblank();
    match byte {
        Some(digit @ b'0'..=b'9') => source.number(digit),
        _ => {
            source.back(byte);
            0
        }
    }
}
