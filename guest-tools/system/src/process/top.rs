//! `top -b`: one listing after another, never interactive.

use super::table::{Process, TICKS, memory, name_of, pid_width, processes};
use crate::machine::uptime::first_line;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys;

/// Runs `top`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "top", 1);
    let (mut times, mut delay, mut by_memory, mut pids, mut full) =
        (None::<u64>, 3.0_f64, false, Vec::new(), false);
    let mut batch = false;
    let mut rest = args.get(1..).unwrap_or_default().iter();
    while let Some(arg) = rest.next() {
        let mut letters = arg.strip_prefix(b"-").unwrap_or(arg);
        while let [letter, tail @ ..] = letters {
            letters = tail;
            let mut value = || {
                let text = match std::mem::take(&mut letters) {
                    [] => rest.next().cloned().unwrap_or_default(),
                    text => text.to_vec(),
                };
                String::from_utf8_lossy(&text).into_owned()
            };
            match letter {
                b'b' => batch = true,
                b'n' => times = value().parse().ok(),
                b'd' => delay = value().parse().unwrap_or(3.0),
                b'o' => by_memory = value().contains("MEM"),
                b'p' => pids.extend(value().split(',').filter_map(|pid| pid.parse::<u32>().ok())),
                b'c' => full = true,
                b'u' | b'U' | b'w' | b'E' | b'e' => drop(value()),
                b'H' | b'i' | b's' | b'S' | b'1' => {}
                _ => {
                    let text = format!("unknown option '{}'", char::from(*letter));
                    context.say(text.as_bytes());
                    return 1;
                }
            }
        }
    }
    if !batch && !sys::is_terminal(1) {
        context.say(b"failed tty get");
        return 1;
    }
    // Without a keyboard to stop it, one listing is what is wanted.
    let times = times.unwrap_or(if batch { u64::MAX } else { 1 });
    let mut out = Output::stdout();
    for turn in 0..times {
        if turn > 0 {
            out.put_byte(b'\n');
            out.flush();
            let _ = sys::wait_readable(None, Some((delay.max(0.1) * 1e9) as u64));
        }
        listing(&mut out, by_memory, &pids, full);
        out.flush();
        if out.failed() {
            break;
        }
    }
    out.finish(&context, 0)
}

fn listing(out: &mut Output, by_memory: bool, pids: &[u32], full: bool) {
    let mut all = processes();
    all.retain(|process| pids.is_empty() || pids.contains(&process.pid));
    let count = |letters: &[u8]| {
        all.iter()
            .filter(|process| letters.contains(&process.state))
            .count()
    };
    let total = memory("MemTotal");
    let free = memory("MemFree");
    let cache = memory("Buffers") + memory("Cached") + memory("SReclaimable");
    let used = total.saturating_sub(memory("MemAvailable"));
    let mib = |kib: u64| format!("{:8.1}", kib as f64 / 1024.0);
    let swap = memory("SwapTotal");
    let text = format!(
        "top -{}\nTasks: {:3} total, {:3} running, {:3} sleeping, {:3} stopped, {:3} zombie\n\
         %Cpu(s):  0.0 us,  0.0 sy,  0.0 ni,100.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st \n\
         MiB Mem : {} total, {} free, {} used, {} buff/cache     \n\
         MiB Swap: {} total, {} free, {} used. {} avail Mem \n\n",
        first_line(),
        all.len(),
        count(b"R"),
        count(b"SDI"),
        count(b"Tt"),
        count(b"Z"),
        mib(total),
        mib(free),
        mib(used),
        mib(cache),
        mib(swap),
        mib(memory("SwapFree")),
        mib(swap.saturating_sub(memory("SwapFree"))),
        mib(memory("MemAvailable")),
    );
    out.put(text.as_bytes());
    let width = pid_width();
    out.put(
        format!(
            "{:>width$} USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n",
            "PID"
        )
        .as_bytes(),
    );
    all.sort_by_key(|process| {
        let key = if by_memory {
            process.resident_bytes
        } else {
            process.cpu_tenths()
        };
        (std::cmp::Reverse(key), process.pid)
    });
    for process in &all {
        let name = if full {
            process.command_line()
        } else {
            process.comm.clone()
        };
        out.put(row(process, width, total).as_bytes());
        out.put(&name);
        out.put_byte(b'\n');
    }
}

fn row(process: &Process, width: usize, total: u64) -> String {
    let mut user = name_of("/etc/passwd", process.uid);
    if user.len() > 8 {
        user.truncate(7);
        user.push('+');
    }
    let memory_share = process.resident_bytes as f64 / 1024.0 * 100.0 / total.max(1) as f64;
    let hundredths = process.time * 100 / TICKS;
    format!(
        "{:>width$} {user:<8} {:>3} {:>3} {:>7} {:>6} {:>6} {} {:>5.1} {:>5.1} {:>6}:{:02}.{:02} ",
        process.pid,
        process.priority,
        process.nice,
        process.virtual_bytes / 1024,
        process.resident_bytes / 1024,
        0,
        char::from(process.state),
        process.cpu_tenths() as f64 / 10.0,
        memory_share,
        hundredths / 6000,
        hundredths / 100 % 60,
        hundredths % 100,
    )
}
