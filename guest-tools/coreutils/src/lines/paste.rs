//! `paste`.

use super::{Reader, inputs};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::value(b'd', "delimiters"),
    Opt::flag(b's', "serial"),
    Opt::flag(b'z', "zero-terminated"),
];

/// Runs `paste`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "paste", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut delimiters, mut serial, mut end) = (vec![Some(b'\t')], false, b'\n');
    for (letter, _, value) in parsed.options {
        match letter {
            b'd' => {
                let list = value.unwrap_or_default();
                match delimiters_of(&list) {
                    Some(found) => delimiters = found,
                    None => {
                        let text = [
                            b"delimiter list ends with an unescaped backslash: ".as_slice(),
                            &list,
                        ];
                        context.say(&text.concat());
                        return 1;
                    }
                }
            }
            b's' => serial = true,
            _ => end = 0,
        }
    }
    let names = inputs(parsed.operands);
    let mut out = Output::stdout();
    let code = if serial {
        one_by_one(&context, &names, &delimiters, end, &mut out)
    } else {
        side_by_side(&context, &names, &delimiters, end, &mut out)
    };
    out.finish(&context, code)
}

/// The list with escapes read; `None` stands for no delimiter at all.
fn delimiters_of(list: &[u8]) -> Option<Vec<Option<u8>>> {
    let mut out = Vec::new();
    let mut rest = list.iter();
    while let Some(&byte) = rest.next() {
        out.push(match byte {
            b'\\' => match rest.next()? {
                b'0' => None,
                b'b' => Some(8),
                b'f' => Some(12),
                b'n' => Some(b'\n'),
                b'r' => Some(b'\r'),
                b't' => Some(b'\t'),
                b'v' => Some(11),
                other => Some(*other),
            },
            byte => Some(byte),
        });
    }
    if out.is_empty() {
        out.push(None);
    }
    Some(out)
}

fn one_by_one(
    context: &Context<'_>,
    names: &[Vec<u8>],
    delimiters: &[Option<u8>],
    end: u8,
    out: &mut Output,
) -> i32 {
    let mut code = 0;
    for name in names {
        let Some(mut reader) = Reader::open(context, name) else {
            code = 1;
            continue;
        };
        let mut index = 0;
        while let Some(line) = reader.next_bare(end) {
            if index > 0
                && let Some(byte) = delimiters[(index - 1) % delimiters.len()]
            {
                out.put_byte(byte);
            }
            index += 1;
            out.put(line);
        }
        out.put_byte(end);
        if reader.error().is_some() {
            out.flush();
            reader.complain(context, name);
            code = 1;
        }
    }
    code
}

fn side_by_side(
    context: &Context<'_>,
    names: &[Vec<u8>],
    delimiters: &[Option<u8>],
    end: u8,
    out: &mut Output,
) -> i32 {
    let mut readers: Vec<Reader> = Vec::new();
    // Which reader serves which column: standard input is shared.
    let mut columns: Vec<Option<usize>> = Vec::new();
    let mut stdin = None;
    for name in names {
        if name == b"-" && stdin.is_some() {
            columns.push(stdin);
            continue;
        }
        let Some(reader) = Reader::open(context, name) else {
            return 1;
        };
        readers.push(reader);
        let column = Some(readers.len() - 1);
        if name == b"-" {
            stdin = column;
        }
        columns.push(column);
    }
    let mut code = 0;
    loop {
        // Delimiters before the first line that is left wait for it.
        let mut waiting: Vec<u8> = Vec::new();
        let mut any = false;
        for index in 0..columns.len() {
            let line = columns[index].and_then(|reader| readers[reader].next_bare(end));
            if let Some(line) = line {
                out.put(&waiting);
                waiting.clear();
                out.put(line);
                any = true;
            } else if let Some(reader) = columns[index]
                && readers[reader].error().is_some()
                && code == 0
            {
                out.flush();
                readers[reader].complain(context, &names[index]);
                code = 1;
            }
            if index + 1 < columns.len()
                && let Some(byte) = delimiters[index % delimiters.len()]
            {
                if any {
                    out.put_byte(byte);
                } else {
                    waiting.push(byte);
                }
            }
        }
        if !any || out.failed() {
            return code;
        }
        out.put_byte(end);
    }
}
