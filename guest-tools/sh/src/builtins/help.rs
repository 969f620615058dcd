//! `help`.

mod summaries;

use super::TABLE;
use super::getopts::letters::Letters;
use crate::exec::{Run, Shell};
use crate::pattern::Pattern;

const VERSION: &str = "GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)";

/// What stands above the list.
const HEADER: &str = "\
The shell itself knows these commands.  `help NAME' says what NAME does,
`help -s NAME' how it is written, `help -d NAME' what it is for in a line.
For commands that are not in this list try `NAME --help'; `ls /bin' has
them all.

An asterisk (*) before a name: the command has been disabled by `enable -n'.

";

/// Syntax that `help` knows beside the builtins: name and form.
const SYNTAX: &[(&str, &str)] = &[
    ("%", "job_spec [&]"),
    ("(( ... ))", "(( expression ))"),
    ("[[ ... ]]", "[[ expression ]]"),
    (
        "case",
        "case WORD in [PATTERN [| PATTERN]...) COMMANDS ;;]... esac",
    ),
    ("coproc", "coproc [NAME] command [redirections]"),
    ("for", "for NAME [in WORDS ... ] ; do COMMANDS; done"),
    ("for ((", "for (( exp1; exp2; exp3 )); do COMMANDS; done"),
    (
        "function",
        "function name { COMMANDS ; } or name () { COMMANDS ; }",
    ),
    (
        "if",
        "if COMMANDS; then COMMANDS; [ elif COMMANDS; then COMMANDS; ]... [ else COMMANDS; ] fi",
    ),
    ("select", "select NAME [in WORDS ... ;] do COMMANDS; done"),
    ("time", "time [-p] pipeline"),
    ("until", "until COMMANDS; do COMMANDS-2; done"),
    (
        "variables",
        "variables - Names and meanings of some shell variables",
    ),
    ("while", "while COMMANDS; do COMMANDS-2; done"),
    ("{ ... }", "{ COMMANDS ; }"),
];

/// Something to tell about: name and form.
type Topic = (&'static str, &'static str);

/// How much to tell.
#[derive(Clone, Copy)]
enum Form {
    Summary,
    Page,
    Synopsis,
    All,
}

/// `help`.
pub fn help(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut letters = Letters::new(args, b"dms");
    let mut given = [false; 3];
    loop {
        match letters.next(sh) {
            Ok(Some((letter, _))) => match letter {
                b'd' => given[0] = true,
                b'm' => given[1] = true,
                _ => given[2] = true,
            },
            Ok(None) => break,
            Err(failed) => return failed,
        }
    }
    let form = match given {
        [true, ..] => Form::Summary,
        [_, true, _] => Form::Page,
        [.., true] => Form::Synopsis,
        _ => Form::All,
    };
    let mut topics: Vec<Topic> = TABLE
        .iter()
        .map(|builtin| (builtin.name, builtin.synopsis))
        .chain(SYNTAX.iter().copied())
        .collect();
    topics.sort_unstable();
    let patterns = letters.rest();
    let Some(first) = patterns.first() else {
        list(sh, &topics);
        return Ok(0);
    };
    if crate::pattern::has_magic(first, sh.shopt.extglob) {
        let plural = if patterns.len() > 1 { "s" } else { "" };
        let start = format!("Shell commands matching keyword{plural} `");
        sh.print(&[start.as_bytes(), &patterns.join(&b", "[..]), b"'\n\n"].concat());
    }
    let mut found = false;
    for pattern in patterns {
        let compiled = Pattern::new(pattern, sh.match_options());
        let fits = |name: &str| name.as_bytes() == pattern || compiled.matches(name.as_bytes());
        let exact = topics.iter().any(|(name, _)| fits(name));
        for topic in &topics {
            let matches = match exact {
                true => fits(topic.0),
                false => topic.0.as_bytes().starts_with(pattern),
            };
            if matches {
                found = true;
                show(sh, *topic, form);
            }
        }
    }
    if found {
        return Ok(0);
    }
    let last = patterns.last().map(Vec::as_slice).unwrap_or_default();
    let message = [
        b"no help topics match `",
        last,
        b"'.  Try `help help' or `man -k ",
        last,
        b"' or `info ",
        last,
        b"'.",
    ];
    sh.fail(b"help", &message.concat(), 1)
}

/// All topics in two columns of half the width.
fn list(sh: &mut Shell, topics: &[Topic]) {
    let columns = sh.get_text(b"COLUMNS");
    let columns = columns.and_then(|text| crate::text::parse_int(&text));
    let width = match columns.and_then(|columns| usize::try_from(columns).ok()) {
        Some(columns) if columns > 0 => (columns / 2).min(128),
        _ => 40,
    };
    let width = if width <= 3 { 40 } else { width };
    // How much of a synopsis is kept where it is cut depends on the locale in
    // bash: with wide characters, what just fits loses characters as well.
    let bytes = crate::text::byte_locale();
    let cell = |topic: &Topic, kept: usize, least: usize| {
        let disabled = sh.state.is_disabled(topic.0.as_bytes());
        let mut text = String::from(if disabled { "*" } else { " " });
        let len = topic.1.len();
        let (cut, kept) = match bytes {
            true => (len >= kept, kept.min(len)),
            false => (len > width - 4, kept.min(len.saturating_sub(least))),
        };
        match cut {
            false => text.push_str(topic.1),
            true => {
                text.push_str(&topic.1[..kept]);
                text.push('>');
            }
        }
        text
    };
    let rows = topics.len().div_ceil(2);
    let mut out = format!("{VERSION}\n{HEADER}");
    for row in 0..rows {
        let left = cell(&topics[row], width - 3, 1);
        match topics.get(rows + row) {
            Some(right) => out.push_str(&format!("{left:<width$}{}\n", cell(right, width - 4, 2))),
            None => out.push_str(&format!("{left}\n")),
        }
    }
    sh.print(out.as_bytes());
}

fn show(sh: &mut Shell, (name, synopsis): Topic, form: Form) {
    let summary = summaries::of(name);
    let text = match form {
        Form::Summary => format!("{name} - {summary}\n"),
        Form::Synopsis => format!("{name}: {synopsis}\n"),
        Form::Page => format!(
            "NAME\n    {name} - {summary}\n\nSYNOPSIS\n    {synopsis}\n\n\
             DESCRIPTION\n    {summary}\n\nSEE ALSO\n    bash(1)\n\n\
             IMPLEMENTATION\n    Wardian's shell, as bash 5.2\n\n"
        ),
        Form::All => format!("{name}: {synopsis}\n    {summary}\n"),
    };
    sh.print(text.as_bytes());
}
