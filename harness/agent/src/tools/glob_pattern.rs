//! Globs for paths: `find -path` lets `*` run over slashes, so that it finds more
//! than was asked for, and this chooses among them.

/// A pattern for `find -path` that matches at least what this one does below any
/// folder.
pub(super) fn looser_path(pattern: &str) -> String {
    format!("*{}", pattern.replace("**/", "").replace("**", "*"))
}

/// Whether a path below the folder matches, segment by segment. On a mismatch the
/// last `**` takes one segment more: as with `*` in a name, no earlier one has to be
/// looked at again, whatever the pattern.
pub(super) fn matches_path(pattern: &str, path: &str) -> bool {
    let mut segments: Vec<&str> = pattern.split('/').collect();
    if segments.last() == Some(&"**") {
        // At the end it stands for one segment at least.
        segments.push("*");
    }
    let path: Vec<&str> = path.split('/').collect();
    let (mut at, mut read) = (0, 0);
    let mut stars: Option<(usize, usize)> = None;
    while let Some(name) = path.get(read) {
        match segments.get(at) {
            Some(&"**") => {
                at += 1;
                stars = Some((at, read));
            }
            Some(segment) if matches_name(segment, name) => {
                at += 1;
                read += 1;
            }
            _ => match stars {
                Some((after, taken)) => {
                    at = after;
                    read = taken + 1;
                    stars = Some((after, read));
                }
                None => return false,
            },
        }
    }
    segments.iter().skip(at).all(|&rest| rest == "**")
}

/// Whether a name matches: `*`, `?`, `[...]`. On a mismatch the last `*` takes
/// one character more, so the time is the product of the lengths at most.
fn matches_name(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&character) = name.get(read) {
        match step(pattern.get(at..).unwrap_or_default(), character) {
            Step::Star => {
                star = Some((at + 1, read));
                at += 1;
            }
            Step::Match(length) => {
                at += length;
                read += 1;
            }
            Step::Mismatch => match star {
                Some((after, taken)) => {
                    at = after;
                    read = taken + 1;
                    star = Some((after, read));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|&rest| rest == '*')
}

enum Step {
    Star,
    /// So many characters of the pattern stood for this one.
    Match(usize),
    Mismatch,
}

fn step(pattern: &[char], character: char) -> Step {
    let matched = match pattern {
        [] => false,
        ['*', ..] => return Step::Star,
        ['?', ..] => true,
        ['\\', literal, ..] if *literal == character => return Step::Match(2),
        ['[', rest @ ..] => match bracket(rest, character) {
            Some((true, length)) => return Step::Match(length + 1),
            Some((false, _)) => false,
            None => character == '[',
        },
        [literal, ..] => *literal == character,
    };
    if matched {
        Step::Match(1)
    } else {
        Step::Mismatch
    }
}

/// Whether a bracket expression after its `[` holds a character, and its length;
/// none when it never closes.
fn bracket(pattern: &[char], character: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.first(), Some('!' | '^'));
    let start = usize::from(negated);
    let first = pattern.get(start + 1..)?;
    // A `]` right at the start is one of the members.
    let end = start + 1 + first.iter().position(|&c| c == ']')?;
    let mut members = pattern.get(start..end)?;
    let mut found = false;
    while let Some((&low, rest)) = members.split_first() {
        members = match rest {
            ['-', high, after @ ..] => {
                found |= (low..=*high).contains(&character);
                after
            }
            after => {
                found |= low == character;
                after
            }
        };
    }
    Some((found != negated, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches() {
        for (pattern, path, wanted) in [
            ("src/*.rs", "src/a.rs", true),
            ("src/*.rs", "src/x/a.rs", false),
            ("src/**/*.rs", "src/a.rs", true),
            ("src/**/*.rs", "src/x/y/a.rs", true),
            ("src/**", "src/x/y", true),
            ("src/**", "src", false),
            ("**/test/*.rs", "a/b/test/c.rs", true),
            ("**/**/x/y", "x/y", true),
            ("**/a/**/b/c", "a/b/x/a/b/c", true),
            ("**/a/**/b/c", "a/b/x/b/c/d", false),
            ("a/**/**", "a", false),
            ("a/**/**", "a/b", true),
            ("a/[bc]?.t", "a/bz.t", true),
            ("a/[!b-d].t", "a/c.t", false),
            ("a/[]x]", "a/]", true),
            ("a/[x", "a/[x", true),
            ("a/\\*", "a/*", true),
            ("a/*x*y", "a/1x2x3y", true),
            ("a/*x*y", "a/1x2x3", false),
        ] {
            assert_eq!(matches_path(pattern, path), wanted, "{pattern} {path}");
        }
    }

    #[test]
    fn no_pattern_takes_long() {
        let path = "a/".repeat(2000) + "b";
        let pattern = "**/a/".repeat(200) + "c";
        assert!(!matches_path(&pattern, &path));
        let name = "a".repeat(255);
        let pattern = format!("x/{}b", "*a".repeat(100));
        assert!(!matches_path(&pattern, &format!("x/{name}")));
    }
}
