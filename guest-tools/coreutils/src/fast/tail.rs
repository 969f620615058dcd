//! `tail`, following by polling.

use super::with_buffer;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
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
            (_, "follow") => match value.as_deref() {
                None | Some(b"descriptor") => want.follow = Some(Follow::Descriptor),
                Some(b"name") => want.follow = Some(Follow::Name),
                Some(other) => {
                    let text = [
                        b"invalid argument ".as_slice(),
                        &quote::always(other),
                        b" for '--follow'\nValid arguments are:\n  - 'descriptor'\n  - 'name'",
                    ];
                    return context.usage(&text.concat());
                }
            },
            (_, "retry") => want.retry = true,
            (_, "pid") => match std::str::from_utf8(&text).map(str::parse) {
                Ok(Ok(pid)) => want.pid = Some(pid),
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
    tail.out.finish(&tail.context, code)
}

/// `-NUM[bcl][f]` or `+NUM…` as the first argument, written out.
fn obsolete(args: &Args) -> Option<Args> {
    let first = args.get(1)?;
    let (sign, body) = first.split_first()?;
    let files = args.get(2..)?;
    let from_start = *sign == b'+';
    if !(from_start || *sign == b'-') || files.len() > 1 {
        return None;
    }
    let digits = body.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, letters) = body.split_at(digits);
    if number.is_empty() {
        return None;
    }
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
                return input;
            }
        };
        self.header(input.label(), true);
        input.regular = sys::fstat(file.fd())
            .is_ok_and(|stat| stat.mode & mode::TYPE == mode::REGULAR && stat.size_bytes > 0);
        let result = if input.regular && !self.want.from_start {
            self.last_of_file(&file)
        } else {
            self.stream(&file)
        };
        match result {
            Ok(()) => {
                input.at = sys::seek(file.fd(), 0, 1).unwrap_or(0);
                input.file = Some(file);
            }
            Err(errno) => {
                self.out.flush();
                let label = input.label().to_vec();
                self.context.say_quoted("error reading", &label, errno);
                self.code = 1;
            }
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

    fn follow(&mut self, inputs: &mut [Input]) {
        let by_name = self.want.follow == Some(Follow::Name);
        loop {
            if !by_name && !self.want.retry && inputs.iter().all(|input| input.file.is_none()) {
                self.context.say(b"no files remaining");
                self.code = 1;
                return;
            }
            let mut moved = false;
            for input in inputs.iter_mut() {
                if (by_name || (self.want.retry && input.file.is_none())) && input.name != b"-" {
                    self.reopen(input, by_name);
                }
                moved |= self.advance(input);
            }
            self.out.flush();
            if self.out.failed() {
                return;
            }
            let only_stdin_ended = inputs
                .iter()
                .all(|input| input.file.is_none() || (input.name == b"-" && !input.regular));
            if only_stdin_ended && !by_name && !self.want.retry {
                return;
            }
            if !moved {
                if self.want.pid.is_some_and(|pid| !alive(pid)) {
                    return;
                }
                let _ = sys::wait_readable(None, Some(self.want.sleep_ns));
            }
        }
    }

    /// Copies what was added to a followed input; whether there was anything.
    fn advance(&mut self, input: &mut Input) -> bool {
        let Some(file) = &input.file else {
            return false;
        };
        let Ok(stat) = sys::fstat(file.fd()) else {
            return false;
        };
        if stat.mode & mode::TYPE != mode::REGULAR {
            return false;
        }
        input.regular = true;
        if stat.size_bytes < input.at {
            let text = [
                &quote::if_needed(input.label()),
                b": file truncated".as_slice(),
            ]
            .concat();
            self.context.say(&text);
            input.at = sys::seek(file.fd(), 0, 0).unwrap_or(0);
        }
        if stat.size_bytes == input.at {
            return false;
        }
        let label = input.label().to_vec();
        self.header(&label, false);
        let _ = self.copy_rest(file);
        input.at = sys::seek(file.fd(), 0, 1).unwrap_or(stat.size_bytes);
        true
    }

    /// Looks whether the name stands for another file by now.
    fn reopen(&mut self, input: &mut Input, by_name: bool) {
        let label = quote::always(input.label());
        let found = sys::stat(&input.name, true);
        let open = input
            .file
            .as_ref()
            .and_then(|file| sys::fstat(file.fd()).ok());
        match (found, open) {
            (Ok(new), Some(old)) if (new.device, new.inode) == (old.device, old.inode) => {}
            (Ok(_), old) => {
                let Ok(file) = File::open(&input.name, OpenHow::READ) else {
                    return;
                };
                let what: &[u8] = if old.is_some() {
                    b" has been replaced;  following new file"
                } else {
                    b" has appeared;  following new file"
                };
                self.context.say(&[&label, what].concat());
                (input.file, input.at) = (Some(file), 0);
            }
            (Err(errno), Some(_)) if by_name => {
                let text = [&label, b" has become inaccessible".as_slice()].concat();
                self.context.say_error(&text, errno);
                input.file = None;
            }
            (Err(_), _) => {}
        }
    }
}

#[cfg(target_os = "wasi")]
fn alive(pid: i32) -> bool {
    wardian_abi::imports::kill(pid, 0).is_ok()
}

#[cfg(not(target_os = "wasi"))]
fn alive(_pid: i32) -> bool {
    true
}
