//! `diff3`: how two files differ from a common ancestor, and their merge.

mod blocks;
mod output;

use crate::diff::{Change, Config, Text, changes, strip_cr};
use blocks::merge_changes;
use output::{Printer, Selection};
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, parse};
use wardian_applet::sys::{Errno, File, read_file};

/// Exit code for trouble.
const TROUBLE: i32 = 2;
/// Lines of equal text beyond a change that the search looks at.
const HORIZON: usize = 100;
/// Where a NUL byte makes a file binary.
const PROBE_BYTES: usize = 4096;

static OPTIONS: &[Opt] = &[
    Opt::flag(b'A', "show-all"),
    Opt::flag(b'e', "ed"),
    Opt::flag(b'E', "show-overlap"),
    Opt::flag(b'3', "easy-only"),
    Opt::flag(b'x', "overlap-only"),
    Opt::flag(b'X', ""),
    Opt::flag(b'i', ""),
    Opt::flag(b'm', "merge"),
    Opt::flag(b'a', "text"),
    Opt::flag(0, "strip-trailing-cr"),
    Opt::flag(b'T', "initial-tab"),
    Opt::value(0, "diff-program"),
    Opt::value(b'L', "label"),
    Opt::flag(b'v', "version"),
];

/// What was asked for.
#[derive(Default)]
struct Asked {
    merge: bool,
    /// How many options that exclude each other.
    forms: usize,
    final_write: bool,
    initial_tab: bool,
    text: bool,
    strip_cr: bool,
    selection: Selection,
    labels: Vec<Vec<u8>>,
}

/// Runs `diff3`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "diff3", TROUBLE);
    match compare(&context, args) {
        Ok(code) | Err(code) => code,
    }
}

fn read_options(context: &Context<'_>, args: &Args) -> Result<(Asked, Vec<Vec<u8>>), i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut asked = Asked::default();
    for (letter, long, value) in parsed.options {
        match letter {
            b'v' => return Err(context.version()),
            b'a' => asked.text = true,
            b'T' => asked.initial_tab = true,
            b'm' => asked.merge = true,
            b'i' => asked.final_write = true,
            b'L' => asked.labels.extend(value),
            b'A' | b'e' | b'E' | b'3' | b'x' | b'X' => {
                asked.forms += 1;
                let selection = &mut asked.selection;
                match letter {
                    b'A' => (selection.show_old, selection.flag_conflicts) = (true, true),
                    b'E' => selection.flag_conflicts = true,
                    b'3' => selection.easy_only = true,
                    // GNU's -X brackets nothing, whatever its help says.
                    b'x' | b'X' => selection.overlap_only = true,
                    _ => {}
                }
            }
            _ => asked.strip_cr |= long == "strip-trailing-cr",
        }
        if asked.labels.len() > 3 {
            return Err(context.usage(b"too many file label options"));
        }
    }
    if asked.merge && asked.forms == 0 {
        asked.selection.show_old = true;
        asked.selection.flag_conflicts = true;
    }
    if asked.forms > 1
        || asked.final_write && asked.merge
        || !asked.labels.is_empty() && !asked.selection.flag_conflicts
    {
        return Err(context.usage(b"incompatible options"));
    }
    match parsed.operands.as_slice() {
        [_, _, _] => Ok((asked, parsed.operands)),
        [_, _, _, extra, ..] => {
            Err(context.usage(&[b"extra operand '".as_slice(), extra, b"'"].concat()))
        }
        short => {
            let last = short.last().map_or(context.program, Vec::as_slice);
            Err(context.usage(&[b"missing operand after '".as_slice(), last, b"'"].concat()))
        }
    }
}

fn compare(context: &Context<'_>, args: &Args) -> Result<i32, i32> {
    let (asked, names) = read_options(context, args)?;
    let script = asked.forms > 0 && !asked.merge;
    // The file that both others are compared with. A script or a merge starts
    // from the ancestor; else the last file serves as well.
    let mut common = if script || asked.merge { 1 } else { 2 };
    if names[common] == b"-" {
        common = 3 - common;
        if names[0] == b"-" || names[common] == b"-" {
            context.say(b"'-' specified for more than one input file");
            return Err(TROUBLE);
        }
    }
    let texts = read_texts(context, &asked, &names, common)?;
    let config = Config {
        horizon: HORIZON,
        ..Config::default()
    };
    let order = [0, 3 - common, common];
    let threads = [order[0], order[1]].map(|f| changes([&texts[f], &texts[common]], &config));
    if script {
        for role in [1, 0] {
            let pair = [&texts[order[role]], &texts[common]];
            warn_of_cut_lines(context, &threads[role], pair);
        }
    }
    let by_role = order.map(|f| &texts[f]);
    let blocks = merge_changes(&threads, by_role);
    let mut labels = names;
    for (label, given) in labels.iter_mut().zip(&asked.labels) {
        label.clone_from(given);
    }
    let mut printer = Printer::new(texts.each_ref(), order, &labels, asked.selection);
    let conflicts = if script {
        let conflicts = printer.ed_script(&blocks);
        if asked.final_write {
            printer.out.put(b"w\nq\n");
        }
        conflicts
    } else if asked.merge {
        printer.merged(&blocks)
    } else {
        printer.differences(&blocks, asked.initial_tab);
        false
    };
    Ok(printer
        .out
        .finish_or(context, i32::from(conflicts), TROUBLE))
}

/// Tells of lines without newline in changes, which a script cannot show.
fn warn_of_cut_lines(context: &Context<'_>, changes: &[Change], texts: [&Text; 2]) {
    let cut = |f: usize| {
        let text = texts[f];
        let in_change = |change: &Change| change.count[f] > 0 && change.end(f) == text.len();
        text.missing_newline() && changes.last().is_some_and(in_change)
    };
    for _ in (0..2).filter(|f| cut(*f)) {
        context.say(b"No newline at end of file");
    }
}

fn read_texts(
    context: &Context<'_>,
    asked: &Asked,
    names: &[Vec<u8>],
    common: usize,
) -> Result<[Text; 3], i32> {
    let mut contents = [Vec::new(), Vec::new(), Vec::new()];
    // Of two that are standard input, the first that is compared gets it all.
    for f in [3 - common, common, 0] {
        let name = &names[f];
        let bytes = match name.as_slice() {
            b"-" => {
                let mut bytes = Vec::new();
                File::stdin().read_to_end(&mut bytes).map(|()| bytes)
            }
            path => read_file(path),
        };
        match bytes {
            Ok(bytes) => contents[f] = bytes,
            Err(errno) => return Err(trouble(context, name, errno)),
        }
    }
    let is_binary = |bytes: &[u8]| {
        memchr::memchr(0, &bytes[..bytes.len().min(PROBE_BYTES)]).is_some() && !asked.text
    };
    for f in [3 - common, 0] {
        let (a, b) = (&contents[f], &contents[common]);
        if a != b && (is_binary(a) || is_binary(b)) {
            let text = [
                b"diff failed: Binary files ".as_slice(),
                &names[f],
                b" and ",
                &names[common],
                b" differ",
            ];
            context.say(&text.concat());
            return Err(TROUBLE);
        }
    }
    let mut texts = contents.into_iter().map(|bytes| match asked.strip_cr {
        true => Text::new(strip_cr(bytes), false),
        false => Text::new(bytes, false),
    });
    let mut next = || texts.next().unwrap_or_else(|| Text::new(Vec::new(), false));
    Ok([next(), next(), next()])
}

fn trouble(context: &Context<'_>, name: &[u8], errno: Errno) -> i32 {
    context.say_error(name, errno);
    TROUBLE
}
