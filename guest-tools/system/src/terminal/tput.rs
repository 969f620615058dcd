//! `tput`, `clear`, `reset`: xterm's sequences, for all terminals like it.

use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys;

/// Capabilities without arguments.
#[rustfmt::skip]
const STRINGS: &[(&str, &[u8])] = &[
    ("bel", b"\x07"), ("blink", b"\x1b[5m"), ("bold", b"\x1b[1m"), ("cbt", b"\x1b[Z"), ("civis", b"\x1b[?25l"),
    ("clear", b"\x1b[H\x1b[2J\x1b[3J"), ("cnorm", b"\x1b[?12l\x1b[?25h"), ("cr", b"\r"), ("cub1", b"\x08"), ("cud1", b"\n"),
    ("cuf1", b"\x1b[C"), ("cuu1", b"\x1b[A"), ("cvvis", b"\x1b[?12;25h"), ("dch1", b"\x1b[P"), ("dim", b"\x1b[2m"),
    ("dl1", b"\x1b[M"), ("ed", b"\x1b[J"), ("el", b"\x1b[K"), ("el1", b"\x1b[1K"), ("flash", b"\x1b[?5h\x1b[?5l"),
    ("home", b"\x1b[H"), ("ht", b"\t"), ("hts", b"\x1bH"), ("il1", b"\x1b[L"), ("ind", b"\n"),
    ("invis", b"\x1b[8m"), ("kbs", b"\x7f"), ("kcub1", b"\x1bOD"), ("kcud1", b"\x1bOB"), ("kcuf1", b"\x1bOC"),
    ("kcuu1", b"\x1bOA"), ("kdch1", b"\x1b[3~"), ("kend", b"\x1bOF"), ("khome", b"\x1bOH"), ("kich1", b"\x1b[2~"),
    ("knp", b"\x1b[6~"), ("kpp", b"\x1b[5~"), ("op", b"\x1b[39;49m"), ("rc", b"\x1b8"), ("rev", b"\x1b[7m"),
    ("ri", b"\x1bM"), ("ritm", b"\x1b[23m"), ("rmacs", b"\x1b(B"), ("rmam", b"\x1b[?7l"), ("rmcup", b"\x1b[?1049l\x1b[23;0;0t"),
    ("rmir", b"\x1b[4l"), ("rmkx", b"\x1b[?1l\x1b>"), ("rmso", b"\x1b[27m"), ("rmul", b"\x1b[24m"), ("sc", b"\x1b7"),
    ("sgr0", b"\x1b(B\x1b[m"), ("sitm", b"\x1b[3m"), ("smacs", b"\x1b(0"), ("smam", b"\x1b[?7h"), ("smcup", b"\x1b[?1049h\x1b[22;0;0t"),
    ("smir", b"\x1b[4h"), ("smkx", b"\x1b[?1h\x1b="), ("smso", b"\x1b[7m"), ("smul", b"\x1b[4m"), ("tbc", b"\x1b[3g"),
];

const RESET: &[u8] = b"\x1bc\x1b[!p\x1b[?3;4l\x1b[4l\x1b>";

fn variable(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?;
    Some(value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

/// Colours of a terminal; `None`: it is not known.
fn colors(terminal: &str) -> Option<i32> {
    let like = |names: &[&str]| {
        names
            .iter()
            .any(|name| terminal == *name || terminal.starts_with(&format!("{name}-")))
    };
    if terminal == "dumb" || terminal.starts_with("vt") {
        Some(-1)
    } else if terminal.ends_with("-256color") || terminal.ends_with("-direct") {
        Some(256)
    } else if like(&[
        "xterm",
        "screen",
        "tmux",
        "linux",
        "rxvt",
        "ansi",
        "konsole",
        "gnome",
        "alacritty",
        "kitty",
        "putty",
        "cygwin",
    ]) {
        Some(8)
    } else {
        None
    }
}

/// Runs `tput`.
pub fn tput(args: &Args) -> i32 {
    let context = Context::new(args, "tput", 2);
    let mut words = args.get(1..).unwrap_or_default();
    let mut terminal = variable("TERM");
    let mut from_input = false;
    while let [word, rest @ ..] = words {
        match word.as_slice() {
            b"-V" => return context.version(),
            b"-S" => (from_input, words) = (true, rest),
            b"-x" => words = rest,
            b"-T" => {
                terminal = rest
                    .first()
                    .map(|name| String::from_utf8_lossy(name).into_owned());
                words = rest.get(1..).unwrap_or_default();
            }
            word if word.starts_with(b"-T") => {
                terminal = Some(String::from_utf8_lossy(&word[2..]).into_owned());
                words = rest;
            }
            _ => break,
        }
    }
    let Some(terminal) = terminal else {
        context.say(b"No value for $TERM and no -T specified");
        return 2;
    };
    let Some(colors) = colors(&terminal) else {
        context.say(format!("unknown terminal \"{terminal}\"").as_bytes());
        return 3;
    };
    let mut out = Output::stdout();
    let mut code = 0;
    if from_input {
        let mut text = Vec::new();
        let _ = sys::File::stdin().read_to_end(&mut text);
        for line in text.split(|byte| *byte == b'\n') {
            let words: Vec<Vec<u8>> = line
                .split(|byte| *byte == b' ')
                .filter(|word| !word.is_empty())
                .map(<[u8]>::to_vec)
                .collect();
            if !words.is_empty() {
                code = code.max(one(&context, &mut out, &words, colors, &terminal));
            }
        }
    } else if words.is_empty() {
        return context.usage(b"");
    } else {
        code = one(&context, &mut out, words, colors, &terminal);
    }
    out.finish(&context, code)
}

fn one(
    context: &Context<'_>,
    out: &mut Output,
    words: &[Vec<u8>],
    colors: i32,
    terminal: &str,
) -> i32 {
    let name = String::from_utf8_lossy(&words[0]).into_owned();
    let number = |index: usize| -> i64 {
        let text = words
            .get(index)
            .and_then(|word| std::str::from_utf8(word).ok());
        text.and_then(|text| text.parse().ok()).unwrap_or(0)
    };
    let size = |variable_name: &str, default: i64| -> i64 {
        variable(variable_name)
            .and_then(|text| text.parse().ok())
            .filter(|size| *size > 0)
            .unwrap_or(default)
    };
    let able = colors > 0;
    let text = match name.as_str() {
        "cols" => format!("{}\n", size("COLUMNS", 80)),
        "lines" => format!("{}\n", size("LINES", 24)),
        "colors" => format!("{colors}\n"),
        "pairs" => format!(
            "{}\n",
            if colors == 256 {
                65536
            } else if able {
                64
            } else {
                -1
            }
        ),
        "it" => "8\n".to_owned(),
        "longname" => format!("{terminal} terminal emulator"),
        "am" | "bce" | "km" | "mir" | "msgr" | "xenl" | "npc" => return i32::from(!able),
        "hs" | "hc" | "os" | "ul" | "xsb" => return 1,
        _ if !able && !matches!(name.as_str(), "bel" | "cr" | "cud1" | "ind") => return 1,
        "init" | "is2" => "\x1b[!p\x1b[?3;4l\x1b[4l\x1b>".to_owned(),
        "reset" | "rs1" => {
            out.put(RESET);
            return 0;
        }
        "setaf" | "setab" | "setf" | "setb" => {
            let base = if name.ends_with('f') { 3 } else { 4 };
            match number(1) {
                color @ 0..8 => format!("\x1b[{base}{color}m"),
                color @ 8..16 if colors == 256 => format!("\x1b[{}{}m", base + 6, color - 8),
                color if colors == 256 => format!("\x1b[{base}8;5;{color}m"),
                color => format!("\x1b[{base}{color}m"),
            }
        }
        "cup" => format!("\x1b[{};{}H", number(1) + 1, number(2) + 1),
        "hpa" => format!("\x1b[{}G", number(1) + 1),
        "vpa" => format!("\x1b[{}d", number(1) + 1),
        "csr" => format!("\x1b[{};{}r", number(1) + 1, number(2) + 1),
        "cub" | "cud" | "cuf" | "cuu" | "dch" | "dl" | "ech" | "ich" | "il" | "indn" | "rin" => {
            const LETTERS: [(&str, char); 11] = [
                ("cub", 'D'),
                ("cud", 'B'),
                ("cuf", 'C'),
                ("cuu", 'A'),
                ("dch", 'P'),
                ("dl", 'M'),
                ("ech", 'X'),
                ("ich", '@'),
                ("il", 'L'),
                ("indn", 'S'),
                ("rin", 'T'),
            ];
            let letter = LETTERS
                .iter()
                .find(|row| row.0 == name)
                .map_or('A', |row| row.1);
            format!("\x1b[{}{letter}", number(1))
        }
        "sgr" => {
            let on = |index: usize, code: &str| {
                if number(index) != 0 {
                    code.to_owned()
                } else {
                    String::new()
                }
            };
            let charset = if number(9) != 0 { "\x1b(0" } else { "\x1b(B" };
            let codes = [
                on(6, ";1"),
                on(5, ";2"),
                on(2, ";4"),
                on(1, ";7"),
                on(3, ";7"),
                on(4, ";5"),
                on(7, ";8"),
            ];
            format!("{charset}\x1b[0{}m", codes.concat())
        }
        _ => match STRINGS.iter().find(|row| row.0 == name) {
            Some((_, text)) => {
                out.put(text);
                return 0;
            }
            None => {
                out.flush();
                context.say(format!("unknown terminfo capability '{name}'").as_bytes());
                return 4;
            }
        },
    };
    out.put(text.as_bytes());
    0
}

/// Runs `clear`.
pub fn clear(args: &Args) -> i32 {
    let context = Context::new(args, "clear", 1);
    screen(&context, b"\x1b[H\x1b[2J\x1b[3J")
}

/// Runs `reset`.
pub fn reset(args: &Args) -> i32 {
    let context = Context::new(args, "reset", 1);
    screen(&context, RESET)
}

fn screen(context: &Context<'_>, text: &[u8]) -> i32 {
    let mut err = Output::new(2);
    match variable("TERM") {
        None => {
            err.put(b"TERM environment variable not set.\n");
            err.flush();
            1
        }
        Some(terminal) => match colors(&terminal) {
            None => {
                err.put(format!("'{terminal}': unknown terminal type.\n").as_bytes());
                err.flush();
                1
            }
            Some(colors) => {
                let mut out = Output::stdout();
                if colors > 0 {
                    out.put(text);
                }
                out.finish(context, i32::from(colors <= 0))
            }
        },
    }
}
