//! `stty`: the settings of a terminal, if standard input is one.

use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys;

/// Runs `stty`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "stty", 1);
    match args.get(1).map(Vec::as_slice) {
        Some(b"--help") => return context.help(),
        Some(b"--version") => return context.version(),
        _ => {}
    }
    if !sys::is_terminal(0) {
        context.say(b"'standard input': Inappropriate ioctl for device");
        return 1;
    }
    let mut out = Output::stdout();
    match args.get(1).map(Vec::as_slice) {
        Some(b"size") => out.put(b"24 80\n"),
        None => out.put(b"speed 38400 baud; line = 0;\n"),
        Some(b"-a" | b"--all") => out.put(b"speed 38400 baud; rows 24; columns 80; line = 0;\n"),
        Some(b"-g" | b"--save") => out.put(b"500:5:bf:8a3b:3:1c:7f:15:4:0:1:0:11:13:1a:0:12:f:17:16:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0\n"),
        // Nothing of it makes a difference here.
        Some(_) => {}
    }
    out.finish(&context, 0)
}
