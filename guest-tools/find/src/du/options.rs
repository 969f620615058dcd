//! The command line of `du`.

use crate::find::Stamp;
use crate::fnmatch::Pattern;
use crate::words;
use wardian_applet::cli::{Context, Opt, Order, parse};
use wardian_applet::text::quote;
use wardian_applet::text::size::{self, SizeForm};

const OPTIONS: &[Opt] = &[
    Opt::flag(b'0', "null"),
    Opt::flag(b'a', "all"),
    Opt::flag(0, "apparent-size"),
    Opt::value(b'B', "block-size"),
    Opt::flag(b'b', "bytes"),
    Opt::flag(b'c', "total"),
    Opt::flag(b'D', "dereference-args"),
    Opt::flag(b'H', ""),
    Opt::value(b'd', "max-depth"),
    Opt::value(0, "exclude"),
    Opt::value(b'X', "exclude-from"),
    Opt::value(0, "files0-from"),
    Opt::flag(b'h', "human-readable"),
    Opt::flag(0, "inodes"),
    Opt::flag(b'k', ""),
    Opt::flag(b'L', "dereference"),
    Opt::flag(b'l', "count-links"),
    Opt::flag(b'm', ""),
    Opt::flag(b'P', "no-dereference"),
    Opt::flag(b'S', "separate-dirs"),
    Opt::flag(0, "si"),
    Opt::flag(b's', "summarize"),
    Opt::value(b't', "threshold"),
    Opt::optional(0, "time"),
    Opt::value(0, "time-style"),
    Opt::flag(b'x', "one-file-system"),
];

/// What the options say.
#[expect(clippy::struct_excessive_bools, reason = "they are options")]
pub struct Config {
    /// Starting points.
    pub paths: Vec<Vec<u8>>,
    /// `--files0-from`.
    pub files_from: Option<Vec<u8>>,
    /// `-a`.
    pub all: bool,
    /// `--apparent-size`.
    pub apparent: bool,
    /// `-c`.
    pub total: bool,
    /// `-D`.
    pub follow_starts: bool,
    /// `-L`.
    pub follow: bool,
    /// `-l`.
    pub count_links: bool,
    /// `-S`.
    pub separate: bool,
    /// `-x`.
    pub one_device: bool,
    /// `--inodes`.
    pub inodes: bool,
    /// `-d`, `-s`.
    pub max_depth: usize,
    /// `-t`: at least this, or if negative at most.
    pub threshold: Option<i128>,
    /// `--exclude`.
    pub excluded: Vec<Pattern>,
    /// How sizes are shown.
    pub form: SizeForm,
    /// `--time`.
    pub time: Option<Stamp>,
    /// `--time-style`.
    pub time_format: Vec<u8>,
    /// End of a line.
    pub end: u8,
}

impl Config {
    /// How numbers of files are shown.
    pub fn inode_form(&self) -> SizeForm {
        match self.form {
            SizeForm::Human => SizeForm::Human,
            SizeForm::Si => SizeForm::Si,
            _ => SizeForm::Units(1),
        }
    }
}

/// Reads the command line.
///
/// # Errors
/// The exit code, after a message.
pub fn read(context: &Context<'_>, args: &[Vec<u8>]) -> Result<Config, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut config = Config {
        paths: parsed.operands,
        files_from: None,
        all: false,
        apparent: false,
        total: false,
        follow_starts: false,
        follow: false,
        count_links: false,
        separate: false,
        one_device: false,
        inodes: false,
        max_depth: usize::MAX,
        threshold: None,
        excluded: Vec::new(),
        form: from_environment(),
        time: None,
        time_format: b"%Y-%m-%d %H:%M".to_vec(),
        end: b'\n',
    };
    let mut summarize = false;
    let mut style = std::env::var_os("TIME_STYLE").map(std::ffi::OsString::into_encoded_bytes);
    for (short, long, value) in parsed.options {
        let given = value.as_deref().unwrap_or_default();
        match (short, long) {
            (b'0', _) => config.end = 0,
            (b'a', _) => config.all = true,
            (b'B', _) => match size::parse_form(given) {
                Some(form) => config.form = form,
                None => return Err(invalid(context, "-B", long, given)),
            },
            (b'b', _) => (config.apparent, config.form) = (true, SizeForm::Units(1)),
            (b'c', _) => config.total = true,
            (b'D' | b'H', _) => config.follow_starts = true,
            (b'd', _) => match words::number(given).and_then(|n| usize::try_from(n).ok()) {
                Some(depth) => config.max_depth = depth,
                None => {
                    let text = [b"invalid maximum depth ".as_slice(), &quote::always(given)];
                    return Err(context.usage(&text.concat()));
                }
            },
            (b'X', _) => match super::pattern_lines(given) {
                Ok(lines) => {
                    let patterns = lines.iter().map(|line| Pattern::new(line, false));
                    config.excluded.extend(patterns);
                }
                Err(errno) => {
                    context.say_error(&quote::if_needed(given), errno);
                    return Err(context.usage(b""));
                }
            },
            (b'h', _) => config.form = SizeForm::Human,
            (b'k', _) => config.form = SizeForm::Units(1 << 10),
            (b'm', _) => config.form = SizeForm::Units(1 << 20),
            (b'L', _) => config.follow = true,
            (b'P', _) => (config.follow, config.follow_starts) = (false, false),
            (b'l', _) => config.count_links = true,
            (b'S', _) => config.separate = true,
            (b's', _) => summarize = true,
            (b't', _) => config.threshold = Some(threshold(context, given)?),
            (b'x', _) => config.one_device = true,
            (_, "apparent-size") => config.apparent = true,
            (_, "exclude") => config.excluded.push(Pattern::new(given, false)),
            (_, "files0-from") => config.files_from = value,
            (_, "inodes") => config.inodes = true,
            (_, "si") => config.form = SizeForm::Si,
            (_, "time") => config.time = Some(stamp(context, value.as_deref())?),
            _ => style = value,
        }
    }
    if summarize && config.all {
        return Err(context.usage(b"cannot both summarize and show all entries"));
    }
    if config.inodes && config.apparent {
        context.say(b"warning: options --apparent-size and -b are ineffective with --inodes");
    }
    if summarize && config.max_depth != usize::MAX {
        if config.max_depth == 0 {
            context.say(b"warning: summarizing is the same as using --max-depth=0");
        } else {
            let text = format!(
                "warning: summarizing conflicts with --max-depth={}",
                config.max_depth
            );
            return Err(context.usage(text.as_bytes()));
        }
    }
    if summarize {
        config.max_depth = 0;
    }
    if let Some(style) = style.filter(|_| config.time.is_some()) {
        config.time_format = time_format(context, &style)?;
    }
    if config.files_from.is_some() {
        if let Some(extra) = config.paths.first() {
            let text = [b"extra operand ".as_slice(), &quote::always(extra)].concat();
            context.say(&text);
            return Err(context.usage(b"file operands cannot be combined with --files0-from"));
        }
    } else if config.paths.is_empty() {
        config.paths.push(b".".to_vec());
    }
    Ok(config)
}

fn from_environment() -> SizeForm {
    let set = ["DU_BLOCK_SIZE", "BLOCK_SIZE", "BLOCKSIZE"]
        .iter()
        .find_map(std::env::var_os);
    if let Some(text) = set {
        let text = text.into_encoded_bytes();
        return match text.as_slice() {
            b"human-readable" => SizeForm::Human,
            b"si" => SizeForm::Si,
            text => size::parse_form(text).unwrap_or(SizeForm::Units(1 << 10)),
        };
    }
    match std::env::var_os("POSIXLY_CORRECT") {
        Some(_) => SizeForm::Units(512),
        None => SizeForm::Units(1 << 10),
    }
}

fn invalid(context: &Context<'_>, short: &str, long: &str, given: &[u8]) -> i32 {
    let option = if short.is_empty() { long } else { short };
    let digits = given.first().is_some_and(u8::is_ascii_digit);
    let problem = if digits {
        "invalid suffix in "
    } else {
        "invalid "
    };
    let text = [
        problem.as_bytes(),
        option.as_bytes(),
        b" argument ",
        &quote::always(given),
    ];
    context.say(&text.concat());
    1
}

fn threshold(context: &Context<'_>, given: &[u8]) -> Result<i128, i32> {
    let (negative, digits) = match given {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, given),
    };
    let value = size::parse(digits).map(i128::from);
    match value {
        Some(0) if negative => {
            context.say(b"invalid --threshold argument '-0'");
            Err(1)
        }
        Some(value) => Ok(if negative { -value } else { value }),
        None => Err(invalid(context, "--threshold", "threshold", given)),
    }
}

fn stamp(context: &Context<'_>, given: Option<&[u8]>) -> Result<Stamp, i32> {
    match given {
        None => Ok(Stamp::Modified),
        Some(b"atime" | b"access" | b"use") => Ok(Stamp::Accessed),
        Some(b"ctime" | b"status") => Ok(Stamp::Changed),
        Some(b"mtime" | b"modification") => Ok(Stamp::Modified),
        Some(other) => {
            let text = [
                b"invalid argument ".as_slice(),
                &quote::always(other),
                b" for '--time'",
            ];
            context.say(&text.concat());
            let list = b"Valid arguments are:\n  - 'atime', 'access', 'use'\n  - 'ctime', 'status'";
            let _ = wardian_applet::sys::write(2, &[list.as_slice(), b"\n"].concat());
            Err(context.usage(b""))
        }
    }
}

fn time_format(context: &Context<'_>, style: &[u8]) -> Result<Vec<u8>, i32> {
    let style = style.strip_prefix(b"posix-").unwrap_or(style);
    Ok(match style {
        b"full-iso" => b"%Y-%m-%d %H:%M:%S.%N %z".to_vec(),
        b"long-iso" | b"locale" => b"%Y-%m-%d %H:%M".to_vec(),
        b"iso" => b"%Y-%m-%d".to_vec(),
        [b'+', format @ ..] => format.to_vec(),
        other => {
            let text = [
                b"invalid argument ".as_slice(),
                &quote::always(other),
                b" for ",
                &quote::always(b"time style"),
            ];
            context.say(&text.concat());
            return Err(context.usage(b""));
        }
    })
}
