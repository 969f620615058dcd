//! `history`.

use super::getopts::letters::Letters;
use super::printf::date;
use crate::exec::{Run, Shell};
use crate::history::{Outcome, Rules, expand};
use crate::text::parse_int;
use crate::vars::Sym;

mod file;

pub use file::{begin, load, save};

/// A new value of HISTSIZE or HISTFILESIZE shortens the list or the file.
pub fn size(sh: &mut Shell, sym: Sym) {
    if sym == Sym::HISTFILESIZE {
        return file::shorten(sh);
    }
    if let Some(limit) = crate::history::limit(sh, b"HISTSIZE") {
        sh.state.history.shorten(limit);
    }
}

/// What HISTCMD and `\\!` of a prompt show.
pub fn number(sh: &Shell) -> i64 {
    sh.state.history.next_number() - i64::from(sh.state.history.own)
}

/// `history`
pub fn history(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut letters = Letters::new(args, b"acd:npsrw");
    let (mut clear, mut push, mut show) = (false, false, false);
    let (mut delete, mut with_file) = (None, None);
    loop {
        match letters.next(sh) {
            Ok(Some((letter, argument))) => match letter {
                b'c' => clear = true,
                b'd' => delete = Some(argument),
                b's' => push = true,
                b'p' => show = true,
                letter if with_file.is_some_and(|other| other != letter) => {
                    return sh.fail(b"history", b"cannot use more than one of -anrw", 1);
                }
                letter => with_file = Some(letter),
            },
            Ok(None) => break,
            Err(failed) => return failed,
        }
    }
    let rest = letters.rest();
    if clear {
        sh.state.history.clear();
    }
    // The line that is being executed is not what these are about.
    let own = sh.options.history && sh.state.history.own;
    if push {
        let taken = !rest.is_empty() && (!own || sh.state.history.take_own());
        if taken {
            sh.state.history.push(rest.join(&b' '));
            sh.state.history.new += 1;
        }
        return Ok(0);
    }
    if show {
        if own && !rest.is_empty() {
            sh.state.history.take_own();
        }
        return show_expanded(sh, rest);
    }
    match (delete, with_file) {
        (Some(places), _) => remove(sh, places),
        (None, Some(letter)) => file::run(sh, letter, rest.first()),
        (None, None) if clear => Ok(0),
        (None, None) => list(sh, rest),
    }
}

/// `history -p`
fn show_expanded(sh: &mut Shell, words: &[Vec<u8>]) -> Run {
    let rules = Rules::of(sh);
    let mut status = 0;
    for word in words {
        let text = match expand(&mut sh.state.history, word, 0, &rules) {
            Outcome::Same => word.clone(),
            Outcome::Changed(text) | Outcome::Print(text) => text,
            Outcome::Wrong(_) => {
                status = sh.fail_on(b"history", word, "history expansion failed")?;
                continue;
            }
        };
        sh.print(&[text.as_slice(), b"\n"].concat());
    }
    Ok(status)
}

fn list(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let len = sh.state.history.entries.len();
    let skip = match args.first() {
        None => 0,
        Some(text) => {
            let Some(count) = parse_int(text) else {
                return sh.fail_on(b"history", text, "numeric argument required");
            };
            if args.len() > 1 {
                sh.complain(b"history: too many arguments");
                return Err(sh.discard_all());
            }
            let count = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
            len.saturating_sub(count)
        }
    };
    let format = sh.get_text(b"HISTTIMEFORMAT");
    let format = format.filter(|format| !format.is_empty());
    let mut out = Vec::new();
    let history = &sh.state.history;
    for (at, entry) in history.entries.iter().enumerate().skip(skip) {
        out.extend_from_slice(format!("{:5}  ", history.dropped + at + 1).as_bytes());
        if let Some(format) = &format {
            out.extend_from_slice(&date(sh, entry.time, format));
        }
        out.extend_from_slice(&entry.text);
        out.push(b'\n');
    }
    sh.print(&out);
    Ok(0)
}

/// `history -d place` or `-d first-last`
fn remove(sh: &mut Shell, text: &[u8]) -> Run {
    let history = &sh.state.history;
    let len = history.entries.len();
    let place = |text: &[u8]| match parse_int(text)? {
        number if number < 0 => len.checked_sub(usize::try_from(number.unsigned_abs()).ok()?),
        number => history.place(number),
    };
    let dash = text.iter().skip(1).position(|c| *c == b'-');
    let (first, last) = match dash.map(|at| (&text[..=at], &text[at + 2..])) {
        Some((_, b"")) => (Err(text), Err(text)),
        Some((first, last)) => (place(first).ok_or(first), place(last).ok_or(last)),
        None => (place(text).ok_or(text), place(text).ok_or(text)),
    };
    match (first, last) {
        (Ok(first), Ok(last)) if first <= last => {
            sh.state.history.entries.drain(first..=last);
            let gone = last - first + 1;
            sh.state.history.new = sh.state.history.new.saturating_sub(gone);
            Ok(0)
        }
        (Ok(_), Ok(_)) => Ok(1),
        (Err(text), _) | (_, Err(text)) => {
            sh.fail_on(b"history", text, "history position out of range")
        }
    }
}
