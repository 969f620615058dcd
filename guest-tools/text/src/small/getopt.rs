//! `getopt`, as util-linux's: the options of a script's arguments in order.

use crate::Args;
use crate::cli::{Context, Output};

/// Exit code if the arguments are bad.
const BAD_ARGUMENTS: i32 = 1;
/// Exit code if `getopt`'s own are.
const BAD_USAGE: i32 = 2;
/// Exit code of `--test`: this is the enhanced kind.
const ENHANCED: i32 = 4;

/// What is asked for.
#[derive(Default)]
struct Request {
    short: Vec<u8>,
    /// Names, and the number of colons after them.
    long: Vec<(Vec<u8>, usize)>,
    alternative: bool,
    quiet: bool,
    quiet_output: bool,
    unquoted: bool,
    name: Vec<u8>,
    csh: bool,
}

/// Runs `getopt`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "getopt", BAD_USAGE);
    let mut request = Request {
        name: b"getopt".to_vec(),
        ..Request::default()
    };
    let Some(first) = args.get(1) else {
        context.say(b"missing optstring argument");
        return context.usage(b"");
    };
    let mut rest = args.get(1..).unwrap_or_default().iter().cloned().peekable();
    let old = std::env::var_os("GETOPT_COMPATIBLE").is_some() || !first.starts_with(b"-");
    if old {
        request.short = rest.next().unwrap_or_default();
        request.unquoted = true;
        return request.arrange(rest.collect());
    }
    let mut have_short = false;
    while let Some(arg) = rest.peek().cloned() {
        if !arg.starts_with(b"-") || arg == b"-" {
            break;
        }
        rest.next();
        if arg == b"--" {
            break;
        }
        let (letter, mut value) = match arg.strip_prefix(b"--") {
            Some(long) => {
                let (name, value) = match long.iter().position(|byte| *byte == b'=') {
                    Some(at) => (&long[..at], Some(long[at + 1..].to_vec())),
                    None => (long, None),
                };
                match name {
                    b"options" => (b'o', value),
                    b"longoptions" | b"longoption" | b"long" => (b'l', value),
                    b"alternative" => (b'a', None),
                    b"quiet" => (b'q', None),
                    b"quiet-output" => (b'Q', None),
                    b"name" => (b'n', value),
                    b"shell" => (b's', value),
                    b"test" => (b'T', None),
                    b"unquoted" => (b'u', None),
                    b"help" => return context.help(),
                    b"version" => return context.version(),
                    _ => {
                        let text = [b"unrecognized option '", arg.as_slice(), b"'"].concat();
                        return context.usage(&text);
                    }
                }
            }
            None => {
                // Clustered letters: all but the last are flags.
                let mut letters = &arg[1..];
                loop {
                    match letters {
                        [b'a', tail @ ..] if !tail.is_empty() => request.alternative = true,
                        [b'q', tail @ ..] if !tail.is_empty() => request.quiet = true,
                        [b'Q', tail @ ..] if !tail.is_empty() => request.quiet_output = true,
                        [b'u', tail @ ..] if !tail.is_empty() => request.unquoted = true,
                        _ => break,
                    }
                    letters = &letters[1..];
                }
                let value = (letters.len() > 1).then(|| letters[1..].to_vec());
                (letters[0], value)
            }
        };
        if matches!(letter, b'o' | b'l' | b'n' | b's') && value.is_none() {
            value = rest.next();
            if value.is_none() {
                let text = [b"option requires an argument -- '", &[letter][..], b"'"].concat();
                return context.usage(&text);
            }
        }
        let value = value.unwrap_or_default();
        match letter {
            b'o' => {
                request.short = value;
                have_short = true;
            }
            b'l' => request.add_long(&value),
            b'n' => request.name = value,
            b's' => request.csh = matches!(value.as_slice(), b"csh" | b"tcsh"),
            b'a' => request.alternative = true,
            b'q' => request.quiet = true,
            b'Q' => request.quiet_output = true,
            b'u' => request.unquoted = true,
            b'T' => return ENHANCED,
            b'h' => return context.help(),
            b'V' => return context.version(),
            _ => {
                let text = [b"invalid option -- '", &[letter][..], b"'"].concat();
                return context.usage(&text);
            }
        }
    }
    if !have_short {
        match rest.next() {
            Some(short) => request.short = short,
            None => {
                context.say(b"missing optstring argument");
                return context.usage(b"");
            }
        }
    }
    request.arrange(rest.collect())
}

impl Request {
    fn add_long(&mut self, list: &[u8]) {
        for name in list.split(|byte| matches!(byte, b',' | b' ' | b'\t' | b'\n')) {
            let colons = name.iter().rev().take_while(|byte| **byte == b':').count();
            if colons < name.len() {
                self.long
                    .push((name[..name.len() - colons].to_vec(), colons.min(2)));
            }
        }
    }

    /// Writes the arguments in order; gives the exit code.
    fn arrange(&mut self, args: Vec<Vec<u8>>) -> i32 {
        let mut code = 0;
        let mut out = Vec::new();
        let mut operands: Vec<Vec<u8>> = Vec::new();
        let mode = self.short.first().copied();
        let (stop, in_place) = (mode == Some(b'+'), mode == Some(b'-'));
        let stop = stop || std::env::var_os("POSIXLY_CORRECT").is_some();
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            match arg.as_slice() {
                b"--" => {
                    operands.extend(args.by_ref());
                }
                [b'-', b'-', body @ ..] => {
                    if !self.long_option(b"--", body, &mut args, &mut out) {
                        code = BAD_ARGUMENTS;
                    }
                }
                [b'-', body @ ..]
                    if self.alternative
                        && !body.is_empty()
                        && (body.len() > 1 || self.colons(body[0]).is_none()) =>
                {
                    let known = |name: &[u8]| self.long.iter().any(|(l, _)| l.starts_with(name));
                    let name = body.split(|byte| *byte == b'=').next().unwrap_or_default();
                    let ok = match known(name) || self.colons(body[0]).is_none() {
                        true => self.long_option(b"-", body, &mut args, &mut out),
                        false => self.cluster(body, &mut args, &mut out),
                    };
                    if !ok {
                        code = BAD_ARGUMENTS;
                    }
                }
                [b'-', body @ ..] if !body.is_empty() => {
                    if !self.cluster(body, &mut args, &mut out) {
                        code = BAD_ARGUMENTS;
                    }
                }
                _ if in_place => self.put(&arg, &mut out),
                _ => {
                    operands.push(arg);
                    if stop {
                        operands.extend(args.by_ref());
                    }
                }
            }
        }
        out.extend(b" --");
        for operand in &operands {
            self.put(operand, &mut out);
        }
        out.push(b'\n');
        if !self.quiet_output {
            let mut stdout = Output::stdout();
            stdout.put(&out);
            stdout.flush();
        }
        code
    }

    /// Colons after a short option; none: it is not one.
    fn colons(&self, letter: u8) -> Option<usize> {
        let body = self
            .short
            .strip_prefix(b"+")
            .or(self.short.strip_prefix(b"-"));
        let body = body.unwrap_or(&self.short);
        if matches!(letter, b':' | b'-' | b';') {
            return None;
        }
        let at = body.iter().position(|byte| *byte == letter)?;
        let colons = body[at + 1..]
            .iter()
            .take_while(|byte| **byte == b':')
            .count();
        Some(colons.min(2))
    }

    fn say(&self, text: &[u8]) -> bool {
        if !self.quiet {
            let name = [self.name.clone()];
            Context::new(&name, "getopt", BAD_ARGUMENTS).say(text);
        }
        false
    }

    fn cluster(
        &self,
        body: &[u8],
        args: &mut dyn Iterator<Item = Vec<u8>>,
        out: &mut Vec<u8>,
    ) -> bool {
        let mut ok = true;
        let mut rest = body;
        while let Some((&letter, tail)) = rest.split_first() {
            rest = tail;
            let quoted = [b"'".as_slice(), &[letter], b"'"].concat();
            let Some(colons) = self.colons(letter) else {
                ok = self.say(&[b"invalid option -- ", quoted.as_slice()].concat());
                continue;
            };
            let option = [b'-', letter];
            if colons == 0 {
                out.push(b' ');
                out.extend(option);
                continue;
            }
            let value = match (tail.is_empty(), colons) {
                (false, _) => tail.to_vec(),
                (true, 2) => Vec::new(),
                (true, _) => match args.next() {
                    Some(value) => value,
                    None => {
                        return self.say(
                            &[b"option requires an argument -- ", quoted.as_slice()].concat(),
                        );
                    }
                },
            };
            out.push(b' ');
            out.extend(option);
            self.put(&value, out);
            return ok;
        }
        ok
    }

    fn long_option(
        &self,
        dashes: &[u8],
        body: &[u8],
        args: &mut dyn Iterator<Item = Vec<u8>>,
        out: &mut Vec<u8>,
    ) -> bool {
        let (name, given) = match body.iter().position(|byte| *byte == b'=') {
            Some(at) => (&body[..at], Some(body[at + 1..].to_vec())),
            None => (body, None),
        };
        let exact = self.long.iter().find(|(long, _)| long == name);
        let matching: Vec<_> = self
            .long
            .iter()
            .filter(|(l, _)| l.starts_with(name))
            .collect();
        let found = match (exact, matching.as_slice()) {
            (Some(exact), _) => exact,
            (None, [one]) => one,
            (None, []) => {
                return self.say(&[b"unrecognized option '", dashes, body, b"'"].concat());
            }
            (None, several) => {
                let mut text =
                    [b"option '", dashes, body, b"' is ambiguous; possibilities:"].concat();
                for (long, _) in several {
                    text.extend([b" '", dashes, long.as_slice(), b"'"].concat());
                }
                return self.say(&text);
            }
        };
        let (long, colons) = found;
        let value = match (colons, given) {
            (0, Some(_)) => {
                let text = [
                    b"option '",
                    dashes,
                    long.as_slice(),
                    b"' doesn't allow an argument",
                ];
                return self.say(&text.concat());
            }
            (0, None) => None,
            (1, None) => match args.next() {
                Some(value) => Some(value),
                None => {
                    let text = [
                        b"option '",
                        dashes,
                        long.as_slice(),
                        b"' requires an argument",
                    ];
                    return self.say(&text.concat());
                }
            },
            (_, given) => Some(given.unwrap_or_default()),
        };
        out.extend([b" --", long.as_slice()].concat());
        if let Some(value) = value {
            self.put(&value, out);
        }
        true
    }

    /// Adds a word, quoted for the shell.
    fn put(&self, word: &[u8], out: &mut Vec<u8>) {
        out.push(b' ');
        if self.unquoted {
            out.extend_from_slice(word);
            return;
        }
        out.push(b'\'');
        for &byte in word {
            match byte {
                b'\'' => out.extend(b"'\\''"),
                b'\\' if self.csh => out.extend(b"\\\\"),
                b'!' if self.csh => out.extend(b"'\\!'"),
                b'\n' if self.csh => out.extend(b"\\n"),
                _ => out.push(byte),
            }
        }
        out.push(b'\'');
    }
}
