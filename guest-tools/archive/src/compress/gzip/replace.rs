//! From one file to another beside it, or to standard output.

use super::{Gzip, ratio};
use crate::codec::{GzipHeader, GzipReader};
use std::io::{self, Read};
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, Errno, ExtStat, File, OpenHow, SetTime};

impl Gzip<'_> {
    /// `-c` and `-t`.
    pub(super) fn through(&mut self, input: Box<dyn Read>, path: &[u8], stat: &ExtStat) {
        if self.decompress || self.test {
            let Some((packed, unpacked)) = self.decompress_to(input, path, 1) else {
                return;
            };
            if self.verbose && !self.test {
                self.tell(path, unpacked, packed, b"replaced with stdout");
            }
            return;
        }
        let header = self.header(path, stat);
        match self.compress_to(input, 1, &header) {
            Ok((packed, unpacked)) => {
                if self.verbose {
                    self.tell(path, unpacked, packed, b"replaced with stdout");
                }
            }
            Err(error) => self.broken(path, &error),
        }
    }

    pub(super) fn header(&mut self, path: &[u8], stat: &ExtStat) -> GzipHeader {
        if self.name == Some(false) {
            return GzipHeader::default();
        }
        let base = path.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
        GzipHeader {
            name: Some(path[base..].to_vec()),
            time: self.time_of(path, stat),
        }
    }

    pub(super) fn replace(
        &mut self,
        input: Box<dyn Read>,
        path: &[u8],
        mut target: Vec<u8>,
        stat: &ExtStat,
    ) {
        let mut reader = None;
        let mut input = Some(input);
        if self.decompress {
            let mut gz = GzipReader::new(input.take().unwrap_or_else(|| Box::new(io::empty())));
            // The header comes with the first bytes.
            let mut first = vec![0; 64 * 1024];
            match gz.read(&mut first) {
                Ok(n) => first.truncate(n),
                Err(error) => return self.broken(path, &error),
            }
            if self.name == Some(true)
                && let Some(name) = &gz.header.name
            {
                let base = name.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
                let dir = target
                    .iter()
                    .rposition(|b| *b == b'/')
                    .map_or(0, |at| at + 1);
                if !name[base..].is_empty() {
                    target = [&target[..dir], &name[base..]].concat();
                }
            }
            reader = Some((gz, first));
        }
        if self.force {
            let _ = sys::unlink(&target);
        }
        let how = OpenHow {
            exclusive: true,
            ..OpenHow::CREATE
        };
        let fd = match File::open(&target, how) {
            Ok(file) => file,
            Err(Errno::Exist) => {
                return self
                    .warn(&[&target, b" already exists;\tnot overwritten".as_slice()].concat());
            }
            Err(errno) => return self.fail(&target, errno),
        };
        let outcome = match reader {
            Some((gz, first)) => self.unpack(gz, first, path, fd.fd()),
            None => {
                let input = input.take().unwrap_or_else(|| Box::new(io::empty()));
                let header = self.header(path, stat);
                match self.compress_to(input, fd.fd(), &header) {
                    Ok((packed, unpacked)) => Some((packed, unpacked, 0)),
                    Err(error) => {
                        self.broken(path, &error);
                        None
                    }
                }
            }
        };
        drop(fd);
        let Some((packed, unpacked, time)) = outcome else {
            let _ = sys::unlink(&target);
            return;
        };
        let modified = match (self.name, time) {
            (Some(true), 1..) => u64::from(time) * 1_000_000_000,
            _ => stat.modified_ns,
        };
        let _ = sys::chmod(&target, stat.mode & 0o7777);
        let _ = sys::chown(&target, stat.uid, stat.gid, true);
        let _ = sys::set_times(
            &target,
            SetTime::At(stat.accessed_ns),
            SetTime::At(modified),
            true,
        );
        if self.verbose {
            let how = if self.keep {
                "created "
            } else {
                "replaced with "
            };
            let text = [how.as_bytes(), &target].concat();
            self.tell(path, unpacked, packed, &text);
        }
        if !self.keep
            && let Err(errno) = sys::unlink(path)
        {
            self.fail(path, errno);
        }
    }

    fn tell(&mut self, path: &[u8], unpacked: u64, packed: u64, what: &[u8]) {
        self.output.flush();
        let mut err = Output::new(2);
        err.put(path);
        err.put(b":\t");
        err.put(ratio(unpacked, packed).as_bytes());
        err.put(b" -- ");
        err.put(what);
        err.put(b"\n");
        err.flush();
    }
}
