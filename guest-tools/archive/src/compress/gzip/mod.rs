//! gzip, gunzip and zcat.

mod list;
mod replace;
mod streams;

use crate::codec::{GzipHeader, Problem, problem};
use crate::stream::{Source, errno};
use list::ratio;
use std::io::{self, Read};
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::sys::{Errno, File, OpenHow, is_dir, mode};
use wardian_applet::{Args, sys};

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
    // A terminal is presumed for questions; none is ever asked.
    Opt::flag(0, "-presume-input-tty"),
];

/// Bytes that a suffix may have.
const MAX_SUFFIX: usize = 30;

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
    if this.suffix.is_empty() || this.suffix.len() > MAX_SUFFIX {
        let text = [b"invalid suffix '".as_slice(), &this.suffix, b"'"];
        this.context.say(&text.concat());
        return 1;
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
            self.decompress_to(input, b"stdin", 1);
        } else {
            let stat = sys::fstat(0);
            let stat = stat.ok().filter(|s| s.mode & mode::TYPE == mode::REGULAR);
            let time = stat.map_or(0, |stat| self.time_of(b"stdin", &stat));
            let header = GzipHeader { name: None, time };
            if let Err(error) = self.compress_to(input, 1, &header) {
                self.broken(b"stdin", &error);
            }
        }
    }

    /// The time that a header holds for a file; 0 stands for none.
    fn time_of(&mut self, name: &[u8], stat: &sys::ExtStat) -> u32 {
        if self.name == Some(false) {
            return 0;
        }
        match u32::try_from(stat.modified_ns / 1_000_000_000) {
            Ok(time @ 1..) => time,
            _ => {
                let text = b": warning: file timestamp out of range for gzip format";
                self.warn(&[name, text.as_slice()].concat());
                0
            }
        }
    }

    /// The name that decompressing gives.
    fn original(&self, path: &[u8]) -> Option<Vec<u8>> {
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
}
