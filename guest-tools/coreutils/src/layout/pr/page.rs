//! Pages: rows of columns, with what separates and surrounds them.

mod place;

use super::columns::{Column, Source, Status, Stored};
use super::options::Settings;
use crate::cli::{Context, Output};

/// Width of tabs that nobody set.
const TAB: i64 = 8;
const HEADER_LINES: i64 = 5;
const FOOTER_LINES: i64 = 5;

fn tab_width(stop: i64, position: i64) -> i64 {
    stop - position.rem_euclid(stop)
}

/// The pages of an input, or of several side by side.
pub struct Pages<'a> {
    context: &'a Context<'a>,
    set: Settings,
    sources: Vec<Source>,
    columns: Vec<Column>,
    date: Vec<u8>,
    title: Vec<u8>,
    out: &'a mut Output,
    /// Columns are filled downwards, so lines are kept.
    storing: bool,
    body_lines: i64,
    column_width: i64,
    number_width: i64,
    number: i64,
    page: u64,
    ready: usize,
    lines: Vec<Stored>,
    buffer: Vec<u8>,
    header_due: bool,
    form_feed_due: bool,
    /// The row has to be ended.
    row: bool,
    /// Nothing but a form feed came.
    only_form_feed: bool,
    empty_row: bool,
    empty_columns: bool,
    input: i64,
    output: i64,
    spaces: i64,
    separators: i64,
    padding: i64,
    clump: Vec<u8>,
}

impl<'a> Pages<'a> {
    /// Pages with this date and title, and the number of the first line.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn new(
        context: &'a Context<'a>,
        mut set: Settings,
        sources: Vec<Source>,
        (date, title): (Vec<u8>, Vec<u8>),
        number: i64,
        out: &'a mut Output,
    ) -> Result<Pages<'a>, i32> {
        let mut body_lines = set.page_lines - HEADER_LINES - FOOTER_LINES;
        if body_lines <= 0 {
            set.extremities = false;
            set.keep_form_feeds = true;
        }
        if !set.extremities {
            body_lines = set.page_lines;
        }
        if set.double {
            body_lines /= 2;
        }
        let mut storing = !set.across && !set.parallel;
        if set.columns > 1 {
            if !set.separated {
                set.separator = if set.join {
                    b"\t".to_vec()
                } else {
                    b" ".to_vec()
                };
                set.separated = true;
            } else if !set.join && set.separator == b"\t" {
                set.separator = b" ".to_vec();
            }
            set.truncate = true;
            set.untabify |= set.separator != b"\t";
            set.tabify = true;
        } else {
            storing = false;
        }
        if set.join {
            set.truncate = false;
        }
        let digits = set.number_digits as i64;
        let mut number_width = 0;
        if set.numbered {
            let after = if set.number_separator == b'\t' {
                tab_width(TAB, digits)
            } else {
                1
            };
            number_width = digits + after;
        }
        let beside = if set.parallel { number_width } else { 0 };
        let gaps = (set.columns as i64 - 1).saturating_mul(set.separator.len() as i64);
        let column_width = (set.width - beside).saturating_sub(gaps) / set.columns as i64;
        if column_width < 1 {
            context.say(b"page width too narrow");
            return Err(1);
        }
        let mut pages = Pages {
            context,
            columns: Vec::new(),
            ready: if set.parallel { sources.len() } else { 1 },
            set,
            sources,
            date,
            title,
            out,
            storing,
            body_lines,
            column_width,
            number_width,
            number,
            page: 1,
            lines: Vec::new(),
            buffer: Vec::new(),
            header_due: false,
            form_feed_due: false,
            row: false,
            only_form_feed: false,
            empty_row: false,
            empty_columns: false,
            input: 0,
            output: 0,
            spaces: 0,
            separators: 0,
            padding: 0,
            clump: Vec::new(),
        };
        pages.place_columns();
        Ok(pages)
    }

    /// Prints all pages that are asked for.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn print(&mut self) -> Result<(), i32> {
        let first = self.set.first_page;
        if first > 1 && !self.skip_to(first) {
            return Ok(());
        }
        self.page = first;
        while self.print_page() && !self.out.failed() {}
        Ok(())
    }

    fn place_columns(&mut self) {
        let gap = self.set.separator.len() as i64;
        let truncate = self.set.truncate;
        let mut next = 0;
        if truncate {
            next = self.set.margin + self.column_width;
            if self.set.parallel && self.set.numbered {
                next += self.number_width;
            }
        }
        let mut start = self.set.margin + gap;
        for index in 0..self.set.columns {
            self.columns.push(Column {
                source: if self.set.parallel { index } else { 0 },
                status: Status::Open,
                numbered: self.set.numbered && (!self.set.parallel || index == 0),
                stores: self.storing,
                start,
                full: false,
                lines_left: 0,
                line: 0,
                stored: 0,
            });
            if truncate {
                start = next + gap;
                next = start + self.column_width;
            } else {
                start = 0;
            }
        }
    }

    fn printing(&self) -> bool {
        self.columns.iter().any(|column| {
            matches!(column.status, Status::Open | Status::FormFeed)
                || self.storing && column.stored > 0 && column.lines_left > 0
        })
    }

    fn skip_to(&mut self, page: u64) -> bool {
        for number in 1..page {
            for row in 1..=self.body_lines.max(1) {
                for index in 0..self.columns.len() {
                    if self.columns[index].status == Status::Open {
                        self.skip_line(index, row == self.body_lines.max(1));
                    }
                }
            }
            if self.storing {
                for column in &mut self.columns {
                    if column.status != Status::Closed {
                        column.status = Status::Held;
                    }
                }
            }
            self.release();
            if self.ready < 1 {
                self.out.flush();
                let text = format!("starting page number {page} exceeds page count {number}");
                self.context.say(text.as_bytes());
                return false;
            }
        }
        self.ready > 0
    }

    fn skip_line(&mut self, index: usize, last: bool) {
        let mut byte = self.first_byte(index);
        let only = byte == Some(b'\x0c');
        if last {
            self.columns[index].full = true;
        }
        while byte != Some(b'\n') {
            match byte {
                Some(b'\x0c') => {
                    if last {
                        match self.set.parallel {
                            true => self.columns[index].full = false,
                            false => self
                                .columns
                                .iter_mut()
                                .for_each(|column| column.full = false),
                        }
                    }
                    self.source(index).skip_newline();
                    self.hold(index);
                    break;
                }
                None => {
                    self.close(index);
                    break;
                }
                Some(_) => byte = self.source(index).next(),
            }
        }
        let counted = self.set.first_number.is_none() && (!self.set.parallel || index == 0);
        if counted && !only {
            self.number += 1;
        }
    }

    fn print_page(&mut self) -> bool {
        if self.storing {
            self.store();
        }
        for column in &mut self.columns {
            column.lines_left = match column.status {
                _ if self.storing => column.stored,
                Status::Open => self.body_lines,
                _ => 0,
            };
        }
        if !self.printing() {
            return false;
        }
        self.header_due |= self.set.extremities;
        self.row = false;
        let mut any_row = false;
        let mut left = self.body_lines * if self.set.double { 2 } else { 1 };
        while left > 0 && self.printing() {
            self.print_row(&mut any_row);
            if self.row {
                self.out.put_byte(b'\n');
                left -= 1;
            }
            if !self.printing() && !self.set.extremities {
                break;
            }
            if self.set.double && any_row {
                self.out.put_byte(b'\n');
                left -= 1;
            }
        }
        if left == 0 {
            for column in &mut self.columns {
                column.full |= column.status == Status::Open;
            }
        }
        if any_row && self.set.extremities {
            if self.set.form_feed {
                self.out.put_byte(b'\x0c');
            } else {
                for _ in 0..left + FOOTER_LINES {
                    self.out.put_byte(b'\n');
                }
            }
        } else if self.set.keep_form_feeds && self.form_feed_due {
            self.out.put_byte(b'\x0c');
            self.form_feed_due = false;
        }
        self.page += 1;
        if self.set.last_page < self.page {
            return false;
        }
        self.release();
        true
    }

    fn print_row(&mut self, any_row: &mut bool) {
        (self.output, self.spaces, self.separators) = (0, 0, 0);
        self.row = false;
        self.empty_columns = false;
        self.empty_row = true;
        for index in 0..self.columns.len() {
            self.input = 0;
            let column = &self.columns[index];
            if column.lines_left > 0 || column.status == Status::FormFeed {
                self.only_form_feed = false;
                self.padding = column.start;
                if column.stores {
                    self.print_stored(index);
                } else if !self.read_line(index) {
                    self.drop_line(index);
                }
                *any_row |= self.row;
                self.columns[index].lines_left -= 1;
                if self.columns[index].lines_left <= 0 && !self.printing() {
                    break;
                }
                let status = self.columns[index].status;
                if self.set.parallel && status != Status::Open {
                    if self.empty_row {
                        self.empty_columns = true;
                    } else if status == Status::Closed || self.only_form_feed {
                        self.align(index);
                    }
                }
            } else if self.set.parallel {
                if self.empty_row {
                    self.empty_columns = true;
                } else {
                    self.align(index);
                }
            }
            self.separators += i64::from(self.set.separated);
        }
    }

    /// Reads a page of lines and deals them to the columns evenly.
    fn store(&mut self) {
        self.lines.clear();
        for column in &mut self.columns {
            column.stored = 0;
        }
        let most = self.columns.len() as i64 * self.body_lines;
        let mut read = 0;
        while read < most && self.ready > 0 {
            // All columns share one input, and so their state.
            let index = (read / self.body_lines) as usize;
            self.input = 0;
            self.buffer.clear();
            if !self.read_line(index) {
                self.drop_line(index);
            }
            if self.columns[index].status == Status::Open || !self.buffer.is_empty() {
                self.lines.push(Stored {
                    text: std::mem::take(&mut self.buffer),
                    width: self.input,
                });
            }
            read += 1;
        }
        let (total, count) = (self.lines.len(), self.columns.len());
        let mut first = 0;
        for (index, column) in self.columns.iter_mut().enumerate() {
            let lines = total / count + usize::from(index < total % count);
            column.stored = lines as i64;
            column.line = first;
            first += lines;
        }
    }

    fn source(&mut self, index: usize) -> &mut Source {
        &mut self.sources[self.columns[index].source]
    }

    fn first_byte(&mut self, index: usize) -> Option<u8> {
        let full = std::mem::take(&mut self.columns[index].full);
        let source = self.source(index);
        let mut byte = source.next();
        if byte == Some(b'\x0c') && full {
            byte = source.next();
            if byte == Some(b'\n') {
                byte = source.next();
            }
        }
        byte
    }

    /// Whether a line was read to its end.
    fn read_line(&mut self, index: usize) -> bool {
        let first = self.first_byte(index);
        let before = self.input;
        match first {
            Some(b'\x0c') => {
                self.source(index).skip_newline();
                self.only_form_feed = true;
                if self.header_due && !self.storing {
                    self.row = true;
                    self.print_header();
                } else if self.set.keep_form_feeds {
                    self.form_feed_due = true;
                }
                self.hold(index);
                return true;
            }
            None => {
                self.close(index);
                return true;
            }
            Some(b'\n') => self.clump.clear(),
            Some(byte) => self.expand(byte),
        }
        if self.set.truncate && self.input > self.column_width {
            self.input = before;
            return false;
        }
        if !self.columns[index].stores {
            self.row = true;
            if self.header_due && !self.storing {
                self.print_header();
            }
            if self.set.parallel && self.empty_columns {
                self.align_empty(index);
            }
            self.pad_to_column();
        }
        if self.columns[index].numbered {
            self.put_number(index);
        }
        self.empty_row = false;
        if first == Some(b'\n') {
            return true;
        }
        self.put_clump(index);
        loop {
            match self.source(index).next() {
                Some(b'\n') => return true,
                Some(b'\x0c') => {
                    self.source(index).skip_newline();
                    self.form_feed_due |= self.set.keep_form_feeds;
                    self.hold(index);
                    return true;
                }
                None => {
                    self.close(index);
                    return true;
                }
                Some(byte) => {
                    let before = self.input;
                    self.expand(byte);
                    if self.set.truncate && self.input > self.column_width {
                        self.input = before;
                        return false;
                    }
                    self.put_clump(index);
                }
            }
        }
    }

    fn drop_line(&mut self, index: usize) {
        loop {
            match self.source(index).next() {
                Some(b'\n') => return,
                Some(b'\x0c') => {
                    self.source(index).skip_newline();
                    self.form_feed_due |= self.set.keep_form_feeds;
                    return self.hold(index);
                }
                None => return self.close(index),
                Some(_) => {}
            }
        }
    }

    fn print_stored(&mut self, index: usize) {
        let at = self.columns[index].line;
        self.columns[index].line += 1;
        self.row = true;
        if self.header_due {
            self.print_header();
        }
        if self.columns[index].status == Status::FormFeed {
            for column in &mut self.columns {
                column.status = Status::Held;
            }
            if self.columns[0].lines_left <= 0 {
                self.row = self.set.extremities;
                return;
            }
        }
        self.pad_to_column();
        let Some(line) = self.lines.get_mut(at) else {
            return;
        };
        let (text, width) = (std::mem::take(&mut line.text), line.width);
        for byte in text {
            self.put(byte);
        }
        if self.spaces == 0 {
            let gap = self.set.separator.len() as i64;
            let start = self.columns[index].start;
            self.output = start + width;
            if start - gap == self.set.margin {
                self.output -= gap;
            }
        }
    }

    fn hold(&mut self, index: usize) {
        if self.set.parallel {
            self.columns[index].status = Status::Held;
        } else {
            let status = if self.storing {
                Status::FormFeed
            } else {
                Status::Held
            };
            for column in &mut self.columns {
                column.status = status;
            }
        }
        self.columns[index].lines_left = 0;
        self.ready = self.ready.saturating_sub(1);
    }

    fn close(&mut self, index: usize) {
        if self.columns[index].status == Status::Closed {
            return;
        }
        if self.set.parallel {
            self.columns[index].status = Status::Closed;
            self.columns[index].lines_left = 0;
        } else {
            for column in &mut self.columns {
                column.status = Status::Closed;
                if column.stored == 0 {
                    column.lines_left = 0;
                }
            }
        }
        self.ready = self.ready.saturating_sub(1);
    }

    /// What was held goes on with the next page.
    fn release(&mut self) {
        for column in &mut self.columns {
            if column.status == Status::Held {
                column.status = Status::Open;
                self.ready += 1;
            }
        }
        if self.storing {
            self.ready = usize::from(self.columns[0].status != Status::Closed);
        }
    }
}
