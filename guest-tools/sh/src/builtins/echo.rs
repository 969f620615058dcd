//! `echo`, `true`, `false` and `:`.

pub mod escape;

use self::escape::Dialect;
use crate::exec::{Run, Shell};

/// `true` and `:`.
pub fn yes(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

/// `false`.
pub fn no(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(1)
}

/// `echo`.
pub fn echo(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut newline = true;
    let mut escapes = sh.shopt.xpg_echo;
    let mut at = 1;
    if !(sh.options.posix && sh.shopt.xpg_echo) {
        while let Some(letters) = args.get(at).and_then(|arg| option_letters(arg)) {
            for letter in letters {
                match letter {
                    b'n' => newline = false,
                    letter => escapes = *letter == b'e',
                }
            }
            at += 1;
        }
    }
    let mut first = true;
    for word in args.iter().skip(at) {
        if !first {
            sh.out.push(b' ');
        }
        first = false;
        if escapes && word.contains(&b'\\') {
            if escape::expand(word, Dialect::Echo, &mut sh.out, &mut Vec::new()) {
                sh.print(b"");
                return Ok(0);
            }
        } else {
            sh.out.extend_from_slice(word);
        }
    }
    sh.print(if newline { b"\n" } else { b"" });
    Ok(0)
}

/// The letters of a word like `-neE`; any other letter makes it an operand.
fn option_letters(arg: &[u8]) -> Option<&[u8]> {
    let letters = arg.strip_prefix(b"-")?;
    let known = letters.iter().all(|c| matches!(c, b'n' | b'e' | b'E'));
    (known && !letters.is_empty()).then_some(letters)
}
