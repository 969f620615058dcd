//! The lines of the index, for a terminal or as input of roff and TeX.

use super::fields::{Field, Fields, Widths, fields};
use super::occurrences::{Input, Occurrence, blank};
use super::words::Words;
use super::{Format, Settings};
use crate::cli::Output;

/// Prints a line for each occurrence; `sizes` are those of the longest word and
/// the longest reference.
pub fn print(
    settings: &Settings,
    words: &mut Words,
    inputs: &[Input],
    found: &[Occurrence],
    sizes: (usize, usize),
    out: &mut Output,
) {
    let widths = Widths::new(settings, inputs, sizes);
    for occurrence in found {
        let input = &inputs[occurrence.input];
        let fields = fields(settings, &widths, words, input, occurrence);
        let mut line = Line {
            settings,
            text: &input.text,
            out,
        };
        match settings.format {
            Format::Plain => line.plain(&fields, &widths),
            Format::Roff => line.roff(&fields),
            Format::Tex => {
                let after = &fields.after;
                let end = words.skip(&input.text, after.start, after.end);
                line.tex(&fields, end.min(after.end.max(after.start)));
            }
        }
        out.put_byte(b'\n');
    }
}

struct Line<'a> {
    settings: &'a Settings,
    text: &'a [u8],
    out: &'a mut Output,
}

impl Line<'_> {
    fn plain(&mut self, fields: &Fields, widths: &Widths) {
        let gap = self.settings.gap;
        let referenced = self.settings.automatic || self.settings.references;
        let reference = fields.reference.len() as i64;
        let marked = |field: &Field| {
            field.size()
                + if field.cut {
                    self.settings.mark.len() as i64
                } else {
                    0
                }
        };
        let (tail, before) = (marked(&fields.tail), marked(&fields.before));
        let (after, head) = (marked(&fields.after), marked(&fields.head));
        if !self.settings.right {
            self.put(&fields.reference);
            let colon = i64::from(self.settings.automatic);
            if colon > 0 {
                self.out.put_byte(b':');
            }
            self.spaces(widths.reference + gap - reference - colon);
        }
        let mut room = widths.half - gap - before;
        if fields.tail.size() > 0 {
            self.field(&fields.tail, false);
            room -= tail;
        }
        self.spaces(room);
        self.field(&fields.before, true);
        self.spaces(gap);
        self.field(&fields.after, false);
        if fields.head.size() > 0 {
            self.spaces(widths.half - after - head);
            self.field(&fields.head, true);
        } else if referenced && self.settings.right {
            self.spaces(widths.half - after);
        }
        if referenced && self.settings.right {
            self.spaces(gap);
            self.put(&fields.reference);
        }
    }

    fn roff(&mut self, fields: &Fields) {
        self.out.put(b".");
        self.out.put(&self.settings.macro_name);
        let parts = [
            (&fields.tail, false),
            (&fields.before, true),
            (&fields.after, false),
            (&fields.head, true),
        ];
        for (field, mark_first) in parts {
            self.out.put(b" \"");
            self.field(field, mark_first);
            self.out.put(b"\"");
        }
        if self.settings.automatic || self.settings.references {
            self.out.put(b" \"");
            self.put(&fields.reference);
            self.out.put(b"\"");
        }
    }

    fn tex(&mut self, fields: &Fields, key_end: usize) {
        self.out.put(b"\\");
        self.out.put(&self.settings.macro_name);
        self.out.put(b" ");
        let after = &fields.after;
        let text = self.text;
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        let parts = [
            part(fields.tail.start, fields.tail.end),
            part(fields.before.start, fields.before.end),
            part(after.start, key_end),
            part(key_end, after.end),
            part(fields.head.start, fields.head.end),
        ];
        for part in parts {
            self.out.put(b"{");
            self.put(part);
            self.out.put(b"}");
        }
        if self.settings.automatic || self.settings.references {
            self.out.put(b"{");
            self.put(&fields.reference);
            self.out.put(b"}");
        }
    }

    fn field(&mut self, field: &Field, mark_first: bool) {
        let text = self.text;
        if field.cut && mark_first {
            self.out.put(&self.settings.mark);
        }
        self.put(text.get(field.start..field.end).unwrap_or_default());
        if field.cut && !mark_first {
            self.out.put(&self.settings.mark);
        }
    }

    /// Text, with what the format needs instead of special characters.
    fn put(&mut self, text: &[u8]) {
        let format = self.settings.format;
        for &byte in text {
            match byte {
                byte if blank(byte) => self.out.put_byte(b' '),
                b'"' if format == Format::Roff => self.out.put(b"\"\""),
                b'$' | b'%' | b'&' | b'#' | b'_' if format == Format::Tex => {
                    self.out.put(&[b'\\', byte]);
                }
                b'{' | b'}' if format == Format::Tex => self.out.put(&[b'$', b'\\', byte, b'$']),
                b'\\' if format == Format::Tex => self.out.put(b"\\backslash{}"),
                byte => self.out.put_byte(byte),
            }
        }
    }

    fn spaces(&mut self, count: i64) {
        for _ in 0..count {
            self.out.put_byte(b' ');
        }
    }
}
