//! The command line of `diff`.

use super::lines::Palette;
use super::options::{Blanks, Config, Style};
use super::pattern::Pattern;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, parse as take_apart};
use wardian_applet::sys;
use wardian_applet::text::quote;

static OPTIONS: &[Opt] = &[
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
    Opt::flag(b'B', "ignore-blank-lines"),
    Opt::value(b'C', ""),
    Opt::optional(b'C', "context"),
    Opt::value(b'D', "ifdef"),
    Opt::flag(b'E', "ignore-tab-expansion"),
    Opt::value(b'F', "show-function-line"),
    Opt::flag(b'H', "speed-large-files"),
    Opt::value(b'I', "ignore-matching-lines"),
    Opt::value(b'L', "label"),
    Opt::flag(b'N', "new-file"),
    Opt::flag(b'P', ""),
    Opt::value(b'S', "starting-file"),
    Opt::flag(b'T', "initial-tab"),
    Opt::value(b'U', ""),
    Opt::optional(b'U', "unified"),
    Opt::value(b'W', "width"),
    Opt::value(b'X', "exclude-from"),
    Opt::flag(b'Z', "ignore-trailing-space"),
    Opt::flag(b'a', "text"),
    Opt::flag(b'b', "ignore-space-change"),
    Opt::flag(b'c', ""),
    Opt::flag(b'd', "minimal"),
    Opt::flag(b'e', "ed"),
    Opt::flag(b'f', "forward-ed"),
    Opt::flag(b'h', ""),
    Opt::flag(b'i', "ignore-case"),
    Opt::flag(b'l', "paginate"),
    Opt::flag(b'n', "rcs"),
    Opt::flag(b'p', "show-c-function"),
    Opt::flag(b'q', "brief"),
    Opt::flag(b'r', "recursive"),
    Opt::flag(b's', "report-identical-files"),
    Opt::flag(b't', "expand-tabs"),
    Opt::flag(b'u', ""),
    Opt::flag(b'v', "version"),
    Opt::flag(b'w', "ignore-all-space"),
    Opt::value(b'x', "exclude"),
    Opt::flag(b'y', "side-by-side"),
    Opt::optional(0, "color"),
    Opt::value(0, "palette"),
    Opt::flag(0, "-presume-output-tty"),
    Opt::value(0, "horizon-lines"),
    Opt::flag(0, "ignore-file-name-case"),
    Opt::flag(0, "no-ignore-file-name-case"),
    Opt::flag(0, "left-column"),
    Opt::flag(0, "suppress-common-lines"),
    Opt::flag(0, "suppress-blank-empty"),
    Opt::flag(0, "strip-trailing-cr"),
    Opt::flag(0, "no-dereference"),
    Opt::flag(0, "normal"),
    Opt::value(0, "tabsize"),
    Opt::value(0, "from-file"),
    Opt::value(0, "to-file"),
    Opt::flag(0, "unidirectional-new-file"),
    Opt::value(0, "line-format"),
    Opt::value(0, "unchanged-line-format"),
    Opt::value(0, "old-line-format"),
    Opt::value(0, "new-line-format"),
    Opt::value(0, "unchanged-group-format"),
    Opt::value(0, "old-group-format"),
    Opt::value(0, "new-group-format"),
    Opt::value(0, "changed-group-format"),
];

/// What the options have set so far, before it is put in order.
#[derive(Default)]
struct Draft {
    style: Option<Style>,
    context: Option<usize>,
    /// `-NUM`
    digits: Option<usize>,
    functions: Option<Pattern>,
    show_c: bool,
    from: Option<Vec<u8>>,
    to: Option<Vec<u8>>,
    presumed: bool,
    color_auto: bool,
    palette: Option<Vec<u8>>,
}

/// The names of two files to compare.
pub type Pair = [Vec<u8>; 2];

/// Reads the arguments: the options, and the pairs of files to compare.
///
/// # Errors
/// The exit code, after a message or help.
pub fn parse(context: &Context<'_>, args: &Args) -> Result<(Config, Vec<Pair>), i32> {
    let parsed = take_apart(context, args, OPTIONS, Order::Permute)?;
    let mut config = Config::default();
    let mut draft = Draft::default();
    let mut digit_before = false;
    for (letter, long, value) in parsed.options {
        let value = value.as_deref();
        if letter.is_ascii_digit() {
            let old = draft.digits.filter(|_| digit_before).unwrap_or(0);
            let digit = usize::from(letter - b'0');
            draft.digits = Some(old.saturating_mul(10).saturating_add(digit));
            digit_before = true;
            continue;
        }
        digit_before = false;
        let set = match letter {
            0 => long_option(context, &mut config, &mut draft, long, value),
            _ => short_option(context, &mut config, &mut draft, letter, value),
        };
        set?;
    }
    // A terminal that is taken for granted must still know colours.
    if draft.presumed && draft.color_auto {
        config.color = std::env::var_os("TERM").is_some_and(|term| term != "dumb");
    }
    if let Some(text) = draft.palette.as_ref().filter(|_| config.color) {
        match Palette::parse(text) {
            Ok(palette) => config.palette = palette,
            Err(prefix) => {
                if let Some(prefix) = prefix.filter(|prefix| prefix.len() == 2) {
                    context.say(&[b"unrecognized prefix: ".as_slice(), prefix].concat());
                }
                context.say(b"unparsable value for --palette");
                config.color = false;
            }
        }
    }
    finish(context, &mut config, &mut draft)?;
    config.switches = switches(args, &parsed.operands);
    let pairs = pairs(context, draft, parsed.operands)?;
    Ok((config, pairs))
}

fn finish(context: &Context<'_>, config: &mut Config, draft: &mut Draft) -> Result<(), i32> {
    if draft.show_c {
        let source = b"^[[:alpha:]$_]".to_vec();
        draft.functions = Some(pattern(context, draft.functions.take(), source)?);
    }
    config.function_regex = draft.functions.take();
    config.style = match draft.style {
        Some(style) => style,
        None if draft.show_c => Style::Context,
        None => Style::Normal,
    };
    if draft.style.is_none() && draft.show_c {
        draft.context.get_or_insert(3);
    }
    if matches!(config.style, Style::Context | Style::Unified) {
        let lines = draft.context.unwrap_or(3);
        config.context = match (draft.digits, draft.context) {
            (Some(digits), Some(lines)) => digits.max(lines),
            (Some(digits), None) => digits,
            (None, _) => lines,
        };
    }
    config.horizon = config.horizon.max(config.context);
    Ok(())
}

fn short_option(
    context: &Context<'_>,
    config: &mut Config,
    draft: &mut Draft,
    letter: u8,
    value: Option<&[u8]>,
) -> Result<(), i32> {
    match letter {
        b'B' => config.ignore_blank_lines = true,
        b'C' | b'U' => {
            if let Some(value) = value {
                let lines = count(context, value, "context length")?;
                draft.context = Some(draft.context.map_or(lines, |old| old.max(lines)));
            }
            let style = if letter == b'C' {
                Style::Context
            } else {
                Style::Unified
            };
            choose(context, draft, style)?;
        }
        b'c' => choose(context, draft, Style::Context)?,
        b'u' => choose(context, draft, Style::Unified)?,
        b'D' => {
            choose(context, draft, Style::Formats)?;
            ifdef(config, value.unwrap_or_default());
        }
        b'E' => match config.blanks {
            Blanks::Matter => config.blanks = Blanks::TabsIgnored,
            Blanks::TrailingIgnored => config.blanks = Blanks::TabsAndTrailingIgnored,
            _ => {}
        },
        b'Z' => match config.blanks {
            Blanks::Matter => config.blanks = Blanks::TrailingIgnored,
            Blanks::TabsIgnored => config.blanks = Blanks::TabsAndTrailingIgnored,
            _ => {}
        },
        b'b' => config.blanks = config.blanks.max(Blanks::AmountIgnored),
        b'w' => config.blanks = Blanks::AllIgnored,
        b'F' => {
            let source = value.unwrap_or_default().to_vec();
            draft.functions = Some(pattern(context, draft.functions.take(), source)?);
        }
        b'I' => {
            let source = value.unwrap_or_default().to_vec();
            config.ignore_regex = Some(pattern(context, config.ignore_regex.take(), source)?);
        }
        b'L' => match config.labels.iter_mut().find(|label| label.is_none()) {
            Some(label) => *label = value.map(<[u8]>::to_vec),
            None => {
                context.say(b"too many file label options");
                return Err(2);
            }
        },
        b'N' => config.new_file = true,
        b'P' => config.new_first = true,
        b'S' => config.start_file = value.map(<[u8]>::to_vec),
        b'T' => config.initial_tab = true,
        b'W' => {
            config.width = count(context, value.unwrap_or_default(), "width")?;
            if config.width == 0 {
                return Err(bad(context, "width", b"0"));
            }
        }
        b'X' => exclude_from(context, config, value.unwrap_or_default())?,
        b'a' => config.text = true,
        b'd' => config.minimal = true,
        b'e' => choose(context, draft, Style::Ed)?,
        b'f' => choose(context, draft, Style::ForwardEd)?,
        b'n' => choose(context, draft, Style::Rcs)?,
        b'y' => choose(context, draft, Style::SideBySide)?,
        b'i' => config.ignore_case = true,
        b'p' => draft.show_c = true,
        b'q' => config.brief = true,
        b'r' => config.recursive = true,
        b's' => config.report_identical = true,
        b't' => config.expand_tabs = true,
        b'v' => return Err(context.version()),
        b'x' => config.exclude.push(value.unwrap_or_default().to_vec()),
        // -h, -H and -l change nothing here.
        _ => {}
    }
    Ok(())
}

fn long_option(
    context: &Context<'_>,
    config: &mut Config,
    draft: &mut Draft,
    long: &str,
    value: Option<&[u8]>,
) -> Result<(), i32> {
    let owned = || Some(value.unwrap_or_default().to_vec());
    match long {
        "color" => {
            config.color = match value {
                None | Some(b"auto") => {
                    draft.color_auto = true;
                    sys::is_terminal(1)
                }
                Some(b"always") => true,
                Some(b"never") => false,
                Some(other) => return Err(bad(context, "color", other)),
            }
        }
        "-presume-output-tty" => draft.presumed = true,
        "palette" => draft.palette = owned(),
        "horizon-lines" => {
            let lines = count(context, value.unwrap_or_default(), "horizon length")?;
            config.horizon = config.horizon.max(lines);
        }
        "ignore-file-name-case" => config.ignore_name_case = true,
        "no-ignore-file-name-case" => config.ignore_name_case = false,
        "left-column" => config.left_column = true,
        "suppress-common-lines" => config.suppress_common = true,
        "suppress-blank-empty" => config.suppress_blank_empty = true,
        "strip-trailing-cr" => config.strip_cr = true,
        "no-dereference" => config.no_dereference = true,
        "normal" => choose(context, draft, Style::Normal)?,
        "tabsize" => {
            config.tab_size = count(context, value.unwrap_or_default(), "tabsize")?;
            if config.tab_size == 0 || config.tab_size > 1 << 20 {
                return Err(bad(context, "tabsize", value.unwrap_or_default()));
            }
        }
        "from-file" => draft.from = owned(),
        "to-file" => draft.to = owned(),
        "unidirectional-new-file" => config.new_first = true,
        "line-format" => {
            choose(context, draft, Style::Formats)?;
            config.formats.line = [owned(), owned(), owned()];
        }
        _ => {
            let kinds = ["unchanged-", "old-", "new-", "changed-"];
            let found = kinds.iter().position(|kind| long.starts_with(kind));
            if let Some(kind) = found {
                choose(context, draft, Style::Formats)?;
                let slot = match long.ends_with("line-format") {
                    true => config.formats.line.get_mut(kind),
                    false => config.formats.group.get_mut(kind),
                };
                if let Some(slot) = slot {
                    *slot = owned();
                }
            }
        }
    }
    Ok(())
}

/// `-D NAME`: the formats of merged C source.
fn ifdef(config: &mut Config, name: &[u8]) {
    let text = |parts: &[&[u8]]| {
        // The name is text, not a format.
        let name = String::from_utf8_lossy(name)
            .replace('%', "%%")
            .into_bytes();
        let parts: Vec<&[u8]> = parts
            .iter()
            .map(|part| {
                if part.is_empty() {
                    name.as_slice()
                } else {
                    part
                }
            })
            .collect();
        Some(parts.concat())
    };
    config.formats.group = [
        Some(b"%=".to_vec()),
        text(&[b"#ifndef ", b"", b"\n%<#endif /* ! ", b"", b" */\n"]),
        text(&[b"#ifdef ", b"", b"\n%>#endif /* ", b"", b" */\n"]),
        text(&[
            b"#ifndef ",
            b"",
            b"\n%<#else /* ",
            b"",
            b" */\n%>#endif /* ",
            b"",
            b" */\n",
        ]),
    ];
}

fn choose(context: &Context<'_>, draft: &mut Draft, style: Style) -> Result<(), i32> {
    if draft.style.is_some_and(|old| old != style) {
        return Err(context.usage(b"conflicting output style options"));
    }
    draft.style = Some(style);
    Ok(())
}

fn bad(context: &Context<'_>, what: &str, value: &[u8]) -> i32 {
    context.usage(&[b"invalid ", what.as_bytes(), b" '", value, b"'"].concat())
}

fn count(context: &Context<'_>, value: &[u8], what: &str) -> Result<usize, i32> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(bad(context, what, value));
    }
    let text = std::str::from_utf8(value).unwrap_or_default();
    Ok(text.parse().unwrap_or(usize::MAX / 4).min(usize::MAX / 4))
}

fn pattern(context: &Context<'_>, old: Option<Pattern>, source: Vec<u8>) -> Result<Pattern, i32> {
    let text = source.clone();
    Pattern::or(old, source).map_err(|message| {
        context.say(&[&text[..], b": ", message.as_bytes()].concat());
        2
    })
}

fn exclude_from(context: &Context<'_>, config: &mut Config, path: &[u8]) -> Result<(), i32> {
    let contents = match path {
        b"-" => {
            let mut bytes = Vec::new();
            sys::File::stdin().read_to_end(&mut bytes).map(|()| bytes)
        }
        _ => sys::read_file(path),
    };
    let contents = contents.map_err(|errno| {
        context.say_error(path, errno);
        2
    })?;
    let lines = contents
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end);
    config
        .exclude
        .extend(lines.filter(|line| !line.is_empty()).map(<[u8]>::to_vec));
    Ok(())
}

/// The arguments that are not operands, each after a space, quoted.
fn switches(args: &Args, operands: &[Vec<u8>]) -> Vec<u8> {
    let mut left = operands;
    let mut kept: Vec<&[u8]> = Vec::new();
    for arg in args.iter().skip(1).rev() {
        match left {
            [rest @ .., last] if last == arg => left = rest,
            _ => kept.push(arg),
        }
    }
    let mut out = Vec::new();
    for arg in kept.into_iter().rev() {
        out.push(b' ');
        out.extend(quote::quote(arg, quote::Style::Shell));
    }
    out
}

fn pairs(context: &Context<'_>, draft: Draft, operands: Args) -> Result<Vec<[Vec<u8>; 2]>, i32> {
    match (draft.from, draft.to) {
        (Some(_), Some(_)) => {
            context.say(b"--from-file and --to-file both specified");
            Err(2)
        }
        (Some(from), None) => Ok(operands.into_iter().map(|to| [from.clone(), to]).collect()),
        (None, Some(to)) => Ok(operands
            .into_iter()
            .map(|from| [from, to.clone()])
            .collect()),
        (None, None) => match <[Vec<u8>; 2]>::try_from(operands) {
            Ok(pair) => Ok(vec![pair]),
            Err(operands) => {
                let text = match operands.get(2) {
                    Some(extra) => [b"extra operand '".as_slice(), extra, b"'"].concat(),
                    None => {
                        let last = operands.last().or(context_name(context).as_ref()).cloned();
                        let last = last.unwrap_or_default();
                        [b"missing operand after '".as_slice(), &last, b"'"].concat()
                    }
                };
                Err(context.usage(&text))
            }
        },
    }
}

fn context_name(context: &Context<'_>) -> Option<Vec<u8>> {
    Some(context.program.to_vec())
}
