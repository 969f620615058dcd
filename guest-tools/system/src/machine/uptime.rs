//! `uptime`, and `w`, which begins with it.

use crate::process::table::{boot_ns, uptime_ns};
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::sys;
use wardian_applet::text::time;

/// The line that `uptime`, `w` and `top` share, without a newline.
pub fn first_line() -> String {
    let now = time::local(sys::now_ns()).format(b"%H:%M:%S");
    let seconds = uptime_ns() / 1_000_000_000;
    let (days, hours, minutes) = (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60);
    let mut up = String::new();
    if days > 0 {
        up = format!("{days} day{}, ", if days == 1 { "" } else { "s" });
    }
    if hours > 0 {
        up.push_str(&format!("{hours:2}:{minutes:02}, "));
    } else {
        up.push_str(&format!("{minutes} min, "));
    }
    let load = sys::read_file(b"/proc/loadavg").unwrap_or_default();
    let load = String::from_utf8_lossy(&load).into_owned();
    let mut loads = load
        .split_ascii_whitespace()
        .chain(["0.00"; 3])
        .take(3)
        .map(str::to_owned);
    let mut next = || loads.next().unwrap_or_default();
    let now = String::from_utf8_lossy(&now).into_owned();
    format!(
        " {now} up {up} 0 user,  load average: {}, {}, {}",
        next(),
        next(),
        next()
    )
}

fn pretty() -> String {
    let minutes = uptime_ns() / 60_000_000_000;
    let parts = [
        (minutes / (60 * 24 * 7), "week"),
        (minutes / (60 * 24) % 7, "day"),
        (minutes / 60 % 24, "hour"),
        (minutes % 60, "minute"),
    ];
    let text = |(count, unit): &(u64, &str)| {
        format!("{count} {unit}{}", if *count == 1 { "" } else { "s" })
    };
    let shown: Vec<String> = parts.iter().filter(|part| part.0 > 0).map(text).collect();
    if shown.is_empty() {
        return "up 0 minutes".to_owned();
    }
    format!("up {}", shown.join(", "))
}

/// Runs `uptime`.
pub fn uptime(args: &Args) -> i32 {
    const OPTIONS: &[Opt] = &[Opt::flag(b'p', "pretty"), Opt::flag(b's', "since")];
    let context = Context::new(args, "uptime", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let line = match parsed.options.last().map(|option| option.0) {
        Some(b'p') => pretty().into_bytes(),
        Some(_) => time::local(boot_ns()).format(b"%Y-%m-%d %H:%M:%S"),
        None => first_line().into_bytes(),
    };
    let mut out = Output::stdout();
    out.put(&line);
    out.put_byte(b'\n');
    out.finish(&context, 0)
}

/// Runs `w`: nobody is ever logged in.
pub fn w(args: &Args) -> i32 {
    #[rustfmt::skip]
    const OPTIONS: &[Opt] = &[
        Opt::flag(b'h', "no-header"), Opt::flag(b'u', "no-current"), Opt::flag(b's', "short"),
        Opt::flag(b'f', "from"), Opt::flag(b'o', "old-style"), Opt::flag(b'i', "ip-addr"), Opt::flag(b'p', "pids"),
    ];
    let context = Context::new(args, "w", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut out = Output::stdout();
    if !parsed.options.iter().any(|option| option.0 == b'h') {
        out.put(first_line().as_bytes());
        out.put(b"\nUSER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT\n");
    }
    out.finish(&context, 0)
}
