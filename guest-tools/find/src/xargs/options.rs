//! The command line of `xargs`.

use wardian_applet::cli::{Context, Opt, Order, parse};
use wardian_applet::program::environment;
use wardian_applet::sys;

/// Most bytes of a command that are used without `-s`.
pub const USUAL_BYTES: usize = 128 << 10;

/// Most bytes of arguments and environment that a program takes on Linux,
/// less a page for headroom.
const SYSTEM_BYTES: usize = 2_097_152 - 2048;

const OPTIONS: &[Opt] = &[
    Opt::flag(b'0', "null"),
    Opt::value(b'a', "arg-file"),
    Opt::value(b'd', "delimiter"),
    Opt::value(b'E', ""),
    Opt::optional(b'e', "eof"),
    Opt::value(b'I', ""),
    Opt::optional(b'i', "replace"),
    Opt::value(b'L', ""),
    Opt::optional(b'l', "max-lines"),
    Opt::value(b'n', "max-args"),
    Opt::flag(b'o', "open-tty"),
    Opt::value(b'P', "max-procs"),
    Opt::flag(b'p', "interactive"),
    Opt::value(0, "process-slot-var"),
    Opt::flag(b'r', "no-run-if-empty"),
    Opt::value(b's', "max-chars"),
    Opt::flag(0, "show-limits"),
    Opt::flag(b't', "verbose"),
    Opt::flag(b'x', "exit"),
];

/// What the options say.
pub struct Config {
    /// Command and its first arguments.
    pub command: Vec<Vec<u8>>,
    /// File to read instead of standard input.
    pub input: Option<Vec<u8>>,
    /// Byte between items, instead of blanks and quotes.
    pub delimiter: Option<u8>,
    /// Item at which input ends.
    pub end: Option<Vec<u8>>,
    /// `-I`.
    pub replace: Option<Vec<u8>>,
    /// `-L`.
    pub max_lines: Option<u64>,
    /// `-n`.
    pub max_items: Option<usize>,
    /// `-P`; 0: as many as there are.
    pub processes: usize,
    /// `-p`.
    pub ask: bool,
    /// `-r`.
    pub only_with_input: bool,
    /// `-s`.
    pub max_bytes: usize,
    /// `-t`.
    pub verbose: bool,
    /// `-x`.
    pub exit_if_full: bool,
    /// `--process-slot-var`.
    pub slot_variable: Option<Vec<u8>>,
    /// `-o`.
    pub open_terminal: bool,
}

/// Reads the command line.
///
/// # Errors
/// The exit code, after a message.
pub fn read(context: &Context<'_>, args: &[Vec<u8>]) -> Result<Config, i32> {
    let parsed = parse(context, args, OPTIONS, Order::StopAtOperand)?;
    let environment_bytes: usize = environment().iter().map(|pair| pair.len() + 1).sum();
    let system = SYSTEM_BYTES.saturating_sub(environment_bytes);
    let mut config = Config {
        command: parsed.operands,
        input: None,
        delimiter: None,
        end: None,
        replace: None,
        max_lines: None,
        max_items: None,
        processes: 1,
        ask: false,
        only_with_input: false,
        max_bytes: USUAL_BYTES.min(system),
        verbose: false,
        exit_if_full: false,
        slot_variable: None,
        open_terminal: false,
    };
    let mut show_limits = false;
    for (short, long, value) in parsed.options {
        let given = value.as_deref().unwrap_or_default();
        match short {
            b'0' => config.delimiter = Some(0),
            b'a' => config.input = value,
            b'd' => config.delimiter = Some(delimiter(context, given)?),
            b'E' | b'e' => config.end = value.filter(|end| !end.is_empty()),
            b'I' | b'i' => {
                config.replace(context, value.unwrap_or_else(|| b"{}".to_vec()));
            }
            b'L' => {
                let lines = number(context, b'L', given, 1)?;
                config.by_lines(context, "-L", lines);
            }
            b'l' => {
                let lines = match &value {
                    Some(text) => number(context, b'l', text, 1)?,
                    None => 1,
                };
                config.by_lines(context, "-l", lines);
            }
            b'n' => {
                let items = number(context, b'n', given, 1)?;
                config.by_items(context, usize::try_from(items).unwrap_or(usize::MAX));
            }
            b'o' => config.open_terminal = true,
            b'P' => {
                config.processes = usize::try_from(number(context, b'P', given, 0)?).unwrap_or(0);
            }
            b'p' => (config.ask, config.verbose) = (true, true),
            b'r' => config.only_with_input = true,
            b's' => {
                let bytes = usize::try_from(number(context, b's', given, 1)?).unwrap_or(usize::MAX);
                if bytes > system {
                    let text = format!("value {bytes} for -s option should be <= {system}");
                    context.say(text.as_bytes());
                }
                config.max_bytes = bytes.min(system);
            }
            b't' => config.verbose = true,
            b'x' => config.exit_if_full = true,
            _ if long == "show-limits" => show_limits = true,
            _ if given.contains(&b'=') => {
                context
                    .say(b"option --process-slot-var may not be set to a value which includes `='");
                return Err(1);
            }
            _ => config.slot_variable = value,
        }
    }
    if config.end.is_some() && config.delimiter.is_some() {
        context.say(b"warning: the -E option has no effect if -0 or -d is used.\n");
        config.end = None;
    }
    if config.command.is_empty() {
        config.command.push(b"echo".to_vec());
    }
    let own: usize = config.command.iter().map(|arg| arg.len() + 1).sum();
    if own > config.max_bytes {
        context.say(b"cannot fit single argument within argument list size limit");
        return Err(1);
    }
    if show_limits {
        limits(&config, environment_bytes, system);
    }
    Ok(config)
}

impl Config {
    fn exclusive(context: &Context<'_>, former: &str, latter: &str) {
        let text = format!(
            "warning: options --{former} and {latter} are mutually exclusive, ignoring previous \
             --{former} value"
        );
        context.say(text.as_bytes());
    }

    fn replace(&mut self, context: &Context<'_>, pattern: Vec<u8>) {
        const NAME: &str = "--replace/-I/-i";
        if self.max_lines.take().is_some() {
            Config::exclusive(context, "max-lines", NAME);
        }
        if self.max_items.take().is_some() {
            Config::exclusive(context, "max-args", NAME);
        }
        self.replace = Some(pattern);
    }

    fn by_lines(&mut self, context: &Context<'_>, name: &str, lines: u64) {
        if self.max_items.take().is_some() {
            Config::exclusive(context, "max-args", name);
        }
        if self.replace.take().is_some() {
            Config::exclusive(context, "replace", name);
        }
        self.max_lines = Some(lines);
    }

    fn by_items(&mut self, context: &Context<'_>, items: usize) {
        const NAME: &str = "--max-args/-n";
        if self.max_lines.take().is_some() {
            Config::exclusive(context, "max-lines", NAME);
        }
        if self.replace.is_some() && items != 1 {
            self.replace = None;
            Config::exclusive(context, "replace", NAME);
        }
        if self.replace.is_none() {
            self.max_items = Some(items);
        }
    }
}

fn number(context: &Context<'_>, option: u8, text: &[u8], least: i64) -> Result<u64, i32> {
    let option = char::from(option);
    let value = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse::<i64>().ok());
    let Some(value) = value else {
        let shown = String::from_utf8_lossy(text);
        let text = format!("invalid number \"{shown}\" for -{option} option");
        return Err(context.usage(text.as_bytes()));
    };
    if value < least {
        let text = format!("value {value} for -{option} option should be >= {least}");
        return Err(context.usage(text.as_bytes()));
    }
    Ok(value as u64)
}

fn delimiter(context: &Context<'_>, text: &[u8]) -> Result<u8, i32> {
    let fail = |parts: &[&[u8]]| {
        context.say(&parts.concat());
        Err(1)
    };
    match text {
        [byte] => Ok(*byte),
        [b'\\', letter] if !letter.is_ascii_digit() => match letter {
            b'a' => Ok(7),
            b'b' => Ok(8),
            b'f' => Ok(12),
            b'n' => Ok(b'\n'),
            b'r' => Ok(b'\r'),
            b't' => Ok(b'\t'),
            b'v' => Ok(11),
            b'\\' => Ok(b'\\'),
            _ => fail(&[
                b"Invalid escape sequence ",
                text,
                b" in input delimiter specification.",
            ]),
        },
        [b'\\', b'x', digits @ ..] => code(context, text, digits, 16),
        [b'\\', digits @ ..] if !digits.is_empty() => code(context, text, digits, 8),
        _ => fail(&[
            b"Invalid input delimiter specification ",
            text,
            b": the delimiter must be either a single character or an escape sequence starting \
              with \\.",
        ]),
    }
}

fn code(context: &Context<'_>, text: &[u8], digits: &[u8], radix: u32) -> Result<u8, i32> {
    let known = digits
        .iter()
        .take_while(|byte| char::from(**byte).is_digit(radix))
        .count();
    if known < digits.len() {
        let parts = [
            b"Invalid escape sequence ".as_slice(),
            text,
            b" in input delimiter specification; trailing characters ",
            &digits[known..],
            b" not recognised.",
        ];
        context.say(&parts.concat());
        return Err(1);
    }
    let value = std::str::from_utf8(digits)
        .ok()
        .and_then(|digits| u8::from_str_radix(digits, radix).ok());
    value.ok_or_else(|| {
        let most = if radix == 16 { "ff" } else { "377" };
        let parts = [
            b"Invalid escape sequence ".as_slice(),
            text,
            b" in input delimiter specification; character values must not exceed ",
            most.as_bytes(),
            b".",
        ];
        context.say(&parts.concat());
        1
    })
}

fn limits(config: &Config, environment: usize, system: usize) {
    let text = format!(
        "Your environment variables take up {environment} bytes\n\
         POSIX upper limit on argument length (this system): {system}\n\
         POSIX smallest allowable upper limit on argument length (all systems): 4096\n\
         Maximum length of command we could actually use: {}\n\
         Size of command buffer we are actually using: {}\n\
         Maximum parallelism (--max-procs must be no greater): 2147483647\n",
        system.saturating_sub(environment),
        config.max_bytes
    );
    let _ = sys::write(2, text.as_bytes());
}
