//! `xxd`: bytes as hexadecimal digits beside their text, and back.

use super::input::Input;
use super::xxd_revert;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, File, OpenHow};

/// Most bytes in a line.
const COLUMNS_MAX: usize = 256;

/// What the output looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Hex,
    Bits,
    Little,
    Plain,
    Include,
}

pub(super) struct Config {
    form: Form,
    pub columns: Option<usize>,
    group: Option<usize>,
    skip_zeros: bool,
    upper: bool,
    capital: bool,
    decimal: bool,
    pub revert: bool,
    length: u64,
    /// Where to start: from the end if negative.
    pub seek: i64,
    /// Added to the addresses shown.
    offset: i64,
    name: Option<Vec<u8>>,
}

/// Runs `xxd`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "xxd", 1);
    let (config, operands) = match read_options(&context, args) {
        Ok(read) => read,
        Err(code) => return code,
    };
    if operands.len() > 2 {
        return usage(&context);
    }
    let mut files = operands;
    let target = if files.len() == 2 { files.pop() } else { None };
    let named = files.pop().filter(|name| name != b"-");
    let mut source = None;
    if let Some(name) = &named {
        match File::open(name, OpenHow::READ) {
            Ok(_) => source = Some(name.clone()),
            Err(errno) => {
                context.say_error(name, errno);
                return 2;
            }
        }
    }
    let mut fd = 1;
    if let Some(target) = target.filter(|name| name != b"-") {
        let how = OpenHow {
            truncate: !config.revert,
            ..OpenHow::CREATE
        };
        match sys::open(&target, how) {
            Ok(opened) => fd = opened,
            Err(errno) => {
                context.say_error(&target, errno);
                return 3;
            }
        }
    }
    let mut out = Output::new(fd);
    if config.revert {
        if matches!(config.form, Form::Bits | Form::Little | Form::Include) {
            context.say(b"Sorry, cannot revert this type of hexdump");
            return 255;
        }
        let plain = config.form == Form::Plain;
        let code = xxd_revert::revert(&config, plain, source, fd, &mut out);
        return match code {
            Ok(()) => out.finish(&context, 0),
            Err(text) => {
                out.flush();
                context.say(text.as_bytes());
                5
            }
        };
    }
    let mut start = config.seek;
    if start < 0 {
        let size = source.as_ref().and_then(|name| sys::stat(name, true).ok());
        match size.map(|stat| stat.size_bytes as i64 + start) {
            Some(from) if from >= 0 => start = from,
            _ => {
                context.say(b"Sorry, cannot seek.");
                return 4;
            }
        }
    }
    let mut input = Input::new(source.clone().into_iter().collect());
    if input.skip(start as u64) < start as u64 && source.is_none() {
        context.say(b"Sorry, cannot seek.");
        return 4;
    }
    input.limit = config.length;
    match config.form {
        Form::Include => include(&config, &mut input, &mut out, source.as_deref()),
        Form::Plain => plain(&config, &mut input, &mut out),
        _ => lines(
            &config,
            &mut input,
            &mut out,
            start.wrapping_add(config.offset) as u64,
        ),
    }
    out.finish(&context, 0)
}

fn usage(context: &Context<'_>) -> i32 {
    let text = [
        b"Usage:\n       ".as_slice(),
        context.program,
        b" [options] [infile [outfile]]\n",
    ];
    let _ = sys::write(2, &text.concat());
    1
}

fn read_options(context: &Context<'_>, args: &Args) -> Result<(Config, Vec<Vec<u8>>), i32> {
    let mut config = Config {
        form: Form::Hex,
        columns: None,
        group: None,
        skip_zeros: false,
        upper: false,
        capital: false,
        decimal: false,
        revert: false,
        length: u64::MAX,
        seek: 0,
        offset: 0,
        name: None,
    };
    let mut rest = args.iter().skip(1).peekable();
    while let Some(arg) = rest.next_if(|arg| arg.len() > 1 && arg[0] == b'-') {
        if arg == b"--" {
            break;
        }
        let body = if arg.starts_with(b"--") {
            &arg[2..]
        } else {
            &arg[1..]
        };
        let Some((&letter, tail)) = body.split_first() else {
            return Err(usage(context));
        };
        match letter {
            b'a' => config.skip_zeros = !config.skip_zeros,
            b'b' => config.form = Form::Bits,
            b'e' => config.form = Form::Little,
            b'u' => config.upper = true,
            b'p' => config.form = Form::Plain,
            b'i' => config.form = Form::Include,
            b'C' => config.capital = true,
            b'd' => config.decimal = true,
            b'r' => config.revert = true,
            b'E' => {}
            b'v' => {
                let _ = sys::write(1, b"xxd (Wardian)\n");
                return Err(0);
            }
            b'c' if tail.starts_with(b"apitalize") => config.capital = true,
            b'c' | b'g' | b'l' | b's' | b'o' | b'n' => {
                let words: &[u8] = match letter {
                    b'c' => b"ols",
                    b'g' => b"roup",
                    b'l' => b"en",
                    b's' => match tail.starts_with(b"kip") {
                        true => b"kip",
                        false => b"eek",
                    },
                    b'n' => b"ame",
                    _ => b"ffset",
                };
                let tail = tail.strip_prefix(words).unwrap_or(tail);
                let value = match tail {
                    b"" => match rest.next() {
                        Some(value) => value.clone(),
                        None => return Err(usage(context)),
                    },
                    tail => tail.to_vec(),
                };
                let number = number(&value);
                match letter {
                    b'c' => {
                        let columns = usize::try_from(number).unwrap_or(usize::MAX);
                        config.columns = Some(columns);
                    }
                    b'g' => config.group = usize::try_from(number).ok(),
                    b'l' => config.length = u64::try_from(number).unwrap_or(u64::MAX),
                    b's' => config.seek = number,
                    b'n' => config.name = Some(value),
                    _ => config.offset = number,
                }
            }
            _ => return Err(usage(context)),
        }
    }
    let most = if config.form == Form::Plain {
        usize::MAX
    } else {
        COLUMNS_MAX
    };
    if config.columns.is_some_and(|columns| columns > most) {
        context.say(b"invalid number of columns (max. 256).");
        return Err(1);
    }
    let little = config.form == Form::Little;
    if little
        && config
            .group
            .is_some_and(|group| group > 0 && !group.is_power_of_two())
    {
        context.say(b"number of octets per group must be a power of 2 with -e.");
        return Err(1);
    }
    Ok((config, rest.cloned().collect()))
}

/// A number as C writes it, perhaps after a sign.
fn number(text: &[u8]) -> i64 {
    let text = std::str::from_utf8(text).unwrap_or("").trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let (minus, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (radix, digits) = match digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        Some(hex) => (16, hex),
        None if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        None => (10, digits),
    };
    let length = digits
        .chars()
        .take_while(|digit| digit.is_digit(radix))
        .count();
    let value = i64::from_str_radix(&digits[..length], radix).unwrap_or(0);
    if minus { -value } else { value }
}

fn lines(config: &Config, input: &mut Input, out: &mut Output, mut address: u64) {
    let bits = config.form == Form::Bits;
    let little = config.form == Form::Little;
    let columns = config
        .columns
        .filter(|columns| *columns > 0)
        .unwrap_or(if bits { 6 } else { 16 });
    let default = match config.form {
        Form::Bits => 1,
        Form::Little => 4,
        _ => 2,
    };
    let group = config.group.unwrap_or(default);
    let group = if group < 1 || group > columns && !little {
        columns
    } else {
        group
    };
    let digits: &[u8; 16] = if config.upper {
        b"0123456789ABCDEF"
    } else {
        b"0123456789abcdef"
    };
    // Width of a group with its blank, and where the text starts.
    let width = group * if bits { 8 } else { 2 } + 1;
    let text = 3 + (width * columns - 1) / group;
    let mut block = vec![0; columns];
    let mut line = Vec::new();
    let (mut zeros, mut pending) = (0u64, Vec::new());
    loop {
        let count = input.block(&mut block);
        if count == 0 {
            break;
        }
        line.clear();
        let head = match config.decimal {
            true => format!("{address:08}:"),
            false => format!("{address:08x}:"),
        };
        line.extend_from_slice(head.as_bytes());
        let start = line.len();
        line.resize(start + text + count, b' ');
        for (at, byte) in block[..count].iter().enumerate() {
            let place = if little { at ^ (group - 1) } else { at };
            let column = start + 1 + width * place / group;
            if line.len() < column + 2 {
                line.resize(column + 2, b' ');
            }
            if bits {
                for bit in 0..8 {
                    line[column + bit] = b'0' + (byte >> (7 - bit) & 1);
                }
            } else {
                line[column] = digits[usize::from(byte >> 4)];
                line[column + 1] = digits[usize::from(byte & 15)];
            }
            let shown = if (b' '..=b'~').contains(byte) {
                *byte
            } else {
                b'.'
            };
            line[start + text + at] = shown;
        }
        line.truncate(start + text + count);
        line.push(b'\n');
        address += count as u64;
        if config.skip_zeros && block[..count].iter().all(|byte| *byte == 0) {
            zeros += 1;
            match zeros {
                1 => out.put(&line),
                _ => pending.clone_from(&line),
            }
            continue;
        }
        end_zeros(out, zeros, &pending, false);
        zeros = 0;
        out.put(&line);
    }
    end_zeros(out, zeros, &pending, true);
}

/// What stands for a run of lines of zeros after its first.
fn end_zeros(out: &mut Output, zeros: u64, last: &[u8], end: bool) {
    match zeros {
        0 | 1 => {}
        2 => out.put(last),
        _ => {
            out.put(b"*\n");
            if end {
                out.put(last);
            }
        }
    }
}

fn plain(config: &Config, input: &mut Input, out: &mut Output) {
    let columns = config.columns.unwrap_or(30);
    let columns = if columns == 0 { usize::MAX } else { columns };
    let digits: &[u8; 16] = if config.upper {
        b"0123456789ABCDEF"
    } else {
        b"0123456789abcdef"
    };
    let mut column = 0;
    loop {
        let bytes = input.more();
        if bytes.is_empty() {
            break;
        }
        for byte in bytes {
            out.put_byte(digits[usize::from(byte >> 4)]);
            out.put_byte(digits[usize::from(byte & 15)]);
            column += 1;
            if column == columns {
                out.put_byte(b'\n');
                column = 0;
            }
        }
    }
    if column > 0 {
        out.put_byte(b'\n');
    }
}

fn include(config: &Config, input: &mut Input, out: &mut Output, file: Option<&[u8]>) {
    let columns = config.columns.filter(|columns| *columns > 0).unwrap_or(12);
    let name = config.name.as_deref().or(file).map(|name| {
        let mut shown: Vec<u8> = name
            .iter()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    *byte
                } else {
                    b'_'
                }
            })
            .collect();
        if shown.first().is_some_and(u8::is_ascii_digit) {
            shown.splice(0..0, *b"__");
        }
        if config.capital {
            shown.make_ascii_uppercase();
        }
        shown
    });
    if let Some(name) = &name {
        out.put(&[b"unsigned char ".as_slice(), name, b"[] = {\n"].concat());
    }
    let mut total = 0usize;
    loop {
        let bytes = input.more();
        if bytes.is_empty() {
            break;
        }
        for byte in bytes {
            let before: &[u8] = match total {
                0 => b"  ",
                n if n % columns == 0 => b",\n  ",
                _ => b", ",
            };
            out.put(before);
            let text = if config.upper {
                format!("0X{byte:02X}")
            } else {
                format!("0x{byte:02x}")
            };
            out.put(text.as_bytes());
            total += 1;
        }
    }
    if total > 0 {
        out.put(b"\n");
    }
    if let Some(name) = &name {
        let length: &[u8] = if config.capital { b"_LEN" } else { b"_len" };
        out.put(b"};\n");
        let text = [b"unsigned int ".as_slice(), name, length, b" = "];
        out.put(&text.concat());
        out.put(format!("{total};\n").as_bytes());
    }
}
