//! `strings`: printable text within files.

use super::input::Input;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::sys::{self, is_dir};

static OPTIONS: &[Opt] = &[
    Opt::flag(b'a', "all"),
    Opt::flag(b'd', "data"),
    Opt::flag(b'f', "print-file-name"),
    Opt::value(b'n', "bytes"),
    Opt::value(b't', "radix"),
    Opt::flag(b'o', ""),
    Opt::value(b'e', "encoding"),
    Opt::flag(b'w', "include-all-whitespace"),
    Opt::value(b's', "output-separator"),
    Opt::value(b'T', "target"),
    Opt::value(b'U', "unicode"),
    Opt::flag(b'v', "version"),
    Opt::flag(b'V', ""),
    Opt::flag(b'h', "help"),
    Opt::flag(b'0', ""),
    Opt::flag(b'1', ""),
    Opt::flag(b'2', ""),
    Opt::flag(b'3', ""),
    Opt::flag(b'4', ""),
    Opt::flag(b'5', ""),
    Opt::flag(b'6', ""),
    Opt::flag(b'7', ""),
    Opt::flag(b'8', ""),
    Opt::flag(b'9', ""),
];

struct Config {
    least: usize,
    radix: Option<u8>,
    names: bool,
    all_blanks: bool,
    separator: Vec<u8>,
    /// Bytes of a character.
    unit: usize,
    big_endian: bool,
    eight_bits: bool,
}

/// Runs `strings`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "strings", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut config = Config {
        least: 4,
        radix: None,
        names: false,
        all_blanks: false,
        separator: b"\n".to_vec(),
        unit: 1,
        big_endian: false,
        eight_bits: false,
    };
    let mut digits = String::new();
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        match letter {
            b'f' => config.names = true,
            b'n' => {
                let text = String::from_utf8_lossy(&value).into_owned();
                match text.parse::<usize>() {
                    Ok(least) if least > 0 => config.least = least,
                    Ok(_) => {
                        context.say(format!("invalid minimum string length {text}").as_bytes());
                        return 1;
                    }
                    Err(_) => {
                        context.say(format!("invalid integer argument {text}").as_bytes());
                        return 1;
                    }
                }
            }
            b't' => match value.as_slice() {
                [radix @ (b'd' | b'o' | b'x')] => config.radix = Some(*radix),
                _ => return context.usage(b""),
            },
            b'o' => config.radix = Some(b'o'),
            b'e' => {
                (config.unit, config.big_endian, config.eight_bits) = match value.as_slice() {
                    b"s" => (1, false, false),
                    b"S" => (1, false, true),
                    b"b" => (2, true, false),
                    b"l" => (2, false, false),
                    b"B" => (4, true, false),
                    b"L" => (4, false, false),
                    _ => return context.usage(b""),
                }
            }
            b'w' => config.all_blanks = true,
            b's' => config.separator = value,
            b'v' | b'V' => return context.version(),
            b'h' => return context.help(),
            b'0'..=b'9' => digits.push(char::from(letter)),
            _ => {}
        }
    }
    if !digits.is_empty() && digits.bytes().all(|digit| digit == b'0') {
        context.say(format!("invalid minimum string length {digits}").as_bytes());
        return 1;
    }
    if let Ok(least) = digits.parse() {
        config.least = least;
    }
    let mut out = Output::stdout();
    let mut code = 0;
    if parsed.operands.is_empty() {
        scan(
            &config,
            Input::new(Vec::new()),
            b"{standard input}",
            &mut out,
        );
    }
    for name in parsed.operands {
        let text = match sys::stat(&name, true) {
            Ok(stat) if is_dir(&stat) => {
                [b"Warning: '".as_slice(), &name, b"' is a directory"].concat()
            }
            Ok(_) => {
                let mut input = Input::new(vec![name.clone()]);
                input.limit = u64::MAX;
                scan(&config, input, &name, &mut out);
                continue;
            }
            Err(sys::Errno::Noent) => [b"'".as_slice(), &name, b"': No such file"].concat(),
            Err(errno) => {
                let text = errno.message();
                [
                    b"Warning: could not locate '".as_slice(),
                    &name,
                    b"'.  reason: ",
                    text.as_bytes(),
                ]
                .concat()
            }
        };
        out.flush();
        context.say(&text);
        code = 1;
    }
    out.finish(&context, code)
}

fn scan(config: &Config, mut input: Input, name: &[u8], out: &mut Output) {
    // Bytes of the run so far, kept until it is long enough.
    let mut run: Vec<u8> = Vec::new();
    let (mut printing, mut start, mut offset) = (false, 0u64, 0u64);
    let mut pending: Vec<u8> = Vec::new();
    loop {
        let more = input.more();
        let end = more.is_empty();
        let bytes: &[u8] = if config.unit == 1 {
            more
        } else {
            pending.extend_from_slice(more);
            &pending
        };
        let mut at = 0;
        while at + config.unit <= bytes.len() {
            match character(config, &bytes[at..at + config.unit]) {
                Some(byte) => {
                    if run.is_empty() && !printing {
                        start = offset;
                    }
                    run.push(byte);
                    if run.len() >= config.least && !printing {
                        printing = true;
                        head(config, name, start, out);
                    }
                    at += config.unit;
                    offset += config.unit as u64;
                }
                None => {
                    if printing {
                        out.put(&run);
                        out.put(&config.separator);
                    }
                    // A wide character may start at any byte.
                    let step = if config.unit > 1 && !run.is_empty() && run.len() < config.least {
                        let back = config.unit * run.len() - 1;
                        at -= back;
                        offset -= back as u64;
                        0
                    } else {
                        1
                    };
                    run.clear();
                    printing = false;
                    at += step;
                    offset += step as u64;
                }
            }
            if printing && run.len() > 4096 {
                out.put(&run);
                run.clear();
            }
        }
        if end {
            break;
        }
        if config.unit > 1 {
            // Keep what a step back may need.
            pending.drain(..at);
            if !run.is_empty() && !printing {
                let back = run.len() * config.unit;
                let mut kept = Vec::with_capacity(back + pending.len());
                for byte in &run {
                    let mut wide = vec![0; config.unit];
                    let low = if config.big_endian {
                        config.unit - 1
                    } else {
                        0
                    };
                    wide[low] = *byte;
                    kept.extend(wide);
                }
                kept.append(&mut pending);
                pending = kept;
                run.clear();
                offset = start;
            }
        }
    }
    if printing {
        out.put(&run);
        out.put(&config.separator);
    }
}

fn head(config: &Config, name: &[u8], start: u64, out: &mut Output) {
    if config.names {
        out.put(&[name, b": "].concat());
    }
    let text = match config.radix {
        Some(b'd') => format!("{start:7} "),
        Some(b'o') => format!("{start:7o} "),
        Some(_) => format!("{start:7x} "),
        None => return,
    };
    out.put(text.as_bytes());
}

/// The byte to print for a character, if it prints.
fn character(config: &Config, bytes: &[u8]) -> Option<u8> {
    let (low, rest) = match config.big_endian {
        true => bytes.split_last()?,
        false => bytes.split_first()?,
    };
    let blank = config.all_blanks && matches!(low, b'\n' | 0x0b | 0x0c | b'\r');
    let prints = matches!(low, b'\t' | b' '..=b'~') || blank || config.eight_bits && *low > 127;
    (prints && rest.iter().all(|byte| *byte == 0)).then_some(*low)
}
