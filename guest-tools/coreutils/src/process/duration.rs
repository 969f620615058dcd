//! Durations as `sleep` and `timeout` take them, and `sleep`.

use crate::Args;
use crate::cli::{Context, Order, parse};
use crate::sys::{self, Errno};
use crate::text::quote;

/// Longest wait; more is for ever.
const FOREVER_NS: u64 = u64::MAX / 2;

/// Nanoseconds of `1.5`, `2m`, `3h`, `4d`, `inf`; `None` if malformed.
pub fn parse_duration(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let (number, unit) = match text.as_bytes().last()? {
        b's' => (text.strip_suffix('s')?, 1.0),
        b'm' => (text.strip_suffix('m')?, 60.0),
        b'h' => (text.strip_suffix('h')?, 3600.0),
        b'd' => (text.strip_suffix('d')?, 86400.0),
        _ => (text, 1.0),
    };
    let number = number.trim_start();
    // "nan" parses, and is no duration.
    let seconds: f64 = number.parse().ok().filter(|s: &f64| *s >= 0.0)?;
    let ns = (seconds * unit * 1e9).ceil();
    Some(if ns >= FOREVER_NS as f64 {
        FOREVER_NS
    } else {
        ns as u64
    })
}

/// Runs `sleep`.
pub fn sleep(args: &Args) -> i32 {
    let context = Context::new(args, "sleep", 1);
    let parsed = match parse(&context, args, &[], Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    if parsed.operands.is_empty() {
        return context.usage(b"missing operand");
    }
    let (mut total, mut bad) = (0_u64, false);
    for text in &parsed.operands {
        match parse_duration(text) {
            Some(ns) => total = total.saturating_add(ns),
            None => {
                context.say(&[b"invalid time interval ".as_slice(), &quote::always(text)].concat());
                bad = true;
            }
        }
    }
    if bad {
        return context.usage(b"");
    }
    let end = sys::monotonic_ns().saturating_add(total);
    loop {
        let left = end.saturating_sub(sys::monotonic_ns());
        if left == 0 {
            return 0;
        }
        match sys::wait_readable(None, Some(left)) {
            Ok(_) | Err(Errno::Intr) => {}
            Err(_) => return 1,
        }
    }
}
