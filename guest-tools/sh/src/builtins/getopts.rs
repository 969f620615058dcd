//! `getopts`.

pub mod letters;

use crate::exec::{Run, Shell};
use crate::text::{int_text, is_name, parse_int};
use crate::vars::Sym;

/// What one call found.
enum Found {
    Option(u8, Option<Vec<u8>>),
    Unknown(u8),
    NoArgument(u8),
    End,
}

/// `getopts`.
pub fn getopts(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut scan = letters::Letters::new(args, b"");
    if let Err(failed) = scan.next(sh) {
        return failed;
    }
    let [spec, name, words @ ..] = scan.rest() else {
        return sh.usage(b"getopts");
    };
    let silent = spec.first() == Some(&b':');
    let (found, next, inside) = if words.is_empty() {
        let words = std::mem::take(&mut sh.positional);
        let result = step(sh, spec, &words);
        sh.positional = words;
        result
    } else {
        step(sh, spec, words)
    };
    if !sh.set_text(b"OPTIND", int_text(next as i64)) {
        return Ok(1);
    }
    sh.state.getopts_at = inside;
    let quiet = silent || sh.vars.get(Sym::OPTERR).value.text().as_deref() == Some(b"0");
    let (letter, argument, status) = match found {
        Found::Option(letter, argument) => (letter, argument, 0),
        Found::Unknown(letter) => {
            complain(sh, quiet, "illegal option -- ", letter);
            (b'?', silent.then(|| vec![letter]), 0)
        }
        Found::NoArgument(letter) => {
            complain(sh, quiet, "option requires an argument -- ", letter);
            (
                if silent { b':' } else { b'?' },
                silent.then(|| vec![letter]),
                0,
            )
        }
        Found::End => (b'?', None, 1),
    };
    match argument {
        Some(argument) => {
            sh.set_text(b"OPTARG", argument);
        }
        None => sh.vars.unset(Sym::OPTARG),
    }
    if !is_name(name) {
        let text = [b"`", name.as_slice(), b"': not a valid identifier"].concat();
        return sh.fail(b"getopts", &text, 1);
    }
    if !sh.set_text(name, vec![letter]) {
        return Ok(1);
    }
    Ok(status)
}

fn complain(sh: &mut Shell, quiet: bool, message: &str, letter: u8) {
    if !quiet {
        let text = [
            &sh.name,
            b": ".as_slice(),
            message.as_bytes(),
            &[letter],
            b"\n",
        ]
        .concat();
        sh.write_stderr(&text);
    }
}

/// The next option among the words; also the number of the next word and the
/// position inside it.
fn step(sh: &Shell, spec: &[u8], words: &[Vec<u8>]) -> (Found, usize, usize) {
    let index = sh.vars.get(Sym::OPTIND).value.text();
    let index = index
        .and_then(|text| parse_int(&text))
        .filter(|index| *index > 0);
    let index = index.map_or(1, |index| index as usize);
    let inside = sh.state.getopts_at.max(1);
    let Some(word) = words.get(index - 1) else {
        return (Found::End, words.len() + 1, 0);
    };
    let Some(letter) = word.get(inside).copied().filter(|_| word[0] == b'-') else {
        return (Found::End, index, 0);
    };
    if word == b"--" {
        return (Found::End, index + 1, 0);
    }
    let (next, next_inside) = match word.len() > inside + 1 {
        true => (index, inside + 1),
        false => (index + 1, 0),
    };
    let place = spec.iter().position(|c| *c == letter && letter != b':');
    let Some(place) = place else {
        return (Found::Unknown(letter), next, next_inside);
    };
    if spec.get(place + 1) != Some(&b':') {
        return (Found::Option(letter, None), next, next_inside);
    }
    if word.len() > inside + 1 {
        return (
            Found::Option(letter, Some(word[inside + 1..].to_vec())),
            index + 1,
            0,
        );
    }
    match words.get(index) {
        Some(argument) => (Found::Option(letter, Some(argument.clone())), index + 2, 0),
        None => (Found::NoArgument(letter), index + 1, 0),
    }
}
