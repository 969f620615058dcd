//! `script`: runs a command and keeps what it prints. There is no terminal to
//! stand between, so lines end as the command writes them.

use crate::kernel;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::program::Program;
use wardian_applet::sys::{self, File, OpenHow};
use wardian_applet::text::time;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::value(b'c', "command"), Opt::flag(b'q', "quiet"), Opt::flag(b'a', "append"), Opt::flag(b'e', "return"),
    Opt::flag(b'f', "flush"), Opt::flag(0, "force"), Opt::value(b'O', "log-out"), Opt::value(b'B', "log-io"),
    Opt::value(b'I', "log-in"), Opt::value(b'T', "log-timing"), Opt::optional(b't', "timing"), Opt::value(b'E', "echo"),
    Opt::value(b'm', "logging-format"), Opt::value(b'o', "output-limit"), Opt::flag(b'V', "version"), Opt::flag(b'h', "help"),
];

const DATE: &[u8] = b"%Y-%m-%d %H:%M:%S%:z";

/// Runs the command in a shell of its own, copies its output, and leaves its exit
/// code in a file, as a pipe keeps none.
const RUNNER: &[u8] = b"{ \"$1\" -c \"$2\"; echo $? >\"$4\"; } 2>&1 | tee -a -- \"$3\"";
/// The same for a shell that reads commands.
const SHELL_RUNNER: &[u8] = b"{ \"$1\"; echo $? >\"$4\"; } 2>&1 | tee -a -- \"$3\"";

/// Runs `script`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "script", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut command, mut log) = (None, None);
    let (mut quiet, mut append, mut returns) = (false, false, false);
    for (letter, _, value) in parsed.options {
        match letter {
            b'c' => command = value,
            b'q' => quiet = true,
            b'a' => append = true,
            b'e' => returns = true,
            b'O' | b'B' => log = value,
            b'V' => return context.version(),
            b'h' => return context.help(),
            _ => {}
        }
    }
    if parsed.operands.len() > 1 {
        return context.usage(b"unexpected number of arguments");
    }
    let log = log.or_else(|| parsed.operands.first().cloned());
    let log = log.unwrap_or_else(|| b"typescript".to_vec());
    let began = |text: &[u8]| {
        let now = time::local(sys::now_ns()).format(DATE);
        [text, b" on ", &now, b" ["].concat()
    };
    let what = match &command {
        Some(command) => [b"COMMAND=\"".as_slice(), command, b"\" "].concat(),
        None => Vec::new(),
    };
    let start = [
        &began(b"Script started"),
        &what,
        b"<not executed on terminal>]\n".as_slice(),
    ];
    if let Err(errno) = write(&log, &start.concat(), append) {
        context.say_error(&[b"cannot open ".as_slice(), &log].concat(), errno);
        return 1;
    }
    let mut out = Output::stdout();
    if !quiet {
        out.put(
            &[
                b"Script started, output log file is '",
                log.as_slice(),
                b"'.\n",
            ]
            .concat(),
        );
        out.flush();
    }
    let code = record(&context, command, &log);
    let end = [b"\n".as_slice(), &began(b"Script done")].concat();
    let end = [&end, format!("COMMAND_EXIT_CODE=\"{code}\"]\n").as_bytes()].concat();
    let _ = write(&log, &end, true);
    if !quiet {
        out.put(b"Script done.\n");
    }
    out.finish(&context, if returns { code } else { 0 })
}

/// Runs the command; gives its exit code.
fn record(context: &Context<'_>, command: Option<Vec<u8>>, log: &[u8]) -> i32 {
    let shell = std::env::var_os("SHELL").map(std::ffi::OsString::into_encoded_bytes);
    let shell = shell.filter(|shell| !shell.is_empty());
    let status = format!("/tmp/.script.{}", kernel::identity().0).into_bytes();
    let runner = if command.is_some() {
        RUNNER
    } else {
        SHELL_RUNNER
    };
    let argv = [
        b"sh".to_vec(),
        b"-c".to_vec(),
        runner.to_vec(),
        b"sh".to_vec(),
        shell.unwrap_or_else(|| b"/bin/sh".to_vec()),
        command.unwrap_or_default(),
        log.to_vec(),
        status.clone(),
    ];
    if let Err(errno) = kernel::run(&Program::new(&argv)) {
        context.say_error(b"failed to execute sh", errno);
        return 1;
    }
    let text = sys::read_file(&status).unwrap_or_default();
    let _ = sys::unlink(&status);
    let text = String::from_utf8_lossy(&text);
    text.trim().parse().unwrap_or(1)
}

fn write(path: &[u8], text: &[u8], append: bool) -> Result<(), sys::Errno> {
    let how = OpenHow {
        append,
        truncate: !append,
        ..OpenHow::CREATE
    };
    let file = File::open(path, how)?;
    let mut out = Output::new(file.fd());
    out.put(text);
    out.flush();
    out.error().map_or(Ok(()), Err)
}
