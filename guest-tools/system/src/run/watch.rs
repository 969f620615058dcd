//! `watch`: without a terminal one screen after another, until a signal.

use crate::kernel;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::program::Program;
use wardian_applet::sys;
use wardian_applet::text::time;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'b', "beep"), Opt::flag(b'c', "color"), Opt::optional(b'd', "differences"), Opt::flag(b'e', "errexit"),
    Opt::flag(b'g', "chgexit"), Opt::value(b'q', "equexit"), Opt::value(b'n', "interval"), Opt::flag(b'p', "precise"),
    Opt::flag(b't', "no-title"), Opt::flag(b'w', "no-wrap"), Opt::flag(b'x', "exec"), Opt::flag(b'r', "no-rerun"),
];

/// Runs `watch`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "watch", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::StopAtOperand) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut interval, mut title, mut on_change, mut on_error, mut exec) =
        (2.0_f64, true, false, false, false);
    let mut same_limit = None;
    for (letter, _, value) in parsed.options {
        let text = String::from_utf8_lossy(&value.unwrap_or_default()).into_owned();
        match letter {
            b'n' => match text.replace(',', ".").parse::<f64>() {
                Ok(seconds) => interval = seconds.clamp(0.1, 1e9),
                Err(_) => {
                    context.say(format!("failed to parse argument: '{text}'").as_bytes());
                    return 1;
                }
            },
            b't' => title = false,
            b'g' => on_change = true,
            b'e' => on_error = true,
            b'x' => exec = true,
            b'q' => same_limit = text.parse::<u64>().ok(),
            _ => {}
        }
    }
    if parsed.operands.is_empty() {
        return context.usage(b"");
    }
    let command = parsed.operands.join(b" ".as_slice());
    let path = format!("/tmp/.watch.{}", kernel::identity().0);
    // The shell keeps the output in a file, so that screens can be compared.
    let script = format!("exec >{path} 2>&1; ");
    let argv = if exec {
        let mut argv = vec![
            b"sh".to_vec(),
            b"-c".to_vec(),
            [script.as_bytes(), b"exec \"$@\""].concat(),
            b"sh".to_vec(),
        ];
        argv.extend(parsed.operands.iter().cloned());
        argv
    } else {
        vec![
            b"sh".to_vec(),
            b"-c".to_vec(),
            [script.as_bytes(), &command].concat(),
        ]
    };
    let mut out = Output::stdout();
    let mut before: Option<Vec<u8>> = None;
    let mut same = 0;
    let code = loop {
        let ended = match kernel::run(&Program::new(&argv)) {
            Ok(ended) => ended,
            Err(errno) => {
                context.say_error(b"unable to execute 'sh'", errno);
                return 4;
            }
        };
        let screen = sys::read_file(path.as_bytes()).unwrap_or_default();
        if sys::is_terminal(1) {
            out.put(b"\x1b[H\x1b[2J\x1b[3J");
        }
        if title {
            let host = sys::read_file(b"/etc/hostname").unwrap_or_default();
            let now = time::local(sys::now_ns()).format(b"%a %b %e %H:%M:%S %Y");
            let left = [format!("Every {interval:.1}s: ").as_bytes(), &command].concat();
            let right = [host.trim_ascii(), b": ", &now].concat();
            let gap = 80_usize.saturating_sub(left.len() + right.len()).max(1);
            out.put(&[&left, b" ".repeat(gap).as_slice(), &right, b"\n\n"].concat());
        }
        out.put(&screen);
        out.flush();
        if out.failed() {
            break 1;
        }
        if on_error && ended.code != 0 {
            break 8;
        }
        let changed = before.as_ref().is_some_and(|before| *before != screen);
        if on_change && changed {
            break 0;
        }
        same = if changed { 0 } else { same + 1 };
        if same_limit.is_some_and(|limit| same > limit) {
            break 0;
        }
        before = Some(screen);
        let _ = sys::wait_readable(None, Some((interval * 1e9) as u64));
    };
    let _ = sys::unlink(path.as_bytes());
    code
}
