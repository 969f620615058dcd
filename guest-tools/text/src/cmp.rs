//! `cmp`: where two files differ, byte by byte.

use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::sys::{self, Errno, ExtStat, File, OpenHow, mode};
use wardian_applet::text::size;

static OPTIONS: &[Opt] = &[
    Opt::flag(b'b', "print-bytes"),
    Opt::flag(b'c', "print-chars"),
    Opt::value(b'i', "ignore-initial"),
    Opt::flag(b'l', "verbose"),
    Opt::value(b'n', "bytes"),
    Opt::flag(b's', "quiet"),
    Opt::flag(b's', "silent"),
    Opt::flag(b'v', "version"),
];

/// Bytes compared at a time.
const BLOCK_BYTES: usize = 64 * 1024;
const TROUBLE: i32 = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Report {
    First,
    All,
    Nothing,
}

struct Job<'a> {
    context: &'a Context<'a>,
    names: [Vec<u8>; 2],
    skip: [u64; 2],
    limit: u64,
    report: Report,
    print_bytes: bool,
}

/// Runs `cmp`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "cmp", TROUBLE);
    match read_options(&context, args) {
        Ok(job) => job.run(),
        Err(code) => code,
    }
}

fn read_options<'a>(context: &'a Context<'a>, args: &Args) -> Result<Job<'a>, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut job = Job {
        context,
        names: [Vec::new(), Vec::new()],
        skip: [0, 0],
        limit: u64::MAX,
        report: Report::First,
        print_bytes: false,
    };
    let choose = |job: &mut Job<'_>, report: Report| {
        if job.report != Report::First && job.report != report {
            return Err(context.usage(b"options -l and -s are incompatible"));
        }
        job.report = report;
        Ok(())
    };
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        match letter {
            b'b' | b'c' => job.print_bytes = true,
            b'i' => {
                let bad = || {
                    let text = [b"invalid --ignore-initial value '".as_slice(), &value, b"'"];
                    context.usage(&text.concat())
                };
                let mut parts = value.splitn(2, |byte| *byte == b':');
                let first = parts.next().and_then(size::parse).ok_or_else(bad)?;
                let second = match parts.next() {
                    Some(text) => size::parse(text).ok_or_else(bad)?,
                    None => first,
                };
                job.skip = [job.skip[0].max(first), job.skip[1].max(second)];
            }
            b'l' => choose(&mut job, Report::All)?,
            b'n' => {
                let limit = size::parse(&value).ok_or_else(|| {
                    let text = [b"invalid --bytes value '".as_slice(), &value, b"'"];
                    context.usage(&text.concat())
                })?;
                job.limit = job.limit.min(limit);
            }
            b's' => choose(&mut job, Report::Nothing)?,
            _ => return Err(context.version()),
        }
    }
    let mut operands = parsed.operands.into_iter();
    let Some(first) = operands.next() else {
        let text = [b"missing operand after '".as_slice(), context.program, b"'"];
        return Err(context.usage(&text.concat()));
    };
    job.names = [first, operands.next().unwrap_or_else(|| b"-".to_vec())];
    for f in 0..2 {
        if let Some(text) = operands.next() {
            let skip = size::parse(&text).ok_or_else(|| {
                let text = [b"invalid --ignore-initial value '".as_slice(), &text, b"'"];
                context.usage(&text.concat())
            })?;
            job.skip[f] = job.skip[f].max(skip);
        }
    }
    if let Some(extra) = operands.next() {
        let text = [b"extra operand '".as_slice(), &extra, b"'"];
        return Err(context.usage(&text.concat()));
    }
    Ok(job)
}

/// An input that hands out full blocks.
struct Input {
    file: File,
    stat: Option<ExtStat>,
}

impl Input {
    fn open(name: &[u8]) -> Result<Input, Errno> {
        let file = match name {
            b"-" => File::stdin(),
            _ => File::open(name, OpenHow::READ)?,
        };
        let stat = sys::fstat(file.fd()).ok();
        Ok(Input { file, stat })
    }

    /// Bytes from here to the end, if that is known.
    fn size(&self) -> Option<u64> {
        let stat = self.stat.as_ref()?;
        (stat.mode & mode::TYPE == mode::REGULAR).then_some(stat.size_bytes)
    }

    fn skip(&self, mut count: u64, block: &mut [u8]) -> Result<(), Errno> {
        if count > 0 && self.size().is_some() && sys::seek(self.file.fd(), count as i64, 1).is_ok()
        {
            return Ok(());
        }
        while count > 0 {
            let want = block
                .len()
                .min(usize::try_from(count).unwrap_or(usize::MAX));
            match self.file.read(&mut block[..want])? {
                0 => return Ok(()),
                n => count -= n as u64,
            }
        }
        Ok(())
    }

    fn fill(&self, block: &mut [u8]) -> Result<usize, Errno> {
        let mut filled = 0;
        while filled < block.len() {
            match self.file.read(&mut block[filled..])? {
                0 => break,
                n => filled += n,
            }
        }
        Ok(filled)
    }
}

impl Job<'_> {
    fn run(&self) -> i32 {
        let mut inputs = Vec::new();
        for name in &self.names {
            match Input::open(name) {
                Ok(input) => inputs.push(input),
                Err(errno) => {
                    if self.report != Report::Nothing {
                        self.context.say_error(name, errno);
                    }
                    return TROUBLE;
                }
            }
        }
        let mut out = Output::stdout();
        let code = match self.compare(&inputs[0], &inputs[1], &mut out) {
            Ok(code) => code,
            Err((f, errno)) => {
                out.flush();
                self.context.say_error(&self.names[f], errno);
                return TROUBLE;
            }
        };
        out.finish_or(self.context, code, TROUBLE)
    }

    fn compare(&self, a: &Input, b: &Input, out: &mut Output) -> Result<i32, (usize, Errno)> {
        if let (Some(x), Some(y)) = (&a.stat, &b.stat) {
            // Pipes may share their numbers.
            let plain = x.mode & mode::TYPE != mode::FIFO || self.names[0] == self.names[1];
            let same = plain && x.inode != 0 && (x.inode, x.device) == (y.inode, y.device);
            if same && self.skip[0] == self.skip[1] {
                return Ok(0);
            }
        }
        let left =
            |input: &Input, f: usize| input.size().map(|size| size.saturating_sub(self.skip[f]));
        let known = left(a, 0).zip(left(b, 1));
        if self.report == Report::Nothing
            && known.is_some_and(|(x, y)| x.min(self.limit) != y.min(self.limit))
        {
            return Ok(1);
        }
        let width = match known {
            Some((x, y)) => x.min(y).min(self.limit),
            None => self.limit.min(i64::MAX as u64),
        };
        let width = width.to_string().len();
        let (mut old, mut new) = (vec![0; BLOCK_BYTES], vec![0; BLOCK_BYTES]);
        a.skip(self.skip[0], &mut old).map_err(|errno| (0, errno))?;
        b.skip(self.skip[1], &mut new).map_err(|errno| (1, errno))?;
        let (mut offset, mut newlines, mut last, mut code) = (0u64, 0u64, b'\n', 0);
        loop {
            let left = usize::try_from(self.limit - offset).unwrap_or(usize::MAX);
            let want = BLOCK_BYTES.min(left);
            let n = a.fill(&mut old[..want]).map_err(|errno| (0, errno))?;
            let m = b.fill(&mut new[..want]).map_err(|errno| (1, errno))?;
            let (x, y) = (&old[..n.min(m)], &new[..n.min(m)]);
            if x != y {
                code = 1;
                match self.report {
                    Report::Nothing => return Ok(1),
                    Report::All => self.list(out, x, y, offset, width),
                    Report::First => {
                        let at = x.iter().zip(y).position(|(p, q)| p != q).unwrap_or(0);
                        newlines += memchr::memchr_iter(b'\n', &x[..at]).count() as u64;
                        self.first(out, offset + at as u64 + 1, newlines + 1, (x[at], y[at]));
                        return Ok(1);
                    }
                }
            }
            offset += x.len() as u64;
            if self.report == Report::First {
                newlines += memchr::memchr_iter(b'\n', x).count() as u64;
            }
            last = x.last().copied().unwrap_or(last);
            if n != m {
                if self.report != Report::Nothing {
                    out.flush();
                    self.end(usize::from(m < n), offset, newlines, last == b'\n');
                }
                return Ok(1);
            }
            if n < BLOCK_BYTES {
                return Ok(code);
            }
        }
    }

    fn first(&self, out: &mut Output, byte: u64, line: u64, (x, y): (u8, u8)) {
        let [a, b] = &self.names;
        let text = [a.as_slice(), b" ", b, b" differ: "].concat();
        out.put(&text);
        // POSIX wants another word where messages are not translated.
        let unit = match self.print_bytes || crate::locale::is_hard("LC_MESSAGES") {
            true => "byte",
            false => "char",
        };
        out.put(format!("{unit} {byte}, line {line}").as_bytes());
        if self.print_bytes {
            let text = format!(" is {x:3o} {} {y:3o} {}", visible(x), visible(y));
            out.put(text.as_bytes());
        }
        out.put(b"\n");
    }

    fn list(&self, out: &mut Output, x: &[u8], y: &[u8], offset: u64, width: usize) {
        for (at, (p, q)) in x.iter().zip(y).enumerate() {
            if p == q {
                continue;
            }
            let byte = offset + at as u64 + 1;
            let text = match self.print_bytes {
                true => format!(
                    "{byte:width$} {p:3o} {:<4} {q:3o} {}\n",
                    visible(*p),
                    visible(*q)
                ),
                false => format!("{byte:width$} {p:3o} {q:3o}\n"),
            };
            out.put(text.as_bytes());
        }
    }

    /// Tells which file ended first.
    fn end(&self, f: usize, offset: u64, newlines: u64, at_line_start: bool) {
        let mut text = [b"EOF on ".as_slice(), &self.names[f]].concat();
        let more = match (offset, self.report) {
            (0, _) => " which is empty".to_owned(),
            (_, Report::All) => format!(" after byte {offset}"),
            _ if at_line_start => format!(" after byte {offset}, line {newlines}"),
            _ => format!(" after byte {offset}, in line {}", newlines + 1),
        };
        text.extend_from_slice(more.as_bytes());
        self.context.say(&text);
    }
}

/// A byte as `cat -v` shows it.
fn visible(byte: u8) -> String {
    let mut out = String::new();
    let low = byte & 0x7f;
    if byte >= 0x80 {
        out.push_str("M-");
    }
    match low {
        0x7f => out.push_str("^?"),
        0..0x20 => {
            out.push('^');
            out.push(char::from(low + 64));
        }
        _ => out.push(char::from(low)),
    }
    out
}
