//! Tools for a network that is not there: they say so, with the exit codes
//! that they have for a host out of reach.

use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys;
use wardian_applet::text::time;

const NOTE: &str = "(this sandbox has no network)";

fn say(text: &str) {
    let mut err = Output::new(2);
    err.put(text.as_bytes());
    err.put_byte(b'\n');
    err.flush();
}

/// Operands, with options that take a value left out along with it.
fn operands<'a>(args: &'a Args, with_value: &[u8], long_with_value: &[&[u8]]) -> Vec<&'a [u8]> {
    let mut out = Vec::new();
    let mut rest = args.iter().skip(1);
    while let Some(arg) = rest.next() {
        match arg.as_slice() {
            b"--" => {
                out.extend(rest.by_ref().map(Vec::as_slice));
            }
            long if long.starts_with(b"--") => {
                if long_with_value.contains(&long) {
                    rest.next();
                }
            }
            [b'-', letters @ ..] if !letters.is_empty() => {
                let at = letters
                    .iter()
                    .position(|letter| with_value.contains(letter));
                if at.is_some_and(|at| at + 1 == letters.len()) {
                    rest.next();
                }
            }
            operand => out.push(operand),
        }
    }
    out
}

/// The host of a URL, and its port.
fn host_of(url: &str) -> (&str, &str) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let default = if scheme == "https" { "443" } else { "80" };
    host.rsplit_once(':').unwrap_or((host, default))
}

fn is_address(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok() || host == "localhost"
}

/// Runs `curl`: `file:` URLs work.
pub fn curl(args: &Args) -> i32 {
    let context = Context::new(args, "curl", 2);
    let long: &[&[u8]] = &[
        b"--output",
        b"--data",
        b"--header",
        b"--request",
        b"--user",
        b"--max-time",
        b"--connect-timeout",
        b"--retry",
        b"--user-agent",
        b"--referer",
        b"--cookie",
        b"--cookie-jar",
        b"--form",
        b"--proxy",
        b"--write-out",
        b"--data-raw",
        b"--data-binary",
        b"--data-urlencode",
        b"--upload-file",
        b"--cacert",
        b"--cert",
        b"--key",
        b"--resolve",
        b"--url",
        b"--retry-delay",
        b"--json",
        b"--range",
        b"--limit-rate",
        b"--max-redirs",
    ];
    let has = |letter: u8, long: &[u8]| {
        args.iter().skip(1).any(|arg| {
            arg == long || arg.starts_with(b"-") && !arg.starts_with(b"--") && arg.contains(&letter)
        })
    };
    if args.iter().any(|arg| arg == b"--version" || arg == b"-V") {
        return context.version();
    }
    if args.iter().any(|arg| arg == b"--help" || arg == b"-h") {
        return context.help();
    }
    let urls = operands(args, b"AbcCdDeEFhHKmoPQrtTuUwxXyYz", long);
    let quiet = has(b's', b"--silent") && !has(b'S', b"--show-error");
    let Some(url) = urls.first() else {
        say("curl: try 'curl --help' or 'curl --manual' for more information");
        return 2;
    };
    if let Some(path) = url.strip_prefix(b"file://") {
        return match sys::read_file(path) {
            Ok(text) => {
                let target = args
                    .windows(2)
                    .find(|pair| pair[0] == b"-o" || pair[0] == b"--output")
                    .map(|pair| pair[1].clone());
                let file = target.map(|path| sys::File::open(&path, sys::OpenHow::CREATE));
                let fd = match &file {
                    Some(Ok(file)) => file.fd(),
                    Some(Err(_)) => return 23,
                    None => 1,
                };
                let mut out = Output::new(fd);
                out.put(&text);
                out.finish(&context, 0)
            }
            Err(_) => {
                if !quiet {
                    say(&format!(
                        "curl: (37) Couldn't open file {}",
                        String::from_utf8_lossy(path)
                    ));
                }
                37
            }
        };
    }
    let url = String::from_utf8_lossy(url).into_owned();
    let (host, port) = host_of(&url);
    let (code, text) = if is_address(host) {
        (
            7,
            format!(
                "curl: (7) Failed to connect to {host} port {port} after 0 ms: Couldn't connect to server {NOTE}"
            ),
        )
    } else {
        (
            6,
            format!("curl: (6) Could not resolve host: {host} {NOTE}"),
        )
    };
    if !quiet {
        say(&text);
    }
    code
}

/// Runs `wget`.
pub fn wget(args: &Args) -> i32 {
    let context = Context::new(args, "wget", 2);
    if args.iter().any(|arg| arg == b"--version" || arg == b"-V") {
        return context.version();
    }
    if args.iter().any(|arg| arg == b"--help" || arg == b"-h") {
        return context.help();
    }
    let long: &[&[u8]] = &[
        b"--output-document",
        b"--output-file",
        b"--tries",
        b"--timeout",
        b"--header",
        b"--user-agent",
    ];
    let urls = operands(args, b"OoatTwQPUelADRIX", long);
    if urls.is_empty() {
        say(
            "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.",
        );
        return 1;
    }
    let quiet = args
        .iter()
        .any(|arg| arg == b"--quiet" || arg.starts_with(b"-q") || arg == b"-nq");
    for url in urls {
        let url = String::from_utf8_lossy(url).into_owned();
        let (host, port) = host_of(&url);
        if !quiet {
            let now = time::local(sys::now_ns()).format(b"%Y-%m-%d %H:%M:%S");
            let full = if url.contains("://") {
                url.clone()
            } else {
                format!("http://{url}/")
            };
            say(&format!("--{}--  {full}", String::from_utf8_lossy(&now)));
            if is_address(host) {
                say(&format!(
                    "Connecting to {host}:{port}... failed: Network is unreachable. {NOTE}"
                ));
            } else {
                say(&format!(
                    "Resolving {host} ({host})... failed: Temporary failure in name resolution.\nwget: unable to resolve host address '{host}' {NOTE}"
                ));
            }
        }
    }
    4
}

/// Runs `ping`.
pub fn ping(args: &Args) -> i32 {
    let hosts = operands(args, b"cCDiIlmMpQsStTwW", &[]);
    let Some(host) = hosts.first() else {
        say("ping: usage error: Destination address required");
        return 1;
    };
    let host = String::from_utf8_lossy(host).into_owned();
    if is_address(&host) {
        say(&format!("ping: connect: Network is unreachable {NOTE}"));
    } else {
        say(&format!(
            "ping: {host}: Temporary failure in name resolution {NOTE}"
        ));
    }
    2
}

/// Runs `ip` and `ifconfig`: no interfaces to speak of.
pub fn interfaces(args: &Args) -> i32 {
    let name = args.first().map_or(b"ip".as_slice(), Vec::as_slice);
    let name = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    say(&format!(
        "{}: this sandbox has no network interfaces",
        String::from_utf8_lossy(name)
    ));
    1
}
