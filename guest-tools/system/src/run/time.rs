//! `time`: what a command took.

use crate::kernel::{self, Ended};
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::program::{Program, failure_code};
use wardian_applet::sys::{self, File, OpenHow};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'a', "append"),
    Opt::value(b'f', "format"),
    Opt::value(b'o', "output"),
    Opt::flag(b'p', "portability"),
    Opt::flag(b'v', "verbose"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(b'V', "version"),
];

const DEFAULT: &str = "%Uuser %Ssystem %Eelapsed %PCPU (%Xavgtext+%Davgdata %Mmaxresident)k\n%Iinputs+%Ooutputs (%Fmajor+%Rminor)pagefaults %Wswaps";
const POSIX: &str = "real %e\nuser %U\nsys %S";
const VERBOSE: &str = "\tCommand being timed: \"%C\"\n\tUser time (seconds): %U\n\tSystem time (seconds): %S\n\tPercent of CPU this job got: %P\n\tElapsed (wall clock) time (h:mm:ss or m:ss): %E\n\tAverage shared text size (kbytes): %X\n\tAverage unshared data size (kbytes): %D\n\tAverage stack size (kbytes): %p\n\tAverage total size (kbytes): %K\n\tMaximum resident set size (kbytes): %M\n\tAverage resident set size (kbytes): %t\n\tMajor (requiring I/O) page faults: %F\n\tMinor (reclaiming a frame) page faults: %R\n\tVoluntary context switches: %w\n\tInvoluntary context switches: %c\n\tSwaps: %W\n\tFile system inputs: %I\n\tFile system outputs: %O\n\tSocket messages sent: %s\n\tSocket messages received: %r\n\tSignals delivered: %k\n\tPage size (bytes): %Z\n\tExit status: %x";

/// Runs `time`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "time", 125);
    let parsed = match parse(&context, args, OPTIONS, Order::StopAtOperand) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut format = std::env::var_os("TIME").map_or(
        DEFAULT.as_bytes().to_vec(),
        std::ffi::OsString::into_encoded_bytes,
    );
    let (mut append, mut output, mut quiet) = (false, None, false);
    for (letter, _, value) in parsed.options {
        match letter {
            b'a' => append = true,
            b'f' => format = value.unwrap_or_default(),
            b'o' => output = value,
            b'p' => format = POSIX.as_bytes().to_vec(),
            b'v' => format = VERBOSE.as_bytes().to_vec(),
            b'q' => quiet = true,
            _ => return context.version(),
        }
    }
    if parsed.operands.is_empty() {
        return context.usage(b"");
    }
    let file = match &output {
        None => None,
        Some(path) => {
            let how = OpenHow {
                truncate: !append,
                append,
                ..OpenHow::CREATE
            };
            match File::open(path, how) {
                Ok(file) => Some(file),
                Err(errno) => {
                    context.say_error(path, errno);
                    return 125;
                }
            }
        }
    };
    let start = sys::monotonic_ns();
    let ended = match kernel::run(&Program::new(&parsed.operands)) {
        Ok(ended) => ended,
        Err(errno) => {
            context.say_error(
                &[b"cannot run ".as_slice(), &parsed.operands[0]].concat(),
                errno,
            );
            Ended {
                code: failure_code(errno),
                ..Ended::default()
            }
        }
    };
    let elapsed = sys::monotonic_ns().saturating_sub(start);
    let mut out = Output::new(file.as_ref().map_or(2, File::fd));
    if ended.signal > 0 {
        out.put(format!("Command terminated by signal {}\n", ended.signal).as_bytes());
    } else if ended.code != 0 && !quiet {
        out.put(format!("Command exited with non-zero status {}\n", ended.code).as_bytes());
    }
    let command = parsed.operands.join(b" ".as_slice());
    put_report(&mut out, &format, &ended, elapsed, &command);
    out.put_byte(b'\n');
    out.finish(&context, ended.code)
}

fn put_report(out: &mut Output, format: &[u8], ended: &Ended, elapsed_ns: u64, command: &[u8]) {
    let hundredths = |ns: u64| format!("{}.{:02}", ns / 1_000_000_000, ns / 10_000_000 % 100);
    let mut rest = format.iter();
    while let Some(&byte) = rest.next() {
        let text = match byte {
            b'\\' => match rest.next() {
                Some(b'n') => "\n".to_owned(),
                Some(b't') => "\t".to_owned(),
                Some(b'\\') => "\\".to_owned(),
                Some(other) => format!("?\\{}", char::from(*other)),
                None => "?\\".to_owned(),
            },
            b'%' => match rest.next() {
                Some(b'e') => hundredths(elapsed_ns),
                Some(b'E') => {
                    let seconds = elapsed_ns / 1_000_000_000;
                    if seconds >= 3600 {
                        format!(
                            "{}:{:02}:{:02}",
                            seconds / 3600,
                            seconds / 60 % 60,
                            seconds % 60
                        )
                    } else {
                        format!(
                            "{}:{:02}.{:02}",
                            seconds / 60,
                            seconds % 60,
                            elapsed_ns / 10_000_000 % 100
                        )
                    }
                }
                Some(b'U') => hundredths(ended.cpu_ns),
                Some(b'S') => "0.00".to_owned(),
                Some(b'P') if elapsed_ns > 0 => format!("{}%", ended.cpu_ns * 100 / elapsed_ns),
                Some(b'P') => "?%".to_owned(),
                Some(b'M') => (ended.peak_bytes / 1024).to_string(),
                Some(b'Z') => "4096".to_owned(),
                Some(b'x') => ended.code.to_string(),
                Some(b'C') => {
                    out.put(command);
                    continue;
                }
                Some(b'%') => "%".to_owned(),
                Some(
                    b'X' | b'D' | b'p' | b'K' | b't' | b'F' | b'R' | b'w' | b'c' | b'W' | b'I'
                    | b'O' | b's' | b'r' | b'k',
                ) => "0".to_owned(),
                Some(other) => format!("?{}", char::from(*other)),
                None => "?".to_owned(),
            },
            byte => {
                out.put_byte(byte);
                continue;
            }
        };
        out.put(text.as_bytes());
    }
}
