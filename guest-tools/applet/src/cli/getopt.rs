//! Options as GNU's `getopt_long` reads them: permuted, clustered, abbreviated,
//! with its error messages.

use super::Context;

/// Whether an option takes a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value {
    /// None.
    No,
    /// The next argument, or the rest of this one.
    Required,
    /// Only the rest of this argument.
    Optional,
}

/// An option: long name (empty: none), short letter (0: none).
#[derive(Clone, Copy)]
pub struct Opt {
    /// Name after `--`.
    pub long: &'static str,
    /// Letter after `-`.
    pub short: u8,
    /// Whether it takes a value.
    pub value: Value,
}

impl Opt {
    /// An option without a value.
    pub const fn flag(short: u8, long: &'static str) -> Opt {
        Opt {
            long,
            short,
            value: Value::No,
        }
    }

    /// An option with a value.
    pub const fn value(short: u8, long: &'static str) -> Opt {
        Opt {
            long,
            short,
            value: Value::Required,
        }
    }

    /// An option whose value may be left out.
    pub const fn optional(short: u8, long: &'static str) -> Opt {
        Opt {
            long,
            short,
            value: Value::Optional,
        }
    }
}

/// What happens at the first operand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Options may follow operands.
    Permute,
    /// All that follows is an operand.
    StopAtOperand,
}

/// The arguments, taken apart.
#[derive(Default, Debug)]
pub struct Parsed {
    /// Options in order: short letter if there is one, else 0, then long name.
    pub options: Vec<(u8, &'static str, Option<Vec<u8>>)>,
    /// The rest.
    pub operands: Vec<Vec<u8>>,
}

const HELP: Opt = Opt::flag(0, "help");
const VERSION: Opt = Opt::flag(0, "version");

/// Takes the arguments apart.
///
/// # Errors
/// The exit code, after `--help`, `--version` or a message about a bad option.
pub fn parse(
    context: &Context<'_>,
    args: &[Vec<u8>],
    table: &'static [Opt],
    order: Order,
) -> Result<Parsed, i32> {
    let mut parsed = Parsed::default();
    let mut rest = args.get(1..).unwrap_or_default().iter();
    while let Some(arg) = rest.next() {
        match arg.as_slice() {
            b"--" => {
                parsed.operands.extend(rest.by_ref().cloned());
            }
            [b'-', b'-', body @ ..] => {
                let (name, given) = match body.iter().position(|byte| *byte == b'=') {
                    Some(at) => (&body[..at], Some(body[at + 1..].to_vec())),
                    None => (body, None),
                };
                let opt = find_long(context, table, name, body)?;
                let value = match (opt.value, given) {
                    (Value::No, Some(_)) => {
                        let text = format!("option '--{}' doesn't allow an argument", opt.long);
                        return Err(context.usage(text.as_bytes()));
                    }
                    (Value::Required, None) => match rest.next() {
                        Some(value) => Some(value.clone()),
                        None => {
                            let text = format!("option '--{}' requires an argument", opt.long);
                            return Err(context.usage(text.as_bytes()));
                        }
                    },
                    (_, given) => given,
                };
                if opt.short == 0 && opt.long == "help" {
                    return Err(context.help_with(table));
                }
                if opt.short == 0 && opt.long == "version" {
                    return Err(context.version());
                }
                parsed.options.push((opt.short, opt.long, value));
            }
            [b'-', cluster @ ..] if !cluster.is_empty() => {
                let mut cluster = cluster;
                while let Some((&letter, tail)) = cluster.split_first() {
                    cluster = tail;
                    let Some(opt) = table.iter().find(|opt| opt.short == letter) else {
                        let text = [b"invalid option -- '".as_slice(), &[letter], b"'"].concat();
                        return Err(context.usage(&text));
                    };
                    let value = match opt.value {
                        Value::No => None,
                        _ if !tail.is_empty() => Some(std::mem::take(&mut cluster).to_vec()),
                        Value::Optional => None,
                        Value::Required => match rest.next() {
                            Some(value) => Some(value.clone()),
                            None => {
                                let text = [
                                    b"option requires an argument -- '".as_slice(),
                                    &[letter],
                                    b"'",
                                ];
                                return Err(context.usage(&text.concat()));
                            }
                        },
                    };
                    parsed.options.push((opt.short, opt.long, value));
                }
            }
            operand => {
                parsed.operands.push(operand.to_vec());
                if order == Order::StopAtOperand {
                    parsed.operands.extend(rest.by_ref().cloned());
                }
            }
        }
    }
    Ok(parsed)
}

fn find_long(
    context: &Context<'_>,
    table: &'static [Opt],
    name: &[u8],
    body: &[u8],
) -> Result<Opt, i32> {
    let all = || {
        let known = table.iter().filter(|opt| !opt.long.is_empty());
        known.chain([&HELP, &VERSION])
    };
    if let Some(opt) = all().find(|opt| opt.long.as_bytes() == name) {
        return Ok(*opt);
    }
    let matching: Vec<&Opt> = all()
        .filter(|opt| opt.long.as_bytes().starts_with(name))
        .collect();
    match matching.as_slice() {
        [] => {
            let text = [b"unrecognized option '--".as_slice(), body, b"'"].concat();
            Err(context.usage(&text))
        }
        [opt] => Ok(**opt),
        [first, others @ ..]
            if first.short != 0 && others.iter().all(|opt| opt.short == first.short) =>
        {
            Ok(**first)
        }
        several => {
            let mut text = [
                b"option '--".as_slice(),
                body,
                b"' is ambiguous; possibilities:",
            ]
            .concat();
            for opt in several {
                text.extend_from_slice(format!(" '--{}'", opt.long).as_bytes());
            }
            Err(context.usage(&text))
        }
    }
}
