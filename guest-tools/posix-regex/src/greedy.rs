//! Whether an automaton's greedy match is also the longest one, so that POSIX's
//! rule needs no second search.

use regex_syntax::hir::{Class, Hir, HirKind};

/// First bytes that a piece may start with.
type First = [bool; 256];

/// A piece of a pattern that is a plain sequence.
enum Piece {
    /// Always matches the same number of characters.
    Fixed(First),
    /// A repetition of one character's class.
    Repeated { class: First, optional: bool },
    /// Matches no text.
    Place,
}

/// Whether the greedy match is the longest for every text. `false` is always a
/// safe answer.
pub fn is_longest(hir: &Hir) -> bool {
    let mut pieces = Vec::new();
    if !flatten(hir, &mut pieces) {
        return false;
    }
    // At most one repetition may have a choice of length, as the last one that
    // varies: all before it then have one possible length.
    let mut chosen = false;
    for (index, piece) in pieces.iter().enumerate() {
        let Piece::Repeated { class, .. } = piece else {
            continue;
        };
        if chosen {
            return false;
        }
        let forced = match pieces.get(index + 1) {
            Some(
                Piece::Fixed(first)
                | Piece::Repeated {
                    class: first,
                    optional: false,
                },
            ) => disjoint(class, first),
            _ => false,
        };
        chosen = !forced;
    }
    true
}

fn disjoint(a: &First, b: &First) -> bool {
    a.iter().zip(b).all(|(a, b)| !(*a && *b))
}

/// Adds the pieces; whether all of the pattern is a plain sequence.
fn flatten(hir: &Hir, pieces: &mut Vec<Piece>) -> bool {
    match hir.kind() {
        HirKind::Empty => true,
        HirKind::Look(_) => {
            pieces.push(Piece::Place);
            true
        }
        HirKind::Literal(literal) => {
            let mut first = [false; 256];
            if let Some(byte) = literal.0.first() {
                first[usize::from(*byte)] = true;
            }
            pieces.push(Piece::Fixed(first));
            true
        }
        HirKind::Class(class) => {
            pieces.push(Piece::Fixed(first_of(class)));
            true
        }
        HirKind::Capture(capture) => flatten(&capture.sub, pieces),
        HirKind::Concat(parts) => parts.iter().all(|part| flatten(part, pieces)),
        HirKind::Repetition(repetition) => {
            let class = match repetition.sub.kind() {
                HirKind::Class(class) => first_of(class),
                HirKind::Literal(literal) if literal.0.len() == 1 => {
                    let mut first = [false; 256];
                    first[usize::from(literal.0[0])] = true;
                    first
                }
                _ => return false,
            };
            let fixed = repetition.max == Some(repetition.min);
            pieces.push(match fixed && repetition.min > 0 {
                true => Piece::Fixed(class),
                false => Piece::Repeated {
                    class,
                    optional: repetition.min == 0,
                },
            });
            repetition.greedy
        }
        HirKind::Alternation(_) => false,
    }
}

fn first_of(class: &Class) -> First {
    let mut first = [false; 256];
    match class {
        Class::Bytes(class) => {
            for range in class.ranges() {
                for byte in range.start()..=range.end() {
                    first[usize::from(byte)] = true;
                }
            }
        }
        Class::Unicode(class) => {
            for range in class.ranges() {
                let (low, high) = (u32::from(range.start()), u32::from(range.end()));
                for byte in low..=high.min(0x7f) {
                    first[byte as usize] = true;
                }
                if high > 0x7f {
                    first[0x80..].fill(true);
                }
            }
        }
    }
    first
}
