//! `mount` (only the list), `umount`, `sysctl`.

use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, Errno};

/// Exit code of `mount` for a mount that failed.
const FAILED: i32 = 32;

/// Runs `mount`.
pub fn mount(args: &Args) -> i32 {
    let context = Context::new(args, "mount", 1);
    let mut kind: Option<Vec<u8>> = None;
    let mut rest = args.get(1..).unwrap_or_default().iter();
    while let Some(arg) = rest.next() {
        match arg.as_slice() {
            b"-l" | b"-v" | b"--show-labels" | b"--verbose" => {}
            b"-t" | b"--types" => kind = rest.next().cloned(),
            b"--help" => return context.help(),
            b"--version" | b"-V" => return context.version(),
            target => {
                let target = rest.next_back().map_or(target, Vec::as_slice);
                context.say(
                    &[
                        target,
                        b": the sandbox has one filesystem, nothing can be mounted.",
                    ]
                    .concat(),
                );
                return FAILED;
            }
        }
    }
    let text = sys::read_file(b"/proc/mounts").unwrap_or_default();
    let mut out = Output::stdout();
    for line in text.split(|byte| *byte == b'\n') {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        let [device, place, form, options, ..] = fields.as_slice() else {
            continue;
        };
        if kind
            .as_ref()
            .is_none_or(|kind| kind.split(|byte| *byte == b',').any(|kind| kind == *form))
        {
            out.put(
                &[
                    device,
                    b" on ".as_slice(),
                    place,
                    b" type ",
                    form,
                    b" (",
                    options,
                    b")\n",
                ]
                .concat(),
            );
        }
    }
    out.finish(&context, 0)
}

/// Runs `umount`.
pub fn umount(args: &Args) -> i32 {
    let context = Context::new(args, "umount", 1);
    let mut targets = args.iter().skip(1).filter(|arg| !arg.starts_with(b"-"));
    match targets.next() {
        None => {
            context.say(b"bad usage");
            context.usage(b"")
        }
        Some(target) => {
            context.say(
                &[
                    target,
                    b": nothing can be unmounted in the sandbox.".as_slice(),
                ]
                .concat(),
            );
            FAILED
        }
    }
}

/// Runs `sysctl`.
pub fn sysctl(args: &Args) -> i32 {
    let context = Context::new(args, "sysctl", 1);
    let (mut names_only, mut values_only, mut all, mut ignore) = (false, false, false, false);
    let mut keys: Vec<Vec<u8>> = Vec::new();
    for arg in args.iter().skip(1) {
        match arg.as_slice() {
            b"-n" | b"--values" => values_only = true,
            b"-N" | b"--names" => names_only = true,
            b"-a" | b"-A" | b"-X" | b"--all" => all = true,
            b"-e" | b"--ignore" => ignore = true,
            b"-q" | b"-w" | b"-b" | b"--write" | b"--quiet" => {}
            b"--help" | b"-h" => return context.help(),
            b"--version" | b"-V" => return context.version(),
            key => keys.push(key.to_vec()),
        }
    }
    let mut out = Output::stdout();
    let mut code = 0;
    if all {
        for group in sys::read_dir(b"/proc/sys").unwrap_or_default() {
            let path = [b"/proc/sys/".as_slice(), &group.name].concat();
            for entry in sys::read_dir(&path).unwrap_or_default() {
                keys.push([&group.name, b".".as_slice(), &entry.name].concat());
            }
        }
        keys.sort();
    }
    if keys.is_empty() {
        return context.help().max(1);
    }
    for key in keys {
        if let Some(at) = key.iter().position(|byte| *byte == b'=') {
            out.flush();
            let name = String::from_utf8_lossy(key[..at].trim_ascii()).into_owned();
            context.say(format!("permission denied on key \"{name}\"").as_bytes());
            code = 1;
            continue;
        }
        let path: Vec<u8> = key
            .iter()
            .map(|byte| if *byte == b'.' { b'/' } else { *byte })
            .collect();
        let path = [b"/proc/sys/".as_slice(), &path].concat();
        let name: Vec<u8> = key
            .iter()
            .map(|byte| if *byte == b'/' { b'.' } else { *byte })
            .collect();
        match sys::read_file(&path) {
            Ok(text) => {
                let value = text.strip_suffix(b"\n").unwrap_or(&text);
                let line = match (names_only, values_only) {
                    (true, _) => name,
                    (_, true) => value.to_vec(),
                    _ => [name.as_slice(), b" = ", value].concat(),
                };
                out.put(&line);
                out.put_byte(b'\n');
            }
            Err(Errno::Noent) if ignore => {}
            Err(errno) => {
                out.flush();
                context.say_error(&[b"cannot stat ".as_slice(), &path].concat(), errno);
                code = 1;
            }
        }
    }
    out.finish(&context, code)
}
