//! `uname`, `arch`, `hostname`, `hostid`, `nproc`: the sandbox as a machine.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys;
use crate::text::quote;

/// Release that `uname -r` gives; fixed, nothing of the host shows.
const RELEASE: &[u8] = b"6.12.0-wardian";
const VERSION: &[u8] = b"#1 Wardian";
const MACHINE: &[u8] = b"wasm32";
const DEFAULT_NAME: &[u8] = b"wardian";

const UNAME_OPTIONS: &[Opt] = &[
    Opt::flag(b'a', "all"),
    Opt::flag(b's', "kernel-name"),
    Opt::flag(b's', "sysname"),
    Opt::flag(b'n', "nodename"),
    Opt::flag(b'r', "kernel-release"),
    Opt::flag(b'r', "release"),
    Opt::flag(b'v', "kernel-version"),
    Opt::flag(b'm', "machine"),
    Opt::flag(b'p', "processor"),
    Opt::flag(b'i', "hardware-platform"),
    Opt::flag(b'o', "operating-system"),
];

fn no_operands(context: &Context<'_>, operands: &[Vec<u8>]) -> Result<(), i32> {
    match operands.first() {
        None => Ok(()),
        Some(extra) => {
            Err(context.usage(&[b"extra operand ".as_slice(), &quote::always(extra)].concat()))
        }
    }
}

/// Runs `uname`.
pub fn uname(args: &Args) -> i32 {
    let context = Context::new(args, "uname", 1);
    let parsed = match parse(&context, args, UNAME_OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    if let Err(code) = no_operands(&context, &parsed.operands) {
        return code;
    }
    let has = |letter| parsed.options.iter().any(|option| option.0 == letter);
    let all = has(b'a');
    let name = node_name();
    let fields: [(u8, &[u8], bool); 8] = [
        (b's', b"Linux", all || parsed.options.is_empty()),
        (b'n', &name, all),
        (b'r', RELEASE, all),
        (b'v', VERSION, all),
        (b'm', MACHINE, all),
        (b'p', b"unknown", false),
        (b'i', b"unknown", false),
        (b'o', b"GNU/Linux", all),
    ];
    let shown: Vec<&[u8]> = fields
        .into_iter()
        .filter(|(letter, _, by_all)| *by_all || has(*letter))
        .filter(|(_, text, _)| !(all && *text == b"unknown"))
        .map(|field| field.1)
        .collect();
    print(&context, &shown.join(b" ".as_slice()))
}

fn print(context: &Context<'_>, line: &[u8]) -> i32 {
    let mut out = Output::stdout();
    out.put(line);
    out.put_byte(b'\n');
    out.finish(context, 0)
}

/// Runs `arch`.
pub fn arch(args: &Args) -> i32 {
    let context = Context::new(args, "arch", 1);
    match parse(&context, args, &[], Order::Permute)
        .and_then(|parsed| no_operands(&context, &parsed.operands))
    {
        Ok(()) => print(&context, MACHINE),
        Err(code) => code,
    }
}

/// The sandbox's name, from `/etc/hostname`.
pub fn node_name() -> Vec<u8> {
    let text = sys::read_file(b"/etc/hostname").unwrap_or_default();
    match text.trim_ascii() {
        b"" => DEFAULT_NAME.to_vec(),
        name => name
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or(name)
            .to_vec(),
    }
}

const HOSTNAME_OPTIONS: &[Opt] = &[
    Opt::flag(b's', "short"),
    Opt::flag(b'f', "fqdn"),
    Opt::flag(b'f', "long"),
    Opt::flag(b'd', "domain"),
    Opt::flag(b'i', "ip-address"),
    Opt::flag(b'I', "all-ip-addresses"),
    Opt::flag(b'A', "all-fqdns"),
];

/// Runs `hostname`.
pub fn hostname(args: &Args) -> i32 {
    let context = Context::new(args, "hostname", 1);
    let parsed = match parse(&context, args, HOSTNAME_OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    if !parsed.operands.is_empty() {
        context.say(b"you must be root to change the host name");
        return 1;
    }
    let name = node_name();
    let dot = name.iter().position(|byte| *byte == b'.');
    let (short, domain) = match dot {
        Some(at) => (&name[..at], &name[at + 1..]),
        None => (name.as_slice(), b"".as_slice()),
    };
    match parsed.options.last().map(|option| option.0) {
        Some(b's') => print(&context, short),
        Some(b'd') => print(&context, domain),
        Some(b'i') => print(&context, b"127.0.0.1"),
        Some(b'I') => print(&context, b""),
        _ => print(&context, &name),
    }
}

/// Runs `hostid`.
pub fn hostid(args: &Args) -> i32 {
    let context = Context::new(args, "hostid", 1);
    match parse(&context, args, &[], Order::Permute)
        .and_then(|parsed| no_operands(&context, &parsed.operands))
    {
        Ok(()) => print(&context, b"007f0100"),
        Err(code) => code,
    }
}

const NPROC_OPTIONS: &[Opt] = &[Opt::flag(0, "all"), Opt::value(0, "ignore")];

/// Runs `nproc`.
pub fn nproc(args: &Args) -> i32 {
    let context = Context::new(args, "nproc", 1);
    let parsed = match parse(&context, args, NPROC_OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    if let Err(code) = no_operands(&context, &parsed.operands) {
        return code;
    }
    let (mut all, mut ignore) = (false, 0_u64);
    for (_, long, value) in parsed.options {
        let text = value.unwrap_or_default();
        match (
            long,
            std::str::from_utf8(&text).map(|t| t.trim_start().parse()),
        ) {
            ("all", _) => all = true,
            (_, Ok(Ok(count))) => ignore = count,
            _ => {
                context.say(&[b"invalid number: ".as_slice(), &quote::always(&text)].concat());
                return 1;
            }
        }
    }
    let variable = |name| {
        let text = std::env::var(name).ok()?;
        let first = text.split(',').next()?.trim().to_owned();
        first.parse::<u64>().ok().filter(|n| *n > 0)
    };
    let mut count = u64::from(processors());
    if !all {
        count = variable("OMP_NUM_THREADS").unwrap_or(count);
        count = count.min(variable("OMP_THREAD_LIMIT").unwrap_or(u64::MAX));
    }
    print(
        &context,
        count.saturating_sub(ignore).max(1).to_string().as_bytes(),
    )
}

#[cfg(target_os = "wasi")]
fn processors() -> u32 {
    wardian_abi::imports::system_info().processors.max(1)
}

#[cfg(not(target_os = "wasi"))]
fn processors() -> u32 {
    std::thread::available_parallelism().map_or(1, |n| n.get() as u32)
}
