//! `help`.

mod summaries;

use super::getopts::letters::Letters;
use super::{Builtin, TABLE};
use crate::exec::{Run, Shell};
use crate::pattern::Pattern;

/// `help`.
pub fn help(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut letters = Letters::new(args, b"dms");
    let mut form = b' ';
    loop {
        match letters.next(sh) {
            Ok(Some((letter, _))) => form = letter,
            Ok(None) => break,
            Err(failed) => return failed,
        }
    }
    let patterns = letters.rest();
    if patterns.is_empty() {
        for builtin in TABLE {
            sh.print(&[b" ", builtin.synopsis.as_bytes(), b"\n"].concat());
        }
        return Ok(0);
    }
    let mut found = false;
    for pattern in patterns {
        let compiled = Pattern::new(pattern, sh.match_options());
        let exact = TABLE
            .iter()
            .any(|builtin| builtin.name.as_bytes() == pattern.as_slice());
        for builtin in TABLE {
            let name = builtin.name.as_bytes();
            let matches = match exact {
                true => name == pattern.as_slice(),
                false => name.starts_with(pattern) || compiled.matches(name),
            };
            if matches {
                found = true;
                show(sh, builtin, form);
            }
        }
    }
    if found {
        return Ok(0);
    }
    let last = patterns.last().map(Vec::as_slice).unwrap_or_default();
    let message = [
        b"no help topics match `",
        last,
        b"'.  Try `help help' or `man -k ",
        last,
        b"' or `info ",
        last,
        b"'.",
    ];
    sh.fail(b"help", &message.concat(), 1)
}

fn show(sh: &mut Shell, builtin: &Builtin, form: u8) {
    let (name, synopsis) = (builtin.name, builtin.synopsis);
    let summary = summaries::of(name);
    let text = match form {
        b'd' => format!("{name} - {summary}\n"),
        b's' => format!("{name}: {synopsis}\n"),
        b'm' => format!(
            "NAME\n    {name} - {summary}\n\nSYNOPSIS\n    {synopsis}\n\nDESCRIPTION\n    {summary}\n"
        ),
        _ => format!("{name}: {synopsis}\n    {summary}\n"),
    };
    sh.print(text.as_bytes());
}
