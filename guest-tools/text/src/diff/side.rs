//! Two columns: `-y`.

use super::hunks::Change;
use super::lines::{Paint, Printer};
use super::text::Text;
use wardian_applet::text::utf8_locale;
use wardian_applet::text::width;

/// Fewest columns between the two sides.
const GUTTER: usize = 3;

/// The columns of the two sides.
#[derive(Clone, Copy)]
struct Columns {
    /// Width of either side.
    half: usize,
    /// Where the right side starts.
    right: usize,
}

/// Prints both files beside each other.
pub fn side_by_side(p: &mut Printer<'_>, texts: [&Text; 2], changes: &[Change]) {
    let columns = columns(p);
    let mut next = [0, 0];
    for change in changes.iter().filter(|change| !change.ignored) {
        common(p, texts, columns, next, change.start);
        let both = change.count[0].min(change.count[1]);
        for at in 0..both {
            let pair = [0, 1].map(|f| Some(texts[f].line(change.start[f] + at)));
            row(p, columns, pair, b'|');
        }
        for line in texts[1].lines(change.start[1] + both..change.end(1)) {
            row(p, columns, [None, Some(line)], b'>');
        }
        for line in texts[0].lines(change.start[0] + both..change.end(0)) {
            row(p, columns, [Some(line), None], b'<');
        }
        next = [change.end(0), change.end(1)];
    }
    common(p, texts, columns, next, [texts[0].len(), texts[1].len()]);
}

fn columns(p: &Printer<'_>) -> Columns {
    let width = p.config.width;
    let tab = if p.config.expand_tabs {
        1
    } else {
        p.config.tab_size
    };
    let sum = tab.saturating_add(GUTTER);
    let near = (width / 2)
        .saturating_add(sum / 2)
        .saturating_add(width & sum & 1);
    let offset = near - near % tab;
    let half = offset
        .saturating_sub(GUTTER)
        .min(width.saturating_sub(offset));
    Columns {
        half,
        right: if half > 0 { offset } else { width },
    }
}

fn common(
    p: &mut Printer<'_>,
    texts: [&Text; 2],
    columns: Columns,
    from: [usize; 2],
    to: [usize; 2],
) {
    if p.config.suppress_common {
        return;
    }
    let [mut left, mut right] = from;
    if !p.config.left_column {
        while left < to[0] && right < to[1] {
            let pair = [Some(texts[0].line(left)), Some(texts[1].line(right))];
            row(p, columns, pair, b' ');
            left += 1;
            right += 1;
        }
        for line in texts[1].lines(right..to[1]) {
            row(p, columns, [None, Some(line)], b')');
        }
    }
    for line in texts[0].lines(left..to[0]) {
        row(p, columns, [Some(line), None], b'(');
    }
}

fn row(p: &mut Printer<'_>, columns: Columns, [left, right]: [Option<&[u8]>; 2], mut mark: u8) {
    let paint = match mark {
        b'<' => Paint::Old,
        b'>' => Paint::New,
        _ => Paint::Plain,
    };
    p.paint(paint);
    let complete = |line: Option<&[u8]>| line.is_some_and(|line| line.ends_with(b"\n"));
    let mut newline = complete(left);
    let mut column = left.map_or(0, |line| half(p, line, 0, columns.half));
    if mark != b' ' {
        let middle = (columns.half + columns.right).saturating_sub(1) / 2;
        column = advance(p, column, middle) + 1;
        if mark == b'|' && newline != complete(right) {
            mark = if newline { b'/' } else { b'\\' };
        }
        p.out.put_byte(mark);
    }
    if let Some(line) = right {
        newline |= line.ends_with(b"\n");
        if line.first() != Some(&b'\n') {
            column = advance(p, column, columns.right);
            half(p, line, column, columns.half);
        }
    }
    if newline {
        p.put(b"\n");
    }
    p.unpaint(paint);
}

/// Moves to a column with tabs and spaces.
fn advance(p: &mut Printer<'_>, mut from: usize, to: usize) -> usize {
    if !p.config.expand_tabs {
        let size = p.config.tab_size;
        let mut stop = from + size - from % size;
        while stop <= to {
            p.put(b"\t");
            from = stop;
            stop += size;
        }
    }
    (from..to).for_each(|_| p.out.put_byte(b' '));
    to
}

/// Prints what fits of a line; gives the column where the output ended, counted
/// from the start of this side.
fn half(p: &mut Printer<'_>, line: &[u8], indent: usize, bound: usize) -> usize {
    let size = p.config.tab_size;
    let utf8 = utf8_locale();
    // Columns of the text and of what was printed of it.
    let (mut at, mut shown) = (0usize, 0usize);
    let mut rest = line;
    while let Some((&byte, tail)) = rest.split_first() {
        let whole = rest;
        rest = tail;
        match byte {
            b'\n' => return shown,
            b'\t' => {
                let spaces = size - at % size;
                if at == shown {
                    let stop = shown + spaces;
                    if p.config.expand_tabs {
                        let stop = stop.min(bound);
                        (shown..stop).for_each(|_| p.out.put_byte(b' '));
                        shown = shown.max(stop);
                    } else if stop < bound {
                        shown = stop;
                        p.put(b"\t");
                    }
                }
                at += spaces;
            }
            b'\r' => {
                p.put(b"\r");
                advance(p, 0, indent);
                (at, shown) = (0, 0);
            }
            b'\x08' => {
                if at != 0 {
                    at -= 1;
                    if at < bound {
                        if shown <= at {
                            (shown..at).for_each(|_| p.out.put_byte(b' '));
                            shown = at;
                        } else {
                            shown = at;
                            p.put(b"\x08");
                        }
                    }
                }
            }
            b' '..=b'~' => {
                if at < bound {
                    p.out.put_byte(byte);
                    shown = at + 1;
                }
                at += 1;
            }
            0x80.. if utf8 => {
                let length = char_length(whole);
                let columns = if length > 1 {
                    width(&whole[..length])
                } else {
                    0
                };
                rest = &whole[length..];
                at += columns;
                if at <= bound {
                    shown = at;
                    p.put(&whole[..length]);
                }
            }
            _ => {
                if at < bound {
                    p.out.put_byte(byte);
                }
            }
        }
    }
    shown
}

/// Bytes of the first character; 1 if it is not UTF-8.
fn char_length(text: &[u8]) -> usize {
    let window = &text[..text.len().min(4)];
    let valid = match std::str::from_utf8(window) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&window[..error.valid_up_to()]).unwrap_or(""),
    };
    valid.chars().next().map_or(1, char::len_utf8)
}
