//! The gzip format: members with header, deflated data, checksum and length.

use super::Encoder;
use crc32fast::Hasher;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use std::io::{self, Read, Write};

/// What a header says.
#[derive(Clone, Default)]
pub struct GzipHeader {
    /// Name of the original file.
    pub name: Option<Vec<u8>>,
    /// Its time of change, in seconds.
    pub time: u32,
}

/// What is wrong with a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// It does not begin as one.
    NotGzip,
    /// It ends early.
    Ends,
    /// The data cannot be.
    Format,
    /// The checksum differs.
    Checksum,
    /// The length differs.
    Length,
    /// Both differ.
    ChecksumAndLength,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Problem::NotGzip => "not in gzip format",
            Problem::Ends => "unexpected end of file",
            Problem::Format => "invalid compressed data--format violated",
            Problem::Checksum | Problem::ChecksumAndLength => "invalid compressed data--crc error",
            Problem::Length => "invalid compressed data--length error",
        })
    }
}

impl std::error::Error for Problem {}

fn fail(problem: Problem) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

/// What an error of [`GzipReader`] is about.
pub fn problem(error: &io::Error) -> Option<Problem> {
    error.get_ref()?.downcast_ref::<Problem>().copied()
}

const BUFFER: usize = 64 * 1024;

/// Reads members until the end of the input.
pub struct GzipReader {
    input: Box<dyn Read>,
    buf: Vec<u8>,
    at: usize,
    end: usize,
    inflate: Decompress,
    inside: bool,
    crc: Hasher,
    length: u32,
    members: u64,
    done: bool,
    read_bytes: u64,
    /// Header of the first member.
    pub header: GzipHeader,
    /// Whether something that is no member follows the last.
    pub trailing_garbage: bool,
    /// Whether such a thing is part of the contents, as it is.
    pub copy_rest: bool,
    /// Bytes of it that have been looked at; afterwards it is copied.
    rest: Option<Vec<u8>>,
    /// Checksum of the last member.
    pub checksum: u32,
}

impl GzipReader {
    /// Reads from this input.
    pub fn new(input: Box<dyn Read>) -> GzipReader {
        GzipReader {
            input,
            buf: vec![0; BUFFER],
            at: 0,
            end: 0,
            inflate: Decompress::new(false),
            inside: false,
            crc: Hasher::new(),
            length: 0,
            members: 0,
            done: false,
            read_bytes: 0,
            header: GzipHeader::default(),
            trailing_garbage: false,
            copy_rest: false,
            rest: None,
            checksum: 0,
        }
    }

    /// Compressed bytes used so far.
    pub fn consumed(&self) -> u64 {
        self.read_bytes - (self.end - self.at) as u64
    }

    fn fill(&mut self) -> io::Result<bool> {
        if self.at == self.end {
            self.at = 0;
            self.end = self.input.read(&mut self.buf)?;
            self.read_bytes += self.end as u64;
        }
        Ok(self.at < self.end)
    }

    fn byte(&mut self) -> io::Result<u8> {
        if !self.fill()? {
            return Err(fail(Problem::Ends));
        }
        self.at += 1;
        Ok(self.buf[self.at - 1])
    }

    fn word(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Ok(u32::from_le_bytes(bytes))
    }

    fn string(&mut self) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        loop {
            match self.byte()? {
                0 => return Ok(out),
                byte if out.len() < 65536 => out.push(byte),
                _ => {}
            }
        }
    }

    /// Reads a member's header; false if none follows.
    fn start(&mut self) -> io::Result<bool> {
        if !self.fill()? {
            return match self.members {
                0 => Err(fail(Problem::Ends)),
                _ => Ok(false),
            };
        }
        let first = self.byte()?;
        if self.members > 0 && self.copy_rest {
            let mut head = vec![first];
            if first == 0x1f && self.fill()? {
                head.push(self.byte()?);
            }
            if head != [0x1f, 0x8b] {
                self.rest = Some(head);
                return Ok(false);
            }
        } else if self.members > 0 && first != 0x1f {
            // A lone byte cannot even be told from a header that was cut.
            if first != 0 && !self.fill()? {
                return Err(fail(Problem::Ends));
            }
            // Padding with zeros is no garbage.
            let mut zero = first == 0;
            while zero && self.fill()? {
                zero = self.byte()? == 0;
            }
            self.trailing_garbage = !zero;
            return Ok(false);
        }
        let copied = self.members > 0 && self.copy_rest;
        let second = match (first, copied) {
            (0x1f, false) => self.byte().map_err(|_| fail(Problem::NotGzip))?,
            _ => 0x8b,
        };
        if first != 0x1f || second != 0x8b {
            if self.members > 0 {
                // What other programs of old packed is not passed over silently.
                if matches!(second, 0x1e | 0x9d | 0xa0) {
                    return Err(fail(Problem::Format));
                }
                self.trailing_garbage = true;
                return Ok(false);
            }
            return Err(fail(Problem::NotGzip));
        }
        let method = self.byte()?;
        let flags = self.byte()?;
        let time = self.word()?;
        self.byte()?;
        self.byte()?;
        if method != 8 || flags & 0xe0 != 0 {
            return Err(fail(Problem::Format));
        }
        if flags & 4 != 0 {
            let length = u16::from_le_bytes([self.byte()?, self.byte()?]);
            for _ in 0..length {
                self.byte()?;
            }
        }
        let name = if flags & 8 != 0 {
            Some(self.string()?)
        } else {
            None
        };
        if flags & 16 != 0 {
            self.string()?;
        }
        if flags & 2 != 0 {
            self.byte()?;
            self.byte()?;
        }
        if self.members == 0 {
            self.header = GzipHeader { name, time };
        }
        self.members += 1;
        self.inflate.reset(false);
        self.crc = Hasher::new();
        self.length = 0;
        Ok(true)
    }

    fn finish_member(&mut self) -> io::Result<()> {
        self.inside = false;
        let crc = std::mem::take(&mut self.crc).finalize();
        let checksum = self.word()?;
        let length = self.word()?;
        self.checksum = checksum;
        match (crc == checksum, length == self.length) {
            (true, true) => Ok(()),
            (false, true) => Err(fail(Problem::Checksum)),
            (true, false) => Err(fail(Problem::Length)),
            (false, false) => Err(fail(Problem::ChecksumAndLength)),
        }
    }
}

impl Read for GzipReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(rest) = self.rest.take() {
                let n = rest.len().min(out.len());
                out[..n].copy_from_slice(&rest[..n]);
                if n < rest.len() {
                    self.rest = Some(rest[n..].to_vec());
                }
                return Ok(n);
            }
            if self.done {
                if !self.copy_rest || !self.fill()? {
                    return Ok(0);
                }
                let n = out.len().min(self.end - self.at);
                out[..n].copy_from_slice(&self.buf[self.at..self.at + n]);
                self.at += n;
                return Ok(n);
            }
            if !self.inside {
                if !self.start()? {
                    self.done = true;
                    continue;
                }
                self.inside = true;
            }
            if !self.fill()? {
                return Err(fail(Problem::Ends));
            }
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let input = &self.buf[self.at..self.end];
            let status = self.inflate.decompress(input, out, FlushDecompress::None);
            self.at += (self.inflate.total_in() - before_in) as usize;
            let made = (self.inflate.total_out() - before_out) as usize;
            let status = status.map_err(|_| fail(Problem::Format))?;
            self.crc.update(&out[..made]);
            self.length = self.length.wrapping_add(made as u32);
            if status == Status::StreamEnd {
                self.finish_member()?;
            }
            if made > 0 {
                return Ok(made);
            }
        }
    }
}

/// Writes one member.
pub struct GzipWriter<W: Write> {
    output: W,
    deflate: Compress,
    crc: Hasher,
    length: u32,
    buf: Vec<u8>,
    /// Compressed bytes written.
    pub written: u64,
}

impl<W: Write> GzipWriter<W> {
    /// Writes the header.
    pub fn new(mut output: W, level: u32, header: &GzipHeader) -> io::Result<GzipWriter<W>> {
        let extra = match level {
            9 => 2,
            1 => 4,
            _ => 0,
        };
        let flags = if header.name.is_some() { 8 } else { 0 };
        let mut head = vec![0x1f, 0x8b, 8, flags];
        head.extend_from_slice(&header.time.to_le_bytes());
        head.extend_from_slice(&[extra, 3]);
        if let Some(name) = &header.name {
            head.extend_from_slice(name);
            head.push(0);
        }
        output.write_all(&head)?;
        Ok(GzipWriter {
            output,
            deflate: Compress::new(Compression::new(level.min(9)), false),
            crc: Hasher::new(),
            length: 0,
            buf: Vec::with_capacity(BUFFER),
            written: head.len() as u64,
        })
    }

    fn push(&mut self) -> io::Result<()> {
        self.written += self.buf.len() as u64;
        self.output.write_all(&self.buf)?;
        self.buf.clear();
        Ok(())
    }

    /// Writes the rest; gives the compressed length.
    pub fn end(mut self) -> io::Result<u64> {
        loop {
            let status = self
                .deflate
                .compress_vec(&[], &mut self.buf, FlushCompress::Finish)
                .map_err(io::Error::other)?;
            self.push()?;
            if status == Status::StreamEnd {
                break;
            }
        }
        let crc = std::mem::take(&mut self.crc).finalize();
        self.buf.extend_from_slice(&crc.to_le_bytes());
        self.buf.extend_from_slice(&self.length.to_le_bytes());
        self.push()?;
        self.output.flush()?;
        Ok(self.written)
    }
}

impl<W: Write> Write for GzipWriter<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.crc.update(data);
        self.length = self.length.wrapping_add(data.len() as u32);
        let mut rest = data;
        while !rest.is_empty() {
            let before = self.deflate.total_in();
            self.deflate
                .compress_vec(rest, &mut self.buf, FlushCompress::None)
                .map_err(io::Error::other)?;
            rest = &rest[(self.deflate.total_in() - before) as usize..];
            if self.buf.len() == self.buf.capacity() {
                self.push()?;
            }
        }
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Encoder for GzipWriter<W> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.end().map(drop)
    }
}
