//! `getconf`, `locale`.

use crate::kernel;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};

/// Names with their values; the sandbox runs 32-bit programs.
#[rustfmt::skip]
const VALUES: &[(&str, &str)] = &[
    ("ARG_MAX", "2097152"), ("BC_BASE_MAX", "99"), ("BC_DIM_MAX", "2048"), ("BC_SCALE_MAX", "99"), ("BC_STRING_MAX", "1000"),
    ("CHARCLASS_NAME_MAX", "2048"), ("CHAR_BIT", "8"), ("CHAR_MAX", "127"), ("CHAR_MIN", "-128"), ("CHILD_MAX", "1024"),
    ("CLK_TCK", "100"), ("COLL_WEIGHTS_MAX", "255"), ("EXPR_NEST_MAX", "32"), ("HOST_NAME_MAX", "64"), ("INT_MAX", "2147483647"),
    ("INT_MIN", "-2147483648"), ("IOV_MAX", "1024"), ("LINE_MAX", "2048"), ("LINK_MAX", "65000"), ("LOGIN_NAME_MAX", "256"),
    ("LONG_BIT", "32"), ("LONG_MAX", "2147483647"), ("LONG_MIN", "-2147483648"), ("MAX_CANON", "255"), ("MAX_INPUT", "255"),
    ("NAME_MAX", "255"), ("NGROUPS_MAX", "65536"), ("OPEN_MAX", "1024"), ("PAGESIZE", "4096"), ("PAGE_SIZE", "4096"),
    ("PATH", "/bin:/usr/bin"), ("CS_PATH", "/bin:/usr/bin"), ("_CS_PATH", "/bin:/usr/bin"), ("PATH_MAX", "4096"), ("PIPE_BUF", "4096"),
    ("RE_DUP_MAX", "32767"), ("SCHAR_MAX", "127"), ("SCHAR_MIN", "-128"), ("SHRT_MAX", "32767"), ("SHRT_MIN", "-32768"),
    ("SSIZE_MAX", "32767"), ("STREAM_MAX", "16"), ("SYMLOOP_MAX", ""), ("TTY_NAME_MAX", "32"), ("TZNAME_MAX", ""),
    ("UCHAR_MAX", "255"), ("UINT_MAX", "4294967295"), ("ULONG_MAX", "4294967295"), ("USHRT_MAX", "65535"), ("WORD_BIT", "32"),
    ("_POSIX2_VERSION", "200809"), ("POSIX2_VERSION", "200809"), ("_POSIX_ARG_MAX", "4096"), ("_POSIX_CHILD_MAX", "25"), ("_POSIX_LINK_MAX", "8"),
    ("_POSIX_NAME_MAX", "14"), ("_POSIX_OPEN_MAX", "20"), ("_POSIX_PATH_MAX", "256"), ("_POSIX_PIPE_BUF", "512"), ("_POSIX_VERSION", "200809"),
    ("_XOPEN_VERSION", "700"), ("GNU_LIBC_VERSION", ""), ("FILESIZEBITS", "64"), ("_POSIX_JOB_CONTROL", "1"), ("_POSIX_SAVED_IDS", "1"),
];

fn computed(name: &str) -> Option<String> {
    let machine = kernel::machine();
    Some(match name {
        "_NPROCESSORS_ONLN" | "_NPROCESSORS_CONF" | "NPROCESSORS_ONLN" | "NPROCESSORS_CONF" => {
            machine.processors.to_string()
        }
        "_PHYS_PAGES" => (crate::process::table::memory("MemTotal") / 4).to_string(),
        "_AVPHYS_PAGES" => (crate::process::table::memory("MemAvailable") / 4).to_string(),
        _ => return None,
    })
}

/// Runs `getconf`.
pub fn getconf(args: &Args) -> i32 {
    let context = Context::new(args, "getconf", 1);
    let mut operands = args.get(1..).unwrap_or_default();
    if let [option, _, rest @ ..] = operands
        && option == b"-v"
    {
        operands = rest;
    }
    let mut out = Output::stdout();
    match operands {
        [option, ..] if option == b"-a" => {
            for (name, value) in VALUES {
                out.put(format!("{name:<34} {value}\n").as_bytes());
            }
            for name in [
                "_NPROCESSORS_CONF",
                "_NPROCESSORS_ONLN",
                "_PHYS_PAGES",
                "_AVPHYS_PAGES",
            ] {
                out.put(format!("{name:<34} {}\n", computed(name).unwrap_or_default()).as_bytes());
            }
            out.finish(&context, 0)
        }
        [name] | [name, _] => {
            let name = String::from_utf8_lossy(name).into_owned();
            let bare = name
                .strip_prefix("_SC_")
                .or(name.strip_prefix("_PC_"))
                .unwrap_or(&name);
            let known = VALUES
                .iter()
                .find(|row| row.0 == bare)
                .map(|row| row.1.to_owned());
            match known.or_else(|| computed(bare)) {
                Some(value) => {
                    let value = if value.is_empty() {
                        "undefined".to_owned()
                    } else {
                        value
                    };
                    out.put(value.as_bytes());
                    out.put_byte(b'\n');
                    out.finish(&context, 0)
                }
                None => {
                    context.say(format!("Unrecognized variable `{name}'").as_bytes());
                    2
                }
            }
        }
        _ => {
            let mut err = Output::new(2);
            err.put(b"Usage: getconf [-v specification] variable_name [pathname]\n       getconf -a [pathname]\n");
            err.flush();
            2
        }
    }
}

fn variable(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?;
    let value = value.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

/// What the C locale has for a keyword.
fn keyword(name: &[u8]) -> Option<&'static str> {
    Some(match name {
        b"abday" => "Sun;Mon;Tue;Wed;Thu;Fri;Sat",
        b"day" => "Sunday;Monday;Tuesday;Wednesday;Thursday;Friday;Saturday",
        b"abmon" => "Jan;Feb;Mar;Apr;May;Jun;Jul;Aug;Sep;Oct;Nov;Dec",
        b"mon" => {
            "January;February;March;April;May;June;July;August;September;October;November;December"
        }
        b"am_pm" => "AM;PM",
        b"d_t_fmt" => "%a %b %e %H:%M:%S %Y",
        b"date_fmt" => "%a %b %e %H:%M:%S %Z %Y",
        b"d_fmt" => "%m/%d/%y",
        b"t_fmt" => "%H:%M:%S",
        b"t_fmt_ampm" => "%I:%M:%S %p",
        b"decimal_point" => ".",
        b"thousands_sep" | b"yesstr" | b"nostr" | b"int_curr_symbol" | b"currency_symbol" => "",
        b"grouping" | b"mon_grouping" => "-1",
        b"yesexpr" => "^[yY]",
        b"noexpr" => "^[nN]",
        _ => return None,
    })
}

/// Runs `locale`.
pub fn locale(args: &Args) -> i32 {
    let context = Context::new(args, "locale", 1);
    let mut out = Output::stdout();
    match args.get(1).map(Vec::as_slice) {
        Some(b"-a" | b"--all-locales") => out.put(b"C\nC.utf8\nPOSIX\n"),
        Some(b"-m" | b"--charmaps") => out.put(b"ANSI_X3.4-1968\nUTF-8\n"),
        Some(b"charmap") => out.put(if wardian_applet::text::utf8_locale() {
            b"UTF-8\n".as_slice()
        } else {
            b"ANSI_X3.4-1968\n"
        }),
        Some(b"--help") => return context.help(),
        Some(b"--version") => return context.version(),
        Some(_) => {
            for name in &args[1..] {
                let Some(value) = keyword(name) else {
                    out.flush();
                    context.say(&[b"unknown name \"".as_slice(), name, b"\""].concat());
                    return 1;
                };
                out.put(value.as_bytes());
                out.put(b"\n");
            }
        }
        None => {
            let lang = variable("LANG").unwrap_or_default();
            let all = variable("LC_ALL");
            out.put(
                format!(
                    "LANG={lang}\nLANGUAGE={}\n",
                    variable("LANGUAGE").unwrap_or_default()
                )
                .as_bytes(),
            );
            const NAMES: [&str; 12] = [
                "CTYPE",
                "NUMERIC",
                "TIME",
                "COLLATE",
                "MONETARY",
                "MESSAGES",
                "PAPER",
                "NAME",
                "ADDRESS",
                "TELEPHONE",
                "MEASUREMENT",
                "IDENTIFICATION",
            ];
            for name in NAMES {
                let name = format!("LC_{name}");
                // Without quotes only if it is set itself.
                let line = match (&all, variable(&name)) {
                    (None, Some(value)) => format!("{name}={value}\n"),
                    (Some(all), _) => format!("{name}=\"{all}\"\n"),
                    (None, None) if lang.is_empty() => format!("{name}=\"POSIX\"\n"),
                    (None, None) => format!("{name}=\"{lang}\"\n"),
                };
                out.put(line.as_bytes());
            }
            out.put(format!("LC_ALL={}\n", all.unwrap_or_default()).as_bytes());
        }
    }
    out.finish(&context, 0)
}
