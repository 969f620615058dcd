//! Where bytes stand in a row: headers, numbers, separators, tabs and blanks.

use super::{Pages, TAB, tab_width};
use crate::text::pad;

fn printable(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte)
}

impl Pages<'_> {
    pub(super) fn print_header(&mut self) {
        self.output = 0;
        self.pad_to(self.set.margin);
        self.put_spaces();
        let page = format!("Page {}", self.page);
        let width = |text: &[u8]| crate::text::width(text) as i64;
        let taken = width(&self.date) + width(&self.title) + page.len() as i64;
        let free = (self.set.width - taken).max(0);
        let blanks = |count: i64| vec![b' '; usize::try_from(count).unwrap_or(0)];
        let left = free / 2;
        self.out.put(b"\n\n");
        self.out.put(&blanks(self.set.margin));
        self.out.put(&self.date);
        self.out.put(&blanks(left.max(1)));
        self.out.put(&self.title);
        self.out.put(&blanks((free - left).max(1)));
        self.out.put(page.as_bytes());
        self.out.put(b"\n\n\n");
        self.header_due = false;
        self.output = 0;
    }

    pub(super) fn put_number(&mut self, index: usize) {
        let digits = self.set.number_digits;
        let text = pad::right(&self.number.to_string(), digits, ' ');
        self.number += 1;
        // The digits that matter most go first when there are too many.
        for byte in text.as_bytes()[text.len() - digits..].iter() {
            self.give(index, *byte);
        }
        let separator = self.set.number_separator;
        if self.columns.len() > 1 && separator == b'\t' {
            for _ in 0..self.number_width - digits as i64 {
                self.give(index, b' ');
            }
        } else {
            self.give(index, separator);
            if self.columns.len() == 1 && separator == b'\t' {
                self.output += tab_width(self.set.output_tab.1, self.output);
            }
        }
        if self.set.truncate && !self.set.parallel {
            self.input += self.number_width;
        }
    }

    /// Places the columns at the start of a row that had nothing to print.
    pub(super) fn align_empty(&mut self, index: usize) {
        let count = std::mem::take(&mut self.separators);
        for before in 0..usize::try_from(count).unwrap_or(0).min(self.columns.len()) {
            self.align(before);
            self.separators += 1;
        }
        self.padding = self.columns[index].start;
        self.spaces = if self.set.truncate {
            self.column_width
        } else {
            0
        };
        self.empty_columns = false;
    }

    pub(super) fn align(&mut self, index: usize) {
        self.padding = self.columns[index].start;
        self.pad_to_column();
        if self.columns[index].numbered {
            self.put_number(index);
        }
    }

    pub(super) fn pad_to_column(&mut self) {
        let gap = self.set.separator.len() as i64;
        if gap < self.padding {
            self.pad_to(self.padding - gap);
            self.padding = 0;
        }
        if self.set.separated {
            self.put_separator();
        }
    }

    pub(super) fn pad_to(&mut self, position: i64) {
        if self.set.tabify {
            self.spaces = position - self.output;
        } else {
            for _ in self.output..position {
                self.out.put_byte(b' ');
            }
            self.output = position;
        }
    }

    pub(super) fn put_separator(&mut self) {
        if self.separators <= 0 {
            if self.spaces > 0 {
                self.put_spaces();
            }
            return;
        }
        for byte in self.set.separator.clone() {
            if byte == b' ' {
                self.spaces += 1;
                continue;
            }
            if self.spaces > 0 {
                self.put_spaces();
            }
            self.out.put_byte(byte);
            self.output += 1;
        }
        if self.spaces > 0 {
            self.put_spaces();
        }
        self.separators = 0;
    }

    pub(super) fn put_spaces(&mut self) {
        let goal = self.output + self.spaces;
        let (tab, stop) = self.set.output_tab;
        let mut at = self.output;
        while goal - at > 1 {
            let next = at + tab_width(stop, at);
            if next > goal {
                break;
            }
            self.out.put_byte(tab);
            at = next;
        }
        while at < goal {
            self.out.put_byte(b' ');
            at += 1;
        }
        self.output = goal;
        self.spaces = 0;
    }

    pub(super) fn put_clump(&mut self, index: usize) {
        let clump = std::mem::take(&mut self.clump);
        for byte in &clump {
            self.give(index, *byte);
        }
        self.clump = clump;
    }

    pub(super) fn give(&mut self, index: usize, byte: u8) {
        if self.columns[index].stores {
            self.buffer.push(byte);
        } else {
            self.put(byte);
        }
    }

    pub(super) fn put(&mut self, byte: u8) {
        if self.set.tabify {
            if byte == b' ' {
                self.spaces += 1;
                return;
            }
            if self.spaces > 0 {
                self.put_spaces();
            }
            if printable(byte) {
                self.output += 1;
            } else if byte == b'\x08' {
                self.output -= 1;
            }
        }
        self.out.put_byte(byte);
    }

    /// What stands for a byte of the input, in `clump`.
    pub(super) fn expand(&mut self, byte: u8) {
        self.clump.clear();
        let (tab, stop) = self.set.input_tab;
        let width = if byte == tab || byte == b'\t' {
            let width = tab_width(if byte == tab { stop } else { TAB }, self.input);
            if self.set.untabify {
                self.clump.resize(width as usize, b' ');
            } else {
                self.clump.push(byte);
            }
            width
        } else if printable(byte) {
            self.clump.push(byte);
            1
        } else if self.set.escapes || self.set.carets && byte >= 0x80 {
            self.clump.extend(format!("\\{byte:03o}").bytes());
            4
        } else if self.set.carets {
            self.clump.extend([b'^', byte ^ 0x40]);
            2
        } else {
            self.clump.push(byte);
            if byte == b'\x08' { -1 } else { 0 }
        };
        if width < 0 && self.input == 0 {
            self.clump.clear();
        } else {
            self.input = (self.input + width).max(0);
        }
    }
}
