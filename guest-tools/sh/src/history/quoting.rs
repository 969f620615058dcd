//! Where the quotes of a line let the expansion character through.

/// What the reader of a line is inside of.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Double,
    Backquotes,
    Parentheses,
}

/// The places of a line, in order, where the expansion character means something:
/// quotes of the shell let it through there.
pub fn marks(line: &[u8], reading: &Reading) -> Vec<usize> {
    let (mark, posix) = (reading.mark, reading.posix);
    let (mut found, mut within) = (Vec::new(), Vec::new());
    let mut at = match reading.quote {
        b'\'' => closing(line, 0, b'\'') + 1,
        _ => 0,
    };
    while let Some(&c) = line.get(at) {
        let rest = &line[at + 1..];
        let quoted = within.last() == Some(&Within::Double);
        let mut next = at + 1;
        match c {
            b'\\' => next += 1,
            b'\'' if !quoted => next = closing(line, next, c) + 1,
            b'"' if posix => next = closing(line, next, c) + 1,
            b'"' => leave_or_enter(&mut within, Within::Double),
            b'`' => leave_or_enter(&mut within, Within::Backquotes),
            // Before the closing quote it stands for itself.
            _ if c == mark && quoted && rest.first() == Some(&b'"') => {}
            _ if c == mark => found.push(at),
            b'$' | b'<' | b'>' if rest.first() == Some(&b'(') && rest.get(1) != Some(&b'(') => {
                within.push(Within::Parentheses);
                next += 1;
            }
            b')' if within.last() == Some(&Within::Parentheses) => {
                within.pop();
            }
            _ => {}
        }
        at = next;
    }
    found
}

/// A delimiter closes what it opened, with all that was left open inside, but for
/// what lies beyond the parentheses around it.
fn leave_or_enter(within: &mut Vec<Within>, what: Within) {
    let inner = within
        .iter()
        .rposition(|one| *one == Within::Parentheses)
        .map_or(0, |at| at + 1);
    let open = match what {
        // A quote in a command of its own is another one.
        Within::Double => within
            .last()
            .filter(|last| **last == what)
            .map(|_| within.len() - 1),
        _ => within[inner..]
            .iter()
            .position(|one| *one == what)
            .map(|at| inner + at),
    };
    match open {
        Some(open) => within.truncate(open),
        None => within.push(what),
    }
}

/// Where a quote closes, or the end of the line. A backslash hides what follows it,
/// but not between single quotes.
pub fn closing(line: &[u8], mut at: usize, quote: u8) -> usize {
    while let Some(&c) = line.get(at)
        && c != quote
    {
        at += 1 + usize::from(c == b'\\' && quote != b'\'');
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
