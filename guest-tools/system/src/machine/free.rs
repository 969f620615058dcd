//! `free` and `vmstat`.

use crate::process::table::{memory, processes};
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::sys;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'b', "bytes"), Opt::flag(1, "kilo"), Opt::flag(2, "mega"), Opt::flag(3, "giga"), Opt::flag(4, "tera"),
    Opt::flag(b'k', "kibi"), Opt::flag(b'm', "mebi"), Opt::flag(b'g', "gibi"), Opt::flag(5, "tebi"),
    Opt::flag(b'h', "human"), Opt::flag(6, "si"), Opt::flag(b'l', "lohi"), Opt::flag(b't', "total"),
    Opt::value(b's', "seconds"), Opt::value(b'c', "count"), Opt::flag(b'w', "wide"), Opt::flag(b'v', "committed"),
];

/// How amounts are shown.
enum Unit {
    Bytes(u64),
    Human(u64),
}

fn show(kib: u64, unit: &Unit) -> String {
    let bytes = kib * 1024;
    let base = match unit {
        Unit::Bytes(unit) => return (bytes / unit).to_string(),
        Unit::Human(base) => *base,
    };
    let suffix = if base == 1024 { "i" } else { "" };
    if bytes < base {
        return format!("{bytes}B");
    }
    let room = 3 + suffix.len() + 1;
    let mut scale = base as f64;
    for letter in "KMGTPE".chars() {
        let exact = format!("{:.1}{letter}{suffix}", bytes as f64 / scale);
        if exact.len() <= room {
            return exact;
        }
        let whole = format!("{}{letter}{suffix}", (bytes as f64 / scale) as u64);
        if whole.len() <= room {
            return whole;
        }
        scale *= base as f64;
    }
    format!("{bytes}B")
}

/// Runs `free`.
pub fn free(args: &Args) -> i32 {
    let context = Context::new(args, "free", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut unit, mut human, mut si, mut total, mut wide) = (1024, false, false, false, false);
    let (mut seconds, mut count, mut chosen) = (None, None, 1);
    for (letter, _, value) in parsed.options {
        let text = String::from_utf8_lossy(&value.unwrap_or_default()).into_owned();
        match letter {
            b'b' => (unit, chosen) = (1, 0),
            b'k' => (unit, chosen) = (1024, 1),
            b'm' => (unit, chosen) = (1 << 20, 2),
            b'g' => (unit, chosen) = (1 << 30, 3),
            1 => unit = 1000,
            2 => unit = 1_000_000,
            3 => unit = 1_000_000_000,
            4 => unit = 1_000_000_000_000,
            5 => unit = 1 << 40,
            b'h' => human = true,
            6 => si = true,
            b't' => total = true,
            b'w' => wide = true,
            b's' | b'c' => {
                let number: f64 = match text.parse() {
                    Ok(number) if number > 0.0 => number,
                    _ => {
                        context.say(format!("failed to parse argument: '{text}'").as_bytes());
                        return 1;
                    }
                };
                if letter == b's' {
                    seconds = Some(number)
                } else {
                    count = Some(number as u64)
                }
            }
            _ => {}
        }
    }
    if si && unit == 1_u64 << (10 * chosen) {
        unit = 1000_u64.pow(chosen);
    }
    let unit = if human {
        Unit::Human(if si { 1000 } else { 1024 })
    } else {
        Unit::Bytes(unit)
    };
    let mut out = Output::stdout();
    let times = count.unwrap_or(if seconds.is_some() { u64::MAX } else { 1 });
    for turn in 0..times {
        if turn > 0 {
            out.put_byte(b'\n');
            out.flush();
            let _ = sys::wait_readable(None, Some((seconds.unwrap_or(1.0) * 1e9) as u64));
        }
        table(&mut out, &unit, wide, total);
        out.flush();
        if out.failed() {
            break;
        }
    }
    out.finish(&context, 0)
}

fn table(out: &mut Output, unit: &Unit, wide: bool, total: bool) {
    let all = memory("MemTotal");
    let available = memory("MemAvailable");
    let (buffers, cache) = (memory("Buffers"), memory("Cached") + memory("SReclaimable"));
    let used = all.saturating_sub(available);
    let (swap, swap_free) = (memory("SwapTotal"), memory("SwapFree"));
    let header = if wide {
        "               total        used        free      shared     buffers       cache   available\n"
    } else {
        "               total        used        free      shared  buff/cache   available\n"
    };
    out.put(header.as_bytes());
    let mut line = |label: &str, values: &[u64]| {
        let mut text = format!("{label:<8}");
        for value in values {
            text.push_str(&format!("{:>12}", show(*value, unit)));
        }
        text.push('\n');
        out.put(text.as_bytes());
    };
    let (free, shared) = (memory("MemFree"), memory("Shmem"));
    if wide {
        line(
            "Mem:",
            &[all, used, free, shared, buffers, cache, available],
        );
    } else {
        line(
            "Mem:",
            &[all, used, free, shared, buffers + cache, available],
        );
    }
    let swap_used = swap.saturating_sub(swap_free);
    line("Swap:", &[swap, swap_used, swap_free]);
    if total {
        line("Total:", &[all + swap, used + swap_used, free + swap_free]);
    }
}

/// Runs `vmstat`: what is not known is 0.
pub fn vmstat(args: &Args) -> i32 {
    let context = Context::new(args, "vmstat", 1);
    let running = processes()
        .iter()
        .filter(|process| process.state == b'R')
        .count();
    let mut out = Output::stdout();
    out.put(b"procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n");
    out.put(b" r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n");
    let text = format!(
        "{running:2}  0 {:6} {:6} {:6} {:6}    0    0     0     0    0    0  0  0 100  0  0\n",
        memory("SwapTotal").saturating_sub(memory("SwapFree")),
        memory("MemFree"),
        memory("Buffers"),
        memory("Cached"),
    );
    out.put(text.as_bytes());
    out.finish(&context, 0)
}

#[cfg(test)]
mod tests {
    use super::{Unit, show};

    #[test]
    fn amounts_for_people_are_cut_not_rounded() {
        let human = |kib| show(kib, &Unit::Human(1024));
        assert_eq!(human(24_684_084), "23Gi");
        assert_eq!(human(2_817_372), "2.7Gi");
        assert_eq!(human(8932), "8.7Mi");
        assert_eq!(human(0), "0B");
        assert_eq!(show(2048, &Unit::Bytes(1 << 20)), "2");
    }
}
