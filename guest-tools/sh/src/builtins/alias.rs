//! `alias` and `unalias`.

use crate::exec::{Run, Shell};
use crate::text::push_single_quoted;

/// `alias`
pub fn alias(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut at = 1;
    let mut list = args.len() == 1;
    while let Some([b'-', letters @ ..]) = args.get(at).map(Vec::as_slice) {
        if letters.is_empty() {
            break;
        }
        at += 1;
        match letters {
            b"-" => break,
            _ if letters.iter().all(|c| *c == b'p') => list = true,
            _ => return sh.bad_option(b"alias", &[b'-', letters[0]]),
        }
    }
    if list {
        let mut names: Vec<Vec<u8>> = sh.aliases.keys().cloned().collect();
        names.sort_unstable();
        for name in names {
            print(sh, &name);
        }
    }
    let mut status = 0;
    for arg in &args[at..] {
        match arg.iter().skip(1).position(|c| *c == b'=') {
            Some(equals) => {
                let (name, value) = (&arg[..equals + 1], &arg[equals + 2..]);
                if name.iter().any(|c| b" \t\n/$`=\\\"'|&;()<>".contains(c)) {
                    sh.complain(&[b"alias: `", name, b"': invalid alias name"].concat());
                    status = 1;
                } else {
                    sh.aliases.insert(name.to_vec(), value.to_vec());
                }
            }
            None if sh.aliases.contains_key(arg) => print(sh, arg),
            None => status = sh.fail_on(b"alias", arg, "not found")?,
        }
    }
    Ok(status)
}

fn print(sh: &mut Shell, name: &[u8]) {
    let mut line = b"alias ".to_vec();
    if name.starts_with(b"-") {
        line.extend_from_slice(b"-- ");
    }
    line.extend_from_slice(name);
    line.push(b'=');
    if let Some(value) = sh.aliases.get(name) {
        push_single_quoted(&mut line, value);
    }
    line.push(b'\n');
    sh.print(&line);
}

/// `unalias`
pub fn unalias(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut names = &args[1..];
    match names.first().map(Vec::as_slice) {
        Some(b"-a") => {
            sh.aliases.clear();
            return Ok(0);
        }
        Some(b"--") => names = &names[1..],
        Some([b'-', letter, ..]) => return sh.bad_option(b"unalias", &[b'-', *letter]),
        _ => {}
    }
    if names.is_empty() {
        return sh.usage(b"unalias");
    }
    let mut status = 0;
    for name in names {
        if sh.aliases.remove(name).is_none() {
            status = sh.fail_on(b"unalias", name, "not found")?;
        }
    }
    Ok(status)
}
