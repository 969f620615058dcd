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
    /// Fewest and most operands.
    operands: (usize, usize),
    /// Words: `short,long`, either alone; `=` after one that takes a value,
    /// `=?` if it may be left out. `0-9` stands for the digits.
    options: &'static str,
}

const MANY: usize = usize::MAX;

macro_rules! tools {
    ($($name:literal, $code:literal, $least:literal, $most:expr, $options:expr;)*) => {
        &[$(Tool {
            name: $name,
            code: $code,
            operands: ($least, $most),
            options: $options,
        },)*]
    };
}

#[rustfmt::skip]
const TOOLS: &[Tool] = tools! {
    "csplit", 1, 2, MANY, "b,suffix-format= f,prefix= k,keep-files suppress-matched n,digits= q,quiet s,silent z,elide-empty-files";
    "dircolors", 1, 0, 1, "b,sh bourne-shell c,csh c-shell p,print-database print-ls-colors";
    "fmt", 1, 0, MANY, "c,crown-margin p,prefix= s,split-only t,tagged-paragraph u,uniform-spacing w,width= g,goal= 0-9";
    "link", 1, 2, 2, "";
    "numfmt", 1, 0, MANY, "debug d,delimiter= field= format= from= from-unit= grouping header=? invalid= padding= round= suffix= to= to-unit= z,zero-terminated 0-9";
    "od", 1, 0, MANY, "A,address-radix= endian= j,skip-bytes= N,read-bytes= S= strings=? t,format= traditional v,output-duplicates w,width=? a b c d e f h i l o s x B D F H I L O X";
    "pathchk", 1, 1, MANY, "p P portability";
    "shred", 1, 1, MANY, "f,force n,iterations= random-source= s,size= u remove=? v,verbose x,exact z,zero";
    "shuf", 1, 0, MANY, "e,echo i,input-range= n,head-count= o,output= random-source= r,repeat z,zero-terminated";
    "split", 1, 0, 2, "a,suffix-length= additional-suffix= b,bytes= C,line-bytes= d numeric-suffixes=? x hex-suffixes=? e,elide-empty-files filter= l,lines= n,number= t,separator= u,unbuffered verbose 0-9";
    "tac", 1, 0, MANY, "b,before r,regex s,separator=";
    "tsort", 1, 0, 1, "";
    "tty", 2, 0, 0, "s,silent quiet";
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
    let order = match tool.name {
        "tr" => Order::StopAtOperand,
        _ => Order::Permute,
    };
    let table: &'static [Opt] = table(tool.options).leak();
    let parsed = parse(&context, args, table, order)?;
    let operands = parsed.operands.as_slice();
    let (least, most) = tool.operands;
    let file = matches!(tool.name, "shred" | "truncate");
    match operands {
        [] if least > 0 => {
            let text = if file {
                "missing file operand"
            } else {
                "missing operand"
            };
            Err(context.usage(text.as_bytes()))
        }
        [only] if least == 2 => {
            let text = [b"missing operand after ".as_slice(), &quote::always(only)];
            Err(context.usage(&text.concat()))
        }
        operands => match operands.get(most) {
            Some(_) if tool.name == "mktemp" => Err(context.usage(b"too many templates")),
            Some(extra) => {
                let text = [b"extra operand ".as_slice(), &quote::always(extra)];
                Err(context.usage(&text.concat()))
            }
            None => Ok(()),
        },
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
