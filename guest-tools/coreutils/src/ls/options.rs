//! The options of `ls`, read into one configuration.

use super::time_style::TimeStyle;
use crate::cli::{Context, Opt, Order, parse};
use crate::sys;
use crate::text::quote::{self, Style};
use crate::text::size::{self, SizeForm};

const OPTIONS: &[Opt] = &[
    Opt::flag(b'a', "all"),
    Opt::flag(b'b', "escape"),
    Opt::flag(b'd', "directory"),
    Opt::flag(b'D', "dired"),
    Opt::flag(0, "full-time"),
    Opt::flag(0, "group-directories-first"),
    Opt::flag(b'h', "human-readable"),
    Opt::flag(b'i', "inode"),
    Opt::flag(b'k', "kibibytes"),
    Opt::flag(b'n', "numeric-uid-gid"),
    Opt::flag(b'G', "no-group"),
    Opt::flag(b'q', "hide-control-chars"),
    Opt::flag(b'r', "reverse"),
    Opt::flag(b's', "size"),
    Opt::value(b'w', "width"),
    Opt::flag(b'A', "almost-all"),
    Opt::flag(b'B', "ignore-backups"),
    Opt::flag(b'F', ""),
    Opt::optional(0, "classify"),
    Opt::flag(0, "file-type"),
    Opt::flag(0, "si"),
    Opt::flag(0, "dereference-command-line-symlink-to-dir"),
    Opt::value(b'I', "ignore"),
    Opt::value(0, "indicator-style"),
    Opt::flag(b'L', "dereference"),
    Opt::flag(b'N', "literal"),
    Opt::flag(b'Q', "quote-name"),
    Opt::value(0, "quoting-style"),
    Opt::flag(b'R', "recursive"),
    Opt::value(0, "format"),
    Opt::flag(0, "show-control-chars"),
    Opt::value(0, "sort"),
    Opt::value(b'T', "tabsize"),
    Opt::value(0, "time"),
    Opt::value(0, "time-style"),
    Opt::flag(0, "zero"),
    Opt::optional(0, "color"),
    Opt::optional(0, "hyperlink"),
    Opt::value(0, "block-size"),
    Opt::flag(b'Z', "context"),
    Opt::flag(0, "author"),
    Opt::flag(b'H', "dereference-command-line"),
    Opt::value(0, "hide"),
    Opt::flag(b'C', ""),
    Opt::flag(b'S', ""),
    Opt::flag(b'U', ""),
    Opt::flag(b'X', ""),
    Opt::flag(b'c', ""),
    Opt::flag(b'f', ""),
    Opt::flag(b'g', ""),
    Opt::flag(b'l', ""),
    Opt::flag(b'm', ""),
    Opt::flag(b'o', ""),
    Opt::flag(b'p', ""),
    Opt::flag(b't', ""),
    Opt::flag(b'u', ""),
    Opt::flag(b'v', ""),
    Opt::flag(b'x', ""),
    Opt::flag(b'1', ""),
];

/// How entries are laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Long,
    OnePerLine,
    Columns,
    Across,
    Commas,
}

/// What entries are sorted by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    None,
    Name,
    Extension,
    Width,
    Size,
    Version,
    Time,
}

/// Which time is shown and sorted by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TimeKind {
    Modified,
    Changed,
    Accessed,
    Born,
}

/// Which symbolic links are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    Never,
    ArgumentsToDirectories,
    Arguments,
    Always,
}

/// What is appended to names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
pub enum Indicator {
    None,
    Slash,
    FileType,
    Classify,
}

/// Which names are left out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// Those that begin with a dot.
    Dots,
    /// `.` and `..`.
    DotAndDotDot,
    /// None.
    Shown,
}

pub struct Config {
    pub format: Format,
    pub sort: SortBy,
    pub reverse: bool,
    pub directories_first: bool,
    pub time: TimeKind,
    pub time_style: TimeStyle,
    pub follow: Follow,
    pub indicator: Indicator,
    pub hidden: Hidden,
    pub ignore: Vec<Vec<u8>>,
    pub hide: Vec<Vec<u8>>,
    pub quoting: Style,
    pub question_marks: bool,
    pub directory_itself: bool,
    pub recursive: bool,
    pub inode: bool,
    pub blocks: bool,
    pub owner: bool,
    pub group: bool,
    pub author: bool,
    pub numeric: bool,
    pub context: bool,
    pub block_form: SizeForm,
    pub size_form: SizeForm,
    pub width: usize,
    pub tab: usize,
    pub color: bool,
    pub hyperlink: bool,
    pub dired: bool,
    pub end: u8,
}

/// Columns assumed unless the environment says otherwise.
const DEFAULT_WIDTH: usize = 80;

/// The configuration and the operands; or the exit code of a usage error.
pub fn read(
    context: &Context<'_>,
    args: &[Vec<u8>],
    preset: Option<(Format, Style)>,
) -> Result<(Config, Vec<Vec<u8>>), i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let terminal = sys::is_terminal(1);
    let mut format = preset.map(|preset| preset.0);
    let mut quoting = preset.map(|preset| preset.1);
    let (mut sort, mut time, mut follow) = (None, None, None);
    let (mut block_form, mut size_form) = (None, SizeForm::Units(1));
    let (mut time_style, mut width, mut question_marks) = (None, None, None);
    let mut long_given = false;
    let mut config = Config {
        format: Format::OnePerLine,
        sort: SortBy::Name,
        reverse: false,
        directories_first: false,
        time: TimeKind::Modified,
        time_style: TimeStyle::usual(),
        follow: Follow::Never,
        indicator: Indicator::None,
        hidden: Hidden::Dots,
        ignore: Vec::new(),
        hide: Vec::new(),
        quoting: Style::Literal,
        question_marks: false,
        directory_itself: false,
        recursive: false,
        inode: false,
        blocks: false,
        owner: true,
        group: true,
        author: false,
        numeric: false,
        context: false,
        block_form: SizeForm::Units(1024),
        size_form: SizeForm::Units(1),
        width: DEFAULT_WIDTH,
        tab: 8,
        color: false,
        hyperlink: false,
        dired: false,
        end: b'\n',
    };
    for (letter, long, value) in &parsed.options {
        let text = value.as_deref().unwrap_or_default();
        let choice = |list: &[(&str, u8)]| choose(context, long, text, list);
        match (letter, *long) {
            (b'a', _) => config.hidden = Hidden::Shown,
            (b'A', _) => config.hidden = Hidden::DotAndDotDot,
            (b'b', _) => quoting = Some(Style::Escape),
            (b'B', _) => config.ignore.extend([b"*~".to_vec(), b".*~".to_vec()]),
            (b'c', _) => time = Some(TimeKind::Changed),
            (b'D', _) => config.dired = true,
            (b'C', _) => format = Some(Format::Columns),
            (b'd', _) => config.directory_itself = true,
            (b'f', _) => {
                config.hidden = Hidden::Shown;
                sort = Some(SortBy::None);
                if long_given {
                    format = None;
                }
                config.blocks = false;
                config.color = false;
            }
            (b'F', _) | (_, "classify") => {
                let shown = match value {
                    None => b'a',
                    Some(_) => choice(WHEN)?,
                };
                if shown == b'a' || (shown == b't' && terminal) {
                    config.indicator = Indicator::Classify;
                }
            }
            (b'g', _) => (config.owner, format) = (false, Some(Format::Long)),
            (b'G', _) => config.group = false,
            (b'h', _) => (block_form, size_form) = (Some(SizeForm::Human), SizeForm::Human),
            (b'H', _) => follow = Some(Follow::Arguments),
            (b'i', _) => config.inode = true,
            (b'I', _) => config.ignore.push(text.to_vec()),
            (b'k', _) => block_form = Some(SizeForm::Units(1024)),
            (b'l', _) => (format, long_given) = (Some(Format::Long), true),
            (b'L', _) => follow = Some(Follow::Always),
            (b'm', _) => format = Some(Format::Commas),
            (b'n', _) => (config.numeric, format) = (true, Some(Format::Long)),
            (b'N', _) => quoting = Some(Style::Literal),
            (b'o', _) => (config.group, format) = (false, Some(Format::Long)),
            (b'p', _) => config.indicator = Indicator::Slash,
            (b'q', _) => question_marks = Some(true),
            (b'Q', _) => quoting = Some(Style::C),
            (b'r', _) => config.reverse = true,
            (b'R', _) => config.recursive = true,
            (b's', _) => config.blocks = true,
            (b'S', _) => sort = Some(SortBy::Size),
            (b't', _) => sort = Some(SortBy::Time),
            (b'T', _) => config.tab = number(context, text, "invalid tab size")?,
            (b'u', _) => time = Some(TimeKind::Accessed),
            (b'U', _) => sort = Some(SortBy::None),
            (b'v', _) => sort = Some(SortBy::Version),
            (b'w', _) => width = Some(number(context, text, "invalid line width")?),
            (b'x', _) => format = Some(Format::Across),
            (b'X', _) => sort = Some(SortBy::Extension),
            (b'Z', _) => config.context = true,
            (b'1', _) if format != Some(Format::Long) => format = Some(Format::OnePerLine),
            (_, "author") => config.author = true,
            (_, "block-size") => match block_size(text) {
                Some(form) => (block_form, size_form) = (Some(form), form),
                None => {
                    let text = [
                        b"invalid --block-size argument ".as_slice(),
                        &quote::always(text),
                    ];
                    context.say(&text.concat());
                    return Err(2);
                }
            },
            (_, "color") => {
                config.color = match value {
                    None => true,
                    Some(_) => {
                        matches!(choice(WHEN)?, b'a')
                            || (text != b"never" && text != b"no" && text != b"none" && terminal)
                    }
                };
            }
            (_, "hyperlink") => {
                config.hyperlink = value.is_none()
                    || match choice(WHEN)? {
                        b'a' => true,
                        b't' => terminal,
                        _ => false,
                    };
            }
            (_, "dereference-command-line-symlink-to-dir") => {
                follow = Some(Follow::ArgumentsToDirectories);
            }
            (_, "file-type") => config.indicator = Indicator::FileType,
            (_, "format") => {
                format = Some(match choice(FORMATS)? {
                    b'l' => Format::Long,
                    b'1' => Format::OnePerLine,
                    b'C' => Format::Columns,
                    b'x' => Format::Across,
                    _ => Format::Commas,
                });
            }
            (_, "full-time") => {
                (format, time_style) = (Some(Format::Long), Some(b"full-iso".to_vec()));
            }
            (_, "group-directories-first") => config.directories_first = true,
            (_, "hide") => config.hide.push(text.to_vec()),
            (_, "indicator-style") => {
                config.indicator = match choice(INDICATORS)? {
                    b'n' => Indicator::None,
                    b's' => Indicator::Slash,
                    b't' => Indicator::FileType,
                    _ => Indicator::Classify,
                };
            }
            (_, "quoting-style") => quoting = Some(style(choice(STYLES)?)),
            (_, "show-control-chars") => question_marks = Some(false),
            (_, "si") => (block_form, size_form) = (Some(SizeForm::Si), SizeForm::Si),
            (_, "sort") => {
                sort = Some(match choice(SORTS)? {
                    b'n' => SortBy::None,
                    b't' => SortBy::Time,
                    b's' => SortBy::Size,
                    b'e' => SortBy::Extension,
                    b'v' => SortBy::Version,
                    _ => SortBy::Width,
                });
            }
            (_, "time") => {
                time = Some(match choice(TIMES)? {
                    b'a' => TimeKind::Accessed,
                    b'c' => TimeKind::Changed,
                    _ => TimeKind::Born,
                });
            }
            (_, "time-style") => time_style = Some(text.to_vec()),
            (_, "zero") => {
                config.end = 0;
                if format != Some(Format::Long) {
                    format = Some(Format::OnePerLine);
                }
                (quoting, config.color) = (Some(Style::Literal), false);
                question_marks = Some(false);
            }
            _ => {}
        }
    }
    config.format = format.unwrap_or(if terminal {
        Format::Columns
    } else {
        Format::OnePerLine
    });
    let long = config.format == Format::Long;
    config.quoting = quoting
        .or_else(|| environment_style(context))
        .unwrap_or(if terminal {
            Style::ShellEscape
        } else {
            Style::Literal
        });
    config.question_marks = question_marks.unwrap_or(terminal && preset.is_none());
    config.time = time.unwrap_or(TimeKind::Modified);
    config.sort = sort.unwrap_or(if time.is_some() && !long {
        SortBy::Time
    } else {
        SortBy::Name
    });
    config.dired &= long && !config.hyperlink;
    if config.dired && config.end == 0 {
        context.say(b"--dired and --zero are incompatible");
        return Err(2);
    }
    config.follow = follow.unwrap_or(
        if config.directory_itself || config.indicator == Indicator::Classify || long {
            Follow::Never
        } else {
            Follow::ArgumentsToDirectories
        },
    );
    config.block_form = block_form
        .or_else(|| environment_block_size(&mut size_form))
        .unwrap_or(SizeForm::Units(1024));
    config.size_form = size_form;
    config.width = width.unwrap_or_else(environment_width);
    if long {
        let style =
            time_style.or_else(|| Some(std::env::var_os("TIME_STYLE")?.into_encoded_bytes()));
        if let Some(style) = style
            && let Some(style) = TimeStyle::parse(context, &style)?
        {
            config.time_style = style;
        }
    }
    Ok((config, parsed.operands))
}

const WHEN: &[(&str, u8)] = &[
    ("always", b'a'),
    ("yes", b'a'),
    ("force", b'a'),
    ("never", b'n'),
    ("no", b'n'),
    ("none", b'n'),
    ("auto", b't'),
    ("tty", b't'),
    ("if-tty", b't'),
];
const FORMATS: &[(&str, u8)] = &[
    ("verbose", b'l'),
    ("long", b'l'),
    ("commas", b'm'),
    ("horizontal", b'x'),
    ("across", b'x'),
    ("vertical", b'C'),
    ("single-column", b'1'),
];
const INDICATORS: &[(&str, u8)] = &[
    ("none", b'n'),
    ("slash", b's'),
    ("file-type", b't'),
    ("classify", b'c'),
];
const STYLES: &[(&str, u8)] = &[
    ("literal", b'l'),
    ("shell", b's'),
    ("shell-always", b'S'),
    ("shell-escape", b'e'),
    ("shell-escape-always", b'E'),
    ("c", b'c'),
    ("c-maybe", b'm'),
    ("escape", b'b'),
    ("locale", b'o'),
    // The same, but not listed as such.
    ("clocale", b'O'),
];
const SORTS: &[(&str, u8)] = &[
    ("none", b'n'),
    ("time", b't'),
    ("size", b's'),
    ("extension", b'e'),
    ("version", b'v'),
    ("width", b'w'),
];
const TIMES: &[(&str, u8)] = &[
    ("atime", b'a'),
    ("access", b'a'),
    ("use", b'a'),
    ("ctime", b'c'),
    ("status", b'c'),
    ("birth", b'b'),
    ("creation", b'b'),
];

/// The value that a word, or an unambiguous beginning of one, stands for.
fn choose(
    context: &Context<'_>,
    option: &str,
    text: &[u8],
    list: &[(&str, u8)],
) -> Result<u8, i32> {
    if let Some(exact) = list.iter().find(|item| item.0.as_bytes() == text) {
        return Ok(exact.1);
    }
    let mut found: Vec<u8> = list
        .iter()
        .filter(|item| item.0.as_bytes().starts_with(text))
        .map(|item| item.1)
        .collect();
    found.dedup();
    if let [value] = found.as_slice() {
        return Ok(*value);
    }
    let problem = if found.is_empty() {
        "invalid"
    } else {
        "ambiguous"
    };
    let mut message = format!("{problem} argument ").into_bytes();
    message.extend(quote::always(text));
    message.extend_from_slice(format!(" for '--{option}'\nValid arguments are:").as_bytes());
    let mut last = None;
    for (word, value) in list {
        let lead = if last == Some(value) { "," } else { "\n  -" };
        message.extend_from_slice(format!("{lead} '{word}'").as_bytes());
        last = Some(value);
    }
    context.usage(&message);
    // GNU's argument matching has an exit code of its own.
    Err(1)
}

fn number(context: &Context<'_>, text: &[u8], problem: &str) -> Result<usize, i32> {
    // As in C: octal after a zero, hexadecimal after `0x`.
    let (digits, radix) = match text {
        [b'0', b'x' | b'X', digits @ ..] => (digits, 16),
        [b'0', digits @ ..] if !digits.is_empty() => (digits, 8),
        digits => (digits, 10),
    };
    let plain = digits.iter().all(u8::is_ascii_hexdigit);
    let value = std::str::from_utf8(digits)
        .ok()
        .filter(|_| plain)
        .and_then(|digits| u64::from_str_radix(digits, radix).ok());
    match value {
        Some(value) => Ok(usize::try_from(value).unwrap_or(usize::MAX)),
        None => {
            context.say(&[problem.as_bytes(), b": ", &quote::always(text)].concat());
            Err(2)
        }
    }
}

fn style(letter: u8) -> Style {
    match letter {
        b's' => Style::Shell,
        b'S' => Style::ShellAlways,
        b'e' => Style::ShellEscape,
        b'E' => Style::ShellEscapeAlways,
        b'c' | b'm' => Style::C,
        b'b' => Style::Escape,
        b'o' | b'O' => Style::Locale,
        _ => Style::Literal,
    }
}

fn environment_style(context: &Context<'_>) -> Option<Style> {
    let text = std::env::var("QUOTING_STYLE").ok()?;
    match STYLES.iter().find(|item| item.0 == text) {
        Some(item) => Some(style(item.1)),
        None => {
            let text = quote::always(text.as_bytes());
            let before = b"ignoring invalid value of environment variable QUOTING_STYLE: ";
            context.say(&[before.as_slice(), &text].concat());
            None
        }
    }
}

fn environment_width() -> usize {
    let columns = std::env::var("COLUMNS").ok();
    columns
        .and_then(|text| text.parse().ok())
        .unwrap_or(DEFAULT_WIDTH)
}

fn environment_block_size(size_form: &mut SizeForm) -> Option<SizeForm> {
    if let Some(text) = std::env::var_os("LS_BLOCK_SIZE").or_else(|| std::env::var_os("BLOCK_SIZE"))
    {
        let form = block_size(text.as_encoded_bytes())?;
        *size_form = form;
        return Some(form);
    }
    std::env::var_os("BLOCKSIZE").and_then(|text| block_size(text.as_encoded_bytes()))
}

fn block_size(text: &[u8]) -> Option<SizeForm> {
    match text {
        b"human-readable" => Some(SizeForm::Human),
        b"si" => Some(SizeForm::Si),
        text => size::parse_form(text),
    }
}
