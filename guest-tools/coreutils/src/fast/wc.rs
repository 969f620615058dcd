//! `wc`.

use super::with_buffer;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{self, Errno, ExtStat, File, OpenHow, mode};
use crate::text::{quote, utf8_locale};

const OPTIONS: &[Opt] = &[
    Opt::flag(b'c', "bytes"),
    Opt::flag(b'm', "chars"),
    Opt::flag(b'l', "lines"),
    Opt::flag(b'w', "words"),
    Opt::flag(b'L', "max-line-length"),
    Opt::value(0, "files0-from"),
];

/// Columns of a count when an input's size is not known beforehand.
const UNKNOWN_WIDTH: usize = 7;

#[derive(Clone, Copy, Default)]
struct Show {
    lines: bool,
    words: bool,
    chars: bool,
    bytes: bool,
    longest: bool,
}

impl Show {
    fn columns(self) -> usize {
        [self.lines, self.words, self.chars, self.bytes, self.longest]
            .iter()
            .filter(|shown| **shown)
            .count()
    }
}

#[derive(Clone, Copy, Default, Debug, PartialEq)]
struct Counts {
    lines: u64,
    words: u64,
    chars: u64,
    bytes: u64,
    longest: u64,
}

/// Runs `wc`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "wc", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut show, mut list) = (Show::default(), None);
    for (letter, _, value) in parsed.options {
        match letter {
            b'c' => show.bytes = true,
            b'm' => show.chars = true,
            b'l' => show.lines = true,
            b'w' => show.words = true,
            b'L' => show.longest = true,
            _ => list = value,
        }
    }
    if show.columns() == 0 {
        (show.lines, show.words, show.bytes) = (true, true, true);
    }
    let listed = match &list {
        None => None,
        Some(list) => match names_from(&context, list, &parsed.operands) {
            Ok(names) => Some(names),
            Err(code) => return code,
        },
    };
    let unnamed = listed.is_none() && parsed.operands.is_empty();
    let stdin = vec![b"-".to_vec()];
    let files = match &listed {
        Some(names) => names,
        None if unnamed => &stdin,
        None => &parsed.operands,
    };
    // How many names a pipe gives is not known when the width is.
    let piped = list.as_deref().is_some_and(|list| match list {
        b"-" => !sys::fstat(0).is_ok_and(|stat| is_regular(&stat)),
        path => !sys::stat(path, true).is_ok_and(|stat| is_regular(&stat)),
    });
    let width = if piped { 1 } else { width(files, show) };
    let mut out = Output::stdout();
    let (mut total, mut code) = (Counts::default(), 0);
    for (index, name) in files.iter().enumerate() {
        if name.is_empty() && listed.is_some() {
            let list = quote::if_needed(&list.clone().unwrap_or_default());
            let at = format!(":{}: invalid zero-length file name", index + 1);
            context.say(&[&list, at.as_bytes()].concat());
            code = 1;
            continue;
        }
        let file = match name.as_slice() {
            b"-" => Ok(File::stdin()),
            path => File::open(path, OpenHow::READ),
        };
        let (counts, error) = match &file {
            Ok(file) => count(file, show),
            Err(errno) => (None, Some(*errno)),
        };
        if let Some(errno) = error {
            out.flush();
            context.say_error(&quote::if_needed(name), errno);
            code = 1;
        }
        let Some(counts) = counts else { continue };
        let label = if unnamed { None } else { Some(name) };
        put(&mut out, counts, show, width, label.map(Vec::as_slice));
        total.lines += counts.lines;
        total.words += counts.words;
        total.chars += counts.chars;
        total.bytes += counts.bytes;
        total.longest = total.longest.max(counts.longest);
    }
    if files.len() > 1 {
        put(&mut out, total, show, width, Some(b"total"));
    }
    out.finish(&context, code)
}

fn names_from(
    context: &Context<'_>,
    list: &[u8],
    operands: &[Vec<u8>],
) -> Result<Vec<Vec<u8>>, i32> {
    if let [first, ..] = operands {
        context.say(&[b"extra operand ".as_slice(), &quote::always(first)].concat());
        let mut err = Output::new(2);
        err.put(b"file operands cannot be combined with --files0-from\n");
        err.flush();
        return Err(context.usage(b""));
    }
    let mut text = Vec::new();
    let result = match list {
        b"-" => File::stdin().read_to_end(&mut text),
        path => sys::read_file(path).map(|contents| text = contents),
    };
    if let Err(errno) = result {
        let text = [
            b"cannot open ".as_slice(),
            &quote::always(list),
            b" for reading",
        ]
        .concat();
        context.say_error(&text, errno);
        return Err(1);
    }
    let mut names: Vec<_> = text.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
    names.pop_if(|last| last.is_empty());
    Ok(names)
}

/// GNU aligns the counts to the digits of the sizes' sum.
fn width(files: &[Vec<u8>], show: Show) -> usize {
    if files.len() == 1 && show.columns() == 1 {
        return 1;
    }
    let (mut total, mut least) = (0, 1);
    for name in files {
        let stat = match name.as_slice() {
            b"-" => sys::fstat(0),
            path => sys::stat(path, true),
        };
        match stat {
            Ok(stat) if is_regular(&stat) => total += stat.size_bytes,
            Ok(_) => least = UNKNOWN_WIDTH,
            Err(_) => {}
        }
    }
    total
        .checked_ilog10()
        .map_or(1, |log| log as usize + 1)
        .max(least)
}

fn is_regular(stat: &ExtStat) -> bool {
    stat.mode & mode::TYPE == mode::REGULAR
}

fn put(out: &mut Output, counts: Counts, show: Show, width: usize, name: Option<&[u8]>) {
    let columns = [
        (show.lines, counts.lines),
        (show.words, counts.words),
        (show.chars, counts.chars),
        (show.bytes, counts.bytes),
        (show.longest, counts.longest),
    ];
    let mut first = true;
    for (_, count) in columns.into_iter().filter(|column| column.0) {
        if !first {
            out.put_byte(b' ');
        }
        first = false;
        let digits = count.checked_ilog10().unwrap_or(0) as usize + 1;
        for _ in digits..width {
            out.put_byte(b' ');
        }
        out.put_number(count);
    }
    if let Some(name) = name {
        out.put_byte(b' ');
        if name.contains(&b'\n') {
            out.put(&quote::if_needed(name));
        } else {
            out.put(name);
        }
    }
    out.put_byte(b'\n');
}

/// Counts what is shown; with the error that ended the reading, if one did.
fn count(file: &File, show: Show) -> (Option<Counts>, Option<Errno>) {
    let mut counts = Counts::default();
    let byte_chars = !utf8_locale();
    let only_bytes = !(show.lines || show.words || show.longest || show.chars);
    if only_bytes && let Some(size) = size_left(file) {
        counts.bytes = size;
        return (Some(counts), None);
    }
    let mut text = Text::default();
    let error = with_buffer(|buf| {
        loop {
            let part = match file.read(buf) {
                Ok(0) => return None,
                Ok(got) => &buf[..got],
                Err(Errno::Intr) => continue,
                Err(errno) => return Some(errno),
            };
            counts.bytes += part.len() as u64;
            if show.longest || (show.words && !byte_chars) {
                text.scan(part, byte_chars);
            } else {
                if show.lines {
                    counts.lines += memchr::memchr_iter(b'\n', part).count() as u64;
                }
                if show.words {
                    counts.words += text.words_in(part);
                }
                if show.chars && !byte_chars {
                    counts.chars += text.chars_in(part);
                }
            }
        }
    });
    if show.longest || (show.words && !byte_chars) {
        text.end();
        (counts.lines, counts.words) = (text.lines, text.words);
        (counts.chars, counts.longest) = (text.chars, text.longest);
    }
    if byte_chars {
        counts.chars = counts.bytes;
    }
    (Some(counts), error)
}

fn size_left(file: &File) -> Option<u64> {
    let stat = sys::fstat(file.fd()).ok()?;
    let known = is_regular(&stat) && stat.size_bytes > 0;
    let at = known.then(|| sys::seek(file.fd(), 0, 1).ok())??;
    let left = stat.size_bytes.saturating_sub(at);
    sys::seek(file.fd(), left as i64, 1).ok()?;
    Some(left)
}

/// What a byte does to words in the C locale: 0 nothing, 1 belongs to one, 2 ends it.
const CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b' ' | 9..=13 => 2,
            0x21..=0x7e => 1,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// Counting state across reads.
#[derive(Default)]
struct Text {
    lines: u64,
    words: u64,
    chars: u64,
    longest: u64,
    in_word: bool,
    column: u64,
    /// Bytes of a character cut by the end of a read.
    cut: Vec<u8>,
}

impl Text {
    fn words_in(&mut self, part: &[u8]) -> u64 {
        let (mut words, mut in_word) = (0, u8::from(self.in_word));
        for &byte in part {
            let class = CLASS[usize::from(byte)];
            words += u64::from(class & 1 & !in_word);
            in_word = (in_word | class) & 1 & !(class >> 1);
        }
        self.in_word = in_word == 1;
        words
    }

    /// Characters that start in the part: all but continuation bytes of
    /// valid characters; bytes that are no character do not count.
    fn chars_in(&mut self, part: &[u8]) -> u64 {
        let before = self.chars;
        self.with_cut(part, |text, part| {
            if part.is_ascii() {
                text.chars += part.len() as u64;
                return;
            }
            for chunk in part.utf8_chunks() {
                text.chars += chunk.valid().chars().count() as u64;
            }
        });
        self.chars - before
    }

    /// Hands on the part without a character that its end cuts.
    fn with_cut(&mut self, part: &[u8], work: impl FnOnce(&mut Text, &[u8])) {
        let joined;
        let mut whole = part;
        if !self.cut.is_empty() {
            joined = [std::mem::take(&mut self.cut).as_slice(), part].concat();
            whole = &joined;
        }
        let tail = cut_length(whole);
        let (whole, tail) = whole.split_at(whole.len() - tail);
        self.cut = tail.to_vec();
        work(self, whole);
    }

    fn scan(&mut self, part: &[u8], byte_chars: bool) {
        if byte_chars {
            for &byte in part {
                self.step(char::from(byte), byte.is_ascii());
            }
            return;
        }
        self.with_cut(part, |text, part| {
            for chunk in part.utf8_chunks() {
                for c in chunk.valid().chars() {
                    text.chars += 1;
                    text.step(c, true);
                }
            }
        });
    }

    fn step(&mut self, c: char, known: bool) {
        match c {
            '\n' => {
                self.lines += 1;
                self.end_line();
            }
            '\r' | '\x0c' => self.end_line(),
            '\t' => {
                self.column += 8 - self.column % 8;
                self.end_word();
            }
            '\x0b' => self.end_word(),
            ' ' => {
                self.column += 1;
                self.end_word();
            }
            _ if !known || c.is_control() => {}
            _ => {
                if !c.is_ascii() {
                    let mut bytes = [0; 4];
                    self.column += crate::text::width(c.encode_utf8(&mut bytes).as_bytes()) as u64;
                    if c.is_whitespace() {
                        self.end_word();
                        return;
                    }
                } else {
                    self.column += 1;
                }
                self.in_word = true;
            }
        }
    }

    fn end_word(&mut self) {
        self.words += u64::from(std::mem::take(&mut self.in_word));
    }

    fn end_line(&mut self) {
        self.longest = self.longest.max(self.column);
        self.column = 0;
        self.end_word();
    }

    fn end(&mut self) {
        self.end_line();
    }
}

/// Bytes at the end that begin a character which more bytes could complete.
fn cut_length(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(3);
    match std::str::from_utf8(&bytes[from..]) {
        Err(error) if error.error_len().is_none() => bytes.len() - from - error.valid_up_to(),
        Err(_) => (1..bytes.len() - from)
            .map(|skip| &bytes[from + skip..])
            .find_map(|tail| match std::str::from_utf8(tail) {
                Err(error) if error.error_len().is_none() => Some(tail.len() - error.valid_up_to()),
                _ => None,
            })
            .unwrap_or(0),
        Ok(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Text, cut_length};

    #[test]
    fn words_follow_the_c_locale() {
        let mut text = Text::default();
        assert_eq!(text.words_in(b" one two\tth"), 3);
        assert_eq!(text.words_in(b"ree \x01 \xff\n4"), 1);
    }

    #[test]
    fn characters_cut_by_a_read_are_completed() {
        assert_eq!(cut_length("aé".as_bytes()), 0);
        assert_eq!(cut_length(&"aé".as_bytes()[..2]), 1);
        assert_eq!(cut_length(&"a€".as_bytes()[..3]), 2);
        let mut text = Text::default();
        let bytes = "é€x".as_bytes();
        let sum: u64 = bytes.iter().map(|b| text.chars_in(&[*b])).sum();
        assert_eq!(sum, 3);
    }
}
