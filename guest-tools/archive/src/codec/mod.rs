//! Compressed streams: which format one has, reading it, writing it.

mod gzip;

pub use gzip::{GzipHeader, GzipReader, GzipWriter, Problem, problem};

use std::io::{self, Read, Write};

/// A format of compression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// gzip
    Gzip,
    /// bzip2
    Bzip2,
    /// xz
    Xz,
    /// The older `.lzma`
    Lzma,
    /// Zstandard
    Zstd,
}

/// A stream that has to be ended.
pub trait Encoder: Write {
    /// Writes what is held back.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

impl Format {
    /// By its first bytes.
    pub fn detect(head: &[u8]) -> Option<Format> {
        Some(match head {
            [0x1f, 0x8b, ..] => Format::Gzip,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Format::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Format::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Format::Zstd,
            [0x5d, 0, 0, ..] => Format::Lzma,
            _ => return None,
        })
    }

    /// The contents of a stream.
    pub fn decoder(self, input: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
        let buffered = std::io::BufReader::with_capacity(64 * 1024, input);
        Ok(match self {
            Format::Gzip => Box::new(GzipReader::new(Box::new(buffered))),
            Format::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(buffered)),
            Format::Xz => Box::new(lzma_rust2::XzReader::new(buffered, true)),
            Format::Lzma => {
                let limit_kib = 256 * 1024;
                Box::new(lzma_rust2::LzmaReader::new_mem_limit(
                    buffered, limit_kib, None,
                )?)
            }
            Format::Zstd => Box::new(Frames {
                input: Some(buffered),
                current: None,
            }),
        })
    }

    /// A stream that compresses. `level` is the format's own scale.
    pub fn encoder<'a>(
        self,
        output: Box<dyn Write + 'a>,
        level: u32,
    ) -> io::Result<Box<dyn Encoder + 'a>> {
        Ok(match self {
            Format::Gzip => Box::new(GzipWriter::new(output, level, &GzipHeader::default())?),
            Format::Bzip2 => {
                let level = bzip2::Compression::new(level.clamp(1, 9));
                Box::new(bzip2::write::BzEncoder::new(output, level))
            }
            Format::Xz => {
                let mut options = lzma_rust2::XzOptions::with_preset(level.min(9));
                options.lzma_options.dict_size = options.lzma_options.dict_size.min(8 << 20);
                Box::new(XzEncoder(lzma_rust2::XzWriter::new(output, options)?))
            }
            Format::Lzma => {
                let options = lzma_rust2::LzmaOptions::with_preset(level.min(9));
                Box::new(LzmaEncoder(lzma_rust2::LzmaWriter::new_use_header(
                    output, &options, None,
                )?))
            }
            Format::Zstd => Box::new(ZstdEncoder {
                output,
                held: Vec::new(),
                any: false,
            }),
        })
    }
}

impl<W: Write> Encoder for bzip2::write::BzEncoder<W> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        bzip2::write::BzEncoder::finish(*self).map(drop)
    }
}

struct XzEncoder<W: Write>(lzma_rust2::XzWriter<W>);

impl<W: Write> Write for XzEncoder<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write> Encoder for XzEncoder<W> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish().map(drop)
    }
}

struct LzmaEncoder<W: Write>(lzma_rust2::LzmaWriter<W>);

impl<W: Write> Write for LzmaEncoder<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write> Encoder for LzmaEncoder<W> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish().map(drop)
    }
}

/// Zstandard frames, one after the other.
struct Frames {
    input: Option<std::io::BufReader<Box<dyn Read>>>,
    current: Option<Frame>,
}

type Frame = ruzstd::decoding::StreamingDecoder<
    std::io::BufReader<Box<dyn Read>>,
    ruzstd::decoding::FrameDecoder,
>;

impl Read for Frames {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        use std::io::BufRead;
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(frame) = &mut self.current {
                match frame.read(buf)? {
                    0 => {}
                    n => return Ok(n),
                }
                self.input = self.current.take().map(Frame::into_inner);
            }
            let Some(mut input) = self.input.take() else {
                return Ok(0);
            };
            let head = input.fill_buf()?;
            if head.is_empty() {
                return Ok(0);
            }
            if let [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] = head {
                let mut header = [0; 8];
                input.read_exact(&mut header)?;
                let size = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
                io::copy(&mut (&mut input).take(size.into()), &mut io::sink())?;
                self.input = Some(input);
                continue;
            }
            match Frame::new(input) {
                Ok(frame) => self.current = Some(frame),
                Err(_) => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "unsupported format",
                    ));
                }
            }
        }
    }
}

/// Bytes in a frame that is written.
const FRAME: usize = 8 << 20;

/// Writes frames of bounded size.
struct ZstdEncoder<W: Write> {
    output: W,
    held: Vec<u8>,
    any: bool,
}

impl<W: Write> ZstdEncoder<W> {
    fn frame(&mut self) -> io::Result<()> {
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        let packed = ruzstd::encoding::compress_to_vec(self.held.as_slice(), level);
        self.held.clear();
        self.any = true;
        self.output.write_all(&packed)
    }
}

impl<W: Write> Write for ZstdEncoder<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(buf);
        if self.held.len() >= FRAME {
            self.frame()?;
        }
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Encoder for ZstdEncoder<W> {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if !self.held.is_empty() || !self.any {
            self.frame()?;
        }
        self.output.flush()
    }
}
