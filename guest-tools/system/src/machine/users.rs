//! Who is logged in: nobody, ever.

use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};

fn nobody(args: &Args, name: &'static str, text: &[u8]) -> i32 {
    let context = Context::new(args, name, 1);
    match args.get(1).map(Vec::as_slice) {
        Some(b"--help") => return context.help(),
        Some(b"--version") => return context.version(),
        _ => {}
    }
    let mut out = Output::stdout();
    out.put(text);
    out.finish(&context, 0)
}

/// Runs `who`.
pub fn who(args: &Args) -> i32 {
    let asks = |letter: u8, long: &[u8]| {
        args.iter().skip(1).any(|arg| {
            arg == long || arg.starts_with(b"-") && !arg.starts_with(b"--") && arg.contains(&letter)
        })
    };
    if asks(b'q', b"--count") {
        return nobody(args, "who", b"\n# users=0\n");
    }
    if asks(b'H', b"--heading") {
        return nobody(
            args,
            "who",
            b"NAME     LINE         TIME             COMMENT\n",
        );
    }
    nobody(args, "who", b"")
}

/// Runs `users`.
pub fn users(args: &Args) -> i32 {
    nobody(args, "users", b"")
}

/// Runs `last` and `lastb`.
pub fn last(args: &Args) -> i32 {
    nobody(args, "last", b"")
}

/// Runs `mesg`: there is no terminal to write to.
pub fn mesg(args: &Args) -> i32 {
    if wardian_applet::sys::is_terminal(0) {
        return nobody(args, "mesg", b"is n\n");
    }
    2
}
