//! The formats that list changes one by one: normal, `ed` scripts, RCS.

use super::hunks::Change;
use super::lines::{Paint, Printer};
use super::text::Text;

/// `1c1`, `< old`, `> new`.
pub fn normal(p: &mut Printer<'_>, texts: [&Text; 2], changes: &[Change]) {
    for change in shown(changes) {
        p.paint(Paint::Numbers);
        p.range(b',', change.start[0], change.end(0));
        p.out.put_byte(letter(change));
        p.range(b',', change.start[1], change.end(1));
        p.unpaint(Paint::Numbers);
        p.put(b"\n");
        for line in texts[0].lines(change.start[0]..change.end(0)) {
            p.flagged(b"<", line, Paint::Old);
        }
        if change.count[0] > 0 && change.count[1] > 0 {
            p.put(b"---\n");
        }
        for line in texts[1].lines(change.start[1]..change.end(1)) {
            p.flagged(b">", line, Paint::New);
        }
    }
}

/// A script for `ed`, last change first.
pub fn ed(p: &mut Printer<'_>, texts: [&Text; 2], changes: &[Change]) {
    let changes: Vec<&Change> = shown(changes).collect();
    for change in changes.into_iter().rev() {
        p.range(b',', change.start[0], change.end(0));
        p.out.put_byte(letter(change));
        p.put(b"\n");
        if change.count[1] == 0 {
            continue;
        }
        let mut inserting = true;
        for line in texts[1].lines(change.start[1]..change.end(1)) {
            if !inserting {
                p.put(b"a\n");
                inserting = true;
            }
            if line == b".\n" {
                // A lone dot would end the text: mend it afterwards.
                p.put(b"..\n.\ns/.//\n");
                inserting = false;
            } else {
                p.bare(line, b"");
                complete(p, line);
            }
        }
        if inserting {
            p.put(b".\n");
        }
    }
}

/// Like a script for `ed`, but first change first.
pub fn forward_ed(p: &mut Printer<'_>, texts: [&Text; 2], changes: &[Change]) {
    for change in shown(changes) {
        p.out.put_byte(letter(change));
        p.range(b' ', change.start[0], change.end(0));
        p.put(b"\n");
        if change.count[1] == 0 {
            continue;
        }
        for line in texts[1].lines(change.start[1]..change.end(1)) {
            p.bare(line, b"");
            complete(p, line);
        }
        p.put(b".\n");
    }
}

/// RCS deltas: lines to delete and to add, by count.
pub fn rcs(p: &mut Printer<'_>, texts: [&Text; 2], changes: &[Change]) {
    for change in shown(changes) {
        if change.count[0] > 0 {
            p.put(b"d");
            p.number(change.start[0] + 1);
            p.put(b" ");
            p.number(change.count[0]);
            p.put(b"\n");
        }
        if change.count[1] > 0 {
            p.put(b"a");
            p.number(change.end(0));
            p.put(b" ");
            p.number(change.count[1]);
            p.put(b"\n");
            for line in texts[1].lines(change.start[1]..change.end(1)) {
                p.bare(line, b"");
            }
        }
    }
}

fn shown(changes: &[Change]) -> impl Iterator<Item = &Change> {
    changes.iter().filter(|change| !change.ignored)
}

fn letter(change: &Change) -> u8 {
    match change.count {
        [0, _] => b'a',
        [_, 0] => b'd',
        _ => b'c',
    }
}

fn complete(p: &mut Printer<'_>, line: &[u8]) {
    if !line.ends_with(b"\n") {
        p.put(b"\n");
    }
}
