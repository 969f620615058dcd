//! `look`: the lines of a sorted file that start with a string.

use super::files;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};

const OPTIONS: &[Opt] = &[
    Opt::flag(b'a', "alternative"),
    Opt::flag(b'd', "alphanum"),
    Opt::flag(b'f', "ignore-case"),
    Opt::value(b't', "terminate"),
    Opt::flag(b'b', ""),
];

/// Searched if no file is named.
const WORDS: &[u8] = b"/usr/share/dict/words";

/// Runs `look`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "look", 2);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let Some(wanted) = parsed.operands.first() else {
        return context.usage(b"bad usage");
    };
    let file = parsed.operands.get(1);
    let (mut alphanumeric, mut fold) = (file.is_none(), file.is_none());
    let mut last = None;
    for (letter, _, value) in parsed.options {
        match letter {
            b'd' => alphanumeric = true,
            b'f' => fold = true,
            b't' => last = value.and_then(|value| value.first().copied()),
            _ => {}
        }
    }
    let mut wanted = wanted.clone();
    if let Some(at) = last.and_then(|last| wanted.iter().position(|byte| *byte == last)) {
        wanted.truncate(at + 1);
    }
    let key = |line: &[u8], most: usize| -> Vec<u8> {
        let kept = line.iter().copied();
        let kept = kept.filter(|b| !alphanumeric || b.is_ascii_alphanumeric() || *b == b' ');
        let kept = kept.map(|b| if fold { b.to_ascii_lowercase() } else { b });
        kept.take(most).collect()
    };
    let wanted = key(&wanted, usize::MAX);
    let name = file.map_or(WORDS, Vec::as_slice);
    let text = match files::read(name) {
        Ok(text) => text,
        Err(errno) => {
            context.say_error(name, errno);
            return 2;
        }
    };
    // The first line that is not before what is wanted.
    let (mut low, mut high) = (0, text.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = memchr::memrchr(b'\n', &text[low..middle]).map_or(low, |at| low + at + 1);
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |at| start + at);
        if key(&text[start..end], wanted.len()) < wanted {
            low = (end + 1).min(text.len());
        } else {
            high = start;
        }
    }
    let mut out = Output::stdout();
    let mut found = false;
    for line in text[low..].split_inclusive(|byte| *byte == b'\n') {
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        if key(body, wanted.len()) != wanted {
            break;
        }
        found = true;
        out.put(body);
        out.put_byte(b'\n');
    }
    out.finish(&context, i32::from(!found))
}
