//! Searching one file: large reads, many lines at a time.

use super::matcher::Matcher;
use super::options::{Binary, Config};
use super::print::{Place, Printer};
use crate::sys::{self, Errno, File};
use crate::text::utf8_locale;

/// Bytes asked for at a time.
const READ_BYTES: usize = 96 * 1024;

/// What a search found.
pub struct Found {
    /// Selected lines.
    pub count: u64,
    /// Whether a selected line was withheld because the file is not text.
    pub binary: bool,
}

/// The search of one file.
pub struct Search<'a> {
    config: &'a Config,
    matcher: &'a mut Matcher,
    printer: &'a mut Printer,
    name: Option<&'a [u8]>,
    buf: Vec<u8>,
    /// Offset of `buf` in the file.
    base: u64,
    count: u64,
    /// Line number at `numbered`, counted lazily.
    lines: u64,
    numbered: usize,
    /// End of what has been printed, in `buf`.
    printed: usize,
    /// Whether anything of this run was printed: the next group is set apart.
    any_printed: &'a mut bool,
    pending_after: usize,
    /// End of the last selected line, in the file.
    last_end: u64,
    binary: bool,
    withheld: bool,
    silent: bool,
    given_back: bool,
}

impl<'a> Search<'a> {
    /// A search that prints under a name, if one is given.
    pub fn new(
        config: &'a Config,
        matcher: &'a mut Matcher,
        printer: &'a mut Printer,
        name: Option<&'a [u8]>,
        any_printed: &'a mut bool,
        buf: Vec<u8>,
    ) -> Search<'a> {
        Search {
            config,
            matcher,
            printer,
            name,
            buf,
            base: 0,
            count: 0,
            lines: 0,
            numbered: 0,
            printed: 0,
            any_printed,
            pending_after: 0,
            last_end: 0,
            binary: false,
            withheld: false,
            given_back: false,
            silent: config.count || config.list.is_some() || config.quiet,
        }
    }

    /// Searches the file; gives its buffer back too.
    pub fn run(mut self, file: &File) -> (Result<Found, Errno>, Vec<u8>) {
        let result = self.search(file);
        self.buf.clear();
        let found = result.map(|()| Found {
            count: self.count,
            binary: self.withheld,
        });
        (found, self.buf)
    }

    /// Whether only context is left to print.
    fn enough(&self) -> bool {
        self.config.max.is_some_and(|max| self.count >= max)
    }

    fn done(&self) -> bool {
        let enough = self.enough();
        let first = (self.config.quiet || self.config.list.is_some() || self.withheld)
            && self.count > 0
            && !self.config.count;
        let first = first || (self.config.quiet || self.config.list.is_some()) && self.count > 0;
        (enough && self.pending_after == 0)
            || first
            || self.printer.out.failed()
            || self.matcher.gave_up
    }

    fn search(&mut self, file: &File) -> Result<(), Errno> {
        let end = self.config.end;
        if self.config.max == Some(0) {
            return Ok(());
        }
        // Start of what has not been searched, in `buf`.
        let mut begin = 0;
        let mut at_end = false;
        while !at_end && !self.done() {
            let filled = self.buf.len();
            self.buf.resize(filled + READ_BYTES, 0);
            let got = loop {
                match file.read(&mut self.buf[filled..]) {
                    Err(Errno::Intr) => {}
                    result => break result,
                }
            };
            self.buf.truncate(filled + got.unwrap_or(0));
            let got = got?;
            at_end = got == 0;
            self.check_binary(filled);
            if self.binary && self.config.binary == Binary::Skip {
                self.count = 0;
                return Ok(());
            }
            let limit = if at_end {
                self.buf.len()
            } else {
                match memchr::memrchr(end, &self.buf[filled..]) {
                    Some(at) => filled + at + 1,
                    None => continue,
                }
            };
            if begin < limit {
                self.region(begin, limit);
                if self.enough() {
                    self.give_back(file);
                }
                if self.done() {
                    return Ok(());
                }
            }
            begin = self.keep_tail(limit);
        }
        Ok(())
    }

    /// After `-m`, what follows the last line is left to the next reader.
    fn give_back(&mut self, file: &File) {
        let surplus = self.base + self.buf.len() as u64 - self.last_end;
        if file.fd() == 0 && surplus > 0 && !self.given_back && self.pending_after == 0 {
            let _ = sys::seek(0, -(surplus as i64), 1);
            self.given_back = true;
        }
    }

    fn check_binary(&mut self, from: usize) {
        if self.config.binary == Binary::Text || self.config.end == 0 {
            return;
        }
        if !self.binary && memchr::memchr(0, &self.buf[from..]).is_some() {
            self.binary = true;
        }
        if self.binary {
            // As GNU does, NUL bytes then end lines too.
            for byte in &mut self.buf[from..] {
                if *byte == 0 {
                    *byte = b'\n';
                }
            }
        }
    }

    /// Drops what is done with from the buffer, except lines that may yet be
    /// printed as context; gives the new start of what was not searched.
    fn keep_tail(&mut self, limit: usize) -> usize {
        let mut keep = limit;
        for _ in 0..self.config.before {
            if keep <= self.printed {
                break;
            }
            keep = memchr::memrchr(self.config.end, &self.buf[..keep - 1]).map_or(0, |at| at + 1);
        }
        let keep = keep.max(self.printed.min(limit));
        self.count_lines(keep);
        self.buf.drain(..keep);
        self.base += keep as u64;
        self.numbered = 0;
        self.printed = self.printed.saturating_sub(keep);
        limit - keep
    }

    /// Counts lines up to a place in the buffer; gives the number of the line there.
    fn count_lines(&mut self, to: usize) -> u64 {
        if self.config.number && to > self.numbered {
            let part = &self.buf[self.numbered..to];
            self.lines += memchr::memchr_iter(self.config.end, part).count() as u64;
            self.numbered = to;
        }
        self.lines + 1
    }

    /// Searches whole lines `begin..limit`.
    fn region(&mut self, begin: usize, limit: usize) {
        let end = self.config.end;
        let text_end = match self.buf[..limit].last() {
            Some(byte) if *byte == end => limit - 1,
            _ => limit,
        };
        let mut at = begin;
        while at < limit {
            if self.enough() {
                return self.context_after(at, limit);
            }
            let found = self.matcher.find(&self.buf[..text_end], at);
            if self.matcher.gave_up {
                return;
            }
            let (start, next) = match found {
                None => (limit, limit),
                Some((start, _)) => {
                    let line =
                        memchr::memrchr(end, &self.buf[at..start]).map_or(at, |n| at + n + 1);
                    let next = memchr::memchr(end, &self.buf[start..limit]);
                    (line, next.map_or(limit, |n| start + n + 1))
                }
            };
            if self.config.invert {
                if let Some(stop) = self.select_all(at, start) {
                    at = stop;
                    if self.done() {
                        return;
                    }
                    continue;
                }
            } else {
                if start > at {
                    self.context_after(at, start);
                }
                if start < limit {
                    self.select(start, next);
                }
            }
            at = next;
            if self.config.invert && start < limit {
                self.context_after(start, next);
            }
            if self.done() {
                return;
            }
        }
    }

    /// Selects every line in a range; gives where to stop, if at all.
    fn select_all(&mut self, from: usize, to: usize) -> Option<usize> {
        let config = self.config;
        let plain = !self.silent
            && !config.only
            && !config.number
            && !config.offset
            && self.name.is_none()
            && config.max.is_none()
            && config.before == 0
            && config.after == 0
            && config.palette.is_none()
            && !self.binary
            && !config.line_buffered
            && !utf8_locale();
        if plain {
            if from < to {
                let part = &self.buf[from..to];
                self.printer.out.put(part);
                self.count += 1;
                if part.last() != Some(&config.end) {
                    self.printer.out.put_byte(config.end);
                }
                self.printed = to;
            }
            return None;
        }
        let mut at = from;
        while at < to {
            let next = memchr::memchr(config.end, &self.buf[at..to]).map_or(to, |n| at + n + 1);
            if self.select(at, next) {
                return Some(next);
            }
            at = next;
        }
        None
    }

    /// Takes a selected line; whether the search is over.
    fn select(&mut self, start: usize, next: usize) -> bool {
        self.count += 1;
        self.last_end = self.base + next as u64;
        if self.silent {
            return self.done();
        }
        if self.binary {
            self.withheld = true;
            return true;
        }
        let line_end = self.without_end(start, next);
        if utf8_locale()
            && !self.config.only
            && self.config.binary == Binary::Tell
            && std::str::from_utf8(&self.buf[start..line_end]).is_err()
        {
            self.withheld = true;
            return true;
        }
        self.context_before(start);
        self.print(start, line_end, true);
        self.printed = next;
        self.pending_after = self.config.after;
        self.enough() || self.done()
    }

    fn without_end(&self, start: usize, next: usize) -> usize {
        match self.buf[start..next].last() {
            Some(byte) if *byte == self.config.end => next - 1,
            _ => next,
        }
    }

    fn print(&mut self, start: usize, end: usize, selected: bool) {
        let number = self.count_lines(start);
        let place = Place {
            name: self.name,
            number,
            offset: self.base + start as u64,
        };
        let line = &self.buf[start..end];
        self.printer
            .line(self.config, self.matcher, place, line, selected);
    }

    /// Prints the lines before a selected one that context asks for.
    fn context_before(&mut self, start: usize) {
        if !self.config.groups {
            return;
        }
        let mut from = start;
        for _ in 0..self.config.before {
            if from <= self.printed {
                break;
            }
            let before = memchr::memrchr(self.config.end, &self.buf[..from - 1]);
            from = before.map_or(0, |at| at + 1).max(self.printed);
        }
        if *self.any_printed && (from > self.printed || self.count == 1) {
            self.printer.separator(self.config);
        }
        *self.any_printed = true;
        while from < start {
            let end = memchr::memchr(self.config.end, &self.buf[from..]);
            let end = end.map_or(start, |at| from + at);
            self.print(from, end, false);
            from = end + 1;
        }
    }

    /// Prints lines after a selected one, as far as context asks for them.
    fn context_after(&mut self, from: usize, to: usize) {
        let mut at = from;
        while self.pending_after > 0 && at < to {
            let next =
                memchr::memchr(self.config.end, &self.buf[at..to]).map_or(to, |n| at + n + 1);
            let end = self.without_end(at, next);
            self.print(at, end, false);
            self.printed = next;
            self.pending_after -= 1;
            at = next;
        }
    }
}
