//! Where the quotes of a line let the expansion character through.

/// Looks for the character from `from` on: its place, or the end of the line.
/// What was quoted before `from` is not looked at.
fn next_mark(line: &[u8], from: usize, mark: u8, posix: bool) -> usize {
    let byte = |at: usize| line.get(at).copied().unwrap_or(0);
    let (mut double, mut outer) = (false, false);
    let (mut backquote, mut open) = (false, 0usize);
    let mut at = from;
    while at < line.len() {
        let c = line[at];
        if c == b'\\' {
            at += 1;
        } else if c == b'`' {
            if backquote {
                double = outer;
            } else {
                outer = double;
                double = false;
            }
            backquote = !backquote;
        } else if c == mark {
            if !(double && byte(at + 1) == b'"') {
                return at;
            }
        } else if c == b'\'' && !double {
            at = closing(line, at + 1, b'\'');
        } else if c == b'"' && posix {
            at = closing(line, at + 1, b'"');
        } else if c == b'"' {
            double = !double;
        } else if matches!(c, b'$' | b'<' | b'>') && byte(at + 1) == b'(' && byte(at + 2) != b'(' {
            at += 1;
            open += 1;
            outer = double;
            double = false;
        } else if c == b')' && open > 0 {
            open -= 1;
            double = outer;
        }
        at += 1;
    }
    line.len()
}

/// Where a quote closes, or the end of the line.
pub fn closing(line: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from;
    while at < line.len() && line[at] != quote {
        at += 1 + usize::from(quote == b'"' && line[at] == b'\\');
    }
    at.min(line.len())
}

/// How the shell reads a line.
#[derive(Clone)]
pub struct Reading {
    /// The expansion character.
    pub mark: u8,
    /// The quote in which the line starts, or 0.
    pub quote: u8,
    pub extglob: bool,
    pub posix: bool,
}

/// Whether the expansion character at a place belongs to a pattern or a parameter.
pub fn is_syntax(line: &[u8], at: usize, reading: &Reading) -> bool {
    let follows = |from: usize, c| line.get(from..).is_some_and(|rest| rest.contains(&c));
    let before = &line[..at];
    before.ends_with(b"[") && follows(at + 1, b']')
        || before.ends_with(b"${") && follows(at + 1, b'}')
        || reading.extglob && at > 1 && line.get(at + 1) == Some(&b'(') && follows(at + 2, b')')
}

/// Whether the expansion character at a place is quoted, or that of `$!`.
pub fn is_quoted(line: &[u8], at: usize, reading: &Reading) -> bool {
    if at > 1 && line[at - 1] == b'$' && line[at] == b'!' {
        return true;
    }
    let mut from = 0;
    if reading.quote == b'\'' {
        let end = closing(line, 0, b'\'');
        if end >= at {
            return true;
        }
        from = end + 1;
    }
    let mut next = next_mark(line, from, reading.mark, reading.posix);
    while next > 0 && next < at {
        next = next_mark(line, next + 1, reading.mark, reading.posix);
    }
    next > at
}
