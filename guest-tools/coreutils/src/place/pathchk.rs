//! `pathchk`.

use crate::Args;
use crate::cli::{Context, Opt, Order, parse};
use crate::sys::{self, Errno};
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::flag(b'p', ""),
    Opt::flag(b'P', ""),
    Opt::flag(0, "portability"),
];

/// What POSIX grants everywhere: the length of a path and of a name in it.
const PORTABLE: (usize, usize) = (256, 14);
/// What there is here.
const LIMITS: (usize, usize) = (4096, 255);

/// Runs `pathchk`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "pathchk", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut portable, mut plain) = (false, false);
    for (letter, _, _) in parsed.options {
        portable |= letter != b'P';
        plain |= letter != b'p';
    }
    if parsed.operands.is_empty() {
        return context.usage(b"missing operand");
    }
    let fine = parsed.operands.iter().map(|path| {
        let problem = problem(path, portable, plain);
        if let Some(text) = &problem {
            context.say(text);
        }
        problem.is_none()
    });
    i32::from(fine.filter(|fine| !fine).count() > 0)
}

fn problem(path: &[u8], portable: bool, plain: bool) -> Option<Vec<u8>> {
    let dashed = path
        .split(|byte| *byte == b'/')
        .any(|name| name.starts_with(b"-"));
    if plain && dashed {
        return Some(
            [
                b"leading '-' in a component of file name ",
                quote::always(path).as_slice(),
            ]
            .concat(),
        );
    }
    if (portable || plain) && path.is_empty() {
        return Some(b"empty file name".to_vec());
    }
    let mut limits = LIMITS;
    if portable {
        let fit = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
        if let Some(at) = path.iter().position(|byte| !fit(byte)) {
            let length = path[at..].utf8_chunks().next().map_or(1, |chunk| {
                let first = chunk.valid().chars().next();
                first
                    .filter(|_| crate::text::utf8_locale())
                    .map_or(1, char::len_utf8)
            });
            let parts: [&[u8]; 4] = [
                b"nonportable character ",
                &quote::always(&path[at..at + length]),
                b" in file name ",
                &quote::always(path),
            ];
            return Some(parts.concat());
        }
        limits = PORTABLE;
    } else {
        match sys::stat(path, false) {
            Ok(_) => return None,
            Err(Errno::Noent) if !path.is_empty() => {}
            Err(errno) => {
                let text = [b": ", errno.message().as_bytes()].concat();
                return Some([quote::if_needed(path), text].concat());
            }
        }
    }
    let (most, most_of_name) = limits;
    if path.len() >= most {
        let text = format!(
            "limit {} exceeded by length {} of file name ",
            most - 1,
            path.len()
        );
        return Some([text.as_bytes(), &quote::always(path)].concat());
    }
    let names = path.split(|byte| *byte == b'/');
    let long = names.into_iter().find(|name| name.len() > most_of_name)?;
    let length = long.len();
    let text = format!("limit {most_of_name} exceeded by length {length} of file name component ");
    Some([text.as_bytes(), &quote::always(long)].concat())
}
