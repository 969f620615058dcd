//! `which`, as Debian's.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::program::{candidates, is_executable};

const OPTIONS: &[Opt] = &[Opt::flag(b'a', ""), Opt::flag(b's', "")];

/// Runs `which`.
pub fn which(args: &Args) -> i32 {
    let context = Context::new(args, "which", 2);
    let parsed = match parse(&context, args, OPTIONS, Order::StopAtOperand) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let has = |letter| parsed.options.iter().any(|option| option.0 == letter);
    let (all, silent) = (has(b'a'), has(b's'));
    if parsed.operands.is_empty() {
        return 1;
    }
    let path = std::env::var_os("PATH")
        .unwrap_or_default()
        .into_encoded_bytes();
    let (mut out, mut code) = (Output::stdout(), 0);
    for name in &parsed.operands {
        let mut found = false;
        let paths: Vec<Vec<u8>> = if name.contains(&b'/') {
            vec![name.clone()]
        } else {
            candidates(&path, name).collect()
        };
        for path in paths {
            if !is_executable(&path) {
                continue;
            }
            found = true;
            if !silent {
                out.put(&path);
                out.put_byte(b'\n');
            }
            if !all {
                break;
            }
        }
        code |= i32::from(!found);
    }
    out.finish(&context, code)
}
