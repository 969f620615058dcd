//! `fc`: listing and repeating remembered commands.

use super::getopts::letters::Letters;
use crate::exec::{Run, Shell};
use crate::history::Keeping;
use crate::text::parse_int;

/// `fc`
pub fn fc(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let (mut show, mut bare, mut reverse, mut again) = (false, false, false, false);
    // `-1` is the entry before this one.
    let number = |word: &Vec<u8>| matches!(word.as_slice(), [b'-', b'0'..=b'9', ..]);
    let options = args.iter().position(number).unwrap_or(args.len());
    let mut letters = Letters::new(&args[..options], b"lnrse:");
    loop {
        match letters.next(sh) {
            Ok(Some((letter, _))) => match letter {
                b'l' => show = true,
                b'n' => bare = true,
                b'r' => reverse = true,
                b's' => again = true,
                // There is no editor.
                _ => {}
            },
            Ok(None) => break,
            Err(failed) => return failed,
        }
    }
    let words = &args[letters.taken()..];
    // The command itself is in the list already, but does not count.
    if again {
        if sh.options.history {
            sh.state.history.take_own();
        }
        return repeat(sh, words);
    }
    let own = match sh.options.history && sh.state.history.own {
        true => sh.state.history.entries.pop(),
        false => None,
    };
    let result = fc_list(sh, words, show, bare, reverse);
    sh.state.history.entries.extend(own);
    result
}

/// `fc -s [old=new] [command]`
fn repeat(sh: &mut Shell, words: &[Vec<u8>]) -> Run {
    let changes = words.iter().take_while(|word| word.contains(&b'=')).count();
    let found = match words.get(changes) {
        Some(word) => place(sh, word),
        None => sh.state.history.entries.len().checked_sub(1),
    };
    let Some(entry) = found.and_then(|at| sh.state.history.entries.get(at)) else {
        return sh.fail(b"fc", b"no command found", 1);
    };
    let mut text = entry.text.clone();
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
        let keeping = Keeping::of(sh);
        sh.state.history.remember(&text, &keeping);
    }
    let line = sh.line;
    sh.run_text(text, line)
}

fn fc_list(sh: &mut Shell, words: &[Vec<u8>], show: bool, bare: bool, mut reverse: bool) -> Run {
    if sh.state.history.entries.is_empty() {
        return Ok(0);
    }
    let last = sh.state.history.entries.len() - 1;
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
            false => format!("{}\t ", sh.state.history.dropped + at + 1).into_bytes(),
        };
        line.extend_from_slice(&sh.state.history.entries[at].text);
        line.push(b'\n');
        sh.print(&line);
    }
    Ok(0)
}

/// The entry that a number or the start of a command means.
fn place(sh: &Shell, word: &[u8]) -> Option<usize> {
    let dropped = sh.state.history.dropped;
    let history = &sh.state.history.entries;
    match parse_int(word) {
        Some(number) if number < 0 => {
            Some(history.len().saturating_sub(number.unsigned_abs() as usize))
        }
        Some(0) => history.len().checked_sub(1),
        Some(number) => {
            let at = (number as usize).saturating_sub(dropped + 1);
            Some(at.min(history.len() - 1))
        }
        None => history
            .iter()
            .rposition(|entry| entry.text.starts_with(word)),
    }
}
