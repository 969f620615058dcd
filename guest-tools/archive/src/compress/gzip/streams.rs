//! Bytes in, bytes out: compressing and decompressing one stream.

use super::Gzip;
use crate::codec::{GzipHeader, GzipReader, GzipWriter};
use crate::stream::{Chained, Sink, read_full};
use std::io::{self, Read, Write};
use wardian_applet::cli::Output;

impl Gzip<'_> {
    /// Compresses; gives the lengths, compressed without the header.
    pub(super) fn compress_to(
        &self,
        mut input: Box<dyn Read>,
        fd: u32,
        header: &GzipHeader,
    ) -> io::Result<(u64, u64)> {
        let mut writer = GzipWriter::new(Sink(fd), self.level, header)?;
        let head = writer.written;
        let mut buf = vec![0; 128 * 1024];
        let mut total = 0;
        loop {
            match input.read(&mut buf)? {
                0 => break,
                n => {
                    total += n as u64;
                    writer.write_all(&buf[..n])?;
                }
            }
        }
        let written = writer.end()?;
        Ok((written - head - 8, total))
    }

    /// Decompresses to a descriptor, or nowhere for `-t`.
    pub(super) fn decompress_to(
        &mut self,
        mut input: Box<dyn Read>,
        name: &[u8],
        fd: u32,
    ) -> Option<(u64, u64)> {
        if self.force && self.to_stdout {
            let mut head = vec![0; 2];
            match read_full(&mut input, &mut head) {
                Ok(n) => head.truncate(n),
                Err(error) => {
                    self.broken(name, &error);
                    return None;
                }
            }
            let packed = head == [0x1f, 0x8b];
            input = Box::new(Chained::new(head, input));
            if !packed {
                if let Err(error) = io::copy(&mut input, &mut Sink(fd)) {
                    self.broken(name, &error);
                }
                return None;
            }
        }
        let mut gz = GzipReader::new(input);
        gz.copy_rest = self.force && self.to_stdout;
        let done = self.unpack(gz, Vec::new(), name, fd)?;
        if self.test && self.verbose {
            let mut err = Output::new(2);
            err.put(&[name, b":\t OK\n"].concat());
            err.flush();
        }
        Some((done.0, done.1))
    }

    pub(super) fn unpack(
        &mut self,
        mut gz: GzipReader,
        first: Vec<u8>,
        name: &[u8],
        fd: u32,
    ) -> Option<(u64, u64, u32)> {
        let mut total = 0;
        let mut buf = first;
        let mut sink = Sink(fd);
        if buf.is_empty() {
            buf.resize(128 * 1024, 0);
        } else {
            total += buf.len() as u64;
            if let Err(error) = sink.write_all(&buf) {
                self.broken(name, &error);
                return None;
            }
            buf.resize(128 * 1024, 0);
        }
        loop {
            match gz.read(&mut buf) {
                Ok(0) => break,
                Ok(n) => {
                    total += n as u64;
                    if !self.test
                        && let Err(error) = sink.write_all(&buf[..n])
                    {
                        self.broken(b"stdout", &error);
                        return None;
                    }
                }
                Err(error) => {
                    self.broken(name, &error);
                    return None;
                }
            }
        }
        if gz.trailing_garbage {
            let text = b": decompression OK, trailing garbage ignored";
            if !self.quiet {
                let mut err = Output::new(2);
                err.put(b"\n");
                err.flush();
            }
            self.warn(&[name, text.as_slice()].concat());
        }
        let overhead = 18
            + gz.header
                .name
                .as_ref()
                .map_or(0, |name| name.len() as u64 + 1);
        Some((
            gz.consumed().saturating_sub(overhead),
            total,
            gz.header.time,
        ))
    }
}
