//! Back-references in patterns of the regex crates, which have none: a group with
//! a name, around any byte, stands in for each.

/// How a stand-in starts; no other named groups occur.
const START: &str = "(?P<r";

/// Any byte at all.
const ANY_BYTE: &str = "(?s-u:.)";

/// What stands in for the `index`th back-reference of a pattern, to a group by
/// its number.
pub fn reference(group: usize, index: usize) -> String {
    format!("{START}{group}_{index}>{ANY_BYTE})")
}

/// The group that a stand-in of this name refers to.
pub(crate) fn group_of(name: &str) -> Option<usize> {
    name.get(1..)?.split('_').next()?.parse().ok()
}

/// The pattern with any text at all in place of its back-references: it matches
/// wherever the pattern does, and more.
pub fn without_references(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once(START) {
        out.push_str(before);
        out.push_str("(?:");
        out.push_str(ANY_BYTE);
        out.push_str("*)");
        let end = after
            .find(ANY_BYTE)
            .map_or(after.len(), |at| at + ANY_BYTE.len() + 1);
        rest = after.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{group_of, reference, without_references};

    #[test]
    fn stand_ins_are_told_apart_and_taken_out() {
        let pattern = format!("(a)(b){}x{}", reference(2, 0), reference(12, 1));
        assert_eq!(
            without_references(&pattern),
            "(a)(b)(?:(?s-u:.)*)x(?:(?s-u:.)*)"
        );
        assert_eq!(group_of("r12_1"), Some(12));
        assert_eq!(group_of("name"), None);
    }
}
