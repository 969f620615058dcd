//! Permission bits: octal and symbolic changes (POSIX `chmod`), `rwx` text.

use crate::sys::mode::{SET_GID, SET_UID, STICKY, TYPE};

/// A change of permission bits, as `chmod` takes it.
#[derive(Clone, Debug)]
pub struct ModeChange {
    clauses: Vec<Clause>,
}

#[derive(Clone, Debug)]
enum Clause {
    /// Octal. On directories the set-id bits not in `clear` stay.
    Absolute { bits: u32, clear: u32 },
    /// Symbolic: users (bits of 0o7777 that may change; 0: all, less the umask).
    Symbolic { users: u32, op: u8, what: What },
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// `rwx`, `X` and `st` as bits; the flag is for `X`.
    Bits(u32, bool),
    /// Octal after an operator: it speaks of all bits.
    Octal(u32),
    /// Copy of user's (6), group's (3) or others' (0) bits, as a shift.
    Copy(u32),
}

const ALL: u32 = 0o7777;

impl ModeChange {
    /// Reads `755`, `u+x,go=r`, `=`, `+755` and the like; `None` if malformed.
    pub fn parse(text: &[u8]) -> Option<ModeChange> {
        if text.first()?.is_ascii_digit() {
            let bits = octal(text)?;
            // Five digits or more, or set-id bits given, clear those too.
            let clear = if text.len() > 4 { ALL } else { 0o1777 | bits };
            return Some(ModeChange {
                clauses: vec![Clause::Absolute { bits, clear }],
            });
        }
        let mut clauses = Vec::new();
        for part in text.split(|byte| *byte == b',') {
            parse_clause(part, &mut clauses)?;
        }
        Some(ModeChange { clauses })
    }

    /// The change that gives exactly these bits.
    pub fn exactly(bits: u32) -> ModeChange {
        ModeChange {
            clauses: vec![Clause::Absolute {
                bits: bits & ALL,
                clear: ALL,
            }],
        }
    }

    /// The bits after the change; `old` may carry type bits, which are dropped.
    pub fn apply(&self, old: u32, is_dir: bool, umask: u32) -> u32 {
        let mut mode = old & ALL;
        for clause in &self.clauses {
            mode = apply_clause(clause, mode, is_dir, umask);
        }
        mode
    }

    /// The bits that the change speaks of; others stay as they are.
    pub fn affected(&self) -> u32 {
        let one = |clause: &Clause| match clause {
            Clause::Absolute { .. } => ALL,
            Clause::Symbolic { users, op, what } => {
                let mask = if *users == 0 { ALL } else { *users };
                match (op, what) {
                    (b'=', _) | (_, What::Copy(_)) => mask,
                    (_, What::Octal(bits)) => *bits,
                    (_, What::Bits(bits, false)) => bits & mask,
                    (_, What::Bits(bits, true)) => (bits | 0o111) & mask,
                }
            }
        };
        self.clauses
            .iter()
            .fold(0, |bits, clause| bits | one(clause))
    }
}

fn octal(text: &[u8]) -> Option<u32> {
    let mut value: u32 = 0;
    for byte in text {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 8)?;
        value = value.checked_mul(8)?.checked_add(u32::from(digit))?;
    }
    (value <= ALL && !text.is_empty()).then_some(value)
}

fn parse_clause(part: &[u8], clauses: &mut Vec<Clause>) -> Option<()> {
    let who = part
        .iter()
        .take_while(|byte| b"ugoa".contains(byte))
        .count();
    let (who, mut rest) = part.split_at(who);
    let mut users = 0;
    for letter in who {
        users |= match letter {
            b'u' => SET_UID | 0o700,
            b'g' => SET_GID | 0o070,
            b'o' => STICKY | 0o007,
            _ => ALL,
        };
    }
    if rest.is_empty() {
        return None;
    }
    while let Some((&op, tail)) = rest.split_first() {
        if !b"+-=".contains(&op) {
            return None;
        }
        let end = tail
            .iter()
            .position(|byte| b"+-=".contains(byte))
            .unwrap_or(tail.len());
        let (letters, next) = tail.split_at(end);
        rest = next;
        let what = match letters {
            [b'u'] => What::Copy(6),
            [b'g'] => What::Copy(3),
            [b'o'] => What::Copy(0),
            [first, ..] if first.is_ascii_digit() => {
                if !who.is_empty() || !rest.is_empty() {
                    return None;
                }
                // `+0755`: octal after an operator, for everyone, no umask.
                users = ALL;
                What::Octal(octal(letters)?)
            }
            letters => {
                let (mut bits, mut conditional) = (0, false);
                for letter in letters {
                    match letter {
                        b'r' => bits |= 0o444,
                        b'w' => bits |= 0o222,
                        b'x' => bits |= 0o111,
                        b'X' => conditional = true,
                        b's' => bits |= SET_UID | SET_GID,
                        b't' => bits |= STICKY,
                        _ => return None,
                    }
                }
                What::Bits(bits, conditional)
            }
        };
        clauses.push(Clause::Symbolic { users, op, what });
    }
    Some(())
}

fn apply_clause(clause: &Clause, mode: u32, is_dir: bool, umask: u32) -> u32 {
    match clause {
        Clause::Absolute { bits, clear } => {
            let keep = if is_dir { mode & !clear } else { 0 };
            bits | keep
        }
        Clause::Symbolic { users, op, what } => {
            let bits = match what {
                What::Copy(shift) => {
                    let one = mode >> shift & 7;
                    one << 6 | one << 3 | one
                }
                What::Octal(bits) => *bits,
                What::Bits(bits, conditional) => {
                    let execute = *conditional && (is_dir || mode & 0o111 != 0);
                    bits | if execute { 0o111 } else { 0 }
                }
            };
            let mask = if *users == 0 { ALL & !umask } else { *users };
            let bits = bits & mask;
            match op {
                b'+' => mode | bits,
                b'-' => mode & !bits,
                _ => {
                    let affected = if *users == 0 { ALL } else { *users };
                    // A directory keeps its set-id bits unless they are named.
                    let kept = if is_dir {
                        (SET_UID | SET_GID) & !named_set_bits(what)
                    } else {
                        0
                    };
                    mode & (!affected | kept) | bits
                }
            }
        }
    }
}

fn named_set_bits(what: &What) -> u32 {
    match what {
        What::Bits(bits, _) => bits & (SET_UID | SET_GID),
        What::Octal(_) => SET_UID | SET_GID,
        What::Copy(_) => 0,
    }
}

/// The ten characters of `ls -l`.
pub fn text(mode: u32) -> [u8; 10] {
    let kind = match mode & TYPE {
        crate::sys::mode::REGULAR => b'-',
        crate::sys::mode::DIRECTORY => b'd',
        crate::sys::mode::LINK => b'l',
        crate::sys::mode::CHARACTER => b'c',
        crate::sys::mode::BLOCK => b'b',
        crate::sys::mode::FIFO => b'p',
        crate::sys::mode::SOCKET => b's',
        _ => b'?',
    };
    let bit = |mask: u32, letter: u8| if mode & mask != 0 { letter } else { b'-' };
    let execute = |mask: u32, special: u32, letter: u8| match (mode & mask, mode & special) {
        (0, 0) => b'-',
        (_, 0) => b'x',
        (0, _) => letter.to_ascii_uppercase(),
        _ => letter,
    };
    [
        kind,
        bit(0o400, b'r'),
        bit(0o200, b'w'),
        execute(0o100, SET_UID, b's'),
        bit(0o040, b'r'),
        bit(0o020, b'w'),
        execute(0o010, SET_GID, b's'),
        bit(0o004, b'r'),
        bit(0o002, b'w'),
        execute(0o001, STICKY, b't'),
    ]
}

#[cfg(test)]
mod tests {
    use super::{ModeChange, text};

    fn check(change: &str, old: u32, is_dir: bool, expected: u32) {
        let parsed = ModeChange::parse(change.as_bytes()).unwrap();
        let new = parsed.apply(old, is_dir, 0o022);
        assert_eq!(
            format!("{change} {new:o}"),
            format!("{change} {expected:o}")
        );
    }

    #[test]
    fn changes_follow_posix() {
        check("755", 0o644, false, 0o755);
        check("u+x", 0o644, false, 0o744);
        check("+x", 0o644, false, 0o755);
        check("+w", 0o444, false, 0o644);
        check("a+w", 0o444, false, 0o666);
        check("go-rwx", 0o777, false, 0o700);
        check("u=rw,go=r", 0o777, false, 0o644);
        check("g=u", 0o700, false, 0o770);
        check("+X", 0o644, false, 0o644);
        check("+X", 0o744, false, 0o755);
        check("+X", 0o644, true, 0o755);
        check("u+s,+t", 0o755, false, 0o5755);
        check("755", 0o2777, true, 0o2755);
        check("00755", 0o2777, true, 0o755);
        check("=755", 0o2777, true, 0o755);
        check("-2000", 0o2755, true, 0o755);
        check("u=rwx,g=", 0o2777, true, 0o2707);
        check("a-x+X", 0o755, false, 0o644);
        assert!(ModeChange::parse(b"u+q").is_none());
        for text in [b"u=7".as_slice(), b"a=644", b"+7+r", b"g+x,o=0"] {
            assert!(ModeChange::parse(text).is_none());
        }
        assert!(ModeChange::parse(b"9").is_none());
        assert!(ModeChange::parse(b"").is_none());
        assert!(ModeChange::parse(b"u").is_none());
    }

    #[test]
    fn text_is_that_of_ls() {
        assert_eq!(&text(0o100_644), b"-rw-r--r--");
        assert_eq!(&text(0o041_777), b"drwxrwxrwt");
        assert_eq!(&text(0o106_644), b"-rwSr-Sr--");
    }
}
