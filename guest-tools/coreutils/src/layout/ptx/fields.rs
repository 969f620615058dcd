//! The fields of a line of the index: the word with what follows, what stands
//! before it, and what is wrapped around to either side.

use super::Settings;
use super::occurrences::{Input, Occurrence, skip_blanks, skip_filled, trim_end};
use super::words::Words;

/// A part of an input, and whether a mark tells that more was cut off.
#[derive(Clone, Copy, Default)]
pub struct Field {
    pub start: usize,
    pub end: usize,
    pub cut: bool,
}

impl Field {
    /// Its size in bytes.
    pub fn size(&self) -> i64 {
        self.end as i64 - self.start as i64
    }
}

/// The fields of a line.
#[derive(Default)]
pub struct Fields {
    pub tail: Field,
    pub before: Field,
    pub after: Field,
    pub head: Field,
    pub reference: Vec<u8>,
}

/// How wide fields are.
pub struct Widths {
    pub half: i64,
    pub before: i64,
    pub after: i64,
    pub reference: i64,
    pub longest: i64,
}

impl Widths {
    /// As the settings and the inputs have it.
    pub fn new(
        settings: &Settings,
        inputs: &[Input],
        (longest, reference): (usize, usize),
    ) -> Widths {
        let mut reference = reference as i64;
        if settings.automatic {
            let label = |input: &Input| {
                let lines = input.lines_end - input.lines_before + 1;
                (input.label.len() + lines.to_string().len()) as i64
            };
            reference = inputs.iter().map(label).max().unwrap_or(0) + 1;
        }
        let mut line = settings.width;
        if (settings.automatic || settings.references) && !settings.right {
            line -= reference + settings.gap;
        }
        let half = line.max(0) / 2;
        let marks = 2 * settings.mark.len() as i64;
        let (mut before, mut after) = (half - settings.gap, half);
        if settings.traditional {
            after -= marks + 1;
        } else {
            before = (before - marks).max(0);
            after -= marks;
        }
        Widths {
            half,
            before,
            after,
            reference,
            longest: longest as i64,
        }
    }
}

/// Takes the fields of a line.
pub fn fields(
    settings: &Settings,
    widths: &Widths,
    words: &mut Words,
    input: &Input,
    it: &Occurrence,
) -> Fields {
    let text = input.text.as_slice();
    let marked = !settings.mark.is_empty();
    let key = it.key;
    let reach = |start: usize, width: i64| start as i64 + width;
    let mut fields = Fields::default();
    // The word and what follows, as far as there is room.
    let mut end = key + it.size;
    let mut cursor = end;
    while cursor < it.right && cursor as i64 <= reach(key, widths.after) {
        end = cursor;
        cursor = words.skip(text, cursor, it.right);
    }
    if cursor as i64 <= reach(key, widths.after) {
        end = cursor;
    }
    fields.after.cut = marked && end < it.right;
    fields.after.start = key;
    fields.after.end = trim_end(text, end, key);
    // A long left context is entered near enough.
    let mut from = it.left;
    let near = widths.half + widths.longest;
    if (key - it.left) as i64 > near {
        from = words.skip(text, key - near as usize, key);
    }
    let before = &mut fields.before;
    before.start = from;
    before.end = trim_end(text, key, from);
    while reach(before.start, widths.before) < before.end as i64 {
        before.start = words.skip(text, before.start, before.end);
    }
    before.cut = marked && trim_end(text, before.start, 0) > it.left;
    before.start = skip_blanks(text, before.start, text.len());
    // What is left over of the left half takes more of the right context.
    let room = widths.before - before.size() - settings.gap;
    if room > 0 {
        let start = skip_blanks(text, fields.after.end, text.len());
        let (mut end, mut cursor) = (start, start);
        while cursor < it.right && (cursor as i64) < reach(start, room) {
            end = cursor;
            cursor = words.skip(text, cursor, it.right);
        }
        if (cursor as i64) < reach(start, room) {
            end = cursor;
        }
        if end > start {
            fields.after.cut = false;
            fields.tail.cut = marked && end < it.right;
        }
        fields.tail.start = start;
        fields.tail.end = trim_end(text, end, start);
    }
    // And the same on the other side.
    let room = widths.after - fields.after.size() - settings.gap;
    if room > 0 {
        let end = trim_end(text, fields.before.start, 0);
        let mut start = from;
        while reach(start, room) < end as i64 {
            start = words.skip(text, start, end);
        }
        if end > start {
            fields.before.cut = false;
            fields.head.cut = marked && start > it.left;
        }
        fields.head.start = skip_blanks(text, start, end);
        fields.head.end = end;
    }
    if settings.automatic {
        let line = it.reference + 1 - input.lines_before;
        fields.reference = [input.label.as_slice(), format!(":{line}").as_bytes()].concat();
    } else if settings.references {
        let end = skip_filled(text, it.reference, it.right);
        fields.reference = text[it.reference..end.max(it.reference)].to_vec();
    }
    fields
}
