//! The command line of `split`.

use crate::cli::{Context, Opt, Order, parse};
use crate::text::quote;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::value(b'a', "suffix-length"),
    Opt::value(0, "additional-suffix"),
    Opt::value(b'b', "bytes"),
    Opt::value(b'C', "line-bytes"),
    Opt::flag(b'd', ""),
    Opt::optional(0, "numeric-suffixes"),
    Opt::flag(b'x', ""),
    Opt::optional(0, "hex-suffixes"),
    Opt::flag(b'e', "elide-empty-files"),
    Opt::value(0, "filter"),
    Opt::value(b'l', "lines"),
    Opt::value(b'n', "number"),
    Opt::value(b't', "separator"),
    Opt::flag(b'u', "unbuffered"),
    Opt::flag(0, "verbose"),
    // For GNU's own tests: reads are of one size here.
    Opt::value(0, "-io-blksize"),
    Opt::flag(b'0', ""), Opt::flag(b'1', ""), Opt::flag(b'2', ""), Opt::flag(b'3', ""),
    Opt::flag(b'4', ""), Opt::flag(b'5', ""), Opt::flag(b'6', ""), Opt::flag(b'7', ""),
    Opt::flag(b'8', ""), Opt::flag(b'9', ""),
];

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const HEX: &[u8] = b"0123456789abcdef";

/// Where the input is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// After so many lines.
    Lines(u64),
    /// After so many bytes.
    Bytes(u64),
    /// After as many lines as fit in so many bytes.
    LineBytes(u64),
    /// Into so many parts of one size; of them, this one alone.
    Parts(u64, Option<u64>),
    /// The same, of whole lines.
    LineParts(u64, Option<u64>),
    /// Lines dealt out to so many parts.
    Dealt(u64, Option<u64>),
}

/// What `split` is asked for.
pub struct Options {
    /// Where to cut.
    pub cut: Cut,
    /// Letters of suffixes.
    pub alphabet: &'static [u8],
    /// Length of suffixes, if given.
    pub length: Option<usize>,
    /// The first suffix, if given.
    pub first: Option<Vec<u8>>,
    /// What follows suffixes.
    pub additional: Vec<u8>,
    /// Leave out empty pieces.
    pub elide: bool,
    /// Command that takes each piece.
    pub filter: Option<Vec<u8>>,
    /// What ends a line.
    pub separator: u8,
    /// Tell of each piece.
    pub verbose: bool,
    /// The input.
    pub input: Vec<u8>,
    /// What names start with.
    pub prefix: Vec<u8>,
}

/// Reads the command line.
///
/// # Errors
/// The exit code, after a message.
pub fn read(context: &Context<'_>, args: &[Vec<u8>]) -> Result<Options, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut options = Options {
        cut: Cut::Lines(1000),
        alphabet: LETTERS,
        length: None,
        first: None,
        additional: Vec::new(),
        elide: false,
        filter: None,
        separator: b'\n',
        verbose: false,
        input: b"-".to_vec(),
        prefix: b"x".to_vec(),
    };
    let (mut cut, mut digits, mut separator) = (None, None::<Vec<u8>>, None);
    let twice = || Err(context.usage(b"cannot split in more than one way"));
    let named = |problem: &str, value: &[u8], tail: &str| {
        let quoted = quote::always(value);
        context.say(&[problem.as_bytes(), quoted.as_slice(), tail.as_bytes()].concat());
        1
    };
    for (letter, long, value) in parsed.options {
        let given = value.is_some();
        let value = value.unwrap_or_default();
        match (letter, long) {
            (b'a', _) => match decimal(&value) {
                Some(length) => options.length = Some(length.min(4096) as usize),
                None => return Err(named("invalid suffix length: ", &value, "")),
            },
            (b'b', _) if cut.is_none() => {
                cut = Some(Cut::Bytes(size(context, &value, "bytes")?));
            }
            (b'C', _) if cut.is_none() => {
                cut = Some(Cut::LineBytes(size(context, &value, "bytes")?));
            }
            (b'l', _) if cut.is_none() => {
                cut = Some(Cut::Lines(size(context, &value, "lines")?));
            }
            (b'n', _) if cut.is_none() => cut = Some(parts(context, &value)?),
            (b'b' | b'C' | b'l' | b'n', _) => return twice(),
            (b'0'..=b'9', _) => {
                if cut.is_some() {
                    return twice();
                }
                digits.get_or_insert_default().push(letter);
            }
            (b'd' | b'x', _) | (_, "numeric-suffixes" | "hex-suffixes") => {
                let hex = letter == b'x' || long == "hex-suffixes";
                options.alphabet = if hex { HEX } else { &HEX[..10] };
                if given {
                    if value.is_empty() || value.iter().any(|it| !options.alphabet.contains(it)) {
                        let kind = if hex { "hexadecimal" } else { "numerical" };
                        let tail = format!(": invalid start value for {kind} suffix");
                        named("", &value, &tail);
                        return Err(context.usage(b""));
                    }
                    let zeros = value.iter().take_while(|it| **it == b'0').count();
                    options.first = Some(value[zeros.min(value.len() - 1)..].to_vec());
                }
            }
            (b'e', _) => options.elide = true,
            (b't', _) => {
                let byte = match value.as_slice() {
                    [] => {
                        context.say(b"empty record separator");
                        return Err(1);
                    }
                    [byte] => *byte,
                    b"\\0" => 0,
                    _ => return Err(named("multi-character separator ", &value, "")),
                };
                if separator.is_some_and(|it| it != byte) {
                    context.say(b"multiple separator characters specified");
                    return Err(1);
                }
                separator = Some(byte);
            }
            (b'u', _) => {}
            (_, "additional-suffix") => {
                if value.contains(&b'/') {
                    named("invalid suffix ", &value, ", contains directory separator");
                    return Err(context.usage(b""));
                }
                options.additional = value;
            }
            (_, "filter") => options.filter = Some(value),
            (_, "-io-blksize") => {}
            _ => options.verbose = true,
        }
    }
    if let Some(digits) = digits {
        if cut.is_some() {
            return twice();
        }
        // Told of up to the digit that is one too many.
        if let Some(end) = (1..=digits.len()).find(|end| decimal(&digits[..*end]).is_none()) {
            let shown = String::from_utf8_lossy(&digits[..end]);
            context.say(format!("line count option -{shown}... is too large").as_bytes());
            return Err(1);
        }
        cut = Some(Cut::Lines(size(context, &digits, "lines")?));
    }
    options.cut = cut.unwrap_or(options.cut);
    options.separator = separator.unwrap_or(b'\n');
    let mut operands = parsed.operands.into_iter();
    options.input = operands.next().unwrap_or(options.input);
    options.prefix = operands.next().unwrap_or(options.prefix);
    if let Some(extra) = operands.next() {
        return Err(context.usage(&[b"extra operand ", quote::always(&extra).as_slice()].concat()));
    }
    let extracted = matches!(
        options.cut,
        Cut::Parts(_, Some(_)) | Cut::LineParts(_, Some(_)) | Cut::Dealt(_, Some(_))
    );
    if extracted && options.filter.is_some() {
        return Err(context.usage(b"--filter does not process a chunk extracted to stdout"));
    }
    Ok(options)
}

fn decimal(text: &[u8]) -> Option<u64> {
    let digits = text.strip_prefix(b"+").unwrap_or(text);
    let fit = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    fit.then(|| std::str::from_utf8(digits).ok()?.parse().ok())?
}

fn size(context: &Context<'_>, text: &[u8], what: &str) -> Result<u64, i32> {
    let count = crate::text::size::parse(text);
    let most = match what {
        "lines" => u64::MAX,
        _ => i64::MAX as u64,
    };
    match count {
        Some(count) if count > most || count == u64::MAX && decimal(text).is_none() => {
            let problem = format!("invalid number of {what}: ");
            let tail: &[u8] = b": Value too large for defined data type";
            context.say(&[problem.as_bytes(), &quote::always(text), tail].concat());
            Err(1)
        }
        Some(count) if count > 0 => Ok(count),
        other => {
            let tail: &[u8] = match other {
                Some(_) => b": Numerical result out of range",
                None => b"",
            };
            let problem = format!("invalid number of {what}: ");
            context.say(&[problem.as_bytes(), &quote::always(text), tail].concat());
            Err(1)
        }
    }
}

fn parts(context: &Context<'_>, text: &[u8]) -> Result<Cut, i32> {
    let (kind, body) = match text {
        [b'r', b'/', body @ ..] => (b'r', body),
        [b'l', b'/', body @ ..] => (b'l', body),
        body => (b'b', body),
    };
    // Shares of a file are counted as its bytes are, hands of lines are not.
    let most = if kind == b'r' {
        u64::MAX
    } else {
        i64::MAX as u64
    };
    let (which, count) = match body.iter().position(|byte| *byte == b'/') {
        Some(at) => (Some(&body[..at]), &body[at + 1..]),
        None => (None, body),
    };
    let fault = |what: &str, value: &[u8], range: bool| {
        let problem = format!("invalid {what}: ");
        let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        let tail: &[u8] = match (digits, range) {
            (true, _) if decimal(value).is_none_or(|it| it > most) => {
                b": Value too large for defined data type"
            }
            (_, true) => b": Numerical result out of range",
            _ => b"",
        };
        context.say(&[problem.as_bytes(), &quote::always(value), tail].concat());
        1
    };
    let total = match decimal(count) {
        Some(total) if total > 0 && total <= most => total,
        other => return Err(fault("number of chunks", count, other.is_some())),
    };
    let which = match which {
        None => None,
        Some(text) => match decimal(text) {
            Some(which) if which > 0 && which <= total => Some(which),
            other => return Err(fault("chunk number", text, other.is_some())),
        },
    };
    Ok(match kind {
        b'r' => Cut::Dealt(total, which),
        b'l' => Cut::LineParts(total, which),
        _ => Cut::Parts(total, which),
    })
}
