//! `split`: a file in pieces, each a file or the input of a command.

use super::names::Suffixes;
use super::split_options::{Cut, Options, read};
use super::{complain, read_all};
use crate::Args;
use crate::cli::{Context, Output};
use crate::lines::Reader;
use crate::process::filter::{Filter, Filters};
use crate::sys::{self, Errno, File, OpenHow};
use crate::text::quote;
use memchr::{memchr, memrchr};
use wardian_abi::Signal;

const BLOCK_BYTES: usize = 128 * 1024;

/// Most hands that lines are dealt to, each with a file of its own.
const HANDS_MAX: usize = 1 << 20;

/// Runs `split`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "split", 1);
    let result = read(&context, args).and_then(|options| split(&context, options));
    match result {
        Ok(()) => 0,
        Err(code) => code,
    }
}

fn split(context: &Context<'_>, options: Options) -> Result<(), i32> {
    let cut = options.cut;
    let parts = match cut {
        Cut::Parts(count, _) | Cut::LineParts(count, _) | Cut::Dealt(count, _) => Some(count),
        _ => None,
    };
    let separator = options.separator;
    let input = options.input.clone();
    let mut pieces = Pieces::new(context, options, parts)?;
    match cut {
        Cut::Lines(count) => by_lines(context, &input, &mut pieces, count, separator)?,
        Cut::Bytes(count) => by_bytes(context, &input, &mut pieces, count)?,
        _ => {
            let text = measured(context, &input, cut)?;
            by_size(context, &text, cut, &mut pieces, separator)?;
        }
    }
    pieces.end()
}

/// The whole input, whose size matters: of a pipe it is not known, except
/// where lines are dealt out.
fn measured(context: &Context<'_>, input: &[u8], cut: Cut) -> Result<Vec<u8>, i32> {
    let counted = matches!(cut, Cut::Parts(..) | Cut::LineParts(..));
    if counted && input == b"-" {
        let regular =
            sys::fstat(0).is_ok_and(|stat| stat.mode & sys::mode::TYPE == sys::mode::REGULAR);
        if !regular {
            context.say(b"-: cannot determine file size");
            return Err(1);
        }
    }
    read_all(input).map_err(|error| {
        complain(context, input, error);
        1
    })
}

fn by_lines(
    context: &Context<'_>,
    input: &[u8],
    pieces: &mut Pieces<'_>,
    count: u64,
    separator: u8,
) -> Result<(), i32> {
    let mut reader = open(context, input)?;
    let mut left = 0;
    while let Some(line) = reader.next(separator) {
        if left == 0 {
            pieces.start()?;
            left = count;
        }
        left -= 1;
        pieces.put(line)?;
    }
    i32::from(reader.complain(context, input)).then_ok()
}

fn open(context: &Context<'_>, input: &[u8]) -> Result<Reader, i32> {
    let file = match input {
        b"-" => Ok(File::stdin()),
        path => File::open(path, OpenHow::READ),
    };
    file.map(Reader::new).map_err(|errno| {
        complain(context, input, (true, errno));
        1
    })
}

/// An exit code as a result.
trait ThenOk {
    fn then_ok(self) -> Result<(), i32>;
}

impl ThenOk for i32 {
    fn then_ok(self) -> Result<(), i32> {
        match self {
            0 => Ok(()),
            code => Err(code),
        }
    }
}

fn by_bytes(
    context: &Context<'_>,
    input: &[u8],
    pieces: &mut Pieces<'_>,
    count: u64,
) -> Result<(), i32> {
    let file = match input {
        b"-" => Ok(File::stdin()),
        path => File::open(path, OpenHow::READ),
    };
    let file = file.map_err(|errno| {
        complain(context, input, (true, errno));
        1
    })?;
    let mut block = vec![0; BLOCK_BYTES];
    let mut left = 0;
    loop {
        let got = match file.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(got) => got,
            Err(Errno::Intr) => continue,
            Err(errno) => {
                complain(context, input, (false, errno));
                return Err(1);
            }
        };
        let mut rest = &block[..got];
        while !rest.is_empty() {
            if left == 0 {
                pieces.start()?;
                left = count;
            }
            let size = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
            pieces.put(&rest[..size])?;
            left -= size as u64;
            rest = &rest[size..];
        }
    }
}

fn by_size(
    context: &Context<'_>,
    text: &[u8],
    cut: Cut,
    pieces: &mut Pieces<'_>,
    separator: u8,
) -> Result<(), i32> {
    let size = text.len() as u64;
    let chosen = |from: u64, to: u64| &text[from.min(size) as usize..to.min(size) as usize];
    let mut out = Output::stdout();
    match cut {
        Cut::LineBytes(count) => {
            let most = usize::try_from(count).unwrap_or(usize::MAX);
            let mut rest = text;
            while !rest.is_empty() {
                let window = &rest[..most.min(rest.len())];
                let whole = window.len() == rest.len();
                let end = match memrchr(separator, window) {
                    Some(at) if !whole => at + 1,
                    _ => window.len(),
                };
                pieces.start()?;
                pieces.put(&rest[..end])?;
                rest = &rest[end..];
            }
        }
        Cut::Parts(count, which) => {
            let each = (size / count).max(1);
            let end_of = |index: u64| if index == count { size } else { each * index };
            match which {
                Some(which) => out.put(chosen(end_of(which - 1).min(size), end_of(which))),
                None => {
                    for index in 1..=count {
                        // Beyond the end all are empty.
                        if pieces.options.elide && end_of(index - 1) >= size {
                            break;
                        }
                        pieces.start()?;
                        pieces.put(chosen(end_of(index - 1).min(size), end_of(index)))?;
                    }
                }
            }
        }
        Cut::LineParts(count, which) => {
            let each = (size.max(count) / count).max(1);
            let mut from = 0;
            for index in 1..=count {
                // Beyond the end all are empty: nothing to show or to leave out.
                if from >= size && (which.is_some() || pieces.options.elide) {
                    break;
                }
                let last = if index == count {
                    size
                } else {
                    each.saturating_mul(index)
                };
                let mut to = from;
                if from < last && from < size {
                    let seek = (last - 1).max(from) as usize;
                    let found = text.get(seek..).and_then(|tail| memchr(separator, tail));
                    to = found.map_or(size, |at| (seek + at + 1) as u64);
                }
                let part = chosen(from, to);
                from = to;
                match which {
                    None => {
                        pieces.start()?;
                        pieces.put(part)?;
                    }
                    Some(which) if which == index => {
                        out.put(part);
                        break;
                    }
                    Some(_) => {}
                }
            }
        }
        Cut::Dealt(count, which) => {
            let lines = || {
                let mut rest = text;
                std::iter::from_fn(move || {
                    let end = memchr(separator, rest).map_or(rest.len(), |at| at + 1);
                    let (line, tail) = rest.split_at(end);
                    rest = tail;
                    (!line.is_empty()).then_some(line)
                })
            };
            if let Some(which) = which {
                let skip = usize::try_from(which - 1).unwrap_or(usize::MAX);
                for line in lines()
                    .skip(skip)
                    .step_by(usize::try_from(count).unwrap_or(usize::MAX))
                {
                    out.put(line);
                }
            } else {
                let most = match usize::try_from(count) {
                    Ok(most) if most <= HANDS_MAX => most,
                    _ => {
                        pieces.context.say(b"memory exhausted");
                        return Err(1);
                    }
                };
                let mut hands = vec![Vec::new(); most];
                for (index, line) in lines().enumerate() {
                    hands[index % most].push(line);
                }
                for hand in hands {
                    pieces.start()?;
                    for line in hand {
                        pieces.put(line)?;
                    }
                }
            }
        }
        Cut::Lines(_) | Cut::Bytes(_) => {}
    }
    out.finish(context, 0).then_ok()
}

/// A signal's name as GNU writes it.
fn signal_name(number: u32) -> String {
    let known = Signal::from_raw(number).and_then(Signal::name);
    match (known, number) {
        (Some(name), _) => name.to_owned(),
        (None, 34) => "RTMIN".to_owned(),
        (None, 35..=49) => format!("RTMIN+{}", number - 34),
        (None, 50..=63) => format!("RTMAX-{}", 64 - number),
        (None, 64) => "RTMAX".to_owned(),
        (None, number) => number.to_string(),
    }
}

/// Where pieces go, one after another.
struct Pieces<'a> {
    context: &'a Context<'a>,
    options: Options,
    suffixes: Suffixes,
    current: Option<Piece>,
    filters: Filters,
    /// A piece is due: made when something comes, or at once if empty ones are wanted.
    due: bool,
    /// Device and inode of the input, which no piece may be.
    input: Option<(u64, u64)>,
}

struct Piece {
    name: Vec<u8>,
    out: Output,
    sink: Sink,
}

enum Sink {
    File { _file: File },
    Command(Filter),
}

impl<'a> Pieces<'a> {
    fn new(
        context: &'a Context<'a>,
        options: Options,
        parts: Option<u64>,
    ) -> Result<Pieces<'a>, i32> {
        let base = options.alphabet.len() as u64;
        let mut needed = 0;
        if let Some(count) = parts {
            let mut last = count - 1;
            let first = options.first.as_deref().unwrap_or_default();
            let start = std::str::from_utf8(first).ok();
            if let Some(start) =
                start.and_then(|text| u64::from_str_radix(text, base.min(36) as u32).ok())
                && start < count
            {
                last = last.saturating_add(start);
            }
            loop {
                needed += 1;
                last /= base;
                if last == 0 {
                    break;
                }
            }
        }
        let given = options.length.filter(|length| *length > 0);
        if let Some(length) = given
            && length < needed
        {
            let text = format!("the suffix length needs to be at least {needed}");
            context.say(text.as_bytes());
            return Err(1);
        }
        let first = options.first.clone().unwrap_or_default();
        let length = given.unwrap_or(needed.max(2));
        if first.len() > length {
            let text = "numerical suffix start value is too large for the suffix length";
            return Err(context.usage(text.as_bytes()));
        }
        let growing = given.is_none() && parts.is_none() && options.first.is_none();
        let input = match options.input.as_slice() {
            b"-" => sys::fstat(0),
            path => sys::stat(path, true),
        };
        Ok(Pieces {
            input: input.ok().map(|stat| (stat.device, stat.inode)),
            context,
            suffixes: Suffixes::new(options.alphabet, length, &first, growing),
            options,
            current: None,
            filters: Filters::NONE,
            due: false,
        })
    }

    /// Ends a piece; another is to follow.
    fn start(&mut self) -> Result<(), i32> {
        self.close()?;
        self.due = true;
        if self.options.elide {
            return Ok(());
        }
        self.open()
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), i32> {
        if bytes.is_empty() {
            return Ok(());
        }
        if self.due {
            self.open()?;
        }
        if let Some(piece) = &mut self.current {
            piece.out.put(bytes);
            // A filter may end before its input does.
            if piece.out.failed() && matches!(piece.sink, Sink::File { .. }) {
                return self.close();
            }
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), i32> {
        self.due = false;
        let Some(suffix) = self.suffixes.next() else {
            self.context.say(b"output file suffixes exhausted");
            return Err(1);
        };
        let name = [&self.options.prefix, &suffix, &self.options.additional]
            .map(Vec::as_slice)
            .concat();
        let mut told = Output::stdout();
        let (out, sink) = match &self.options.filter {
            Some(command) => {
                if self.options.verbose {
                    told.put(
                        &[
                            b"executing with FILE=",
                            quote::if_needed(&name).as_slice(),
                            b"\n",
                        ]
                        .concat(),
                    );
                    told.flush();
                }
                match self.filters.start(command, b"FILE", &name) {
                    Ok(filter) => (Output::new(filter.input()), Sink::Command(filter)),
                    Err(errno) => {
                        self.context.say_error(b"failed to run command", errno);
                        return Err(1);
                    }
                }
            }
            None => {
                if self.options.verbose {
                    told.put(&[b"creating file ", quote::always(&name).as_slice(), b"\n"].concat());
                    told.flush();
                }
                let there = sys::stat(&name, true).map(|stat| (stat.device, stat.inode));
                if self.input.is_some() && there.ok() == self.input {
                    self.context.say(
                        &[
                            quote::always(&name).as_slice(),
                            b" would overwrite input; aborting",
                        ]
                        .concat(),
                    );
                    return Err(1);
                }
                match File::open(&name, OpenHow::CREATE) {
                    Ok(file) => (Output::new(file.fd()), Sink::File { _file: file }),
                    Err(errno) => {
                        self.context.say_error(&quote::if_needed(&name), errno);
                        return Err(1);
                    }
                }
            }
        };
        self.current = Some(Piece { name, out, sink });
        Ok(())
    }

    fn close(&mut self) -> Result<(), i32> {
        let Some(mut piece) = self.current.take() else {
            return Ok(());
        };
        piece.out.flush();
        match piece.sink {
            Sink::File { .. } => match piece.out.error() {
                None => Ok(()),
                Some(errno) => {
                    self.context
                        .say_error(&quote::if_needed(&piece.name), errno);
                    Err(1)
                }
            },
            Sink::Command(filter) => {
                let code = filter.end();
                if code == 0 || code == 256 + 13 {
                    return Ok(());
                }
                let (what, code) = match u32::try_from(code - 256) {
                    Ok(number) if number > 0 => {
                        (format!("signal {}", signal_name(number)), code - 128)
                    }
                    _ => (format!("exit {code}"), code),
                };
                let name = quote::if_needed(&piece.name);
                let command = self.options.filter.clone().unwrap_or_default();
                let text = [
                    b"with FILE=",
                    name.as_slice(),
                    b", ",
                    what.as_bytes(),
                    b" from command: ",
                    &command,
                ];
                self.context.say(&text.concat());
                Err(code)
            }
        }
    }

    fn end(&mut self) -> Result<(), i32> {
        self.close()
    }
}
