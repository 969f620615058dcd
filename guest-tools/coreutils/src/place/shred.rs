//! `shred`: overwriting files, and removing them under shorter and shorter
//! names.

use crate::Args;
use crate::cli::{Context, Opt, Order, choice, parse};
use crate::fast::names::{last, parent};
use crate::order::random::Source;
use crate::sys::{self, Errno, File, OpenHow, mode};
use crate::text::{quote, size};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'f', "force"),
    Opt::value(b'n', "iterations"),
    Opt::value(0, "random-source"),
    Opt::optional(0, "remove"),
    Opt::value(b's', "size"),
    Opt::flag(b'u', ""),
    Opt::flag(b'v', "verbose"),
    Opt::flag(b'x', "exact"),
    Opt::flag(b'z', "zero"),
];

/// Files are filled up to whole blocks of this size.
const BLOCK_BYTES: u64 = 4096;

/// Most passes that GNU has room to plan for.
const PASSES_MAX: u64 = u64::MAX / 4;

/// Bytes of the passes between the random ones.
const PATTERNS: [u8; 8] = [0xff, 0x00, 0x55, 0xaa, 0x33, 0xcc, 0x0f, 0xf0];

#[derive(Clone, Copy, PartialEq)]
enum Removal {
    Unlink,
    Wipe,
}

struct Shred<'a> {
    context: &'a Context<'a>,
    force: bool,
    passes: u64,
    removal: Option<Removal>,
    size: Option<u64>,
    verbose: bool,
    exact: bool,
    zero: bool,
    random: Source,
}

/// Runs `shred`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "shred", 1);
    match work(&context, args) {
        Ok(code) | Err(code) => code,
    }
}

fn work(context: &Context<'_>, args: &Args) -> Result<i32, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let (mut force, mut verbose, mut exact, mut zero) = (false, false, false, false);
    let (mut passes, mut removal, mut bytes, mut source) = (3, None, None, None);
    for (letter, long, value) in parsed.options {
        let text = value.clone().unwrap_or_default();
        let number = |what: &str, most: u64| {
            let plain = text.first().is_some_and(u8::is_ascii_digit);
            // As in C: octal after a zero, hexadecimal after `0x`.
            let in_base = |digits: &[u8], base| {
                let digits = std::str::from_utf8(digits).ok()?;
                u64::from_str_radix(digits, base).ok()
            };
            let value = match text.as_slice() {
                [b'0', b'x' | b'X', digits @ ..] => in_base(digits, 16),
                [b'0', digits @ ..] if !digits.is_empty() => in_base(digits, 8),
                text => size::parse(text).filter(|_| plain),
            };
            let problem: &[u8] = match value {
                Some(value) if value <= most => return Ok(value),
                Some(_) => b": Value too large for defined data type",
                None => b"",
            };
            context.say(&[what.as_bytes(), b": ", &quote::always(&text), problem].concat());
            Err(1)
        };
        match (letter, long) {
            (b'f', _) => force = true,
            // Passes are counted in plain digits.
            (b'n', _) if !text.iter().all(u8::is_ascii_digit) => {
                let quoted = quote::always(&text);
                context.say(&[b"invalid number of passes: ", quoted.as_slice()].concat());
                return Err(1);
            }
            (b'n', _) => passes = number("invalid number of passes", PASSES_MAX)?,
            (b's', _) => bytes = Some(number("invalid file size", i64::MAX as u64)?),
            (b'u', _) => removal = Some(Removal::Wipe),
            (b'v', _) => verbose = true,
            (b'x', _) => exact = true,
            (b'z', _) => zero = true,
            (_, "random-source") => source = value,
            _ => {
                const WORDS: &[&[&str]] = &[&["unlink"], &["wipe"], &["wipesync"]];
                removal = match value {
                    None => Some(Removal::Wipe),
                    Some(word) => match choice(context, &word, "'--remove'", WORDS)? {
                        0 => Some(Removal::Unlink),
                        _ => Some(Removal::Wipe),
                    },
                };
            }
        }
    }
    if parsed.operands.is_empty() {
        return Err(context.usage(b"missing file operand"));
    }
    let mut shred = Shred {
        context,
        force,
        passes,
        removal,
        size: bytes,
        verbose,
        exact,
        zero,
        random: Source::open(context, source)?,
    };
    let mut code = 0;
    for path in &parsed.operands {
        let result = match path.as_slice() {
            b"-" => shred.overwrite(b"-", 1),
            path => shred.file(path),
        };
        if result.is_err() {
            code = 1;
        }
    }
    Ok(code)
}

impl Shred<'_> {
    fn say(&self, path: &[u8], text: &str) {
        let name = quote::if_needed(path);
        self.context
            .say(&[name.as_slice(), b": ", text.as_bytes()].concat());
    }

    fn fail<T>(&self, path: &[u8], text: &str, errno: Errno) -> Result<T, i32> {
        let subject = [&quote::if_needed(path), b": ".as_slice(), text.as_bytes()];
        self.context.say_error(&subject.concat(), errno);
        Err(1)
    }

    fn file(&mut self, path: &[u8]) -> Result<(), i32> {
        let how = OpenHow {
            create: false,
            truncate: false,
            ..OpenHow::CREATE
        };
        let mut opened = File::open(path, how);
        if matches!(opened, Err(Errno::Acces)) && self.force {
            opened = sys::chmod(path, 0o200).and_then(|()| File::open(path, how));
        }
        let file = match opened {
            Ok(file) => file,
            Err(errno) => return self.fail(path, "failed to open for writing", errno),
        };
        self.overwrite(path, file.fd())?;
        if self.removal.is_some() {
            let _ = sys::set_size(file.fd(), 0);
            drop(file);
            return self.remove(path);
        }
        Ok(())
    }

    fn overwrite(&mut self, path: &[u8], fd: u32) -> Result<(), i32> {
        let stat = match sys::fstat(fd) {
            Ok(stat) => stat,
            Err(errno) => return self.fail(path, "fstat failed", errno),
        };
        let kind = stat.mode & mode::TYPE;
        if kind == mode::FIFO || kind == mode::SOCKET || kind == mode::CHARACTER {
            self.say(path, "invalid file type");
            return Err(1);
        }
        let length = self.size.unwrap_or(match self.exact {
            true => stat.size_bytes,
            false => stat.size_bytes.next_multiple_of(BLOCK_BYTES),
        });
        if length == 0 {
            return Ok(());
        }
        let total = self.passes + u64::from(self.zero);
        for pass in 1..=total {
            let fixed = if pass > self.passes {
                Some(0)
            } else {
                pattern(pass, self.passes)
            };
            if self.verbose {
                let shown = match fixed {
                    None => "random".to_owned(),
                    Some(byte) => format!("{byte:02x}").repeat(3),
                };
                self.say(path, &format!("pass {pass}/{total} ({shown})..."));
            }
            if let Err(errno) = sys::seek(fd, 0, 0) {
                return self.fail(path, "cannot rewind", errno);
            }
            self.pass(path, fd, length, fixed)?;
        }
        Ok(())
    }

    fn pass(&mut self, path: &[u8], fd: u32, length: u64, fixed: Option<u8>) -> Result<(), i32> {
        const STEP_BYTES: u64 = 64 * 1024;
        let mut block = vec![fixed.unwrap_or(0); length.min(STEP_BYTES) as usize];
        let mut at = 0;
        while at < length {
            let part = &mut block[..(length - at).min(STEP_BYTES) as usize];
            if fixed.is_none() {
                self.random.fill(self.context, part)?;
            }
            let mut rest = &*part;
            while !rest.is_empty() {
                match sys::write(fd, rest) {
                    Ok(n) => rest = rest.get(n..).unwrap_or_default(),
                    Err(Errno::Intr) => {}
                    Err(errno) => {
                        let text = format!("error writing at offset {at}");
                        return self.fail(path, &text, errno);
                    }
                }
            }
            at += part.len() as u64;
        }
        Ok(())
    }

    /// Renames to names of one letter over and over, each shorter than the
    /// last, and removes what is left.
    fn remove(&mut self, path: &[u8]) -> Result<(), i32> {
        const LETTERS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        if self.verbose {
            self.say(path, "removing");
        }
        let mut now = path.to_vec();
        let longest = match self.removal {
            Some(Removal::Wipe) => last(path).len(),
            _ => 0,
        };
        for length in (1..=longest).rev() {
            let within = |name: Vec<u8>| match path.contains(&b'/') {
                true => [parent(path), b"/", &name].concat(),
                false => name,
            };
            let free = LETTERS
                .iter()
                .map(|letter| within(vec![*letter; length]))
                .find(|name| sys::stat(name, false).is_err());
            let Some(name) = free else {
                continue;
            };
            if sys::rename(&now, &name).is_ok() {
                if self.verbose {
                    let shown = quote::if_needed(&name);
                    let text = format!("renamed to {}", String::from_utf8_lossy(&shown));
                    self.say(&now, &text);
                }
                now = name;
            }
        }
        if let Err(errno) = sys::unlink(&now) {
            return self.fail(path, "failed to remove", errno);
        }
        if self.verbose {
            self.say(path, "removed");
        }
        Ok(())
    }
}

/// The byte of a pass, unless it is random: the first, the last, and every
/// tenth are, and all if they are few.
fn pattern(pass: u64, passes: u64) -> Option<u8> {
    if passes <= 3 || pass == 1 || pass == passes || pass.is_multiple_of(10) {
        return None;
    }
    let at = (pass - 2) % PATTERNS.len() as u64;
    PATTERNS.get(at as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn the_ends_are_random() {
        assert!((1..=3).all(|pass| pattern(pass, 3).is_none()));
        assert_eq!(pattern(1, 5), None);
        assert_eq!(pattern(2, 5), Some(0xff));
        assert_eq!(pattern(5, 5), None);
    }
}
