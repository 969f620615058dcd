//! `column`: lines into columns, or a table of their fields.

use super::files;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::text::{utf8_locale, width};

const OPTIONS: &[Opt] = &[
    Opt::flag(b't', "table"),
    Opt::flag(b'x', "fillrows"),
    Opt::flag(b'J', "json"),
    Opt::flag(b'd', "table-noheadings"),
    Opt::flag(b'L', "keep-empty-lines"),
    Opt::flag(b'e', "table-header-repeat"),
    Opt::value(b'c', "output-width"),
    Opt::value(b'c', "columns"),
    Opt::value(b's', "separator"),
    Opt::value(b'o', "output-separator"),
    Opt::value(b'N', "table-columns"),
    Opt::value(b'n', "table-name"),
    Opt::value(b'R', "table-right"),
    Opt::value(b'H', "table-hide"),
    Opt::value(b'O', "table-order"),
    Opt::value(b'l', "table-columns-limit"),
    Opt::value(b'T', "table-truncate"),
    Opt::value(b'E', "table-noextreme"),
    Opt::value(b'W', "table-wrap"),
    Opt::flag(b'V', "version"),
];

/// Columns of a terminal unless told.
const WIDTH: usize = 80;
const TAB: usize = 8;

/// How a table looks.
struct Table {
    /// White space between fields if not given.
    separators: Option<Vec<u8>>,
    between: Vec<u8>,
    names: Vec<Vec<u8>>,
    name: Vec<u8>,
    right: Vec<Vec<u8>>,
    hidden: Vec<Vec<u8>>,
    order: Vec<Vec<u8>>,
    headings: bool,
    limit: usize,
}

/// Runs `column`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "column", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut as_table, mut rows_first, mut json, mut keep_empty) = (false, false, false, false);
    let columns = std::env::var("COLUMNS").ok();
    let mut room = columns.and_then(|text| text.parse().ok()).unwrap_or(WIDTH);
    let mut table = Table {
        separators: None,
        between: b"  ".to_vec(),
        names: Vec::new(),
        name: b"table".to_vec(),
        right: Vec::new(),
        hidden: Vec::new(),
        order: Vec::new(),
        headings: true,
        limit: usize::MAX,
    };
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        let number = || {
            std::str::from_utf8(&value)
                .ok()
                .and_then(|v| v.parse().ok())
        };
        match letter {
            b't' => as_table = true,
            b'x' => rows_first = true,
            b'J' => json = true,
            b'd' => table.headings = false,
            b'L' => keep_empty = true,
            b'c' => match number() {
                Some(number) => room = number,
                None => {
                    context.say(&[b"invalid columns argument: '", value.as_slice(), b"'"].concat());
                    return 1;
                }
            },
            b's' => table.separators = Some(value),
            b'o' => table.between = value,
            b'N' => table.names = list(&value),
            b'n' => table.name = value,
            b'R' => table.right = list(&value),
            b'H' => table.hidden = list(&value),
            b'O' => table.order = list(&value),
            b'l' => table.limit = number().unwrap_or(usize::MAX).max(1),
            b'V' => return context.version(),
            _ => {}
        }
    }
    if json && table.names.is_empty() {
        context.say(b"option --table-columns required for --json");
        return 1;
    }
    let mut text = Vec::new();
    let code = files::each(&context, &parsed.operands, "", |_, part| {
        put_printable(part, &mut text);
        if !text.is_empty() && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
    });
    let blank = |line: &&[u8]| !keep_empty && line.iter().all(u8::is_ascii_whitespace);
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    lines.pop();
    lines.retain(|line| !blank(line));
    let mut out = Output::stdout();
    if json || as_table {
        let rows: Vec<Vec<&[u8]>> = lines.iter().map(|line| table.fields(line)).collect();
        match json {
            true => table.put_json(&rows, &mut out),
            false => table.put(rows, &mut out),
        }
    } else {
        fill(&lines, room, rows_first, &mut out);
    }
    out.finish(&context, code)
}

fn list(value: &[u8]) -> Vec<Vec<u8>> {
    value
        .split(|byte| *byte == b',')
        .map(<[u8]>::to_vec)
        .collect()
}

/// Text without what follows a zero in a line; bytes that are no characters
/// are shown by their numbers.
fn put_printable(part: &[u8], text: &mut Vec<u8>) {
    for line in part.split_inclusive(|byte| *byte == b'\n') {
        let end = memchr::memchr(0, line);
        let kept = &line[..end.unwrap_or(line.len())];
        for chunk in kept.utf8_chunks() {
            let (valid, invalid) = (chunk.valid().as_bytes(), chunk.invalid());
            let plain = utf8_locale() || valid.is_ascii();
            for byte in if plain { &[] } else { valid } {
                match byte.is_ascii() {
                    true => text.push(*byte),
                    false => text.extend(format!("\\x{byte:02x}").bytes()),
                }
            }
            if plain {
                text.extend_from_slice(valid);
            }
            text.extend(
                invalid
                    .iter()
                    .flat_map(|byte| format!("\\x{byte:02x}").into_bytes()),
            );
        }
        if end.is_some() && line.ends_with(b"\n") {
            text.push(b'\n');
        }
    }
}

/// Columns of a terminal; control characters take none.
fn columns(text: &[u8]) -> usize {
    let controls = text.iter().filter(|byte| byte.is_ascii_control());
    width(text).saturating_sub(controls.count())
}

/// Lines side by side, at tab stops.
fn fill(lines: &[&[u8]], room: usize, rows_first: bool, out: &mut Output) {
    let widest = lines.iter().map(|line| columns(line)).max().unwrap_or(0);
    let stride = (widest + TAB) / TAB * TAB;
    if widest >= room {
        for line in lines {
            out.put(line);
            out.put_byte(b'\n');
        }
        return;
    }
    let across = (room / stride).max(1);
    let down = lines.len().div_ceil(across);
    for row in 0..down {
        let mut at = 0;
        for column in 0..across {
            let index = match rows_first {
                true => row * across + column,
                false => column * down + row,
            };
            let Some(line) = lines.get(index) else {
                break;
            };
            if column > 0 {
                while at < column * stride {
                    out.put_byte(b'\t');
                    at = (at + TAB) / TAB * TAB;
                }
            }
            out.put(line);
            at += columns(line);
        }
        out.put_byte(b'\n');
    }
}

impl Table {
    fn fields<'a>(&self, line: &'a [u8]) -> Vec<&'a [u8]> {
        let mut fields = Vec::new();
        let is_separator = |byte: &u8| match &self.separators {
            Some(separators) => separators.contains(byte),
            None => matches!(byte, b' ' | b'\t'),
        };
        let mut rest = line;
        loop {
            if self.separators.is_none() {
                let blanks = rest.iter().take_while(|byte| is_separator(byte)).count();
                rest = &rest[blanks..];
                if rest.is_empty() {
                    break;
                }
            }
            let end = rest.iter().position(is_separator);
            match end {
                Some(end) if fields.len() + 1 < self.limit => {
                    fields.push(&rest[..end]);
                    rest = &rest[end + 1..];
                }
                _ => {
                    fields.push(rest);
                    break;
                }
            }
        }
        fields
    }

    /// Whether a column is in a list of names and numbers.
    fn listed(&self, list: &[Vec<u8>], column: usize) -> bool {
        let number = (column + 1).to_string();
        let name = self.names.get(column);
        list.iter().any(|item| {
            item == number.as_bytes()
                || item == b"0"
                || Some(item) == name
                || (item == b"-" && name.is_none())
        })
    }

    /// The columns that are shown, in their order.
    fn shown(&self, count: usize) -> Vec<usize> {
        let mut shown: Vec<usize> = Vec::new();
        for item in &self.order {
            let item = std::slice::from_ref(item);
            if let Some(column) = (0..count).find(|column| self.listed(item, *column)) {
                shown.push(column);
            }
        }
        let rest: Vec<usize> = (0..count).filter(|c| !shown.contains(c)).collect();
        shown.extend(rest);
        shown.retain(|column| !self.listed(&self.hidden, *column));
        shown
    }

    fn put(&self, rows: Vec<Vec<&[u8]>>, out: &mut Output) {
        let mut rows = rows;
        if self.headings && !self.names.is_empty() {
            rows.insert(0, self.names.iter().map(Vec::as_slice).collect());
        }
        let count = rows.iter().map(Vec::len).max().unwrap_or(0);
        let shown = self.shown(count);
        let mut widths = vec![0; count];
        for row in &rows {
            for (column, field) in row.iter().enumerate() {
                widths[column] = columns(field).max(widths[column]);
            }
        }
        for row in &rows {
            for (index, &column) in shown.iter().enumerate() {
                let field = row.get(column).copied().unwrap_or_default();
                let gap = widths[column] - columns(field);
                let right = !self.right.is_empty() && self.listed(&self.right, column);
                let last = index + 1 == shown.len();
                if right {
                    out.put(&b" ".repeat(gap));
                }
                out.put(field);
                if !last {
                    if !right {
                        out.put(&b" ".repeat(gap));
                    }
                    out.put(&self.between);
                }
            }
            out.put_byte(b'\n');
        }
    }

    fn put_json(&self, rows: &[Vec<&[u8]>], out: &mut Output) {
        out.put(b"{\n   ");
        put_string(&self.name, out);
        out.put(b": [\n      ");
        let shown = self.shown(self.names.len());
        for (number, row) in rows.iter().enumerate() {
            if number > 0 {
                out.put(b",");
            }
            out.put(b"{\n");
            for (index, &column) in shown.iter().enumerate() {
                out.put(b"         ");
                put_string(&self.names[column].to_ascii_lowercase(), out);
                out.put(b": ");
                match row.get(column) {
                    Some(field) if !field.is_empty() => put_string(field, out),
                    _ => out.put(b"null"),
                }
                let comma: &[u8] = if index + 1 < shown.len() {
                    b",\n"
                } else {
                    b"\n"
                };
                out.put(comma);
            }
            out.put(b"      }");
        }
        out.put(b"\n   ]\n}\n");
    }
}

fn put_string(text: &[u8], out: &mut Output) {
    out.put_byte(b'"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.put(&[b'\\', byte]),
            b'\n' => out.put(b"\\n"),
            b'\t' => out.put(b"\\t"),
            b'\r' => out.put(b"\\r"),
            0x08 => out.put(b"\\b"),
            0x0c => out.put(b"\\f"),
            0..=0x1f => out.put(format!("\\u{byte:04x}").as_bytes()),
            _ => out.put_byte(byte),
        }
    }
    out.put_byte(b'"');
}
