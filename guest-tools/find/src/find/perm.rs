//! Modes of `-perm`: octal or symbolic, exact, all of, any of.

/// How the bits have to agree.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Exactly.
    Exact,
    /// All that are given.
    All,
    /// Any that is given.
    Any,
}

/// `-perm`.
#[derive(Clone, Copy)]
pub struct Perm {
    kind: Kind,
    /// Bits for files and for directories (`X` differs).
    file: u32,
    directory: u32,
}

impl Perm {
    /// Reads an argument of `-perm`; `None` if it is malformed.
    pub fn parse(text: &[u8]) -> Option<Perm> {
        let (kind, mode) = match text {
            // What once meant `/7`.
            [b'+', b'0'..=b'7', ..] => return None,
            [b'-', rest @ ..] => (Kind::All, rest),
            [b'/', rest @ ..] => (Kind::Any, rest),
            _ => (Kind::Exact, text),
        };
        Some(Perm {
            kind,
            file: bits(mode, false)?,
            directory: bits(mode, true)?,
        })
    }

    /// Whether these bits fit.
    pub fn holds(&self, mode: u32, directory: bool) -> bool {
        let wanted = if directory { self.directory } else { self.file };
        let bits = mode & 0o7777;
        match self.kind {
            Kind::Exact => bits == wanted,
            Kind::All => bits & wanted == wanted,
            Kind::Any => wanted == 0 || bits & wanted != 0,
        }
    }
}

fn bits(text: &[u8], directory: bool) -> Option<u32> {
    if !text.is_empty() && text.iter().all(|byte| matches!(byte, b'0'..=b'7')) {
        let text = std::str::from_utf8(text).ok()?;
        return u32::from_str_radix(text, 8)
            .ok()
            .filter(|mode| *mode <= 0o7777);
    }
    let mut mode = 0;
    for clause in text.split(|byte| *byte == b',') {
        mode = apply(clause, mode, directory)?;
    }
    Some(mode)
}

/// Applies a clause such as `ug+rw-x`.
fn apply(clause: &[u8], mode: u32, directory: bool) -> Option<u32> {
    let letters = clause
        .iter()
        .take_while(|byte| b"ugoa".contains(byte))
        .count();
    let (who, mut rest) = clause.split_at(letters);
    let mut affected = 0;
    for letter in who {
        affected |= match letter {
            b'u' => 0o4700,
            b'g' => 0o2070,
            b'o' => 0o1007,
            _ => 0o7777,
        };
    }
    if who.is_empty() {
        affected = 0o7777;
    }
    if rest.is_empty() {
        return None;
    }
    let mut mode = mode;
    while let Some((&operator, tail)) = rest.split_first() {
        if !b"+-=".contains(&operator) {
            return None;
        }
        let length = tail
            .iter()
            .take_while(|byte| !b"+-=".contains(byte))
            .count();
        let (permissions, next) = tail.split_at(length);
        rest = next;
        let value = match permissions {
            // Octal speaks of all bits and ends its clause.
            [b'0'..=b'7', ..] if who.is_empty() && rest.is_empty() => {
                let text = std::str::from_utf8(permissions).ok()?;
                u32::from_str_radix(text, 8)
                    .ok()
                    .filter(|mode| *mode <= 0o7777)?
            }
            _ => symbolic(permissions, mode, directory)?,
        };
        let value = value & affected;
        mode = match operator {
            b'+' => mode | value,
            b'-' => mode & !value,
            _ => mode & !(affected & 0o777) | value,
        };
    }
    Some(mode)
}

fn symbolic(letters: &[u8], mode: u32, directory: bool) -> Option<u32> {
    let spread = |bits: u32| bits << 6 | bits << 3 | bits;
    if let [who @ (b'u' | b'g' | b'o')] = letters {
        let shift = match who {
            b'u' => 6,
            b'g' => 3,
            _ => 0,
        };
        return Some(spread(mode >> shift & 7));
    }
    let mut value = 0;
    for letter in letters {
        value |= match letter {
            b'r' => 0o444,
            b'w' => 0o222,
            b'x' => 0o111,
            b'X' if directory || mode & 0o111 != 0 => 0o111,
            b'X' => 0,
            b's' => 0o6000,
            b't' => 0o1000,
            _ => return None,
        };
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::bits;

    #[test]
    fn modes_are_octal_or_symbolic() {
        assert_eq!(bits(b"755", false), Some(0o755));
        assert_eq!(bits(b"u=rwx,go=rx", false), Some(0o755));
        assert_eq!(bits(b"a+X", true), Some(0o111));
        assert_eq!(bits(b"a+X", false), Some(0));
        assert_eq!(bits(b"u+s,o+t", false), Some(0o5000));
        assert_eq!(bits(b"+8", false), None);
        assert_eq!(bits(b"zz", false), None);
        assert_eq!(bits(b"u", false), None);
    }
}
