//! `history`, `fc` and `bind`.

use crate::exec::{Run, Shell};
use crate::sys;
use crate::text::parse_int;

/// `history`
pub fn history(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    match args.get(1).map(Vec::as_slice) {
        Some(b"-c") => sh.state.history.clear(),
        Some(b"-s") => {
            if args.len() > 2 {
                sh.state.history.push(args[2..].join(&b' '));
            }
        }
        Some(b"-p") => {
            for word in &args[2..] {
                sh.print(&[word.as_slice(), b"\n"].concat());
            }
        }
        Some(b"-d") => return delete(sh, args.get(2)),
        Some(b"-a" | b"-n" | b"-an") => {}
        Some(b"-w") => return save(sh, args.get(2)),
        Some(b"-r") => return load(sh, args.get(2)),
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

fn save(sh: &mut Shell, given: Option<&Vec<u8>>) -> Run {
    let Some(path) = file_name(sh, given) else {
        return Ok(0);
    };
    let mode = sys::OpenMode {
        write: true,
        create: true,
        truncate: true,
        ..sys::OpenMode::default()
    };
    let mut text = sh.state.history.join(&b'\n');
    if !text.is_empty() {
        text.push(b'\n');
    }
    let result = sys::open(&path, mode).and_then(|fd| {
        let written = sys::write_all(fd, &text);
        sys::close(fd);
        written
    });
    match result {
        Ok(()) => Ok(0),
        Err(errno) => sh.fail_on(b"history", &path, errno.message()),
    }
}

fn load(sh: &mut Shell, given: Option<&Vec<u8>>) -> Run {
    let Some(path) = file_name(sh, given) else {
        return Ok(0);
    };
    match sh.read_file(&path) {
        Ok(text) => {
            let lines = text.split(|c| *c == b'\n').filter(|line| !line.is_empty());
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
    if sh.state.history.is_empty() {
        return Ok(0);
    }
    let last = sh.state.history.len() - 1;
    if again {
        let found = match words.iter().find(|word| !word.contains(&b'=')) {
            Some(word) => place(sh, word),
            None => Some(last),
        };
        let Some(found) = found else {
            return sh.fail(b"fc", b"no command found", 1);
        };
        let text = sh.state.history[found].clone();
        sh.print(&[text.as_slice(), b"\n"].concat());
        sh.flush_out();
        let line = sh.line;
        return sh.run_text(text, line);
    }
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
        reverse = !reverse;
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

/// `bind`
pub fn bind(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    sh.complain(b"bind: warning: line editing not enabled");
    match args.get(1).map(Vec::as_slice) {
        Some([b'-', letter, ..]) if !b"lpsvPSVXmfqurx-".contains(letter) => {
            sh.bad_option(b"bind", &[b'-', *letter])
        }
        _ => Ok(0),
    }
}
