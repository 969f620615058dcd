//! `hostnamectl`: what the sandbox is, as far as it is anything.

use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::sys::{self, File, OpenHow};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b's', "static"), Opt::flag(b't', "transient"), Opt::flag(b'p', "pretty"), Opt::value(b'j', "json"),
    Opt::value(b'H', "host"), Opt::value(b'M', "machine"), Opt::flag(0, "no-ask-password"),
];

const FILE: &[u8] = b"/etc/hostname";

/// Runs `hostnamectl`.
pub fn hostnamectl(args: &Args) -> i32 {
    let context = Context::new(args, "hostnamectl", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut bare, mut pretty) = (false, false);
    for (letter, _, _) in &parsed.options {
        bare |= matches!(letter, b's' | b't' | b'p');
        pretty |= *letter == b'p';
    }
    let operands: Vec<&[u8]> = parsed.operands.iter().map(Vec::as_slice).collect();
    match operands.as_slice() {
        [] | [b"status"] => show(&context, bare, pretty),
        [b"hostname"] => show(&context, true, pretty),
        [b"hostname" | b"set-hostname", name] => set(&context, name),
        [b"icon-name" | b"chassis" | b"deployment" | b"location"] => show(&context, true, true),
        [verb, ..] => {
            context.say(&[b"Unknown command verb ".as_slice(), verb, b"."].concat());
            1
        }
    }
}

fn set(context: &Context<'_>, name: &[u8]) -> i32 {
    let valid = !name.is_empty()
        && name.len() <= 64
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    if !valid {
        let name = String::from_utf8_lossy(name);
        context.say(format!("Could not set static hostname: Invalid hostname '{name}'").as_bytes());
        return 1;
    }
    let written = File::open(FILE, OpenHow::CREATE).and_then(|file| {
        let mut out = Output::new(file.fd());
        out.put(&[name, b"\n"].concat());
        out.flush();
        out.error().map_or(Ok(()), Err)
    });
    match written {
        Ok(()) => 0,
        Err(errno) => {
            context.say_error(b"Could not set static hostname", errno);
            1
        }
    }
}

fn line_of(path: &[u8]) -> String {
    let text = sys::read_file(path).unwrap_or_default();
    String::from_utf8_lossy(text.trim_ascii()).into_owned()
}

fn show(context: &Context<'_>, bare: bool, pretty: bool) -> i32 {
    let mut out = Output::stdout();
    let hostname = line_of(FILE);
    if bare {
        let name = if pretty { String::new() } else { hostname };
        out.put(format!("{name}\n").as_bytes());
        return out.finish(context, 0);
    }
    let release = line_of(b"/etc/os-release");
    let system = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .map_or("", |name| name.trim_matches('"'));
    let kernel = format!(
        "{} {}",
        line_of(b"/proc/sys/kernel/ostype"),
        line_of(b"/proc/sys/kernel/osrelease")
    );
    let rows = [
        ("Static hostname", hostname.as_str()),
        ("Icon name", "computer-container"),
        ("Chassis", "container"),
        ("Machine ID", &line_of(b"/etc/machine-id")),
        ("Operating System", system),
        ("Kernel", kernel.trim()),
        ("Architecture", "wasm32"),
    ];
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        out.put(format!("{name:>16}: {value}\n").as_bytes());
    }
    out.finish(context, 0)
}
