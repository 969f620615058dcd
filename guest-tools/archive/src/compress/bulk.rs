//! bzip2, xz and zstd with their kin: options and messages of each, one way of
//! going through files.

use crate::codec::Format;
use crate::stream::{Chained, Sink, Source, errno, read_full};
use std::io::{self, Read};
use wardian_applet::Args;
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, Errno, File, OpenHow, SetTime, is_dir};

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
    fn options(&mut self, args: &Args) -> Result<Vec<Vec<u8>>, i32> {
        let mut files = Vec::new();
        let mut rest = args.iter().skip(1);
        let mut operands = false;
        while let Some(arg) = rest.next() {
            if operands || arg.len() < 2 || arg[0] != b'-' {
                files.push(arg.clone());
                continue;
            }
            if arg == b"--" {
                operands = true;
                continue;
            }
            if let Some(name) = arg.strip_prefix(b"--") {
                let (name, value) = match name.iter().position(|b| *b == b'=') {
                    Some(at) => (&name[..at], Some(name[at + 1..].to_vec())),
                    None => (name, None),
                };
                let letter = match name {
                    b"decompress" | b"uncompress" => b'd',
                    b"compress" => b'z',
                    b"keep" => b'k',
                    b"force" => b'f',
                    b"test" => b't',
                    b"list" => b'l',
                    b"stdout" | b"to-stdout" => b'c',
                    b"quiet" | b"silent" => b'q',
                    b"verbose" => b'v',
                    b"small" => b's',
                    b"fast" => b'1',
                    b"best" => b'9',
                    b"extreme" => b'e',
                    b"threads" => {
                        if value.is_none() && self.family == Family::Xz {
                            rest.next();
                        }
                        continue;
                    }
                    b"format" if self.family == Family::Xz => {
                        let value = value.or_else(|| rest.next().cloned()).unwrap_or_default();
                        if matches!(value.as_slice(), b"lzma" | b"alone") {
                            self.format = Format::Lzma;
                        }
                        continue;
                    }
                    b"rm" if self.family == Family::Zstd => {
                        self.keep = false;
                        continue;
                    }
                    b"check" | b"suffix" | b"memlimit" => {
                        if value.is_none() {
                            rest.next();
                        }
                        continue;
                    }
                    b"no-progress" | b"no-check" | b"ultra" | b"no-sparse" | b"sparse"
                    | b"repetitive-fast" | b"repetitive-best" | b"no-warn" | b"exponential"
                    | b"single-stream" | b"long" | b"adapt" | b"rsyncable" | b"progress" => {
                        continue;
                    }
                    b"help" => b'h',
                    b"version" => b'V',
                    _ => return Err(self.bad_option(arg)),
                };
                self.letter(letter, arg)?;
                continue;
            }
            let mut at = 1;
            while at < arg.len() {
                let letter = arg[at];
                at += 1;
                match letter {
                    b'o' if self.family == Family::Zstd => {
                        let glued = arg[at..].to_vec();
                        let target = match glued.is_empty() {
                            true => rest.next().cloned().unwrap_or_default(),
                            false => glued,
                        };
                        self.target = Some(target);
                        break;
                    }
                    b'T' | b'S' | b'F' | b'C' | b'M' if self.family != Family::Bzip2 => {
                        let glued = arg[at..].to_vec();
                        let value = match glued.is_empty() {
                            true if self.family == Family::Xz => {
                                rest.next().cloned().unwrap_or_default()
                            }
                            _ => glued,
                        };
                        if letter == b'F' && matches!(value.as_slice(), b"lzma" | b"alone") {
                            self.format = Format::Lzma;
                        }
                        break;
                    }
                    b'0'..=b'9' => {
                        let mut level = u32::from(letter - b'0');
                        while self.family == Family::Zstd
                            && arg.get(at).is_some_and(u8::is_ascii_digit)
                        {
                            level = level.saturating_mul(10) + u32::from(arg[at] - b'0');
                            at += 1;
                        }
                        self.level = level;
                    }
                    letter => self.letter(letter, arg)?,
                }
            }
        }
        Ok(files)
    }

    fn letter(&mut self, letter: u8, arg: &[u8]) -> Result<(), i32> {
        match letter {
            b'd' => self.decompress = true,
            b'z' => self.decompress = false,
            b'k' => self.keep = true,
            b'f' => self.force = true,
            b't' => self.test = true,
            b'l' if self.family != Family::Bzip2 => self.list = true,
            b'c' => self.to_stdout = true,
            b'q' => self.quiet = true,
            b'v' => self.verbose = true,
            b's' | b'e' | b'r' => {}
            b'0'..=b'9' => self.level = u32::from(letter - b'0'),
            b'h' | b'H' => {
                let text = format!("Usage: {} [OPTION]... [FILE]...\n", self.program);
                let mut output = Output::stdout();
                output.put(text.as_bytes());
                output.flush();
                return Err(0);
            }
            b'V' | b'L' => {
                let mut output = Output::stdout();
                let text = format!("{} (Wardian) {}\n", self.program, env!("CARGO_PKG_VERSION"));
                output.put(text.as_bytes());
                output.flush();
                return Err(0);
            }
            _ => return Err(self.bad_option(arg)),
        }
        Ok(())
    }

    fn bad_option(&self, arg: &[u8]) -> i32 {
        let shown = String::from_utf8_lossy(arg);
        let text = match self.family {
            Family::Bzip2 => format!("{}: Bad flag `{shown}'\n", self.program),
            Family::Xz if shown.starts_with("--") => format!(
                "{0}: unrecognized option '{shown}'\n{0}: Try `{0} --help' for more information.\n",
                self.program
            ),
            Family::Xz => format!(
                "{0}: invalid option -- '{1}'\n{0}: Try `{0} --help' for more information.\n",
                self.program,
                shown.trim_start_matches('-')
            ),
            Family::Zstd => "Incorrect parameters \n".to_owned(),
        };
        write_error(text.as_bytes());
        1
    }

    fn say(&mut self, text: &[u8], code: i32) {
        write_error(&[self.program.as_bytes(), b": ", text, b"\n"].concat());
        self.code = self.code.max(code);
    }

    fn say_about(&mut self, name: &[u8], text: &str, code: i32) {
        self.say(&[name, b": ", text.as_bytes()].concat(), code);
    }

    fn fail(&mut self, name: &[u8], errno: Errno) {
        let shown = String::from_utf8_lossy(name).into_owned();
        let message = errno.message();
        let text = match self.family {
            Family::Bzip2 => format!("Can't open input file {shown}: {message}."),
            Family::Xz => format!("{shown}: {message}"),
            Family::Zstd => format!("can't stat {shown} : {message} -- ignored "),
        };
        self.say(text.as_bytes(), 1);
    }

    fn broken(&mut self, name: &[u8], error: &io::Error) {
        if let Some(errno) = errno(error) {
            return self.say_about(name, errno.message(), 1);
        }
        let early = error.kind() == io::ErrorKind::UnexpectedEof;
        match self.family {
            Family::Bzip2 if early => {
                self.say_about(name, "file ends unexpectedly", 2);
                write_error(
                    b"\nYou can use the `bzip2recover' program to attempt to recover\n\
                      data from undamaged sections of corrupted files.\n\n",
                );
            }
            Family::Bzip2 => self.say_about(name, "data integrity (CRC) error in data", 2),
            Family::Xz if early => self.say_about(name, "Unexpected end of input", 1),
            Family::Xz => self.say_about(name, "Compressed data is corrupt", 1),
            Family::Zstd if early => self.say_about(name, "Read error (39) : premature end ", 1),
            Family::Zstd => self.say_about(name, "unsupported format ", 1),
        }
    }

    fn unrecognized(&mut self, name: &[u8]) {
        let shown = String::from_utf8_lossy(name).into_owned();
        match self.family {
            Family::Bzip2 => self.say(format!("{shown} is not a bzip2 file.").as_bytes(), 2),
            Family::Xz => self.say_about(name, "File format not recognized", 1),
            Family::Zstd => self.say_about(name, "unsupported format ", 1),
        }
    }

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

    fn suffixes(&self) -> &'static [(&'static [u8], &'static [u8])] {
        match self.family {
            Family::Bzip2 => &[
                (b".bz2", b""),
                (b".bz", b""),
                (b".tbz2", b".tar"),
                (b".tbz", b".tar"),
            ],
            Family::Xz => &[
                (b".xz", b""),
                (b".lzma", b""),
                (b".txz", b".tar"),
                (b".tlz", b".tar"),
            ],
            Family::Zstd => &[
                (b".zst", b""),
                (b".tzst", b".tar"),
                (b".gz", b""),
                (b".xz", b""),
                (b".lzma", b""),
            ],
        }
    }

    fn suffix(&self) -> &'static [u8] {
        match self.format {
            Format::Bzip2 => b".bz2",
            Format::Lzma => b".lzma",
            Format::Zstd => b".zst",
            _ => b".xz",
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

    fn target_of(&mut self, path: &[u8], shown: &str) -> Option<Vec<u8>> {
        if let Some(target) = &self.target {
            return Some(target.clone());
        }
        let found = self
            .suffixes()
            .iter()
            .find(|(suffix, _)| path.ends_with(suffix) && path.len() > suffix.len());
        if self.decompress {
            if let Some((suffix, new)) = found {
                return Some([&path[..path.len() - suffix.len()], new].concat());
            }
            match self.family {
                Family::Bzip2 => {
                    let text =
                        format!("Can't guess original name for {shown} -- using {shown}.out");
                    self.say(text.as_bytes(), 0);
                    return Some([path, b".out"].concat());
                }
                Family::Xz => {
                    let mut head = [0; 6];
                    let opened = File::open(path, OpenHow::READ);
                    let n = opened.map_or(0, |file| file.read(&mut head).unwrap_or(0));
                    match Format::detect(&head[..n]) {
                        Some(_) => {
                            self.say_about(path, "Filename has an unknown suffix, skipping", 2)
                        }
                        None => self.unrecognized(path),
                    }
                }
                Family::Zstd => self.say_about(
                    path,
                    "unknown suffix (.zst/.tzst/.gz/.tgz/.lzma/.xz/.txz/.lz4/.tlz4 expected). \
                     Can't derive the output file name. Specify it with -o dstFileName. Ignoring.",
                    1,
                ),
            }
            return None;
        }
        if found.is_some() && self.family != Family::Zstd {
            let suffix = found.map_or("", |f| std::str::from_utf8(f.0).unwrap_or(""));
            match self.family {
                Family::Bzip2 => {
                    self.say(
                        format!("Input file {shown} already has {suffix} suffix.").as_bytes(),
                        1,
                    );
                }
                _ => self.say_about(
                    path,
                    &format!("File already has `{suffix}' suffix, skipping"),
                    2,
                ),
            }
            return None;
        }
        Some([path, self.suffix()].concat())
    }

    fn list_one(&mut self, input: Box<Source>, path: &[u8], size: u64) {
        self.test = true;
        let Some((_, total)) = self.run(input, path, 1) else {
            return;
        };
        let shown = String::from_utf8_lossy(path);
        let text = match self.family {
            Family::Xz => format!(
                "Strms  Blocks   Compressed Uncompressed  Ratio  Check   Filename\n    1       1 {:>12} {:>12}  {:.3}  CRC64   {shown}\n",
                xz_size(size),
                xz_size(total),
                size as f64 / total.max(1) as f64
            ),
            _ => format!(
                "Frames  Skips  Compressed  Uncompressed  Ratio  Check  Filename\n     1      0  {:>10}  {:>12}  {:.3}  XXH64  {shown}\n",
                human(size),
                human(total),
                total as f64 / size.max(1) as f64
            ),
        };
        let mut output = Output::stdout();
        output.put(text.as_bytes());
        output.flush();
    }
}

fn xz_size(bytes: u64) -> String {
    if bytes < 10_000 {
        return format!("{bytes} B");
    }
    let kib = bytes as f64 / 1024.0;
    if kib < 9999.95 {
        format!("{kib:.1} KiB")
    } else {
        format!("{:.1} MiB", kib / 1024.0)
    }
}

fn human(bytes: u64) -> String {
    let mut size = bytes as f64;
    let units = ["  B", "KiB", "MiB", "GiB"];
    let mut at = 0;
    while size >= 1024.0 && at < units.len() - 1 {
        size /= 1024.0;
        at += 1;
    }
    match at {
        0 => format!("{bytes:>5} {}", units[0]),
        _ if size >= 100.0 => format!("{size:.0}. {}", units[at]).replace(". ", " "),
        _ if size >= 10.0 => format!("{size:.1} {}", units[at]),
        _ => format!("{size:.2} {}", units[at]),
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

fn write_error(text: &[u8]) {
    let mut output = Output::new(2);
    output.put(text);
    output.flush();
}
