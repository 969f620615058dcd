//! `csplit`: a file in sections, cut at lines that are counted or match.

use super::{complain, names, read_all};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{self, File, OpenHow};
use crate::text::{quote, utf8_locale};
use memchr::memchr_iter;
use wardian_posix_regex::{Options, Regex};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::value(b'b', "suffix-format"),
    Opt::value(b'f', "prefix"),
    Opt::flag(b'k', "keep-files"),
    Opt::flag(0, "suppress-matched"),
    Opt::value(b'n', "digits"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(b's', "silent"),
    Opt::flag(b'z', "elide-empty-files"),
];

/// Where a section ends.
enum Mark {
    /// Before this line, or its multiples.
    Line(u64),
    /// At a line that matches, so many lines further on.
    Match {
        regex: Box<Regex>,
        offset: i64,
        /// The section is passed over.
        skip: bool,
    },
}

struct Pattern {
    mark: Mark,
    /// How often more; `None`: for ever.
    repeat: Option<u64>,
    text: Vec<u8>,
}

/// Runs `csplit`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "csplit", 1);
    match csplit(&context, args) {
        Ok(()) => 0,
        Err(code) => code,
    }
}

fn csplit(context: &Context<'_>, args: &Args) -> Result<(), i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut settings = Settings {
        prefix: b"xx".to_vec(),
        ..Settings::default()
    };
    let (mut digits, mut format) = (2, None);
    for (letter, long, value) in parsed.options {
        let value = value.unwrap_or_default();
        match letter {
            b'b' => format = Some(value),
            b'f' => settings.prefix = value,
            b'k' => settings.keep = true,
            b'n' => match std::str::from_utf8(&value)
                .ok()
                .and_then(|text| text.parse().ok())
            {
                Some(number) if number <= 255 => digits = number,
                _ => {
                    context.say(&[b"invalid number: ", quote::always(&value).as_slice()].concat());
                    return Err(1);
                }
            },
            b'q' | b's' => settings.quiet = true,
            b'z' => settings.elide = true,
            _ => settings.suppress = long == "suppress-matched",
        }
    }
    let format = format.map(|format| names::Format::new(&format, digits));
    settings.format = match format {
        None => names::Format::decimal(digits),
        Some(Ok(format)) => format,
        Some(Err(message)) => {
            context.say(message.as_bytes());
            return Err(1);
        }
    };
    let (name, patterns) = match parsed.operands.as_slice() {
        [] => return Err(context.usage(b"missing operand")),
        [only] => {
            let quoted = quote::always(only);
            return Err(context.usage(&[b"missing operand after ", quoted.as_slice()].concat()));
        }
        [name, patterns @ ..] => (name, patterns),
    };
    let text = read_all(name).map_err(|error| {
        complain(context, name, error);
        1
    })?;
    let patterns = read_patterns(context, patterns)?;
    let mut starts = vec![0];
    starts.extend(memchr_iter(b'\n', &text).map(|at| at + 1));
    if starts.last() != Some(&text.len()) {
        starts.push(text.len());
    }
    let mut work = Work {
        context,
        settings,
        text: &text,
        starts,
        first: 0,
        current: 0,
        section: None,
        made: 0,
        out: Output::stdout(),
    };
    let done = work.sections(patterns);
    let result = match done {
        Ok(()) => Ok(()),
        Err(Stop::Done) => Ok(()),
        // GNU's ends there without clearing up.
        Err(Stop::Vanished) => Err(1),
        Err(Stop::Failed) => {
            let _ = work.close();
            if !work.settings.keep {
                for index in 0..work.made {
                    let _ = sys::unlink(&work.name(index));
                }
            }
            Err(1)
        }
    };
    match work.out.finish(context, 0) {
        0 => result,
        code => Err(code),
    }
}

fn read_patterns(context: &Context<'_>, words: &[Vec<u8>]) -> Result<Vec<Pattern>, i32> {
    let fail = |text: &[u8], message: &str| {
        context.say(&[quote::always(text).as_slice(), b": ", message.as_bytes()].concat());
        1
    };
    let whole = |text: &[u8]| -> Option<u64> {
        let digits = text.strip_prefix(b"+").unwrap_or(text);
        let fit = digits.first()?.is_ascii_digit();
        fit.then(|| std::str::from_utf8(digits).ok()?.parse().ok())?
    };
    let mut patterns: Vec<Pattern> = Vec::new();
    let mut last = 0;
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let mark = match word.first() {
            Some(&delimiter @ (b'/' | b'%')) => {
                let Some(end) = memchr::memrchr(delimiter, &word[1..]) else {
                    let tail = format!(": closing delimiter '{}' missing", char::from(delimiter));
                    context.say(&[word.as_slice(), tail.as_bytes()].concat());
                    return Err(1);
                };
                let (body, tail) = (&word[1..=end], &word[end + 2..]);
                let offset = match tail {
                    b"" => Some(0),
                    tail => std::str::from_utf8(tail)
                        .ok()
                        .and_then(|text| text.parse().ok()),
                };
                let options = Options {
                    unicode: utf8_locale(),
                    ..Options::default()
                };
                let regex = Regex::new(body, &options).map_err(|error| {
                    let message = format!("invalid regular expression: {}", error.0);
                    fail(word, &message)
                })?;
                let Some(offset) = offset else {
                    return Err(fail(word, "integer expected after delimiter"));
                };
                Mark::Match {
                    regex: Box::new(regex),
                    offset,
                    skip: delimiter == b'%',
                }
            }
            _ => {
                let Some(line) = whole(word) else {
                    return Err(fail(word, "invalid pattern"));
                };
                if line == 0 {
                    context.say(
                        &[word, b": line number must be greater than zero".as_slice()].concat(),
                    );
                    return Err(1);
                }
                if line < last {
                    let text = format!("is smaller than preceding line number, {last}");
                    let quoted = quote::always(word);
                    context
                        .say(&[b"line number ", quoted.as_slice(), b" ", text.as_bytes()].concat());
                    return Err(1);
                }
                if line == last {
                    let quoted = quote::always(word);
                    let tail: &[u8] = b" is the same as preceding line number";
                    context.say(&[b"warning: line number ", quoted.as_slice(), tail].concat());
                }
                last = line;
                Mark::Line(line)
            }
        };
        let mut repeat = Some(0);
        if let Some(count) = words.next_if(|word| word.starts_with(b"{")) {
            let Some(body) = count[1..].strip_suffix(b"}") else {
                return Err(fail(count, "'}' is required in repeat count"));
            };
            repeat = match body {
                b"*" => None,
                body => match whole(body) {
                    Some(count) => Some(count),
                    None => {
                        let quoted = quote::always(&count[..count.len() - 1]);
                        let text = b"}: integer required between '{' and '}'";
                        context.say(&[quoted.as_slice(), text.as_slice()].concat());
                        return Err(1);
                    }
                },
            };
        }
        patterns.push(Pattern {
            mark,
            repeat,
            text: word.clone(),
        });
    }
    Ok(patterns)
}

#[derive(Default)]
struct Settings {
    prefix: Vec<u8>,
    format: names::Format,
    keep: bool,
    quiet: bool,
    elide: bool,
    suppress: bool,
}

/// Why the work ends before the last pattern.
enum Stop {
    /// All is written.
    Done,
    /// After a message; what was made goes.
    Failed,
    /// After a message; what was made stays.
    Vanished,
}

struct Work<'a> {
    context: &'a Context<'a>,
    settings: Settings,
    text: &'a [u8],
    /// Where each line starts, and the end.
    starts: Vec<usize>,
    /// Lines that are taken.
    first: usize,
    /// The last line that was looked at, from 1.
    current: usize,
    section: Option<(File, usize)>,
    made: u64,
    out: Output,
}

impl Work<'_> {
    fn lines(&self) -> usize {
        self.starts.len() - 1
    }

    fn name(&self, index: u64) -> Vec<u8> {
        let mut name = self.settings.prefix.clone();
        self.settings.format.put(index, &mut name);
        name
    }

    fn sections(&mut self, patterns: Vec<Pattern>) -> Result<(), Stop> {
        for mut pattern in patterns {
            let mut turn = 0;
            while pattern.repeat.is_none_or(|most| turn <= most) {
                match &mut pattern.mark {
                    Mark::Line(line) => {
                        let line = *line;
                        self.up_to_line(line, turn, &pattern.text)?;
                    }
                    Mark::Match {
                        regex,
                        offset,
                        skip,
                    } => {
                        let forever = pattern.repeat.is_none();
                        let found = self.find(regex, *offset >= 0, *skip)?;
                        if !found {
                            return Err(self.unmatched(forever, *skip, turn, &pattern.text));
                        }
                        self.up_to_match(*offset, *skip, &pattern.text)?;
                    }
                }
                turn += 1;
            }
        }
        self.create()?;
        self.rest()?;
        self.close()
    }

    fn up_to_line(&mut self, line: u64, turn: u64, text: &[u8]) -> Result<(), Stop> {
        self.create()?;
        if self.settings.suppress && self.current >= self.lines() {
            return Err(self.out_of_range(turn, text));
        }
        if self.first >= self.lines() {
            return Err(self.vanished());
        }
        let last = line.saturating_mul(turn + 1);
        let mut number = self.first as u64 + 1;
        let from = self.first;
        while number < last {
            if self.first >= self.lines() {
                self.save(from)?;
                return Err(self.out_of_range(turn, text));
            }
            self.take();
            number += 1;
        }
        self.save(from)?;
        self.close()?;
        if self.settings.suppress {
            self.take();
        } else if self.current >= self.lines() {
            return Err(self.out_of_range(turn, text));
        }
        Ok(())
    }

    /// Looks for a line that matches; lines before it are written at once if
    /// the section does not end before it.
    fn find(&mut self, regex: &mut Regex, forward: bool, skip: bool) -> Result<bool, Stop> {
        if !skip {
            self.create()?;
        }
        let from = self.first;
        let found = loop {
            self.current += 1;
            let Some(line) = self.line(self.current) else {
                break false;
            };
            if regex.is_match(line) {
                break true;
            }
            if forward {
                self.take();
            }
        };
        if !skip {
            self.save(from)?;
        }
        Ok(found)
    }

    fn unmatched(&mut self, forever: bool, skip: bool, turn: u64, text: &[u8]) -> Stop {
        if !forever {
            self.say_of(text, "match not found", turn);
        }
        let written = if skip {
            Ok(())
        } else {
            self.rest().and_then(|()| self.close())
        };
        match written {
            Ok(()) if forever => Stop::Done,
            _ => Stop::Failed,
        }
    }

    fn up_to_match(&mut self, offset: i64, skip: bool, text: &[u8]) -> Result<(), Stop> {
        let stop = (self.current as i64).saturating_add(offset);
        if self.first >= self.lines() {
            return Err(self.vanished());
        }
        let from = self.first;
        let next = from as i64 + 1;
        let count = usize::try_from(stop - next).unwrap_or(usize::MAX);
        if next > stop || count > self.lines() - from {
            if next <= stop {
                self.first = self.lines();
                if !skip {
                    self.save(from)?;
                }
            }
            return Err(self.out_of_range(0, text));
        }
        for _ in 0..count {
            self.take();
        }
        if !skip {
            self.save(from)?;
            self.close()?;
        }
        if offset > 0 {
            self.current = stop as usize;
        }
        if self.settings.suppress {
            self.take();
        }
        Ok(())
    }

    /// A line by its number, without its newline.
    fn line(&self, number: usize) -> Option<&[u8]> {
        let line = &self.text[*self.starts.get(number - 1)?..*self.starts.get(number)?];
        Some(line.strip_suffix(b"\n").unwrap_or(line))
    }

    fn take(&mut self) {
        if self.first < self.lines() {
            self.first += 1;
            self.current = self.current.max(self.first);
        }
    }

    fn say_of(&mut self, text: &[u8], message: &str, turn: u64) {
        let mut tail = format!(": {message}");
        if turn > 0 {
            tail.push_str(&format!(" on repetition {turn}"));
        }
        self.out.flush();
        self.context
            .say(&[quote::always(text).as_slice(), tail.as_bytes()].concat());
    }

    fn out_of_range(&mut self, turn: u64, text: &[u8]) -> Stop {
        self.say_of(text, "line number out of range", turn);
        Stop::Failed
    }

    fn vanished(&mut self) -> Stop {
        self.out.flush();
        self.context.say(b"input disappeared");
        Stop::Vanished
    }

    fn create(&mut self) -> Result<(), Stop> {
        let name = self.name(self.made);
        match File::open(&name, OpenHow::CREATE) {
            Ok(file) => {
                self.made += 1;
                self.section = Some((file, 0));
                Ok(())
            }
            Err(errno) => {
                self.out.flush();
                self.context.say_error(&quote::if_needed(&name), errno);
                Err(Stop::Failed)
            }
        }
    }

    /// Writes the lines taken since.
    fn save(&mut self, from: usize) -> Result<(), Stop> {
        let text = &self.text[self.starts[from]..self.starts[self.first]];
        let Some((file, written)) = &mut self.section else {
            return Ok(());
        };
        let mut section = Output::new(file.fd());
        section.put_through(text);
        *written += text.len();
        if let Some(errno) = section.error() {
            let name = self.name(self.made.saturating_sub(1));
            self.out.flush();
            self.context.say_quoted("write error for", &name, errno);
            return Err(Stop::Failed);
        }
        Ok(())
    }

    fn rest(&mut self) -> Result<(), Stop> {
        let from = self.first;
        self.first = self.lines();
        self.current = self.current.max(self.first);
        self.save(from)
    }

    fn close(&mut self) -> Result<(), Stop> {
        let Some((_, written)) = self.section.take() else {
            return Ok(());
        };
        if written == 0 && self.settings.elide {
            self.made -= 1;
            let _ = sys::unlink(&self.name(self.made));
        } else if !self.settings.quiet {
            self.out.put(format!("{written}\n").as_bytes());
        }
        Ok(())
    }
}
