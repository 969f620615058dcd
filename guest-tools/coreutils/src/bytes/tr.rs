//! `tr`: tables of 256 entries over large blocks.

use super::tr_set::{Set, complement, first_set, second_set};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::fast::with_buffer;
use crate::sys::{Errno, File};
use crate::text::quote;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'c', "complement"),
    Opt::flag(b'C', ""),
    Opt::flag(b'd', "delete"),
    Opt::flag(b's', "squeeze-repeats"),
    Opt::flag(b't', "truncate-set1"),
];

/// What happens to bytes.
struct Plan {
    delete: Option<[bool; 256]>,
    map: Option<[u8; 256]>,
    squeeze: Option<[bool; 256]>,
}

/// Runs `tr`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "tr", 1);
    let plan = match plan(&context, args) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    let mut out = Output::stdout();
    let input = File::stdin();
    let mut last = None;
    let error = with_buffer(|buf| {
        loop {
            let got = match input.read(buf) {
                Ok(0) => return None,
                Ok(got) => got,
                Err(Errno::Intr) => continue,
                Err(errno) => return Some(errno),
            };
            let used = plan.apply(&mut buf[..got], &mut last);
            out.put_through(&buf[..used]);
            if out.failed() {
                return None;
            }
        }
    });
    if let Some(errno) = error {
        context.say_error(b"read error", errno);
        return 1;
    }
    out.finish(&context, 0)
}

impl Plan {
    /// Changes the bytes in place; gives how many are left.
    fn apply(&self, part: &mut [u8], last: &mut Option<u8>) -> usize {
        let mut used = part.len();
        if let Some(delete) = &self.delete {
            let mut to = 0;
            for from in 0..used {
                let byte = part[from];
                part[to] = byte;
                to += usize::from(!delete[usize::from(byte)]);
            }
            used = to;
        }
        if let Some(map) = &self.map {
            for byte in &mut part[..used] {
                *byte = map[usize::from(*byte)];
            }
        }
        if let Some(squeeze) = &self.squeeze {
            let mut to = 0;
            for from in 0..used {
                let byte = part[from];
                let again = *last == Some(byte) && squeeze[usize::from(byte)];
                part[to] = byte;
                to += usize::from(!again);
                *last = Some(byte);
            }
            used = to;
        }
        used
    }
}

fn members(set: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    for byte in set {
        table[usize::from(*byte)] = true;
    }
    table
}

fn plan(context: &Context<'_>, args: &Args) -> Result<Plan, i32> {
    let parsed = parse(context, args, OPTIONS, Order::StopAtOperand)?;
    let (mut invert, mut delete, mut squeeze, mut truncate) = (false, false, false, false);
    for (letter, _, _) in parsed.options {
        match letter {
            b'd' => delete = true,
            b's' => squeeze = true,
            b't' => truncate = true,
            _ => invert = true,
        }
    }
    let operands = parsed.operands.as_slice();
    let least = if delete == squeeze { 2 } else { 1 };
    let most = if delete && !squeeze { 1 } else { 2 };
    let hint = |text: &str| {
        let mut err = Output::new(2);
        err.put(text.as_bytes());
        err.flush();
    };
    if operands.len() < least {
        match operands.last() {
            None => context.say(b"missing operand"),
            Some(last) => {
                context.say(&[b"missing operand after ".as_slice(), &quote::always(last)].concat());
                hint(if squeeze {
                    "Two strings must be given when both deleting and squeezing repeats.\n"
                } else {
                    "Two strings must be given when translating.\n"
                });
            }
        }
        return Err(context.usage(b""));
    }
    if let Some(extra) = operands.get(most) {
        context.say(&[b"extra operand ".as_slice(), &quote::always(extra)].concat());
        if operands.len() == 2 {
            hint("Only one string may be given when deleting without squeezing repeats.\n");
        }
        return Err(context.usage(b""));
    }
    let fail = |text: Vec<u8>| {
        context.say(&text);
        1
    };
    let mut one: Set = first_set(context, &operands[0]).map_err(fail)?;
    let translates = operands.len() == 2 && !delete;
    let two = match operands.get(1) {
        Some(text) => Some(second_set(context, text).map_err(fail)?),
        None => None,
    };
    let mut first = one.bytes();
    if invert {
        first = complement(&first);
    }
    let Some(two) = two else {
        let table = members(&first);
        return Ok(Plan {
            delete: delete.then_some(table),
            map: None,
            squeeze: squeeze.then_some(table),
        });
    };
    if !translates {
        let second = two.filled(0).map_err(|text| fail(text.into()))?;
        return Ok(Plan {
            delete: Some(members(&first)),
            map: None,
            squeeze: Some(members(&second)),
        });
    }
    let (map, second) = two
        .pair(&mut one, &first, invert, truncate)
        .map_err(|text| fail(text.into()))?;
    Ok(Plan {
        delete: None,
        map: Some(map),
        squeeze: squeeze.then(|| members(&second)),
    })
}
