//! `echo`.

use crate::Args;
use crate::cli::{Context, Output};

/// Runs `echo`. Words that are not options are printed, as GNU does.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "echo", 1);
    let mut words = args.get(1..).unwrap_or_default();
    let posix = std::env::var_os("POSIXLY_CORRECT").is_some();
    if let [word] = words
        && !posix
    {
        match word.as_slice() {
            b"--help" => return context.help(),
            b"--version" => return context.version(),
            _ => {}
        }
    }
    let (mut newline, mut escapes) = (true, posix);
    let options = !posix || words.first().is_some_and(|word| word == b"-n");
    while options
        && let Some((word, rest)) = words.split_first()
        && let Some(letters @ [_, ..]) = word.strip_prefix(b"-")
        && letters.iter().all(|letter| b"neE".contains(letter))
    {
        for letter in letters {
            match letter {
                b'n' => newline = false,
                b'e' => escapes = true,
                _ => escapes = posix,
            }
        }
        words = rest;
    }
    let mut out = Output::stdout();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            out.put_byte(b' ');
        }
        if !escapes {
            out.put(word);
        } else if !unescape(word, &mut out) {
            return out.finish(&context, 0);
        }
    }
    if newline {
        out.put_byte(b'\n');
    }
    out.finish(&context, 0)
}

/// Writes the word with its escapes replaced; false after `\c`.
fn unescape(word: &[u8], out: &mut Output) -> bool {
    let mut rest = word.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.put_byte(byte);
            continue;
        }
        let Some(letter) = rest.next() else {
            out.put_byte(b'\\');
            break;
        };
        match letter {
            b'a' => out.put_byte(7),
            b'b' => out.put_byte(8),
            b'c' => return false,
            b'e' => out.put_byte(27),
            b'f' => out.put_byte(12),
            b'n' => out.put_byte(b'\n'),
            b'r' => out.put_byte(b'\r'),
            b't' => out.put_byte(b'\t'),
            b'v' => out.put_byte(11),
            b'\\' => out.put_byte(b'\\'),
            b'x' => match number(&mut rest, 16, 2, 0) {
                Some(byte) => out.put_byte(byte),
                None => out.put(b"\\x"),
            },
            b'0' => out.put_byte(number(&mut rest, 8, 3, 0).unwrap_or(0)),
            b'1'..=b'7' => {
                let first = u32::from(letter - b'0');
                out.put_byte(number(&mut rest, 8, 2, first).unwrap_or(first as u8));
            }
            other => out.put(&[b'\\', other]),
        }
    }
    true
}

fn number(
    rest: &mut std::iter::Peekable<impl Iterator<Item = u8>>,
    radix: u32,
    digits: usize,
    first: u32,
) -> Option<u8> {
    let (mut value, mut seen) = (first, false);
    for _ in 0..digits {
        let Some(digit) = rest.peek().and_then(|b| char::from(*b).to_digit(radix)) else {
            break;
        };
        value = value * radix + digit;
        seen = true;
        rest.next();
    }
    seen.then_some(value as u8)
}
