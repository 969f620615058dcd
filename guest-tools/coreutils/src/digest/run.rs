//! Options, and printing digests.

use super::algorithm::{ALGORITHMS, Algorithm, Sums};
use super::check::check;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::lines::{inputs, open};
use crate::text::quote;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'b', "binary"),
    Opt::flag(b'c', "check"),
    Opt::flag(b't', "text"),
    Opt::flag(b'w', "warn"),
    Opt::flag(b'z', "zero"),
    Opt::flag(1, "ignore-missing"),
    Opt::flag(2, "quiet"),
    Opt::flag(3, "status"),
    Opt::flag(4, "strict"),
    Opt::flag(5, "tag"),
    // From here on not of all tools.
    Opt::value(b'l', "length"),
    Opt::value(b'a', "algorithm"),
    Opt::flag(6, "debug"),
    Opt::flag(7, "untagged"),
];
const COMMON: usize = 10;

/// What to do.
pub struct Plan {
    /// The algorithm, unless `any`.
    pub algorithm: Algorithm,
    /// Each line of a list names its algorithm.
    pub any: bool,
    /// Bits asked for.
    pub length: Option<usize>,
    /// Tell of improper lines.
    pub warn: bool,
    /// Say nothing.
    pub status: bool,
    /// Say nothing of what is right.
    pub quiet: bool,
    /// Improper lines are failures.
    pub strict: bool,
    /// Missing files are none.
    pub ignore_missing: bool,
    tagged: bool,
    binary: bool,
    zero: bool,
}

impl Plan {
    /// Bits of a digest.
    pub fn bits(&self) -> usize {
        self.length.unwrap_or(self.algorithm.bits())
    }

    /// The algorithm's name in messages.
    pub fn kind(&self) -> &'static str {
        if self.any {
            "CRC"
        } else {
            self.algorithm.tag()
        }
    }
}

macro_rules! tool {
    ($name:ident, $algorithm:ident) => {
        /// Runs the tool of this name.
        pub fn $name(args: &Args) -> i32 {
            run(args, stringify!($name), Some(Algorithm::$algorithm))
        }
    };
}

tool!(md5sum, Md5);
tool!(sha1sum, Sha1);
tool!(sha224sum, Sha224);
tool!(sha256sum, Sha256);
tool!(sha384sum, Sha384);
tool!(sha512sum, Sha512);
tool!(b2sum, Blake2b);

/// Runs `cksum`.
pub fn cksum(args: &Args) -> i32 {
    run(args, "cksum", None)
}

/// Runs `sum`.
pub fn sum(args: &Args) -> i32 {
    const OPTIONS: &[Opt] = &[Opt::flag(b'r', ""), Opt::flag(b's', "sysv")];
    let context = Context::new(args, "sum", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let sysv = parsed.options.last().is_some_and(|option| option.0 == b's');
    let plan = Plan {
        algorithm: if sysv {
            Algorithm::Sysv
        } else {
            Algorithm::Bsd
        },
        ..PLAIN
    };
    print(&context, &plan, parsed.operands)
}

const PLAIN: Plan = Plan {
    algorithm: Algorithm::Crc,
    any: false,
    length: None,
    warn: false,
    status: false,
    quiet: false,
    strict: false,
    ignore_missing: false,
    tagged: false,
    binary: false,
    zero: false,
};

fn run(args: &Args, name: &'static str, algorithm: Option<Algorithm>) -> i32 {
    let context = Context::new(args, name, 1);
    match work(&context, args, algorithm) {
        Ok(code) | Err(code) => code,
    }
}

fn work(context: &Context<'_>, args: &Args, fixed: Option<Algorithm>) -> Result<i32, i32> {
    let options: &'static [Opt] = match fixed {
        None => OPTIONS,
        Some(Algorithm::Blake2b) => &OPTIONS[..=COMMON],
        Some(_) => &OPTIONS[..COMMON],
    };
    let parsed = parse(context, args, options, Order::Permute)?;
    let mut plan = Plan {
        algorithm: fixed.unwrap_or(Algorithm::Crc),
        tagged: fixed.is_none(),
        ..PLAIN
    };
    let (mut checks, mut tag, mut mode, mut chosen, mut length) = (false, false, None, false, None);
    for (letter, _, value) in parsed.options {
        match letter {
            b'b' => mode = Some(b'b'),
            b't' => mode = Some(b't'),
            b'c' => checks = true,
            b'w' => (plan.warn, plan.status, plan.quiet) = (true, false, false),
            b'z' => plan.zero = true,
            1 => plan.ignore_missing = true,
            2 => (plan.quiet, plan.status, plan.warn) = (true, false, false),
            3 => (plan.status, plan.quiet, plan.warn) = (true, false, false),
            4 => plan.strict = true,
            5 => (tag, plan.tagged) = (true, true),
            7 => plan.tagged = false,
            b'l' => length = value,
            b'a' => {
                plan.algorithm = named(context, &value.unwrap_or_default())?;
                chosen = true;
            }
            _ => {}
        }
    }
    if let Some(text) = length {
        plan.length = bits(context, &plan, &text)?;
    }
    plan.binary = mode == Some(b'b');
    let usage = |text: &str| Err(context.usage(text.as_bytes()));
    if checks && chosen && plan.algorithm.is_legacy() {
        context.say(b"--check is not supported with --algorithm={bsd,sysv,crc}");
        return Err(1);
    }
    plan.any = checks && fixed.is_none() && !chosen;
    if tag && mode == Some(b't') {
        return usage("--tag does not support --text mode");
    }
    if plan.zero && checks {
        return usage("the --zero option is not supported when verifying checksums");
    }
    if tag && checks && fixed.is_some() {
        return usage("the --tag option is meaningless when verifying checksums");
    }
    if mode.is_some() && checks {
        return usage("the --binary and --text options are meaningless when verifying checksums");
    }
    let only_checks = [
        (plan.ignore_missing, "ignore-missing"),
        (plan.status, "status"),
        (plan.warn, "warn"),
        (plan.quiet, "quiet"),
        (plan.strict, "strict"),
    ];
    if let Some((_, name)) = only_checks.iter().find(|option| option.0 && !checks) {
        return usage(&format!(
            "the --{name} option is meaningful only when verifying checksums"
        ));
    }
    if !checks {
        return Ok(print(context, &plan, parsed.operands));
    }
    let mut out = Output::stdout();
    let code = check(context, &plan, &inputs(parsed.operands), &mut out);
    Ok(out.finish(context, code))
}

fn named(context: &Context<'_>, name: &[u8]) -> Result<Algorithm, i32> {
    if let Some(row) = ALGORITHMS.iter().find(|row| row.1.as_bytes() == name) {
        return Ok(row.0);
    }
    let text: [&[u8]; 3] = [
        b"invalid argument ",
        &quote::always(name),
        b" for '--algorithm'",
    ];
    context.say(&text.concat());
    let mut err = Output::new(2);
    err.put(b"Valid arguments are:\n");
    for row in ALGORITHMS {
        err.put(format!("  - '{}'\n", row.1).as_bytes());
    }
    err.flush();
    Err(context.usage(b""))
}

fn bits(context: &Context<'_>, plan: &Plan, text: &[u8]) -> Result<Option<usize>, i32> {
    let number: Option<usize> = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok());
    let invalid = || context.say(&[b"invalid length: ".as_slice(), &quote::always(text)].concat());
    let Some(number) = number else {
        invalid();
        return Err(1);
    };
    if plan.algorithm != Algorithm::Blake2b {
        if number == 0 {
            return Ok(None);
        }
        context.say(b"--length is only supported with --algorithm=blake2b");
        return Err(1);
    }
    if number > 512 {
        invalid();
        context.say(b"maximum digest length for 'BLAKE2b' is 512 bits");
        return Err(1);
    }
    if number % 8 != 0 {
        invalid();
        context.say(b"length is not a multiple of 8");
        return Err(1);
    }
    Ok((number > 0).then_some(number))
}

/// The name as it is listed, and whether that took escapes.
pub fn escaped(name: &[u8]) -> (bool, Vec<u8>) {
    let special = |byte: &u8| matches!(byte, b'\n' | b'\r' | b'\\');
    if !name.iter().any(special) {
        return (false, name.to_vec());
    }
    let mut out = Vec::new();
    for byte in name {
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            byte => out.push(*byte),
        }
    }
    (true, out)
}

fn print(context: &Context<'_>, plan: &Plan, operands: Vec<Vec<u8>>) -> i32 {
    let mut out = Output::stdout();
    let unnamed = operands.is_empty();
    let mut code = 0;
    for name in inputs(operands) {
        let sums = open(&name).and_then(|file| plan.algorithm.of(&file, plan.bits()));
        let sums = match sums {
            Ok(sums) => sums,
            Err(errno) => {
                out.flush();
                context.say_error(&quote::if_needed(&name), errno);
                code = 1;
                continue;
            }
        };
        match sums {
            Sums::Number(sum, bytes) => {
                let text = match plan.algorithm {
                    Algorithm::Bsd => format!("{sum:05} {:5}", bytes.div_ceil(1024)),
                    Algorithm::Sysv => format!("{sum} {}", bytes.div_ceil(512)),
                    _ => format!("{sum} {bytes}"),
                };
                out.put(text.as_bytes());
                if !unnamed {
                    out.put(&[b" ".as_slice(), &name].concat());
                }
            }
            Sums::Hex(hex) => {
                let (escape, shown) = match plan.zero {
                    true => (false, name.clone()),
                    false => escaped(&name),
                };
                if escape {
                    out.put_byte(b'\\');
                }
                if plan.tagged {
                    out.put(plan.algorithm.tag().as_bytes());
                    if plan.bits() < plan.algorithm.bits() {
                        out.put(format!("-{}", plan.bits()).as_bytes());
                    }
                    out.put(&[b" (".as_slice(), &shown, b") = ", hex.as_bytes()].concat());
                } else {
                    let mark = if plan.binary { b'*' } else { b' ' };
                    out.put(&[hex.as_bytes(), &[b' ', mark], &shown].concat());
                }
            }
        }
        out.put_byte(if plan.zero { 0 } else { b'\n' });
    }
    out.finish(context, code)
}
