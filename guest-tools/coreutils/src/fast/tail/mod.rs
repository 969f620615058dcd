//! `tail`.

mod follow;

use super::{finish, with_buffer};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, choice, parse};
use crate::sys::{self, Errno, File, OpenHow, mode};
use crate::text::{quote, size};

const OPTIONS: &[Opt] = &[
    Opt::value(b'c', "bytes"),
    Opt::optional(0, "follow"),
    Opt::flag(b'f', ""),
    Opt::flag(b'F', ""),
    Opt::value(b'n', "lines"),
    Opt::value(0, "max-unchanged-stats"),
    Opt::value(0, "pid"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(b'q', "silent"),
    Opt::flag(0, "retry"),
    Opt::value(b's', "sleep-interval"),
    Opt::flag(b'v', "verbose"),
    Opt::flag(b'z', "zero-terminated"),
    Opt::flag(0, "-disable-inotify"),
    Opt::flag(0, "-presume-input-pipe"),
];

/// Lines shown unless told.
const DEFAULT_LINES: u64 = 10;

#[derive(Clone)]
struct Want {
    bytes: bool,
    count: u64,
    /// Start at the `count`th instead of showing the last `count`.
    from_start: bool,
    end: u8,
    follow: Option<Follow>,
    retry: bool,
    pid: Option<i32>,
    sleep_ns: u64,
    /// Whether to look as often as asked only, not as soon as there is news.
    poll: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Follow {
    Descriptor,
    Name,
}

/// Runs `tail`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "tail", 1);
    let rewritten = obsolete(args);
    let args = rewritten.as_ref().unwrap_or(args);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut want = Want {
        bytes: false,
        count: DEFAULT_LINES,
        from_start: false,
        end: b'\n',
        follow: None,
        retry: false,
        pid: None,
        sleep_ns: 1_000_000_000,
        poll: false,
    };
    let mut headers = None;
    for (letter, long, value) in parsed.options {
        let text = value.clone().unwrap_or_default();
        match (letter, long) {
            (b'c' | b'n', _) => {
                let (from_start, digits) = match text.split_first() {
                    Some((b'+', digits)) => (true, digits),
                    Some((b'-', digits)) => (false, digits),
                    _ => (false, text.as_slice()),
                };
                let plain = digits.first().is_some_and(u8::is_ascii_digit);
                let Some(count) = size::parse(digits).filter(|_| plain) else {
                    let unit = if letter == b'c' { "bytes" } else { "lines" };
                    let before = format!("invalid number of {unit}: ");
                    context.say(&[before.as_bytes(), &quote::always(&text)].concat());
                    return 1;
                };
                // A count that no number holds is no count.
                if size::beyond(digits) {
                    let unit = if letter == b'c' { "bytes" } else { "lines" };
                    let before = format!("invalid number of {unit}: ");
                    let after: &[u8] = b": Value too large for defined data type";
                    context.say(&[before.as_bytes(), &quote::always(&text), after].concat());
                    return 1;
                }
                (want.bytes, want.count, want.from_start) = (letter == b'c', count, from_start);
            }
            (b'f', _) => want.follow = Some(Follow::Descriptor),
            (b'F', _) => (want.follow, want.retry) = (Some(Follow::Name), true),
            (b'q', _) => headers = Some(false),
            (b'v', _) => headers = Some(true),
            (b'z', _) => want.end = 0,
            (b's', _) => match std::str::from_utf8(&text).map(str::parse::<f64>) {
                Ok(Ok(seconds)) if seconds >= 0.0 => want.sleep_ns = (seconds * 1e9) as u64,
                _ => {
                    let shown = quote::always(&text);
                    context.say(&[b"invalid number of seconds: ".as_slice(), &shown].concat());
                    return 1;
                }
            },
            (_, "follow") => {
                const WORDS: &[&[&str]] = &[&["descriptor"], &["name"]];
                want.follow = match value.map(|word| choice(&context, &word, "'--follow'", WORDS)) {
                    None | Some(Ok(0)) => Some(Follow::Descriptor),
                    Some(Ok(_)) => Some(Follow::Name),
                    Some(Err(code)) => return code,
                };
            }
            (_, "max-unchanged-stats") => {
                let plain = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
                let problem: &[u8] = match plain {
                    true if size::beyond(&text) => b": Value too large for defined data type",
                    true => continue,
                    false => b"",
                };
                let before = b"invalid maximum number of unchanged stats between opens: ";
                context.say(&[before.as_slice(), &quote::always(&text), problem].concat());
                return 1;
            }
            (_, "-disable-inotify") => want.poll = true,
            (_, "retry") => want.retry = true,
            (_, "pid") => match std::str::from_utf8(&text).map(str::parse) {
                Ok(Ok(pid)) if pid >= 0 => want.pid = Some(pid),
                _ => {
                    context.say(&[b"invalid PID: ".as_slice(), &quote::always(&text)].concat());
                    return 1;
                }
            },
            _ => {}
        }
    }
    let stdin = vec![b"-".to_vec()];
    let files = match parsed.operands.is_empty() {
        true => &stdin,
        false => &parsed.operands,
    };
    if let Some(code) = advise(&context, &want, files) {
        return code;
    }
    let headers = headers.unwrap_or(files.len() > 1);
    let mut tail = Tail {
        context,
        want,
        headers,
        shown: None,
        out: Output::stdout(),
        code: 0,
    };
    let mut inputs: Vec<Input> = files.iter().map(|name| tail.start(name)).collect();
    if tail.want.follow.is_some() && !tail.out.failed() {
        tail.out.flush();
        tail.follow(&mut inputs);
    }
    let code = tail.code;
    finish(&mut tail.out, &tail.context, code)
}

/// Tells of options that do nothing; the exit code if they make no sense.
fn advise(context: &Context<'_>, want: &Want, files: &[Vec<u8>]) -> Option<i32> {
    let warn = |text: &str| context.say(&[b"warning: ", text.as_bytes()].concat());
    match want.follow {
        None if want.retry => warn("--retry ignored; --retry is useful only when following"),
        Some(Follow::Descriptor) if want.retry => {
            warn("--retry only effective for the initial open");
        }
        _ => {}
    }
    if want.pid.is_some() && want.follow.is_none() {
        warn("PID ignored; --pid=PID is useful only when following");
    }
    let stdin = files.iter().any(|name| name == b"-");
    if stdin && want.follow == Some(Follow::Name) {
        context.say(b"cannot follow '-' by name");
        return Some(1);
    }
    if want.follow.is_some()
        && let Err(errno) = sys::fstat(1)
    {
        context.say_error(b"standard output", errno);
        return Some(1);
    }
    None
}

/// `-NUM[bcl][f]` or `+NUM…` as the first argument, written out; without a
/// number it is ten, of blocks with `b`.
fn obsolete(args: &Args) -> Option<Args> {
    let first = args.get(1)?;
    let (sign, body) = first.split_first()?;
    let files = args.get(2..)?;
    let from_start = *sign == b'+';
    let one_file = match files {
        [] => true,
        [file] => file.len() < 2 || !file.starts_with(b"-") || file == b"--",
        [dashes, _] => dashes == b"--",
        _ => false,
    };
    if !(from_start || *sign == b'-') || !one_file {
        return None;
    }
    let digits = body.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, letters) = body.split_at(digits);
    // A lone dash is standard input, and `-c` wants its number.
    if number.is_empty() && !from_start && !matches!(letters.first(), Some(b'b' | b'l')) {
        return None;
    }
    let number = if number.is_empty() { b"10" } else { number };
    let (option, unit): (&[u8], &[u8]) = match letters.first() {
        Some(b'b') => (b"-c", b"b"),
        Some(b'c') => (b"-c", b""),
        _ => (b"-n", b""),
    };
    let rest = match letters {
        [b'b' | b'c' | b'l', rest @ ..] => rest,
        rest => rest,
    };
    let sign: &[u8] = if from_start { b"+" } else { b"" };
    let mut written = vec![args.first()?.clone(), [option, sign, number, unit].concat()];
    match rest {
        [] => {}
        b"f" => written.push(b"-f".to_vec()),
        _ => return None,
    }
    written.extend(files.iter().cloned());
    Some(written)
}

struct Tail<'a> {
    context: Context<'a>,
    want: Want,
    headers: bool,
    /// Index of the input whose header was printed last.
    shown: Option<Vec<u8>>,
    out: Output,
    code: i32,
}

struct Input {
    name: Vec<u8>,
    file: Option<File>,
    /// Bytes read so far, for regular files.
    at: u64,
    regular: bool,
    /// Whether it is looked at no more.
    ignored: bool,
    /// Whether it could be followed when last looked at.
    fit: bool,
    /// What was wrong when last looked at.
    problem: Option<Problem>,
}

#[derive(Clone, Copy, PartialEq)]
enum Problem {
    Error(Errno),
    /// It is of a kind that has no end to follow.
    Kind,
}

impl Input {
    fn label(&self) -> &[u8] {
        match self.name.as_slice() {
            b"-" => b"standard input",
            name => name,
        }
    }
}

impl Tail<'_> {
    fn start(&mut self, name: &[u8]) -> Input {
        let mut input = Input {
            name: name.to_vec(),
            file: None,
            at: 0,
            regular: false,
            ignored: !self.want.retry,
            fit: true,
            problem: None,
        };
        let file = match name {
            b"-" => Ok(File::stdin()),
            path => File::open(path, OpenHow::READ),
        };
        let file = match file {
            Ok(file) => file,
            Err(errno) => {
                self.out.flush();
                let text = [
                    b"cannot open ".as_slice(),
                    &quote::always(input.label()),
                    b" for reading",
                ];
                self.context.say_error(&text.concat(), errno);
                self.code = 1;
                input.problem = Some(Problem::Error(errno));
                input.fit = !self.want.retry;
                return input;
            }
        };
        self.header(input.label(), true);
        let stat = sys::fstat(file.fd());
        let kind = stat.as_ref().map(|stat| stat.mode & mode::TYPE);
        input.regular = kind == Ok(mode::REGULAR);
        let seekable = input.regular && stat.is_ok_and(|stat| stat.size_bytes > 0);
        let result = if seekable && !self.want.from_start {
            self.last_of_file(&file)
        } else {
            self.stream(&file)
        };
        if let Err(errno) = result {
            self.out.flush();
            let label = input.label().to_vec();
            self.context.say_quoted("error reading", &label, errno);
            self.code = 1;
            input.problem = Some(Problem::Error(errno));
        }
        if self.want.follow.is_some() && kind.is_ok_and(|kind| !followable(kind)) {
            self.out.flush();
            let text = [
                &quote::if_needed(input.label()),
                b": cannot follow end of this type of file".as_slice(),
                giving_up(!self.want.retry),
            ];
            self.context.say(&text.concat());
            self.code = 1;
            input.problem = Some(Problem::Kind);
            input.fit = false;
        }
        if input.problem.is_none() {
            // A pipe on standard input ends for good.
            let piped = name == b"-" && kind == Ok(mode::FIFO);
            input.ignored = piped;
            input.at = sys::seek(file.fd(), 0, 1).unwrap_or(0);
            input.file = (!piped).then_some(file);
        }
        input
    }

    fn header(&mut self, label: &[u8], again: bool) {
        if !self.headers || !again && self.shown.as_deref() == Some(label) {
            return;
        }
        let gap: &[u8] = if self.shown.is_some() { b"\n" } else { b"" };
        self.out.put(&[gap, b"==> ", label, b" <==\n"].concat());
        self.shown = Some(label.to_vec());
    }

    /// The last lines or bytes of a file that can seek, read from its end.
    fn last_of_file(&mut self, file: &File) -> Result<(), Errno> {
        const BLOCK_BYTES: u64 = 32 * 1024;
        let from = sys::seek(file.fd(), 0, 1)?;
        let size = sys::seek(file.fd(), 0, 2)?;
        let mut start = from.max(size.saturating_sub(self.want.count));
        if !self.want.bytes {
            let (mut left, mut at) = (self.want.count, size);
            start = if left == 0 { size } else { from };
            let mut last = true;
            'blocks: while at > from && left > 0 {
                let block = (at - from).min(BLOCK_BYTES);
                at -= block;
                sys::seek(file.fd(), at as i64, 0)?;
                let mut buf = vec![0; block as usize];
                let mut have = 0;
                while have < buf.len() {
                    match file.read(&mut buf[have..])? {
                        0 => break,
                        got => have += got,
                    }
                }
                for end in memchr::memrchr_iter(self.want.end, &buf[..have]) {
                    // A final newline ends the last line.
                    if std::mem::take(&mut last) && end as u64 + at + 1 == size {
                        continue;
                    }
                    left -= 1;
                    if left == 0 {
                        start = at + end as u64 + 1;
                        break 'blocks;
                    }
                }
                last = false;
            }
        }
        sys::seek(file.fd(), start as i64, 0)?;
        self.copy_rest(file)
    }

    fn copy_rest(&mut self, file: &File) -> Result<(), Errno> {
        let out = &mut self.out;
        with_buffer(|buf| {
            loop {
                match file.read(buf) {
                    Ok(0) => return Ok(()),
                    Ok(got) => out.put(&buf[..got]),
                    Err(Errno::Intr) => {}
                    Err(errno) => return Err(errno),
                }
                if out.failed() {
                    return Ok(());
                }
            }
        })
    }

    /// Input that is only read forwards.
    fn stream(&mut self, file: &File) -> Result<(), Errno> {
        if self.want.from_start {
            self.skip(file)?;
            return self.copy_rest(file);
        }
        let (want, out) = (&self.want, &mut self.out);
        let mut held: Vec<u8> = Vec::new();
        let (mut start, mut ends) = (0, 0);
        with_buffer(|buf| {
            loop {
                let got = match file.read(buf) {
                    Ok(0) => break,
                    Ok(got) => &buf[..got],
                    Err(Errno::Intr) => continue,
                    Err(errno) => return Err(errno),
                };
                held.extend_from_slice(got);
                if want.bytes {
                    start = start.max((held.len() as u64).saturating_sub(want.count) as usize);
                } else {
                    ends += memchr::memchr_iter(want.end, got).count() as u64;
                    // One line more is kept than asked for: the last may be open.
                    while ends > want.count.saturating_add(1)
                        && let Some(at) = memchr::memchr(want.end, &held[start..])
                    {
                        start += at + 1;
                        ends -= 1;
                    }
                }
                if start > held.len() / 2 {
                    held.drain(..start);
                    start = 0;
                }
            }
            if !want.bytes {
                let open = u64::from(held.last().is_some_and(|byte| *byte != want.end));
                while ends + open > want.count
                    && let Some(at) = memchr::memchr(want.end, &held[start..])
                {
                    start += at + 1;
                    ends -= 1;
                }
                if want.count == 0 {
                    start = held.len();
                }
            }
            out.put(&held[start..]);
            Ok(())
        })
    }

    /// Skips to the `count`th line or byte, counted from 1.
    fn skip(&mut self, file: &File) -> Result<(), Errno> {
        let mut left = self.want.count.saturating_sub(1);
        let (want, out) = (&self.want, &mut self.out);
        with_buffer(|buf| {
            while left > 0 {
                let got = match file.read(buf) {
                    Ok(0) => return Ok(()),
                    Ok(got) => &buf[..got],
                    Err(Errno::Intr) => continue,
                    Err(errno) => return Err(errno),
                };
                let mut used = got.len();
                if want.bytes {
                    used = used.min(usize::try_from(left).unwrap_or(usize::MAX));
                    left -= used as u64;
                } else {
                    for at in memchr::memchr_iter(want.end, got) {
                        left -= 1;
                        if left == 0 {
                            used = at + 1;
                            break;
                        }
                    }
                }
                out.put(&got[used..]);
            }
            Ok(())
        })
    }
}

/// Whether a file of this kind has an end that may grow.
fn followable(kind: u32) -> bool {
    [mode::REGULAR, mode::FIFO, mode::SOCKET, mode::CHARACTER].contains(&kind)
}

fn giving_up(given: bool) -> &'static [u8] {
    if given {
        b"; giving up on this name"
    } else {
        b""
    }
}
