//! A look at the headers of a tar archive as they pass: what describes a member
//! is read into memory whole, so it must not be long.

use std::io::{Error, ErrorKind, Read, Result};

/// Bytes of a header, and what members are padded to.
const BLOCK: usize = 512;
/// Most bytes of a name or of extended attributes.
const DESCRIPTION_MOST: u64 = 1 << 20;

/// A reader of an archive that fails at a description that is too long.
pub(super) struct TarGuard<R> {
    archive: R,
    /// The block being gathered.
    block: Vec<u8>,
    state: State,
    /// The size that attributes give the next member.
    size: Option<u64>,
}

enum State {
    /// A header comes next.
    Header,
    /// A block that goes on with the map of a sparse member of this size.
    SparseMap(u64),
    /// So many bytes, padding included, until the next header.
    Contents(u64),
    /// The same, of attributes; so many are gathered in all.
    Attributes {
        gathered: Vec<u8>,
        length: u64,
        left: u64,
    },
}

impl<R> TarGuard<R> {
    pub(super) fn new(archive: R) -> TarGuard<R> {
        TarGuard {
            archive,
            block: Vec::with_capacity(BLOCK),
            state: State::Header,
            size: None,
        }
    }

    fn pass(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let wanted = match &self.state {
                State::Header | State::SparseMap(_) => (BLOCK - self.block.len()) as u64,
                State::Contents(left) | State::Attributes { left, .. } => *left,
            };
            let count = usize::try_from(wanted)
                .unwrap_or(usize::MAX)
                .min(bytes.len());
            let (now, rest) = bytes.split_at(count);
            bytes = rest;
            match &mut self.state {
                State::Contents(left) => *left -= count as u64,
                State::Attributes { gathered, left, .. } => {
                    gathered.extend_from_slice(now);
                    *left -= count as u64;
                }
                State::Header | State::SparseMap(_) => self.block.extend_from_slice(now),
            }
            self.advance()?;
        }
        Ok(())
    }

    /// Goes on to what follows, once all of this has come.
    fn advance(&mut self) -> Result<()> {
        match &mut self.state {
            State::Header if self.block.len() == BLOCK => {
                let header = std::mem::take(&mut self.block);
                self.header(&header)?;
            }
            State::SparseMap(size) if self.block.len() == BLOCK => {
                let size = *size;
                let more = self.block.get(504).is_some_and(|flag| *flag != 0);
                self.block.clear();
                if !more {
                    self.state = State::Contents(padded(size));
                }
            }
            State::Attributes {
                gathered,
                length,
                left: 0,
            } => {
                gathered.truncate(*length as usize);
                self.size = size_in(gathered).or(self.size);
                self.state = State::Header;
            }
            _ => {}
        }
        if matches!(self.state, State::Contents(0)) {
            self.state = State::Header;
        }
        Ok(())
    }

    fn header(&mut self, header: &[u8]) -> Result<()> {
        if header.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        let own = number(header.get(124..136).unwrap_or_default());
        let kind = header.get(156).copied().unwrap_or_default();
        if matches!(kind, b'x' | b'g' | b'L' | b'K') {
            if own > DESCRIPTION_MOST {
                return Err(Error::new(
                    ErrorKind::InvalidData,
                    format!("{own} bytes describe one member; at most {DESCRIPTION_MOST} may"),
                ));
            }
            self.state = match kind {
                b'x' if own > 0 => State::Attributes {
                    gathered: Vec::new(),
                    length: own,
                    left: padded(own),
                },
                _ => State::Contents(padded(own)),
            };
            return Ok(());
        }
        let size = self.size.take().unwrap_or(own);
        let goes_on = header.get(482).is_some_and(|flag| *flag != 0);
        self.state = match kind {
            b'S' if goes_on => State::SparseMap(size),
            _ => State::Contents(padded(size)),
        };
        Ok(())
    }
}

impl<R: Read> Read for TarGuard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.archive.read(buffer)?;
        self.pass(buffer.get(..count).unwrap_or_default())?;
        Ok(count)
    }
}

fn padded(size: u64) -> u64 {
    size.div_ceil(BLOCK as u64).saturating_mul(BLOCK as u64)
}

/// A number of a header: octal digits, or binary with the first bit set.
fn number(field: &[u8]) -> u64 {
    match field {
        [first, ..] if first & 0x80 != 0 => field
            .iter()
            .rev()
            .take(8)
            .rev()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)),
        _ => field
            .iter()
            .filter(|byte| matches!(byte, b'0'..=b'7'))
            .fold(0, |number: u64, byte| {
                number.saturating_mul(8) + u64::from(byte - b'0')
            }),
    }
}

/// The size among attributes: records of a length, a space, `name=value`, newline.
fn size_in(attributes: &[u8]) -> Option<u64> {
    let mut rest = attributes;
    let mut size = None;
    while let Some(space) = rest.iter().position(|byte| *byte == b' ') {
        let length = std::str::from_utf8(rest.get(..space)?).ok()?;
        let length = length.parse::<usize>().ok()?;
        let record = rest.get(space + 1..length)?;
        if let Some(value) = record.strip_prefix(b"size=") {
            let value = std::str::from_utf8(value).ok()?;
            size = value.trim_end().parse().ok();
        }
        rest = rest.get(length..)?;
    }
    size
}
