//! `basename`, `dirname`.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::text::quote;

const BASENAME_OPTIONS: &[Opt] = &[
    Opt::flag(b'a', "multiple"),
    Opt::value(b's', "suffix"),
    Opt::flag(b'z', "zero"),
];

/// Runs `basename`.
pub fn basename(args: &Args) -> i32 {
    let context = Context::new(args, "basename", 1);
    let parsed = match parse(&context, args, BASENAME_OPTIONS, Order::StopAtOperand) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut multiple, mut suffix, mut end) = (false, Vec::new(), b'\n');
    for (letter, _, value) in parsed.options {
        match letter {
            b'a' => multiple = true,
            b's' => (multiple, suffix) = (true, value.unwrap_or_default()),
            _ => end = 0,
        }
    }
    let names = match parsed.operands.as_slice() {
        [] => return context.usage(b"missing operand"),
        names if multiple => names,
        [_, _, extra, ..] => {
            return context.usage(&[b"extra operand ".as_slice(), &quote::always(extra)].concat());
        }
        [name, given] => {
            suffix.clone_from(given);
            std::slice::from_ref(name)
        }
        names => names,
    };
    let mut out = Output::stdout();
    for name in names {
        out.put(without_suffix(last(name), &suffix));
        out.put_byte(end);
    }
    out.finish(&context, 0)
}

/// Runs `dirname`.
pub fn dirname(args: &Args) -> i32 {
    const OPTIONS: &[Opt] = &[Opt::flag(b'z', "zero")];
    let context = Context::new(args, "dirname", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    if parsed.operands.is_empty() {
        return context.usage(b"missing operand");
    }
    let end = if parsed.options.is_empty() { b'\n' } else { 0 };
    let mut out = Output::stdout();
    for name in &parsed.operands {
        out.put(parent(name));
        out.put_byte(end);
    }
    out.finish(&context, 0)
}

fn trim_slashes(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|byte| *byte != b'/');
    &path[..end.map_or(0, |at| at + 1)]
}

/// Last component, without trailing slashes.
pub fn last(path: &[u8]) -> &[u8] {
    let trimmed = trim_slashes(path);
    match trimmed.iter().rposition(|byte| *byte == b'/') {
        _ if trimmed.is_empty() && !path.is_empty() => b"/",
        Some(at) => &trimmed[at + 1..],
        None => trimmed,
    }
}

fn without_suffix<'a>(name: &'a [u8], suffix: &[u8]) -> &'a [u8] {
    match name.strip_suffix(suffix) {
        Some(stem) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// All but the last component.
pub fn parent(path: &[u8]) -> &[u8] {
    let trimmed = trim_slashes(path);
    match trimmed.iter().rposition(|byte| *byte == b'/') {
        None if trimmed.is_empty() && !path.is_empty() => b"/",
        None => b".",
        Some(at) => match trim_slashes(&trimmed[..at]) {
            b"" => b"/",
            parent => parent,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{last, parent, without_suffix};

    #[test]
    fn names_split_as_posix_says() {
        let cases: [(&[u8], &[u8], &[u8]); 9] = [
            (b"", b"", b"."),
            (b"/", b"/", b"/"),
            (b"//", b"/", b"/"),
            (b"a", b"a", b"."),
            (b"a/", b"a", b"."),
            (b"/a", b"a", b"/"),
            (b"a/b", b"b", b"a"),
            (b"a//b//", b"b", b"a"),
            (b"/a/b", b"b", b"/a"),
        ];
        for (path, base, dir) in cases {
            assert_eq!((last(path), parent(path)), (base, dir));
        }
        assert_eq!(without_suffix(b"a.c", b".c"), b"a");
        assert_eq!(without_suffix(b".c", b".c"), b".c");
    }
}
