//! gzip, gunzip and zcat.

use crate::codec::{GzipHeader, GzipReader, GzipWriter, Problem, problem};
use crate::stream::{Chained, Sink, Source, errno, read_full};
use std::io::{self, Read, Write};
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::sys::{self, Errno, ExtStat, File, OpenHow, SetTime, is_dir, mode};

const OPTIONS: &[Opt] = &[
    Opt::flag(b'a', "ascii"),
    Opt::flag(b'c', "stdout"),
    Opt::flag(b'c', "to-stdout"),
    Opt::flag(b'd', "decompress"),
    Opt::flag(b'd', "uncompress"),
    Opt::flag(b'f', "force"),
    Opt::flag(b'h', "help"),
    Opt::flag(b'k', "keep"),
    Opt::flag(b'l', "list"),
    Opt::flag(b'L', "license"),
    Opt::flag(b'n', "no-name"),
    Opt::flag(b'N', "name"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(b'q', "silent"),
    Opt::flag(b'r', "recursive"),
    Opt::value(b'S', "suffix"),
    Opt::flag(b't', "test"),
    Opt::flag(b'v', "verbose"),
    Opt::flag(b'V', "version"),
    Opt::flag(0, "synchronous"),
    Opt::flag(0, "rsyncable"),
    Opt::value(b'b', "bits"),
    Opt::flag(b'1', "fast"),
    Opt::flag(b'2', ""),
    Opt::flag(b'3', ""),
    Opt::flag(b'4', ""),
    Opt::flag(b'5', ""),
    Opt::flag(b'6', ""),
    Opt::flag(b'7', ""),
    Opt::flag(b'8', ""),
    Opt::flag(b'9', "best"),
];

/// Endings that decompression takes off, and what it puts there.
const SUFFIXES: &[(&[u8], &[u8])] = &[
    (b".gz", b""),
    (b"-gz", b""),
    (b".z", b""),
    (b"-z", b""),
    (b"_z", b""),
    (b".tgz", b".tar"),
    (b".taz", b".tar"),
    (b".Z", b""),
];

struct Gzip<'a> {
    context: Context<'a>,
    decompress: bool,
    to_stdout: bool,
    force: bool,
    keep: bool,
    list: bool,
    test: bool,
    quiet: bool,
    recursive: bool,
    verbose: bool,
    name: Option<bool>,
    level: u32,
    suffix: Vec<u8>,
    code: i32,
    listed: Vec<(u64, u64)>,
    output: Output,
}

/// Runs gzip.
pub fn gzip(args: &Args) -> i32 {
    start(args, false, false)
}

/// Runs gunzip.
pub fn gunzip(args: &Args) -> i32 {
    start(args, true, false)
}

/// Runs zcat.
pub fn zcat(args: &Args) -> i32 {
    start(args, true, true)
}

fn start(args: &Args, decompress: bool, to_stdout: bool) -> i32 {
    let context = Context {
        program: b"gzip",
        applet: "gzip",
        usage_code: 1,
        usage_synopsis: false,
    };
    let mut this = Gzip {
        context,
        decompress,
        to_stdout,
        force: false,
        keep: false,
        list: false,
        test: false,
        quiet: false,
        recursive: false,
        verbose: false,
        name: None,
        level: 6,
        suffix: b".gz".to_vec(),
        code: 0,
        listed: Vec::new(),
        output: Output::stdout(),
    };
    let parsed = match parse(&this.context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    for (letter, _, value) in parsed.options {
        match letter {
            b'c' => this.to_stdout = true,
            b'd' => this.decompress = true,
            b'f' => this.force = true,
            b'k' => this.keep = true,
            b'l' => this.list = true,
            b't' => this.test = true,
            b'n' => this.name = Some(false),
            b'N' => this.name = Some(true),
            b'q' => (this.quiet, this.verbose) = (true, false),
            b'r' => this.recursive = true,
            b'v' => (this.verbose, this.quiet) = (true, false),
            b'S' => this.suffix = value.unwrap_or_default(),
            b'1'..=b'9' => this.level = u32::from(letter - b'0'),
            b'h' => return this.context.help(),
            b'L' => return this.context.version(),
            b'V' => {
                let mut output = Output::stdout();
                output.put(b"gzip 1.12\n");
                output.flush();
                return 0;
            }
            _ => {}
        }
    }
    if parsed.operands.is_empty() {
        this.standard_input();
    }
    for path in &parsed.operands {
        match path.as_slice() {
            b"-" => this.standard_input(),
            _ => this.file(path),
        }
    }
    if this.list && this.listed.len() > 1 && !this.quiet {
        let sums = this
            .listed
            .iter()
            .fold((0, 0), |s, p| (s.0 + p.0, s.1 + p.1));
        let lead = if this.verbose {
            " ".repeat(28)
        } else {
            String::new()
        };
        this.row(&lead, sums, b"(totals)");
    }
    this.output.flush();
    this.code
}

impl Gzip<'_> {
    fn warn(&mut self, text: &[u8]) {
        if !self.quiet {
            self.context.say(text);
        }
        if self.code == 0 {
            self.code = 2;
        }
    }

    fn fail(&mut self, name: &[u8], errno: Errno) {
        self.context.say_error(name, errno);
        self.code = 1;
    }

    /// Reports a bad stream.
    fn broken(&mut self, name: &[u8], error: &io::Error) {
        self.output.flush();
        if let Some(errno) = errno(error) {
            self.fail(name, errno);
            return;
        }
        let say = |text: &str| {
            let mut err = Output::new(2);
            err.put(b"\n");
            err.flush();
            self.context.say(&[name, b": ", text.as_bytes()].concat());
        };
        match problem(error) {
            Some(Problem::ChecksumAndLength) => {
                say(&Problem::Checksum.to_string());
                say(&Problem::Length.to_string());
            }
            Some(problem) => say(&problem.to_string()),
            None => say(&error.to_string()),
        }
        self.code = 1;
    }

    fn standard_input(&mut self) {
        let input: Box<dyn Read> = Box::new(Source(File::stdin()));
        if self.list {
            self.list_one(input, b"stdout", 0);
        } else if self.test || self.decompress {
            if !self.decompress_to(input, b"stdin", 1).is_none_or(|_| false) {
                return;
            }
        } else {
            let header = GzipHeader::default();
            if let Err(error) = self.compress_to(input, 1, &header) {
                self.broken(b"stdin", &error);
            }
        }
    }

    /// The name that decompressing gives.
    fn original<'p>(&self, path: &'p [u8]) -> Option<Vec<u8>> {
        let base = path.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
        let own: (&[u8], &[u8]) = (&self.suffix, b"");
        let found = std::iter::once(&own)
            .chain(SUFFIXES)
            .find(|(suffix, _)| path.len() - base > suffix.len() && path[base..].ends_with(suffix));
        found.map(|(suffix, new)| [&path[..path.len() - suffix.len()], new].concat())
    }

    fn file(&mut self, given: &[u8]) {
        let mut path = given.to_vec();
        let follow = self.to_stdout || self.force || self.test || self.list;
        let mut found = sys::stat(&path, follow);
        if matches!(found, Err(Errno::Noent))
            && (self.decompress || self.list || self.test)
            && self.original(given).is_none()
        {
            path.extend_from_slice(&self.suffix);
            found = sys::stat(&path, follow);
        }
        let stat = match found {
            Ok(stat) => stat,
            Err(errno) => return self.fail(&path, errno),
        };
        if is_dir(&stat) {
            if self.recursive {
                return self.directory(&path);
            }
            return self.warn(&[&path, b" is a directory -- ignored".as_slice()].concat());
        }
        if sys::is_link(&stat) {
            return self.fail(&path, Errno::Loop);
        }
        if stat.mode & mode::TYPE != mode::REGULAR && !self.to_stdout && !self.force {
            let text = b" is not a directory or a regular file - ignored";
            return self.warn(&[&path, text.as_slice()].concat());
        }
        if !self.to_stdout && !self.test && !self.list && !self.force && stat.links > 1 {
            let others = stat.links - 1;
            let plural = if others == 1 { "" } else { "s" };
            let text = format!(" has {others} other link{plural} -- file ignored");
            return self.warn(&[&path, text.as_bytes()].concat());
        }
        let input = match File::open(&path, OpenHow::READ) {
            Ok(file) => file,
            Err(errno) => return self.fail(&path, errno),
        };
        let input: Box<dyn Read> = Box::new(Source(input));
        let reading = self.decompress || self.list || self.test;
        let target = if reading {
            match self.original(&path) {
                Some(target) => target,
                None if self.to_stdout || self.test || self.list => path.clone(),
                None => {
                    return self.warn(&[&path, b": unknown suffix -- ignored".as_slice()].concat());
                }
            }
        } else {
            if path.ends_with(&self.suffix) && !self.to_stdout {
                if !self.quiet {
                    let suffix = self.suffix.clone();
                    let text = [
                        &path,
                        b" already has ".as_slice(),
                        &suffix,
                        b" suffix -- unchanged",
                    ];
                    self.context.say(&text.concat());
                }
                return;
            }
            [path.as_slice(), &self.suffix].concat()
        };
        if self.list {
            return self.list_one(input, &target, stat.size_bytes);
        }
        if self.test || self.to_stdout {
            return self.through(input, &path, &stat);
        }
        self.replace(input, &path, target, &stat);
    }

    fn directory(&mut self, path: &[u8]) {
        let mut names = match sys::read_dir(path) {
            Ok(names) => names,
            Err(errno) => return self.fail(path, errno),
        };
        names.sort_by(|a, b| a.name.cmp(&b.name));
        for entry in names {
            let slash: &[u8] = if path.ends_with(b"/") { b"" } else { b"/" };
            let below = [path, slash, &entry.name].concat();
            let link = sys::stat(&below, false).is_ok_and(|stat| sys::is_link(&stat));
            if !link {
                self.file(&below);
            }
        }
    }

    /// `-c` and `-t`.
    fn through(&mut self, input: Box<dyn Read>, path: &[u8], stat: &ExtStat) {
        if self.decompress || self.test {
            let Some((packed, unpacked)) = self.decompress_to(input, path, 1) else {
                return;
            };
            if self.verbose && !self.test {
                self.tell(path, unpacked, packed, b"replaced with stdout");
            }
            return;
        }
        match self.compress_to(input, 1, &self.header(path, stat)) {
            Ok((packed, unpacked)) => {
                if self.verbose {
                    self.tell(path, unpacked, packed, b"replaced with stdout");
                }
            }
            Err(error) => self.broken(path, &error),
        }
    }

    fn header(&self, path: &[u8], stat: &ExtStat) -> GzipHeader {
        if self.name == Some(false) {
            return GzipHeader::default();
        }
        let base = path.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
        GzipHeader {
            name: Some(path[base..].to_vec()),
            time: u32::try_from(stat.modified_ns / 1_000_000_000).unwrap_or(0),
        }
    }

    fn replace(&mut self, input: Box<dyn Read>, path: &[u8], mut target: Vec<u8>, stat: &ExtStat) {
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
                match self.compress_to(input, fd.fd(), &self.header(path, stat)) {
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

    /// Compresses; gives the lengths, compressed without the header.
    fn compress_to(
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
    fn decompress_to(
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
        let gz = GzipReader::new(input);
        let done = self.unpack(gz, Vec::new(), name, fd)?;
        if self.test && self.verbose {
            let mut err = Output::new(2);
            err.put(&[name, b":\t OK\n"].concat());
            err.flush();
        }
        Some((done.0, done.1))
    }

    fn unpack(
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

    fn list_one(&mut self, mut input: Box<dyn Read>, name: &[u8], size: u64) {
        let mut first = vec![0; 2];
        let mut gz = match read_full(&mut input, &mut first) {
            Ok(0) => {
                return self.broken(
                    b"stdin",
                    &io::Error::new(io::ErrorKind::InvalidData, Problem::Ends),
                );
            }
            Ok(n) => {
                first.truncate(n);
                GzipReader::new(Box::new(Chained::new(first, input)))
            }
            Err(error) => return self.broken(name, &error),
        };
        let mut total = 0_u64;
        let mut buf = vec![0; 64 * 1024];
        loop {
            match gz.read(&mut buf) {
                Ok(0) => break,
                Ok(n) => total += n as u64,
                Err(error) => return self.broken(name, &error),
            }
        }
        let packed = if size > 0 { size } else { gz.consumed() };
        if self.listed.is_empty() && !self.quiet {
            if self.verbose {
                self.output.put(b"method  crc     date  time  ");
            }
            self.output
                .put(b"         compressed        uncompressed  ratio uncompressed_name\n");
        }
        let shown = match (&gz.header.name, self.name) {
            (Some(original), Some(true)) => original.clone(),
            _ => name.to_vec(),
        };
        let lead = if self.verbose {
            let date = day(u64::from(gz.header.time));
            format!("defla {:08x} {date} ", gz.checksum)
        } else {
            String::new()
        };
        let header = 18
            + gz.header
                .name
                .as_ref()
                .map_or(0, |name| name.len() as u64 + 1);
        self.listed.push((packed, total));
        self.row_with(&lead, (packed, total), header, &shown);
    }

    fn row(&mut self, lead: &str, sums: (u64, u64), name: &[u8]) {
        self.row_with(lead, sums, 0, name);
    }

    fn row_with(&mut self, lead: &str, (packed, total): (u64, u64), header: u64, name: &[u8]) {
        let share = ratio(total, packed.saturating_sub(header));
        let text = format!("{lead}{packed:>19} {total:>19} {share} ");
        self.output.put(text.as_bytes());
        self.output.put(name);
        self.output.put(b"\n");
    }
}

/// Month, day and time as in `Nov 22 01:57`, in UTC.
fn day(seconds: u64) -> String {
    let days = (seconds / 86400) as i64;
    let shifted = days + 719_468;
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    const NAMES: [&str; 12] = [
        "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb",
    ];
    let name = NAMES.get(month as usize).copied().unwrap_or("???");
    let rest = seconds % 86400;
    format!("{name} {date:2} {:02}:{:02}", rest / 3600, rest / 60 % 60)
}

/// How much was saved, as a percentage.
fn ratio(unpacked: u64, packed: u64) -> String {
    if unpacked == 0 {
        return "  0.0%".to_owned();
    }
    let saved = 100.0 * (unpacked as f64 - packed as f64) / unpacked as f64;
    format!("{saved:5.1}%")
}
