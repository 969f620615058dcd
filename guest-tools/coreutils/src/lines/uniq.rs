//! `uniq`.

use super::Reader;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{File, OpenHow};
use crate::text::quote;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'c', "count"),
    Opt::flag(b'd', "repeated"),
    Opt::flag(b'D', ""),
    Opt::optional(1, "all-repeated"),
    Opt::value(b'f', "skip-fields"),
    Opt::optional(2, "group"),
    Opt::flag(b'i', "ignore-case"),
    Opt::value(b's', "skip-chars"),
    Opt::flag(b'u', "unique"),
    Opt::value(b'w', "check-chars"),
    Opt::flag(b'z', "zero-terminated"),
];

/// How groups are set apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Prepend,
    Append,
    Separate,
    Both,
}

struct Plan {
    count: bool,
    /// Show the first line of groups of one.
    singles: bool,
    /// Show the first line of larger groups.
    repeated: bool,
    /// Show all lines of larger groups.
    all_repeated: Option<Gap>,
    /// Show all lines.
    group: Option<Gap>,
    skip_fields: usize,
    skip_chars: usize,
    check_chars: usize,
    fold: bool,
    end: u8,
}

/// Runs `uniq`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "uniq", 1);
    let (plan, operands) = match plan(&context, args) {
        Ok(found) => found,
        Err(code) => return code,
    };
    let input = operands.first().map_or(b"-".as_slice(), Vec::as_slice);
    let Some(mut reader) = Reader::open(&context, input) else {
        return 1;
    };
    let file = match operands.get(1).map(Vec::as_slice) {
        None | Some(b"-") => None,
        Some(path) => match File::open(path, OpenHow::CREATE) {
            Ok(file) => Some(file),
            Err(errno) => {
                context.say_error(&quote::if_needed(path), errno);
                return 1;
            }
        },
    };
    let mut out = Output::new(file.as_ref().map_or(1, File::fd));
    filter(&plan, &mut reader, &mut out);
    if reader.error().is_some() {
        out.flush();
        context.say(&[b"error reading ".as_slice(), &quote::always(input)].concat());
        return 1;
    }
    out.finish(&context, 0)
}

fn filter(plan: &Plan, reader: &mut Reader, out: &mut Output) {
    let every = plan.all_repeated.or(plan.group);
    let mut held: Vec<u8> = Vec::new();
    let mut count = 0_u64;
    let mut groups = 0_u64;
    while let Some(line) = reader.next_bare(plan.end) {
        if count > 0 && same(plan.key(&held), plan.key(line), plan.fold) {
            count += 1;
            if let Some(gap) = every {
                if count == 2 && plan.group.is_none() {
                    before_group(plan, out, gap, &mut groups);
                    if plan.repeated {
                        put(plan, out, &held);
                    }
                }
                put(plan, out, line);
            }
        } else {
            finish(plan, out, &held, count);
            held.clear();
            held.extend_from_slice(line);
            count = 1;
            if let Some(gap) = plan.group {
                before_group(plan, out, gap, &mut groups);
                put(plan, out, &held);
            }
        }
        if out.failed() {
            return;
        }
    }
    finish(plan, out, &held, count);
    if groups > 0 && matches!(plan.group, Some(Gap::Append | Gap::Both)) {
        out.put_byte(plan.end);
    }
}

fn before_group(plan: &Plan, out: &mut Output, gap: Gap, groups: &mut u64) {
    let first = *groups == 0;
    *groups += 1;
    if matches!(gap, Gap::Prepend | Gap::Both) || !first && gap != Gap::None {
        out.put_byte(plan.end);
    }
}

fn put(plan: &Plan, out: &mut Output, line: &[u8]) {
    out.put(line);
    out.put_byte(plan.end);
}

fn finish(plan: &Plan, out: &mut Output, line: &[u8], count: u64) {
    let shown = if count == 1 {
        plan.singles
    } else {
        plan.repeated
    };
    if count == 0 || !shown || plan.group.is_some() || plan.all_repeated.is_some() {
        return;
    }
    if plan.count {
        let digits = count.checked_ilog10().unwrap_or(0) as usize + 1;
        out.put(&b"       "[digits.min(7)..]);
        out.put_number(count);
        out.put_byte(b' ');
    }
    put(plan, out, line);
}

fn same(a: &[u8], b: &[u8], fold: bool) -> bool {
    a.len() == b.len()
        && if fold {
            a.eq_ignore_ascii_case(b)
        } else {
            a == b
        }
}

impl Plan {
    /// The part of the line that is compared.
    fn key<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        let mut at = 0;
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n');
        for _ in 0..self.skip_fields {
            if at == line.len() {
                break;
            }
            at += line[at..].iter().take_while(|b| blank(b)).count();
            at += line[at..].iter().take_while(|b| !blank(b)).count();
        }
        let rest = &line[at..];
        let rest = &rest[self.skip_chars.min(rest.len())..];
        &rest[..self.check_chars.min(rest.len())]
    }
}

fn plan(context: &Context<'_>, args: &Args) -> Result<(Plan, Vec<Vec<u8>>), i32> {
    let mut plan = Plan {
        count: false,
        singles: true,
        repeated: true,
        all_repeated: None,
        group: None,
        skip_fields: 0,
        skip_chars: 0,
        check_chars: usize::MAX,
        fold: false,
        end: b'\n',
    };
    let args = modern(args);
    let parsed = parse(context, &args, OPTIONS, Order::Permute)?;
    let mut chosen = false;
    for (letter, _, value) in parsed.options {
        chosen |= matches!(letter, b'c' | b'd' | b'D' | b'u' | 1);
        let value = value.unwrap_or_default();
        match letter {
            b'c' => plan.count = true,
            b'd' => plan.singles = false,
            b'D' => plan.all_repeated = Some(Gap::None),
            1 => plan.all_repeated = Some(gap(context, "--all-repeated", &value)?),
            2 => plan.group = Some(gap(context, "--group", &value)?),
            b'f' => plan.skip_fields = number(context, &value, "fields to skip")?,
            b's' => plan.skip_chars = number(context, &value, "bytes to skip")?,
            b'w' => plan.check_chars = number(context, &value, "bytes to compare")?,
            b'i' => plan.fold = true,
            b'u' => plan.repeated = false,
            _ => plan.end = 0,
        }
    }
    if plan.group.is_some() && chosen {
        return Err(context.usage(b"--group is mutually exclusive with -c/-d/-D/-u"));
    }
    if plan.count && plan.all_repeated.is_some() {
        return Err(
            context.usage(b"printing all duplicated lines and repeat counts is meaningless")
        );
    }
    if let Some(extra) = parsed.operands.get(2) {
        return Err(context.usage(&[b"extra operand ".as_slice(), &quote::always(extra)].concat()));
    }
    Ok((plan, parsed.operands))
}

fn gap(context: &Context<'_>, option: &str, value: &[u8]) -> Result<Gap, i32> {
    const REPEATED: [(&[u8], Gap); 3] = [
        (b"none", Gap::None),
        (b"prepend", Gap::Prepend),
        (b"separate", Gap::Separate),
    ];
    const GROUP: [(&[u8], Gap); 4] = [
        (b"prepend", Gap::Prepend),
        (b"append", Gap::Append),
        (b"separate", Gap::Separate),
        (b"both", Gap::Both),
    ];
    let group = option == "--group";
    let words: &[(&[u8], Gap)] = if group { &GROUP } else { &REPEATED };
    if value.is_empty() {
        return Ok(if group { Gap::Separate } else { Gap::None });
    }
    if let Some((_, gap)) = words.iter().find(|word| word.0.starts_with(value)) {
        return Ok(*gap);
    }
    let text: [&[u8]; 4] = [
        b"invalid argument ",
        &quote::always(value),
        b" for ",
        &quote::always(option.as_bytes()),
    ];
    context.say(&text.concat());
    let mut err = Output::new(2);
    err.put(b"Valid arguments are:\n");
    for (word, _) in words {
        err.put(&[b"  - ".as_slice(), &quote::always(word), b"\n"].concat());
    }
    err.flush();
    Err(context.usage(b""))
}

fn number(context: &Context<'_>, value: &[u8], what: &str) -> Result<usize, i32> {
    let digits = value.strip_prefix(b"+").unwrap_or(value);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        let quoted = quote::if_needed(value);
        let what = format!(": invalid number of {what}");
        context.say(&[&quoted, what.as_bytes()].concat());
        return Err(1);
    }
    Ok(digits.iter().fold(0, |sum: usize, digit| {
        sum.saturating_mul(10)
            .saturating_add(usize::from(digit - b'0'))
    }))
}

/// The arguments with `-NUMBER` and `+NUMBER` as `-f` and `-s`.
fn modern(args: &Args) -> Args {
    let mut out = Args::with_capacity(args.len());
    let mut operands_only = false;
    let mut value_next = false;
    for arg in args {
        operands_only |= arg == b"--" && !value_next;
        let option: &[u8] = match arg.as_slice() {
            _ if operands_only || value_next || out.is_empty() => b"",
            [b'-', digits @ ..] if fit(digits) => b"-f",
            [b'+', digits @ ..] if fit(digits) => b"-s",
            _ => b"",
        };
        value_next = !operands_only && matches!(arg.as_slice(), b"-f" | b"-s" | b"-w");
        if option.is_empty() {
            out.push(arg.clone());
        } else {
            out.push([option, &arg[1..]].concat());
        }
    }
    out
}

fn fit(digits: &[u8]) -> bool {
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}
