//! `comm`.

use super::Reader;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::text::quote;
use std::cmp::Ordering;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'1', ""),
    Opt::flag(b'2', ""),
    Opt::flag(b'3', ""),
    Opt::flag(4, "check-order"),
    Opt::flag(5, "nocheck-order"),
    Opt::value(6, "output-delimiter"),
    Opt::flag(7, "total"),
    Opt::flag(b'z', "zero-terminated"),
];

/// Whether inputs out of order are told of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    /// If a line has no partner.
    Default,
    Always,
    Never,
}

struct Side {
    reader: Reader,
    line: Option<Vec<u8>>,
    before: Vec<u8>,
    number: usize,
    told: bool,
}

impl Side {
    /// Goes on to the next line; whether it follows the last one.
    fn advance(&mut self, end: u8) -> bool {
        let mut old = self.line.take().unwrap_or_default();
        std::mem::swap(&mut self.before, &mut old);
        let first = self.number == 0;
        self.number += 1;
        if let Some(line) = self.reader.next_bare(end) {
            old.clear();
            old.extend_from_slice(line);
            let ordered = first || self.before <= old;
            self.line = Some(old);
            return ordered;
        }
        // The last two lines may have been read before any was without partner.
        self.number <= 2 || old <= self.before
    }
}

/// Runs `comm`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "comm", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut shown = [true; 3];
    let (mut check, mut between, mut total, mut end) = (Check::Default, None, false, b'\n');
    for (letter, _, value) in parsed.options {
        match letter {
            b'1'..=b'3' => shown[usize::from(letter - b'1')] = false,
            4 => check = Check::Always,
            5 => check = Check::Never,
            6 => {
                let value = value.unwrap_or_default();
                if between.as_ref().is_some_and(|before| *before != value) {
                    context.say(b"multiple output delimiters specified");
                    return 1;
                }
                between = Some(value);
            }
            7 => total = true,
            _ => end = 0,
        }
    }
    let between = match between {
        None => b"\t".to_vec(),
        Some(text) if text.is_empty() => vec![0],
        Some(text) => text,
    };
    let (first, second) = match parsed.operands.as_slice() {
        [first, second] => (first, second),
        [] => return context.usage(b"missing operand"),
        [only] => {
            let text = [b"missing operand after ".as_slice(), &quote::always(only)];
            return context.usage(&text.concat());
        }
        [_, _, extra, ..] => {
            let text = [b"extra operand ".as_slice(), &quote::always(extra)];
            return context.usage(&text.concat());
        }
    };
    let side = |name: &[u8]| {
        Reader::open(&context, name).map(|reader| Side {
            reader,
            line: None,
            before: Vec::new(),
            number: 0,
            told: false,
        })
    };
    let (Some(left), Some(right)) = (side(first), side(second)) else {
        return 1;
    };
    let mut sides = [left, right];
    let mut out = Output::stdout();
    let mut counts = [0_u64; 3];
    let mut disorder = false;
    let mut step =
        |sides: &mut [Side; 2], index: usize, unpaired: bool, out: &mut Output| -> bool {
            let side = &mut sides[index];
            let ordered = side.advance(end);
            let heed = check == Check::Always || check == Check::Default && unpaired;
            if ordered || !heed || side.told {
                return true;
            }
            side.told = true;
            disorder = true;
            out.flush();
            let text = format!("file {} is not in sorted order", index + 1);
            context.say(text.as_bytes());
            check != Check::Always
        };
    step(&mut sides, 0, false, &mut out);
    step(&mut sides, 1, false, &mut out);
    let mut unpaired = false;
    loop {
        let order = match (&sides[0].line, &sides[1].line) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.cmp(b),
        };
        let (column, side) = match order {
            Ordering::Less => (0, 0),
            Ordering::Greater => (1, 1),
            Ordering::Equal => (2, 0),
        };
        counts[column] += 1;
        unpaired |= column != 2;
        if shown[column] {
            for _ in shown[..column].iter().filter(|shown| **shown) {
                out.put(&between);
            }
            out.put(sides[side].line.as_deref().unwrap_or_default());
            out.put_byte(end);
        }
        if out.failed() {
            break;
        }
        let left = order.is_le() && !step(&mut sides, 0, unpaired, &mut out);
        let right = !left && order.is_ge() && !step(&mut sides, 1, unpaired, &mut out);
        if left || right {
            return out.finish(&context, 1);
        }
    }
    if total {
        let mut line = Vec::new();
        for count in counts {
            line.extend_from_slice(count.to_string().as_bytes());
            line.extend_from_slice(&between);
        }
        line.extend_from_slice(b"total");
        line.push(end);
        out.put(&line);
    }
    let mut code = 0;
    for (side, name) in sides.iter().zip([first, second]) {
        if side.reader.error().is_some() {
            out.flush();
            side.reader.complain(&context, name);
            code = 1;
        }
    }
    if disorder {
        out.flush();
        if check == Check::Default {
            context.say(b"input is not in sorted order");
        }
        code = 1;
    }
    out.finish(&context, code)
}
