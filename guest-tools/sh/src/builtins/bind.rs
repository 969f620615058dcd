//! `bind`: no keys are read here, but what is bound to them can be set and shown.

mod tables;

use crate::exec::{Run, Shell};

const KEYMAPS: &[&str] = &[
    "emacs",
    "emacs-standard",
    "emacs-meta",
    "emacs-ctlx",
    "vi",
    "vi-move",
    "vi-command",
    "vi-insert",
];

/// The names that `compgen -A binding` gives: not those that the shell adds.
pub fn functions() -> impl Iterator<Item = &'static str> {
    let lines = tables::FUNCTIONS.lines();
    let names = lines.map(|line| line.split(' ').next().unwrap_or(line));
    names.filter(|name| !name.starts_with('+'))
}

fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = tables::FUNCTIONS.lines();
    lines.map(|line| {
        let line = line.strip_prefix('+').unwrap_or(line);
        line.split_once(' ').unwrap_or((line, ""))
    })
}

/// The keys that are bound to a function.
fn keys(name: &str, listed: &str) -> Vec<String> {
    let letters = || (b'A'..=b'Z').map(char::from);
    match name {
        "self-insert" => {
            let printable = (b' '..=b'~').map(|c| match c {
                b'"' | b'\\' => format!("\\{}", char::from(c)),
                c => char::from(c).to_string(),
            });
            printable
                .chain((128..=255).map(|c| format!("\\{c:o}")))
                .collect()
        }
        "do-lowercase-version" => {
            let ctrl = letters().map(|c| format!("\\C-x{c}"));
            // The last of these opens the sequences of keypads.
            let meta = letters().filter(|c| *c != 'O');
            ctrl.chain(meta.map(|c| format!("\\e{c}"))).collect()
        }
        _ => listed
            .split_whitespace()
            .map(|key| key.replace("<space>", " "))
            .collect(),
    }
}

/// `bind`
pub fn bind(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    sh.complain(b"bind: warning: line editing not enabled");
    let mut keymap = b"emacs".to_vec();
    let mut status = 0;
    let mut at = 1;
    while let Some([b'-', letters @ ..]) = args.get(at).map(Vec::as_slice) {
        at += 1;
        if letters.is_empty() || letters == b"-" {
            break;
        }
        for (place, letter) in letters.iter().enumerate() {
            if !b"mfqurx".contains(letter) {
                match show(sh, *letter, &keymap) {
                    Some(text) => sh.print(text.as_slice()),
                    None => return sh.bad_option(b"bind", &[b'-', *letter]),
                }
                continue;
            }
            let value = match &letters[place + 1..] {
                [] => {
                    at += 1;
                    args.get(at - 1).cloned()
                }
                rest => Some(rest.to_vec()),
            };
            let Some(value) = value else {
                let option = [b"bind: -", [*letter].as_slice()].concat();
                sh.complain(&[option.as_slice(), b": option requires an argument"].concat());
                return sh.usage(b"bind");
            };
            if *letter == b'm' {
                if !KEYMAPS.iter().any(|known| known.as_bytes() == value) {
                    return refuse(sh, &value, "invalid keymap name");
                }
                keymap = value;
            } else {
                status = change(sh, *letter, value, &keymap)?;
            }
            break;
        }
    }
    for setting in args.get(at..).unwrap_or_default() {
        let mut words = setting
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        if let (Some(b"set"), Some(name), Some(value)) = (words.next(), words.next(), words.next())
        {
            sh.state.editing.retain(|(known, _)| known != name);
            sh.state.editing.push((name.to_vec(), value.to_vec()));
        }
    }
    Ok(status)
}

fn refuse(sh: &mut Shell, name: &[u8], reason: &str) -> Run {
    sh.complain(&[b"bind: `", name, b"': ", reason.as_bytes()].concat());
    Ok(1)
}

/// The options that take an argument.
fn change(sh: &mut Shell, letter: u8, value: Vec<u8>, keymap: &[u8]) -> Run {
    match letter {
        b'x' => {
            let text = value.trim_ascii_start();
            let Some(quoted) = text.strip_prefix(b"\"") else {
                let reason = "first non-whitespace character is not `\"'";
                return sh.fail_on(b"bind", &value, reason);
            };
            let Some((keys, rest)) = split_keys(quoted) else {
                let reason = "no closing `\"'";
                return sh.fail_on(b"bind", &value, reason);
            };
            let rest = rest.trim_ascii_start();
            let Some(command) = rest.strip_prefix(b":") else {
                return sh.fail_on(b"bind", &value, "missing colon separator");
            };
            let command = command.trim_ascii().to_vec();
            forget(sh, keymap, keys);
            sh.state
                .bindings
                .push((keymap.to_vec(), keys.to_vec(), command));
        }
        b'r' => forget(sh, keymap, &value),
        b'q' | b'u' => {
            let Some((name, listed)) = table().find(|(name, _)| name.as_bytes() == value) else {
                return refuse(sh, &value, "unknown function name");
            };
            if letter == b'q' {
                let keys = keys(name, listed);
                let text = match keys.is_empty() {
                    true => format!("{name} is not bound to any keys.\n"),
                    false => format!("{name} can be invoked via {}\n", some(&keys)),
                };
                sh.print(text.as_bytes());
                return Ok(i32::from(keys.is_empty()));
            }
        }
        _ => {}
    }
    Ok(0)
}

/// The keys before the closing quote, and what comes after it.
fn split_keys(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0;
    while let Some(c) = text.get(at) {
        match c {
            b'\\' => at += 2,
            b'"' => return Some((&text[..at], &text[at + 1..])),
            _ => at += 1,
        }
    }
    None
}

fn forget(sh: &mut Shell, keymap: &[u8], keys: &[u8]) {
    sh.state
        .bindings
        .retain(|(map, known, _)| map != keymap || known != keys);
}

/// A command as it stands between quotes.
fn escaped(command: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(command.len());
    for c in command {
        if matches!(c, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(*c);
    }
    out
}

/// The first keys of a function.
fn some(keys: &[String]) -> String {
    let quoted: Vec<String> = keys
        .iter()
        .take(5)
        .map(|key| format!("\"{key}\""))
        .collect();
    let end = if keys.len() > 5 { ", ..." } else { "." };
    quoted.join(", ") + end
}

/// What an option without argument prints.
fn show(sh: &Shell, letter: u8, keymap: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match letter {
        b'l' => table().for_each(|(name, _)| out.extend_from_slice(format!("{name}\n").as_bytes())),
        b'p' | b'P' => {
            out.push(b'\n');
            for (name, listed) in table() {
                let keys = keys(name, listed);
                let text = match (letter, keys.is_empty()) {
                    (b'p', true) => format!("# {name} (not bound)\n"),
                    (b'p', false) => keys
                        .iter()
                        .map(|key| format!("\"{key}\": {name}\n"))
                        .collect(),
                    (_, true) => format!("{name} is not bound to any keys\n"),
                    _ => format!("{name} can be found on {}\n", some(&keys)),
                };
                out.extend_from_slice(text.as_bytes());
            }
        }
        b'v' | b'V' => {
            for line in tables::VARIABLES.lines() {
                let (name, value) = line.split_once(' ').unwrap_or((line, ""));
                let set = sh.state.editing.iter();
                let set = set.rev().find(|(known, _)| known == name.as_bytes());
                let value = set.map_or(value.as_bytes(), |(_, value)| value);
                let pieces: [&[u8]; 5] = match letter {
                    b'v' => [b"set ", name.as_bytes(), b" ", value, b"\n"],
                    _ => [name.as_bytes(), b" is set to `", value, b"'", b"\n"],
                };
                out.extend_from_slice(&pieces.concat());
            }
        }
        b'X' => {
            for (map, keys, command) in &sh.state.bindings {
                if map == keymap {
                    let command = escaped(command);
                    out.extend_from_slice(
                        &[b"\"", keys.as_slice(), b"\": \"", &command, b"\"\n"].concat(),
                    );
                }
            }
        }
        b's' | b'S' => {}
        _ => return None,
    }
    Some(out)
}
