//! The formats with context: `-c` and `-u`.

use super::hunks::{Change, groups};
use super::lines::{Paint, Printer};
use super::text::{Text, content};

/// Most bytes of a function's line that are shown.
const FUNCTION_BYTES: usize = 40;

/// The lines of a hunk, its context included.
struct Area {
    start: [usize; 2],
    end: [usize; 2],
}

/// Finds lines that name functions, going forward only.
struct Functions {
    /// Lines before this one have been looked at.
    seen: usize,
    last: Option<usize>,
}

/// `*** 1,3 ****`, `! old`, `--- 1,3 ----`, `! new`.
pub fn context(p: &mut Printer<'_>, texts: [&Text; 2], changes: &[Change]) {
    let mut functions = Functions {
        seen: 0,
        last: None,
    };
    for group in groups(changes, p.config.context) {
        let Some(area) = area(p, texts, group) else {
            continue;
        };
        p.put(b"***************");
        functions.show(p, texts[0], area.start[0]);
        p.put(b"\n");
        for f in 0..2 {
            let (mark, end): (&[u8], &[u8]) = [
                (b"*** ".as_slice(), b" ****".as_slice()),
                (b"--- ", b" ----"),
            ][f];
            p.paint(Paint::Numbers);
            p.put(mark);
            p.range(b',', area.start[f], area.end[f]);
            p.put(end);
            p.unpaint(Paint::Numbers);
            p.put(b"\n");
            if group
                .iter()
                .any(|change| !change.ignored && change.count[f] > 0)
            {
                half(p, texts[f], group, &area, f);
            }
        }
    }
}

/// One file's half of a hunk.
fn half(p: &mut Printer<'_>, text: &Text, group: &[Change], area: &Area, f: usize) {
    let mut rest = group;
    for at in area.start[f]..area.end[f] {
        while rest.first().is_some_and(|change| change.end(f) <= at) {
            rest = &rest[1..];
        }
        // GNU diff colours the context too.
        let paint = [Paint::Old, Paint::New][f];
        let flag: &[u8] = match rest.first() {
            Some(change) if change.start[f] <= at => match (change.count[1 - f], f) {
                (0, 0) => b"-",
                (0, _) => b"+",
                _ => b"!",
            },
            _ => b" ",
        };
        p.flagged(flag, text.line(at), paint);
    }
}

/// `@@ -1,3 +1,3 @@`.
pub fn unified(p: &mut Printer<'_>, texts: [&Text; 2], changes: &[Change]) {
    let mut functions = Functions {
        seen: 0,
        last: None,
    };
    for group in groups(changes, p.config.context) {
        let Some(area) = area(p, texts, group) else {
            continue;
        };
        p.paint(Paint::Numbers);
        p.put(b"@@ -");
        counted(p, area.start[0], area.end[0]);
        p.put(b" +");
        counted(p, area.start[1], area.end[1]);
        p.put(b" @@");
        p.unpaint(Paint::Numbers);
        functions.show(p, texts[0], area.start[0]);
        p.put(b"\n");
        let mut at = area.start[0];
        for change in group {
            for line in texts[0].lines(at..change.start[0]) {
                p.unified(b' ', line, Paint::Plain);
            }
            for line in texts[0].lines(change.start[0]..change.end(0)) {
                p.unified(b'-', line, Paint::Old);
            }
            for line in texts[1].lines(change.start[1]..change.end(1)) {
                p.unified(b'+', line, Paint::New);
            }
            at = change.end(0);
        }
        for line in texts[0].lines(at..area.end[0]) {
            p.unified(b' ', line, Paint::Plain);
        }
    }
}

/// A range as first line and count; the count is left out if it is 1.
fn counted(p: &mut Printer<'_>, from: usize, to: usize) {
    match to - from {
        0 => {
            p.number(from);
            p.put(b",0");
        }
        1 => p.number(to),
        count => {
            p.number(from + 1);
            p.put(b",");
            p.number(count);
        }
    }
}

/// The group's lines with context; `None` if all of it is ignored.
fn area(p: &Printer<'_>, texts: [&Text; 2], group: &[Change]) -> Option<Area> {
    if group.iter().all(|change| change.ignored) {
        return None;
    }
    let (first, last) = (group.first()?, group.last()?);
    let context = p.config.context;
    let side = |f: usize| {
        let end = last.end(f).saturating_add(context).min(texts[f].len());
        (first.start[f].saturating_sub(context), end)
    };
    let (old, new) = (side(0), side(1));
    Some(Area {
        start: [old.0, new.0],
        end: [old.1, new.1],
    })
}

impl Functions {
    /// Adds the last function's line before this one.
    fn show(&mut self, p: &mut Printer<'_>, text: &Text, before: usize) {
        let Some(regex) = &p.config.function_regex else {
            return;
        };
        let found = (self.seen..before)
            .rev()
            .find(|at| regex.is_in(content(text.line(*at))));
        self.seen = before;
        self.last = found.or(self.last);
        let Some(at) = self.last else {
            return;
        };
        let line = content(text.line(at)).trim_ascii_start();
        p.put(b" ");
        p.put(line[..line.len().min(FUNCTION_BYTES)].trim_ascii_end());
    }
}
