//! `rename`: Perl's `s/…/…/` and `y/…/…/` on names of files; and `namei`.

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::sys::{self, Errno, mode};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'v', "verbose"), Opt::flag(b'n', "nono"), Opt::flag(b'n', "no-act"), Opt::flag(b'f', "force"),
    Opt::value(b'e', ""), Opt::flag(b'd', "filename"), Opt::flag(b'0', "null"),
];

/// What is done to a name.
enum Change {
    Replace {
        regex: Box<Regex>,
        text: Vec<u8>,
        all: bool,
    },
    Map(Box<[Option<u8>; 256]>),
}

/// Runs `rename`.
pub fn rename(args: &Args) -> i32 {
    let context = Context::new(args, "rename", 2);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut verbose, mut dry, mut force, mut scripts) = (false, false, false, Vec::new());
    for (letter, _, value) in parsed.options {
        match letter {
            b'v' => verbose = true,
            b'n' => dry = true,
            b'f' => force = true,
            b'e' => scripts.extend(value),
            _ => {}
        }
    }
    let mut names = parsed.operands.as_slice();
    if scripts.is_empty() {
        match names {
            [script, rest @ ..] => (scripts, names) = (vec![script.clone()], rest),
            [] => return context.usage(b"missing expression"),
        }
    }
    let mut changes = Vec::new();
    for script in &scripts {
        for part in script
            .split(|byte| *byte == b';')
            .map(<[u8]>::trim_ascii)
            .filter(|part| !part.is_empty())
        {
            match change(part) {
                Some(change) => changes.push(change),
                None => {
                    context
                        .say(&[b"only s/// and y/// are known here: ".as_slice(), part].concat());
                    return 2;
                }
            }
        }
    }
    let mut out = Output::stdout();
    let mut code = 0;
    for name in names {
        let new = changes
            .iter()
            .fold(name.clone(), |name, change| change.apply(&name));
        if new == *name {
            continue;
        }
        if !force && sys::stat(&new, false).is_ok() {
            out.flush();
            let text: [&[u8]; 4] = [name, b" not renamed: ", &new, b" already exists\n"];
            let mut err = Output::new(2);
            err.put(&text.concat());
            err.flush();
            code = 1;
            continue;
        }
        if dry {
            out.put(&[b"rename(".as_slice(), name, b", ", &new, b")\n"].concat());
            continue;
        }
        match sys::rename(name, &new) {
            Ok(()) if verbose => out.put(&[name.as_slice(), b" renamed as ", &new, b"\n"].concat()),
            Ok(()) => {}
            Err(errno) => {
                out.flush();
                let text: [&[u8]; 6] = [
                    b"Can't rename ",
                    name,
                    b" ",
                    &new,
                    b": ",
                    errno.message().as_bytes(),
                ];
                let mut err = Output::new(2);
                err.put(&text.concat());
                err.put_byte(b'\n');
                err.flush();
                code = 1;
            }
        }
    }
    out.finish(&context, code)
}

fn change(text: &[u8]) -> Option<Change> {
    let (kind, rest) = match text {
        [b's', rest @ ..] => (b's', rest),
        [b'y', rest @ ..] | [b't', b'r', rest @ ..] => (b'y', rest),
        _ => return None,
    };
    let (&open, mut rest) = rest.split_first()?;
    let close = match open {
        b'{' => b'}',
        b'(' => b')',
        b'[' => b']',
        b'<' => b'>',
        other => other,
    };
    let mut take = || -> Option<Vec<u8>> {
        let mut out = Vec::new();
        loop {
            match rest {
                [b'\\', byte, tail @ ..] => {
                    if *byte != close {
                        out.push(b'\\');
                    }
                    out.push(*byte);
                    rest = tail;
                }
                [byte, tail @ ..] if *byte == close => {
                    rest = tail;
                    return Some(out);
                }
                [byte, tail @ ..] => {
                    out.push(*byte);
                    rest = tail;
                }
                [] => return None,
            }
        }
    };
    let from = take()?;
    let to = if open == close {
        take()?
    } else {
        // Brackets come in pairs.
        let second = take()?;
        second
            .strip_prefix(&[open])
            .map(<[u8]>::to_vec)
            .unwrap_or(second)
    };
    let flags = rest;
    if kind == b'y' {
        let (from, to) = (expand(&from), expand(&to));
        let delete = flags.contains(&b'd');
        let mut map: [Option<u8>; 256] = std::array::from_fn(|byte| Some(byte as u8));
        for (index, byte) in from.iter().enumerate() {
            let target = to
                .get(index)
                .or(if delete { None } else { to.last() })
                .copied();
            map[usize::from(*byte)] = if target.is_none() && !delete {
                Some(*byte)
            } else {
                target
            };
        }
        return Some(Change::Map(Box::new(map)));
    }
    let pattern = String::from_utf8(from).ok()?;
    let settings = syntax::Config::new()
        .unicode(false)
        .utf8(false)
        .case_insensitive(flags.contains(&b'i'));
    let regex = Regex::builder()
        .configure(Regex::config().utf8_empty(false))
        .syntax(settings)
        .build(&pattern)
        .ok()?;
    Some(Change::Replace {
        regex: Box::new(regex),
        text: to,
        all: flags.contains(&b'g'),
    })
}

fn expand(set: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = set;
    loop {
        match rest {
            [low, b'-', high, tail @ ..] if low <= high => {
                out.extend(*low..=*high);
                rest = tail;
            }
            [byte, tail @ ..] => {
                out.push(*byte);
                rest = tail;
            }
            [] => return out,
        }
    }
}

impl Change {
    fn apply(&self, name: &[u8]) -> Vec<u8> {
        match self {
            Change::Map(map) => name
                .iter()
                .filter_map(|byte| map[usize::from(*byte)])
                .collect(),
            Change::Replace { regex, text, all } => {
                let mut out = Vec::new();
                let mut from = 0;
                let mut captures = regex.create_captures();
                for found in regex.find_iter(name) {
                    out.extend_from_slice(&name[from..found.start()]);
                    let input = regex_automata::Input::new(name).range(found.start()..);
                    regex.search_captures(&input, &mut captures);
                    put_text(&mut out, text, name, &captures);
                    from = found.end();
                    if !all {
                        break;
                    }
                }
                out.extend_from_slice(&name[from..]);
                out
            }
        }
    }
}

fn put_text(
    out: &mut Vec<u8>,
    text: &[u8],
    name: &[u8],
    captures: &regex_automata::util::captures::Captures,
) {
    let mut rest = text;
    loop {
        match rest {
            [b'$' | b'\\', digit @ b'0'..=b'9', tail @ ..] => {
                let group = captures.get_group(usize::from(digit - b'0'));
                out.extend_from_slice(group.map_or(b"", |span| &name[span.start..span.end]));
                rest = tail;
            }
            [b'$', b'&', tail @ ..] => {
                let group = captures.get_group(0);
                out.extend_from_slice(group.map_or(b"", |span| &name[span.start..span.end]));
                rest = tail;
            }
            [b'\\', byte, tail @ ..] => {
                out.push(*byte);
                rest = tail;
            }
            [byte, tail @ ..] => {
                out.push(*byte);
                rest = tail;
            }
            [] => return,
        }
    }
}

/// Runs `namei`.
pub fn namei(args: &Args) -> i32 {
    #[rustfmt::skip]
    const OPTIONS: &[Opt] = &[
        Opt::flag(b'l', "long"), Opt::flag(b'm', "modes"), Opt::flag(b'n', "nosymlinks"),
        Opt::flag(b'o', "owners"), Opt::flag(b'v', "vertical"), Opt::flag(b'x', "mountpoints"),
    ];
    let context = Context::new(args, "namei", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let has = |letter: u8| {
        parsed
            .options
            .iter()
            .any(|option| option.0 == letter || option.0 == b'l')
    };
    let (modes, owners) = (has(b'm'), has(b'o'));
    if parsed.operands.is_empty() {
        return context.usage(b"pathname argument is missing");
    }
    let mut out = Output::stdout();
    let mut code = 0;
    for path in &parsed.operands {
        out.put(&[b"f: ".as_slice(), path, b"\n"].concat());
        let mut so_far = Vec::new();
        let mut parts: Vec<&[u8]> = path
            .split(|byte| *byte == b'/')
            .filter(|part| !part.is_empty())
            .collect();
        if path.starts_with(b"/") {
            parts.insert(0, b"/");
        }
        for part in parts {
            if !so_far.is_empty() && !so_far.ends_with(b"/") {
                so_far.push(b'/');
            }
            so_far.extend_from_slice(part);
            match sys::stat(&so_far, false) {
                Ok(stat) => {
                    let kind = match stat.mode & mode::TYPE {
                        mode::DIRECTORY => 'd',
                        mode::LINK => 'l',
                        mode::CHARACTER => 'c',
                        mode::FIFO => 'p',
                        _ => '-',
                    };
                    let mut line = if modes {
                        let letters = "rwxrwxrwx".chars().enumerate();
                        let bits: String = letters
                            .map(|(at, c)| {
                                if stat.mode >> (8 - at) & 1 == 1 {
                                    c
                                } else {
                                    '-'
                                }
                            })
                            .collect();
                        format!("{kind}{bits}")
                    } else {
                        format!(" {kind}")
                    };
                    if owners {
                        let user = crate::process::table::name_of("/etc/passwd", stat.uid);
                        let group = crate::process::table::name_of("/etc/group", stat.gid);
                        line.push_str(&format!(" {user} {group}"));
                    }
                    out.put(&[line.as_bytes(), b" ", part].concat());
                    if kind == 'l' {
                        let target = sys::read_link(&so_far).unwrap_or_default();
                        out.put(&[b" -> ".as_slice(), &target].concat());
                    }
                    out.put_byte(b'\n');
                }
                Err(errno) => {
                    code = 1;
                    let shown = if errno == Errno::Noent {
                        "No such file or directory"
                    } else {
                        errno.message()
                    };
                    out.put(&[b"   ".as_slice(), part, b" - ", shown.as_bytes(), b"\n"].concat());
                    break;
                }
            }
        }
    }
    out.finish(&context, code)
}
