//! `sort --debug`: what may surprise about the keys, and where they lie.

use super::key::{Key, NONE, Order};
use super::number;
use super::options::Plan;
use crate::cli::{Context, Output};
use crate::text::width;

/// What the options said before keys and global options were brought together.
pub struct Debug {
    /// Letters given outside keys.
    pub global: Vec<u8>,
    /// Letters of each key, or those it took over.
    pub marks: Vec<Vec<u8>>,
    /// For each key, how it was written if in the old way, and how it should be.
    pub old: Vec<Option<(String, String)>>,
    /// Whether no key was given.
    pub whole_line: bool,
}

impl Debug {
    /// Tells what may surprise.
    pub fn warn(&self, context: &Context<'_>, plan: &Plan) {
        let say = |text: String| context.say(text.as_bytes());
        match locale() {
            Some(name) if name.starts_with("C.") => {
                say(format!(
                    "text ordering performed using '{name}' sorting rules"
                ));
            }
            Some(_) => {
                say("failed to set locale".to_owned());
                say("text ordering performed using simple byte comparison".to_owned());
            }
            None => say("text ordering performed using simple byte comparison".to_owned()),
        }
        let keys: &[Key] = match self.whole_line && self.global.iter().all(|b| *b == b'r') {
            true => &[],
            false => &plan.keys,
        };
        let mut left = self.global.clone();
        let global = [self.global.contains(&b'b'); 2];
        let (mut start_blanks, mut end_blanks) = (global[0], global[1]);
        let (mut numeric, mut spans, mut general_spans) = (false, false, false);
        for (at, key) in keys.iter().enumerate() {
            let number = at + 1;
            let counts = matches!(key.order, Order::Number | Order::General | Order::Size);
            numeric |= counts;
            if let Some(Some((old, new))) = self.old.get(at) {
                say(format!(
                    "obsolescent key '{old}' used; consider '{new}' instead"
                ));
            }
            let empty = key.start_word != NONE && key.end_word < key.start_word;
            if empty {
                say(format!("key {number} has zero width and will be ignored"));
            }
            let skips = counts || key.order == Order::Month;
            let in_line = key.end_word == 0 && key.end_char != 0;
            let blanks = !key.skip_start && (!skips || key.start_char > 0)
                || !key.skip_end && key.end_char > 0;
            if !(empty || self.whole_line || in_line) && plan.tab.is_none() && blanks {
                say(format!(
                    "leading blanks are significant in key {number}; consider also specifying 'b'"
                ));
            }
            if counts && !self.whole_line {
                let start = key.start_word.wrapping_add(1).max(1);
                let end = key.end_word.wrapping_add(1);
                if end == 0 || start < end {
                    say(format!("key {number} is numeric and spans multiple fields"));
                    spans = true;
                    general_spans |= key.order == Order::General;
                }
            }
            let marks = self.marks.get(at).map_or(b"".as_slice(), Vec::as_slice);
            left.retain(|letter| !marks.contains(letter));
            start_blanks &= !key.skip_start;
            end_blanks &= !key.skip_end;
        }
        let treated = |what: &str| {
            let tab = plan.tab.map_or(' ', char::from);
            say(format!(
                "field separator '{tab}' is treated as a {what} in numbers"
            ));
        };
        match plan.tab {
            Some(b'.') if spans => treated("decimal point"),
            Some(b'-') if spans => treated("minus sign"),
            Some(b'+') if general_spans => treated("plus sign"),
            _ => {}
        }
        if numeric && !(spans && plan.tab == Some(b'.')) {
            let note = if plan.tab == Some(b'.') { "" } else { "note " };
            say(format!(
                "{note}numbers use '.' as a decimal point in this locale"
            ));
        }
        self.ignored(
            context,
            plan,
            left,
            start_blanks || end_blanks,
            !keys.is_empty(),
        );
    }

    /// Tells of global options that no key takes over.
    fn ignored(
        &self,
        context: &Context<'_>,
        plan: &Plan,
        mut left: Vec<u8>,
        blanks: bool,
        keyed: bool,
    ) {
        left.retain(|letter| *letter != b'b');
        if blanks && keyed {
            left.push(b'b');
        }
        let reversed = left.contains(&b'r');
        let apart = plan.stable || plan.unique;
        if !apart {
            left.retain(|letter| *letter != b'r');
        }
        left.sort_by_key(|letter| b"bdfghiMnRrV".iter().position(|known| known == letter));
        left.dedup();
        if !left.is_empty() && keyed {
            let (plural, verb) = if left.len() == 1 {
                ("", "is")
            } else {
                ("s", "are")
            };
            let letters = String::from_utf8_lossy(&left).into_owned();
            context.say(format!("option{plural} '-{letters}' {verb} ignored").as_bytes());
        }
        if reversed && !apart && keyed {
            context.say(b"option '-r' only applies to last-resort comparison");
        }
    }

    /// Shows a line and marks its keys below it.
    pub fn show(&self, plan: &Plan, line: &[u8], out: &mut Output) {
        for byte in line {
            out.put_byte(if *byte == b'\t' { b'>' } else { *byte });
        }
        out.put_byte(b'\n');
        let plain = self.whole_line && plan.whole_lines;
        if !plain {
            for key in &plan.keys {
                let (start, end) = extent(key, line, plan.tab);
                mark(line, start, end, out);
            }
        }
        if plain || !(plan.stable || plan.unique) {
            mark(line, 0, line.len(), out);
        }
    }
}

/// The locale's name, if it orders by more than bytes.
fn locale() -> Option<String> {
    let set = ["LC_ALL", "LC_COLLATE", "LANG"]
        .iter()
        .filter_map(std::env::var_os)
        .find(|value| !value.is_empty())?;
    let name = set.to_string_lossy().into_owned();
    (name != "C" && name != "POSIX").then_some(name)
}

/// Where the part of a line lies that a key compares.
fn extent(key: &Key, line: &[u8], tab: Option<u8>) -> (usize, usize) {
    let place = Key {
        skip_start: key.skip_start && key.start_word != NONE,
        ..*key
    };
    let mut start = place.start_of(line, tab);
    let mut end = match key.end_word {
        NONE => line.len(),
        _ => key.end_of(line, tab).max(start),
    };
    let counts = matches!(
        key.order,
        Order::Number | Order::General | Order::Size | Order::Month
    );
    if counts || key.skip_start && key.start_word == NONE {
        while start < end && matches!(line[start], b' ' | b'\t') {
            start += 1;
        }
        if counts {
            end = start + number::extent(key.order, &line[start..end]);
        }
    }
    (start, end)
}

fn mark(line: &[u8], start: usize, end: usize, out: &mut Output) {
    (0..width(&line[..start])).for_each(|_| out.put_byte(b' '));
    match width(&line[start..end]) {
        0 => out.put(b"^ no match for key"),
        count => (0..count).for_each(|_| out.put_byte(b'_')),
    }
    out.put_byte(b'\n');
}
