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

const SUMS: &str = "b,binary c,check ignore-missing quiet status strict tag t,text w,warn z,zero";
const BASE: &str = "d,decode i,ignore-garbage w,wrap=";

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
    "b2sum", 1, 0, MANY, "b,binary c,check ignore-missing l,length= quiet status strict tag t,text w,warn z,zero";
    "base32", 1, 0, 1, BASE;
    "base64", 1, 0, 1, BASE;
    "basenc", 1, 0, 1, "base64 base64url base32 base32hex base16 base2msbf base2lsbf z85 d,decode i,ignore-garbage w,wrap=";
    "cksum", 1, 0, MANY, "a,algorithm= b,binary base64 c,check debug ignore-missing l,length= quiet raw status strict tag t,text untagged w,warn z,zero";
    "comm", 1, 2, 2, "1 2 3 check-order nocheck-order output-delimiter= total z,zero-terminated";
    "csplit", 1, 2, MANY, "b,suffix-format= f,prefix= k,keep-files suppress-matched n,digits= q,quiet s,silent z,elide-empty-files";
    "cut", 1, 0, MANY, "b,bytes= c,characters= d,delimiter= f,fields= n complement s,only-delimited output-delimiter= z,zero-terminated";
    "dircolors", 1, 0, 1, "b,sh bourne-shell c,csh c-shell p,print-database print-ls-colors";
    "expand", 1, 0, MANY, "i,initial t,tabs= 0-9 ,";
    "fmt", 1, 0, MANY, "c,crown-margin p,prefix= s,split-only t,tagged-paragraph u,uniform-spacing w,width= g,goal= 0-9";
    "fold", 1, 0, MANY, "b,bytes s,spaces w,width= 0-9";
    "join", 1, 2, 2, "i,ignore-case a= e= 1= 2= j= o= t= v= z,zero-terminated check-order nocheck-order header";
    "link", 1, 2, 2, "";
    "md5sum", 1, 0, MANY, SUMS;
    "mktemp", 1, 0, 1, "d,directory q,quiet suffix= u,dry-run p= tmpdir=? t V";
    "nl", 1, 0, MANY, "h,header-numbering= b,body-numbering= f,footer-numbering= v,starting-line-number= i,line-increment= p,no-renumber l,join-blank-lines= s,number-separator= w,number-width= n,number-format= d,section-delimiter=";
    "numfmt", 1, 0, MANY, "debug d,delimiter= field= format= from= from-unit= grouping header=? invalid= padding= round= suffix= to= to-unit= z,zero-terminated 0-9";
    "od", 1, 0, MANY, "A,address-radix= endian= j,skip-bytes= N,read-bytes= S= strings=? t,format= traditional v,output-duplicates w,width=? a b c d e f h i l o s x B D F H I L O X";
    "paste", 1, 0, MANY, "d,delimiters= s,serial z,zero-terminated";
    "pathchk", 1, 1, MANY, "p P portability";
    "readlink", 1, 1, MANY, "f,canonicalize e,canonicalize-existing m,canonicalize-missing n,no-newline q,quiet s,silent v,verbose z,zero";
    "realpath", 1, 1, MANY, "e,canonicalize-existing m,canonicalize-missing L,logical P,physical q,quiet relative-to= relative-base= s,strip no-symlinks z,zero";
    "sha1sum", 1, 0, MANY, SUMS;
    "sha224sum", 1, 0, MANY, SUMS;
    "sha256sum", 1, 0, MANY, SUMS;
    "sha384sum", 1, 0, MANY, SUMS;
    "sha512sum", 1, 0, MANY, SUMS;
    "shred", 1, 1, MANY, "f,force n,iterations= random-source= s,size= u remove=? v,verbose x,exact z,zero";
    "shuf", 1, 0, MANY, "e,echo i,input-range= n,head-count= o,output= random-source= r,repeat z,zero-terminated";
    "sort", 2, 0, MANY, "b,ignore-leading-blanks d,dictionary-order f,ignore-case g,general-numeric-sort i,ignore-nonprinting M,month-sort h,human-numeric-sort n,numeric-sort R,random-sort random-source= r,reverse sort= V,version-sort batch-size= c check=? C compress-program= debug files0-from= k,key= m,merge o,output= s,stable S,buffer-size= t,field-separator= T,temporary-directory= parallel= u,unique y=? z,zero-terminated";
    "split", 1, 0, 2, "a,suffix-length= additional-suffix= b,bytes= C,line-bytes= d numeric-suffixes=? x hex-suffixes=? e,elide-empty-files filter= l,lines= n,number= t,separator= u,unbuffered verbose 0-9";
    "sum", 1, 0, MANY, "r s,sysv";
    "tac", 1, 0, MANY, "b,before r,regex s,separator=";
    "tr", 1, 1, MANY, "c,complement C d,delete s,squeeze-repeats t,truncate-set1";
    "truncate", 1, 1, MANY, "c,no-create o,io-blocks r,reference= s,size=";
    "tsort", 1, 0, 1, "";
    "tty", 2, 0, 0, "s,silent quiet";
    "unexpand", 1, 0, MANY, "a,all first-only t,tabs= 0-9 ,";
    "uniq", 1, 0, 2, "c,count d,repeated D all-repeated=? f,skip-fields= group=? i,ignore-case s,skip-chars= u,unique w,check-chars= z,zero-terminated 0-9";
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
