//! bzip2, xz and zstd with their kin: options and messages of each, one way of
//! going through files.

mod names;
mod options;
mod report;

use crate::codec::Format;
use crate::stream::{Chained, Sink, Source, read_full};
use report::{human, write_error};
use std::io::{self, Read};
use wardian_applet::sys::{Errno, File, OpenHow, SetTime, is_dir};
use wardian_applet::{Args, sys};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Bzip2,
    Xz,
    Zstd,
}

struct Bulk {
    family: Family,
    program: &'static str,
    format: Format,
    decompress: bool,
    to_stdout: bool,
    force: bool,
    keep: bool,
    test: bool,
    list: bool,
    quiet: bool,
    verbose: bool,
    level: u32,
    target: Option<Vec<u8>>,
    code: i32,
}

macro_rules! commands {
    ($($name:ident $family:ident $format:ident $decompress:literal $stdout:literal;)*) => {
        $(
            /// Runs the command of this name.
            pub fn $name(args: &Args) -> i32 {
                start(args, stringify!($name), Family::$family, Format::$format, $decompress, $stdout)
            }
        )*
    };
}

commands! {
    bzip2 Bzip2 Bzip2 false false;
    bunzip2 Bzip2 Bzip2 true false;
    bzcat Bzip2 Bzip2 true true;
    xz Xz Xz false false;
    unxz Xz Xz true false;
    xzcat Xz Xz true true;
    lzma Xz Lzma false false;
    unlzma Xz Lzma true false;
    lzcat Xz Lzma true true;
    zstd Zstd Zstd false false;
    unzstd Zstd Zstd true false;
    zstdcat Zstd Zstd true true;
}

fn start(
    args: &Args,
    program: &'static str,
    family: Family,
    format: Format,
    decompress: bool,
    to_stdout: bool,
) -> i32 {
    let mut this = Bulk {
        family,
        program,
        format,
        decompress,
        to_stdout,
        force: false,
        keep: family == Family::Zstd,
        test: false,
        list: false,
        quiet: false,
        verbose: false,
        level: match family {
            Family::Bzip2 => 9,
            Family::Xz => 6,
            Family::Zstd => 3,
        },
        target: None,
        code: 0,
    };
    let files = match this.options(args) {
        Ok(files) => files,
        Err(code) => return code,
    };
    if files.is_empty() {
        this.standard_input();
    }
    for path in &files {
        match path.as_slice() {
            b"-" => this.standard_input(),
            _ => this.file(path),
        }
    }
    this.code
}

impl Bulk {
    fn accepts(&self, format: Format) -> bool {
        match self.family {
            Family::Bzip2 => format == Format::Bzip2,
            Family::Xz => matches!(format, Format::Xz | Format::Lzma),
            Family::Zstd => true,
        }
    }

    fn standard_input(&mut self) {
        let input = Box::new(Source(File::stdin()));
        let target = self.target.clone();
        let fd = match &target {
            Some(path) => match File::open(path, OpenHow::CREATE) {
                Ok(file) => Some(file),
                Err(errno) => return self.fail(path, errno),
            },
            None => None,
        };
        self.run(input, b"(stdin)", fd.as_ref().map_or(1, File::fd));
    }

    /// Goes through one stream; gives the lengths read and written.
    fn run(&mut self, mut input: Box<dyn Read>, name: &[u8], fd: u32) -> Option<(u64, u64)> {
        if !(self.decompress || self.test) {
            let mut written = Counted(Sink(fd), 0);
            let packed = self
                .format
                .encoder(Box::new(&mut written), self.level)
                .and_then(|mut encoder| {
                    let total = copy(&mut input, &mut encoder)?;
                    encoder.finish()?;
                    Ok(total)
                });
            return match packed {
                Ok(total) => Some((total, written.1)),
                Err(error) => {
                    self.broken(name, &error);
                    None
                }
            };
        }
        let mut head = vec![0; 6];
        match read_full(&mut input, &mut head) {
            Ok(n) => head.truncate(n),
            Err(error) => {
                self.broken(name, &error);
                return None;
            }
        }
        let format = Format::detect(&head).filter(|format| self.accepts(*format));
        let known = !head.is_empty();
        let input: Box<dyn Read> = Box::new(Chained::new(head, input));
        let Some(format) = format else {
            if self.force && self.to_stdout {
                let mut input = input;
                let _ = copy(&mut input, &mut Sink(fd));
                return None;
            }
            if !known && self.family == Family::Bzip2 {
                return Some((0, 0));
            }
            self.unrecognized(name);
            return None;
        };
        let outcome = format.decoder(input).and_then(|mut decoder| {
            if self.test {
                copy(&mut decoder, &mut io::sink())
            } else {
                copy(&mut decoder, &mut Sink(fd))
            }
        });
        match outcome {
            Ok(total) => Some((0, total)),
            Err(error) => {
                self.broken(name, &error);
                None
            }
        }
    }

    fn file(&mut self, path: &[u8]) {
        let stat = match sys::stat(path, true) {
            Ok(stat) => stat,
            Err(errno) => return self.fail(path, errno),
        };
        let shown = String::from_utf8_lossy(path).into_owned();
        if is_dir(&stat) {
            return match self.family {
                Family::Bzip2 => {
                    self.say(format!("Input file {shown} is a directory.").as_bytes(), 1)
                }
                Family::Xz => self.say_about(path, "Is a directory, skipping", 2),
                Family::Zstd => {
                    self.say(format!("{shown} is a directory -- ignored ").as_bytes(), 1)
                }
            };
        }
        let input = match File::open(path, OpenHow::READ) {
            Ok(file) => Box::new(Source(file)),
            Err(errno) => return self.fail(path, errno),
        };
        if self.list {
            return self.list_one(input, path, stat.size_bytes);
        }
        if self.test {
            let done = self.run(input, path, 1);
            if let Some((_, total)) = done {
                let text = match self.family {
                    Family::Bzip2 if self.verbose => format!("  {shown}:   ok\n"),
                    Family::Zstd if !self.quiet => format!("{shown:<20}: {total} bytes \n"),
                    _ => return,
                };
                write_error(text.as_bytes());
            }
            return;
        }
        if self.to_stdout {
            self.run(input, path, 1);
            return;
        }
        let Some(target) = self.target_of(path, &shown) else {
            return;
        };
        if self.force {
            let _ = sys::unlink(&target);
        }
        let how = OpenHow {
            exclusive: true,
            ..OpenHow::CREATE
        };
        let out = match File::open(&target, how) {
            Ok(out) => out,
            Err(Errno::Exist) => {
                let shown = String::from_utf8_lossy(&target).into_owned();
                return match self.family {
                    Family::Bzip2 => {
                        self.say(format!("Output file {shown} already exists.").as_bytes(), 1)
                    }
                    Family::Xz => self.say_about(&target, "File exists", 1),
                    Family::Zstd => {
                        let text = format!(
                            "{shown} already exists; overwrite (y/n) ? Not overwritten  \n "
                        );
                        self.say(text.as_bytes(), 1);
                    }
                };
            }
            Err(errno) => return self.fail(&target, errno),
        };
        let done = self.run(input, path, out.fd());
        drop(out);
        let Some((read, written)) = done else {
            let _ = sys::unlink(&target);
            return;
        };
        let _ = sys::chmod(&target, stat.mode & 0o7777);
        let _ = sys::chown(&target, stat.uid, stat.gid, true);
        let _ = sys::set_times(
            &target,
            SetTime::At(stat.accessed_ns),
            SetTime::At(stat.modified_ns),
            true,
        );
        let target_shown = String::from_utf8_lossy(&target).into_owned();
        if self.verbose && self.family == Family::Bzip2 {
            let text = match self.decompress {
                true => format!("  {shown}: done\n"),
                false if read == 0 => format!("  {shown}:  no data compressed.\n"),
                false => format!(
                    "  {shown}: {:6.3}:1, {:6.3} bits/byte, {:5.2}% saved, {read} in, {written} out.\n",
                    read as f64 / written as f64,
                    8.0 * written as f64 / read as f64,
                    100.0 * (1.0 - written as f64 / read as f64),
                ),
            };
            write_error(text.as_bytes());
        }
        if self.family == Family::Zstd && !self.quiet {
            let text = match self.decompress {
                true => format!("{shown:<20}: {written} bytes \n"),
                false => {
                    let share = 100.0 * written as f64 / (read.max(1)) as f64;
                    format!(
                        "{shown:<21}:{share:6.2}%   ({:>10} => {:>10}, {target_shown}) \n",
                        human(read),
                        human(written)
                    )
                }
            };
            write_error(text.as_bytes());
        }
        if !self.keep {
            let _ = sys::unlink(path);
        }
    }
}

struct Counted(Sink, u64);

impl io::Write for Counted {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.0.write(buf)?;
        self.1 += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn copy(input: &mut dyn Read, output: &mut dyn io::Write) -> io::Result<u64> {
    let mut buf = vec![0; 128 * 1024];
    let mut total = 0;
    loop {
        match input.read(&mut buf)? {
            0 => return Ok(total),
            n => {
                output.write_all(&buf[..n])?;
                total += n as u64;
            }
        }
    }
}
