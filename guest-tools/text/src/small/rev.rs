//! `rev`: the characters of each line in reverse.

use super::files;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::text::utf8_locale;

const OPTIONS: &[Opt] = &[Opt::flag(b'0', "zero"), Opt::flag(b'V', "")];

/// Runs `rev`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "rev", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let end = match parsed.options.iter().any(|option| option.0 == b'0') {
        true => 0,
        false => b'\n',
    };
    let unicode = utf8_locale();
    let mut out = Output::stdout();
    let mut line = Vec::new();
    let code = files::each(&context, &parsed.operands, "cannot open ", |_, text| {
        for part in text.split_inclusive(|byte| *byte == end) {
            let body = part.strip_suffix(&[end]).unwrap_or(part);
            line.clear();
            if unicode && !body.is_ascii() {
                for chunk in body.utf8_chunks().collect::<Vec<_>>().iter().rev() {
                    line.extend(chunk.invalid().iter().rev());
                    for c in chunk.valid().chars().rev() {
                        line.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                }
            } else {
                line.extend(body.iter().rev());
            }
            out.put(&line);
            out.put(&part[body.len()..]);
        }
    });
    out.finish(&context, code)
}
