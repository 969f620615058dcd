//! The options of the tools that come from uutils, to check arguments as
//! `getopt_long` would, with its messages.

use crate::cli::{Context, Opt, Order, Value, parse};
use crate::text::quote;
use std::ffi::OsString;

/// What a tool takes.
struct Tool {
    name: &'static str,
    /// Exit code after a usage error.
    code: i32,
    /// Most operands.
    operands_max: usize,
    /// Words: `short,long`, either alone; `=` after one that takes a value,
    /// `=?` if it may be left out. `0-9` stands for the digits.
    options: &'static str,
}

macro_rules! tools {
    ($($name:literal, $code:literal, $most:expr, $options:expr;)*) => {
        &[$(Tool {
            name: $name,
            code: $code,
            operands_max: $most,
            options: $options,
        },)*]
    };
}

#[rustfmt::skip]
const TOOLS: &[Tool] = tools! {
    "dircolors", 1, 1, "b,sh bourne-shell c,csh c-shell p,print-database print-ls-colors";
    "tty", 2, 0, "s,silent quiet";
};

/// Checks the arguments of a tool.
///
/// # Errors
/// The exit code, after a message.
pub fn check(context: Context<'_>, args: &[Vec<u8>]) -> Result<(), i32> {
    let Some(tool) = TOOLS.iter().find(|tool| tool.name == context.applet) else {
        return Ok(());
    };
    if args
        .iter()
        .any(|arg| arg.starts_with(b"--h") || arg.starts_with(b"--vers"))
    {
        return Ok(());
    }
    let context = Context {
        usage_code: tool.code,
        ..context
    };
    let table: &'static [Opt] = table(tool.options).leak();
    let parsed = parse(&context, args, table, Order::Permute)?;
    match parsed.operands.get(tool.operands_max) {
        Some(extra) => {
            let text = [b"extra operand ".as_slice(), &quote::always(extra)];
            Err(context.usage(&text.concat()))
        }
        None => Ok(()),
    }
}

/// The arguments without what uutils can only do with threads, and what is
/// the same without: merging sorted files is sorting them.
pub fn suited(name: &str, arguments: Vec<OsString>) -> Vec<OsString> {
    let merge = |argument: &OsString| argument == "-m" || argument == "--merge";
    match name {
        "sort" => arguments
            .into_iter()
            .filter(|argument| !merge(argument))
            .collect(),
        _ => arguments,
    }
}

fn table(options: &'static str) -> Vec<Opt> {
    let mut table = Vec::new();
    for word in options.split_ascii_whitespace() {
        if word == "0-9" {
            table.extend((b'0'..=b'9').map(|digit| Opt::flag(digit, "")));
            continue;
        }
        let (names, value) = if let Some(names) = word.strip_suffix("=?") {
            (names, Value::Optional)
        } else if let Some(names) = word.strip_suffix('=') {
            (names, Value::Required)
        } else {
            (word, Value::No)
        };
        let (short, long) = match names.as_bytes() {
            [letter] => (*letter, ""),
            [letter, b',', ..] => (*letter, &names[2..]),
            _ => (0, names),
        };
        table.push(Opt { long, short, value });
    }
    table
}
