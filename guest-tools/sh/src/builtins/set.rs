//! `set`, `shift` and `shopt`.

use super::declare;
use crate::exec::{Flow, OPTION_TABLE, Run, SHOPT_TABLE, Shell};
use crate::text::{int_text, parse_int};

/// `set`
pub fn set(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let executed = !sh.options.noexec;
    let status = set_all(sh, args)?;
    // What follows on the line is not run any more.
    if executed && sh.options.noexec && !sh.interactive {
        return Err(Flow::Discard(status));
    }
    Ok(status)
}

fn set_all(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    if args.len() == 1 {
        let functions = !sh.options.posix;
        return declare::list_all(sh, functions);
    }
    // All letters are checked before any is applied.
    for arg in &args[1..] {
        match arg.as_slice() {
            b"--" | b"-" => break,
            [sign @ (b'-' | b'+'), letters @ ..] => {
                for letter in letters {
                    if *letter != b'o' && sh.options.by_letter(*letter).is_none() {
                        return sh.bad_option(b"set", &[*sign, *letter]);
                    }
                }
                if letters.contains(&b'o') {
                    break;
                }
            }
            _ => break,
        }
    }
    let mut at = 1;
    let mut status = 0;
    while let Some(arg) = args.get(at) {
        match arg.as_slice() {
            b"--" => {
                sh.positional = args[at + 1..].to_vec();
                return Ok(status);
            }
            b"-" => {
                sh.options.xtrace = false;
                sh.options.verbose = false;
                if at + 1 < args.len() {
                    sh.positional = args[at + 1..].to_vec();
                }
                return Ok(status);
            }
            [sign @ (b'-' | b'+'), letters @ ..] => {
                let on = *sign == b'-';
                at += 1;
                for letter in letters {
                    if *letter == b'o' {
                        match args.get(at) {
                            Some(name) => {
                                let name = name.clone();
                                at += 1;
                                if !set_named(sh, &name, on) {
                                    sh.complain(
                                        &[b"set: ", name.as_slice(), b": invalid option name"]
                                            .concat(),
                                    );
                                    return Ok(2);
                                }
                            }
                            None => list_options(sh, on),
                        }
                    } else if let Some(place) = sh.options.by_letter(*letter) {
                        *place = on;
                    } else {
                        status = sh.bad_option(b"set", &[*sign, *letter])?;
                        return Ok(status);
                    }
                }
            }
            _ => {
                sh.positional = args[at..].to_vec();
                return Ok(status);
            }
        }
    }
    Ok(status)
}

/// Sets an option by name; false if there is none.
fn set_named(sh: &mut Shell, name: &[u8], on: bool) -> bool {
    let Some(place) = sh.options.by_name(name) else {
        return false;
    };
    *place = on;
    match name {
        b"vi" if on => sh.options.emacs = false,
        b"emacs" if on => sh.options.vi = false,
        b"history" if on => super::begin_history(sh),
        b"posix" => sh.posix_changed(),
        _ => {}
    }
    true
}

fn list_options(sh: &mut Shell, readable: bool) {
    for (name, _, place) in OPTION_TABLE {
        let on = *place(&mut sh.options);
        print_option(
            sh,
            name,
            on,
            if readable { Format::Table } else { Format::Set },
        );
    }
}

#[derive(Clone, Copy)]
enum Format {
    Table,
    Set,
    Shopt,
}

fn print_option(sh: &mut Shell, name: &str, on: bool, format: Format) {
    let line = match format {
        Format::Table => format!("{name:<15}\t{}\n", if on { "on" } else { "off" }),
        Format::Set => format!("set {}o {name}\n", if on { '-' } else { '+' }),
        Format::Shopt => format!("shopt {} {name}\n", if on { "-s" } else { "-u" }),
    };
    sh.print(line.as_bytes());
}

/// `shift`
pub fn shift(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let args = match args.get(1) {
        Some(first) if first == b"--" => &args[1..],
        _ => args,
    };
    if args.len() > 2 {
        sh.complain(b"shift: too many arguments");
        return Err(sh.discard_all());
    }
    let count = match args.get(1) {
        None => 1,
        Some(text) => match parse_int(text) {
            Some(count) => count,
            None => return sh.fail_on(b"shift", text, "numeric argument required"),
        },
    };
    if count < 0 {
        return sh.fail_on(b"shift", &int_text(count), "shift count out of range");
    }
    if count as u64 > sh.positional.len() as u64 {
        if sh.shopt.shift_verbose {
            return sh.fail_on(b"shift", &int_text(count), "shift count out of range");
        }
        return Ok(1);
    }
    sh.positional.drain(..count as usize);
    Ok(0)
}

/// `shopt`
pub fn shopt(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let (mut on, mut off, mut quiet, mut print, mut options) = (false, false, false, false, false);
    let mut at = 1;
    while let Some([b'-', letters @ ..]) = args.get(at).map(Vec::as_slice) {
        if letters.is_empty() {
            break;
        }
        at += 1;
        if letters == b"-" {
            break;
        }
        for letter in letters {
            match letter {
                b's' => on = true,
                b'u' => off = true,
                b'q' => quiet = true,
                b'p' => print = true,
                b'o' => options = true,
                letter => return sh.bad_option(b"shopt", &[b'-', *letter]),
            }
        }
    }
    if on && off {
        return sh.fail(
            b"shopt",
            b"cannot set and unset shell options simultaneously",
            1,
        );
    }
    let format = match (print, options) {
        (false, _) => Format::Table,
        (true, true) => Format::Set,
        (true, false) => Format::Shopt,
    };
    let names = &args[at..];
    if names.is_empty() {
        let values: Vec<(&str, bool)> = match options {
            true => OPTION_TABLE
                .iter()
                .map(|(name, _, place)| (*name, *place(&mut sh.options)))
                .collect(),
            false => SHOPT_TABLE
                .iter()
                .map(|(name, _, place)| (*name, *place(&mut sh.shopt)))
                .collect(),
        };
        for (name, value) in values {
            if !quiet && ((!on && !off) || (on && value) || (off && !value)) {
                print_option(sh, name, value, format);
            }
        }
        return Ok(0);
    }
    let mut status = 0;
    for name in names {
        let value = match options {
            true => sh.options.by_name(name).map(|place| *place),
            false => sh.shopt.by_name(name).map(|place| *place),
        };
        let Some(value) = value else {
            let message = match options {
                true => "invalid option name",
                false => "invalid shell option name",
            };
            let failed = sh.fail_on(b"shopt", name, message)?;
            // Setting an unknown `set -o` option is not counted as a failure.
            if !(options && (on || off)) {
                status = failed;
            }
            continue;
        };
        if on || off {
            if options {
                set_named(sh, name, on);
            } else if let Some(place) = sh.shopt.by_name(name) {
                *place = on;
                if name == b"extdebug" {
                    sh.options.functrace = on;
                    sh.options.errtrace = on;
                }
            }
            continue;
        }
        if !value {
            status = 1;
        }
        if !quiet {
            print_option(sh, &String::from_utf8_lossy(name), value, format);
        }
    }
    Ok(status)
}
