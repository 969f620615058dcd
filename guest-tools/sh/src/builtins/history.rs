//! `history` and `fc`.

use crate::exec::{Run, Shell};
use crate::pattern::Pattern;
use crate::sys;
use crate::text::parse_int;
use crate::vars::Sym;

/// Remembers a command that was read, as HISTCONTROL wants it.
pub fn remember(sh: &mut Shell, text: &[u8]) {
    let text = text.trim_ascii_end();
    let text = &text[text.iter().position(|c| *c != b'\n').unwrap_or(text.len())..];
    if text.trim_ascii().is_empty() {
        return;
    }
    let control = sh.get_text(b"HISTCONTROL").unwrap_or_default();
    let has = |name: &[u8]| control.split(|c| *c == b':').any(|word| word == name);
    if (has(b"ignorespace") || has(b"ignoreboth")) && text.starts_with(b" ") {
        return;
    }
    if (has(b"ignoredups") || has(b"ignoreboth"))
        && sh.state.history.last().is_some_and(|last| last == text)
    {
        return;
    }
    if is_ignored(sh, text) {
        return;
    }
    sh.state.history.push(text.to_vec());
    sh.state.history_new += 1;
    let limit = sh.get_text(b"HISTSIZE").and_then(|text| parse_int(&text));
    truncate(sh, limit);
}

/// Whether a pattern of HISTIGNORE matches the line; `&` stands for the last one.
fn is_ignored(sh: &mut Shell, text: &[u8]) -> bool {
    let Some(ignored) = sh.get_text(b"HISTIGNORE") else {
        return false;
    };
    let matches = |pattern: &[u8]| match pattern {
        b"" => false,
        b"&" => sh.state.history.last().is_some_and(|last| last == text),
        pattern => Pattern::new(pattern, sh.match_options()).matches(text),
    };
    ignored.split(|c| *c == b':').any(matches)
}

fn truncate(sh: &mut Shell, limit: Option<i64>) {
    let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) else {
        return;
    };
    let len = sh.state.history.len();
    sh.state.history.drain(..len.saturating_sub(limit));
}

/// A new value of HISTSIZE or HISTFILESIZE shortens the list or the file.
pub fn size(sh: &mut Shell, sym: Sym) {
    let limit = sh
        .vars
        .get(sym)
        .value
        .text()
        .and_then(|text| parse_int(&text));
    if sym == Sym::HISTSIZE {
        return truncate(sh, limit);
    }
    let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) else {
        return;
    };
    let Some(path) = sh.get_text(b"HISTFILE") else {
        return;
    };
    let Ok(text) = sh.read_file(&path) else {
        return;
    };
    let lines: Vec<&[u8]> = text.split_inclusive(|c| *c == b'\n').collect();
    if lines.len() > limit {
        let kept = lines[lines.len() - limit..].concat();
        let _ = write(&path, &kept, false);
    }
}

/// The line that is being executed is not what `history -s` and `fc` are about.
fn drop_own_line(sh: &mut Shell) {
    if sh.options.history && sh.state.history_own {
        sh.state.history.pop();
        sh.state.history_new = sh.state.history_new.saturating_sub(1);
        sh.state.history_own = false;
    }
}

/// `history`
pub fn history(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    match args.get(1).map(Vec::as_slice) {
        Some(b"-c") => {
            sh.state.history.clear();
            sh.state.history_new = 0;
        }
        Some(b"-s") => {
            drop_own_line(sh);
            if args.len() > 2 {
                sh.state.history.push(args[2..].join(&b' '));
                sh.state.history_new += 1;
            }
        }
        Some(b"-p") => {
            drop_own_line(sh);
            for word in &args[2..] {
                sh.print(&[word.as_slice(), b"\n"].concat());
            }
        }
        Some(b"-d") => return delete(sh, args.get(2)),
        Some(b"-a") => return append(sh, args.get(2)),
        Some(b"-w") => return save(sh, args.get(2)),
        Some(b"-r") => return load(sh, args.get(2)),
        Some(b"-n") => return load_new(sh, args.get(2)),
        Some([b'-', letter, ..]) if *letter != b'-' => {
            return sh.bad_option(b"history", &[b'-', *letter]);
        }
        Some(text) if text != b"--" => {
            let Some(count) = parse_int(text) else {
                return sh.fail_on(b"history", text, "numeric argument required");
            };
            if args.len() > 2 {
                return sh.fail(b"history", b"too many arguments", 1);
            }
            let skip = sh
                .state
                .history
                .len()
                .saturating_sub(count.unsigned_abs() as usize);
            list(sh, skip);
        }
        _ => list(sh, 0),
    }
    Ok(0)
}

fn list(sh: &mut Shell, skip: usize) {
    let mut out = Vec::new();
    for (at, text) in sh.state.history.iter().enumerate().skip(skip) {
        out.extend_from_slice(format!("{:5}  ", at + 1).as_bytes());
        out.extend_from_slice(text);
        out.push(b'\n');
    }
    sh.print(&out);
}

fn delete(sh: &mut Shell, text: Option<&Vec<u8>>) -> Run {
    let Some(text) = text else {
        sh.complain(b"history: -d: option requires an argument");
        return sh.usage(b"history");
    };
    let len = sh.state.history.len() as i64;
    let place = |text: &[u8]| {
        let number = parse_int(text)?;
        let at = if number < 0 { len + number } else { number - 1 };
        (0..len).contains(&at).then_some(at as usize)
    };
    let dash = text
        .iter()
        .skip(1)
        .position(|c| *c == b'-')
        .map(|at| at + 1);
    let range = match dash {
        Some(at) => place(&text[..at]).zip(place(&text[at + 1..])),
        None => place(text).map(|at| (at, at)),
    };
    match range {
        Some((first, last)) if first <= last => {
            sh.state.history.drain(first..=last);
            Ok(0)
        }
        _ => sh.fail_on(b"history", text, "history position out of range"),
    }
}

fn file_name(sh: &mut Shell, given: Option<&Vec<u8>>) -> Option<Vec<u8>> {
    given.cloned().or_else(|| sh.get_text(b"HISTFILE"))
}

fn write(path: &[u8], text: &[u8], append: bool) -> Result<(), sys::Errno> {
    let mode = sys::OpenMode {
        write: true,
        create: true,
        truncate: !append,
        append,
        ..sys::OpenMode::default()
    };
    let fd = sys::open(path, mode)?;
    let written = sys::write_all(fd, text);
    sys::close(fd);
    written
}

/// Writes all entries to a file, by default HISTFILE.
pub fn save(sh: &mut Shell, given: Option<&Vec<u8>>) -> Run {
    let all = sh.state.history.len();
    store(sh, given, all, false)
}

/// Adds this session's entries to the file.
fn append(sh: &mut Shell, given: Option<&Vec<u8>>) -> Run {
    let new = sh.state.history_new.min(sh.state.history.len());
    let result = store(sh, given, new, true);
    sh.state.history_new = 0;
    result
}

fn store(sh: &mut Shell, given: Option<&Vec<u8>>, count: usize, append: bool) -> Run {
    let Some(path) = file_name(sh, given) else {
        return Ok(0);
    };
    let from = sh.state.history.len() - count;
    let mut text = sh.state.history[from..].join(&b'\n');
    if !text.is_empty() {
        text.push(b'\n');
    }
    match write(&path, &text, append) {
        Ok(()) => Ok(0),
        Err(errno) => sh.fail_on(b"history", &path, errno.message()),
    }
}

/// Reads a file's lines as entries.
pub fn load(sh: &mut Shell, given: Option<&Vec<u8>>) -> Run {
    load_from(sh, given, 0)
}

/// Reads the lines that were not read before.
fn load_new(sh: &mut Shell, given: Option<&Vec<u8>>) -> Run {
    let skip = sh.state.history_read;
    load_from(sh, given, skip)
}

fn load_from(sh: &mut Shell, given: Option<&Vec<u8>>, skip: usize) -> Run {
    let Some(path) = file_name(sh, given) else {
        return Ok(0);
    };
    match sh.read_file(&path) {
        Ok(text) => {
            let lines: Vec<&[u8]> = text
                .split(|c| *c == b'\n')
                .filter(|line| !line.is_empty())
                .collect();
            sh.state.history_read = lines.len();
            let lines = lines.into_iter().skip(skip);
            sh.state.history.extend(lines.map(<[u8]>::to_vec));
            Ok(0)
        }
        Err(errno) => sh.fail_on(b"history", &path, errno.message()),
    }
}

/// `fc`
pub fn fc(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let (mut show, mut bare, mut reverse, mut again) = (false, false, false, false);
    let mut at = 1;
    while let Some([b'-', letters @ ..]) = args.get(at).map(Vec::as_slice) {
        if letters.first().is_none_or(u8::is_ascii_digit) {
            break;
        }
        at += 1;
        if letters == b"-" {
            break;
        }
        for letter in letters {
            match letter {
                b'l' => show = true,
                b'n' => bare = true,
                b'r' => reverse = true,
                b's' => again = true,
                b'e' => at += 1,
                letter => return sh.bad_option(b"fc", &[b'-', *letter]),
            }
        }
    }
    let words = args.get(at..).unwrap_or_default();
    // The command itself is in the list already, but does not count.
    let own = match sh.options.history && sh.state.history_own {
        true => sh.state.history.pop(),
        false => None,
    };
    if again {
        sh.state.history_new = sh
            .state
            .history_new
            .saturating_sub(usize::from(own.is_some()));
        sh.state.history_own = false;
        return repeat(sh, words);
    }
    let result = fc_list(sh, words, show, bare, reverse);
    sh.state.history.extend(own);
    result
}

/// `fc -s [old=new] [command]`
fn repeat(sh: &mut Shell, words: &[Vec<u8>]) -> Run {
    let changes = words.iter().take_while(|word| word.contains(&b'=')).count();
    let found = match words.get(changes) {
        Some(word) => place(sh, word),
        None => sh.state.history.len().checked_sub(1),
    };
    let Some(mut text) = found.and_then(|at| sh.state.history.get(at).cloned()) else {
        return sh.fail(b"fc", b"no command found", 1);
    };
    for change in &words[..changes] {
        let at = change.iter().position(|c| *c == b'=').unwrap_or(0);
        let (old, new) = (&change[..at], &change[at + 1..]);
        let mut from = 0;
        while !old.is_empty()
            && let Some(at) = crate::text::find(&text[from..], old)
        {
            text.splice(from + at..from + at + old.len(), new.iter().copied());
            from += at + new.len();
        }
    }
    sh.write_stderr(&[text.as_slice(), b"\n"].concat());
    if sh.options.history {
        remember(sh, &text);
    }
    let line = sh.line;
    sh.run_text(text, line)
}

fn fc_list(sh: &mut Shell, words: &[Vec<u8>], show: bool, bare: bool, mut reverse: bool) -> Run {
    if sh.state.history.is_empty() {
        return Ok(0);
    }
    let last = sh.state.history.len() - 1;
    if !show {
        return sh.fail(b"fc", b"no editor", 1);
    }
    let ends = [words.first(), words.get(1)].map(|word| word.map(|word| place(sh, word)));
    let (first, end) = match ends {
        [Some(None), _] | [_, Some(None)] => return sh.fail(b"fc", b"no command found", 1),
        [None, _] => (last.saturating_sub(15), last),
        [Some(Some(first)), None] => (first, last),
        [Some(Some(first)), Some(Some(end))] => (first, end),
    };
    if first > end {
        reverse = true;
    }
    let mut places: Vec<usize> = (first.min(end)..=first.max(end)).collect();
    if reverse {
        places.reverse();
    }
    for at in places {
        let mut line = match bare {
            true => b"\t ".to_vec(),
            false => format!("{}\t ", at + 1).into_bytes(),
        };
        line.extend_from_slice(&sh.state.history[at]);
        line.push(b'\n');
        sh.print(&line);
    }
    Ok(0)
}

/// The entry that a number or the start of a command means.
fn place(sh: &Shell, word: &[u8]) -> Option<usize> {
    let history = &sh.state.history;
    match parse_int(word) {
        Some(number) if number < 0 => {
            Some(history.len().saturating_sub(number.unsigned_abs() as usize))
        }
        Some(0) => history.len().checked_sub(1),
        Some(number) => Some((number as usize - 1).min(history.len() - 1)),
        None => history.iter().rposition(|text| text.starts_with(word)),
    }
}
