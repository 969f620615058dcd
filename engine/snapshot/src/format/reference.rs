//! A named reference: three lines of text.

use crate::error::{Error, ErrorKind};
use crate::hash::Hash;

const FIRST_LINE: &str = "wardian snapshot ";
const VERSION: &str = "1";
/// Longest reference.
pub(crate) const REFERENCE_BYTES: u64 = 4096;
/// Longest name.
const NAME_BYTES: usize = 128;

/// Checks a name: 1 to 128 letters, digits, `.`, `_`, `-` and `+`, no `.` first.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte);
    let fits = (1..=NAME_BYTES).contains(&name.len());
    if fits && name.bytes().all(allowed) && !name.starts_with('.') {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::BadName,
        format!("snapshot `{}`", name.escape_debug()),
        "a name is 1 to 128 letters, digits and `._-+`, and does not begin with `.`",
    ))
}

/// The text of a reference to a root.
pub(crate) fn encode(root: Hash) -> Vec<u8> {
    let mut text = format!("{FIRST_LINE}{VERSION}\nroot {root}\n");
    let check = Hash::of(text.as_bytes());
    text.push_str(&format!("check {check}\n"));
    text.into_bytes()
}

/// The root that the text of the reference at `path` names.
pub(crate) fn decode(path: &str, text: &[u8]) -> Result<Hash, Error> {
    let first = text.strip_prefix(FIRST_LINE.as_bytes());
    let Some(end) = first.and_then(|rest| rest.iter().position(|byte| *byte == b'\n')) else {
        return Err(Error::corrupt(path, "is not a reference to a snapshot"));
    };
    let version = first.and_then(|rest| rest.get(..end)).unwrap_or_default();
    if version != VERSION.as_bytes() {
        let detail = format!(
            "is of version {}, known is {VERSION}",
            version.escape_ascii()
        );
        return Err(Error::new(ErrorKind::Version, path, detail));
    }
    let line = text.get(FIRST_LINE.len() + end + 1..).unwrap_or_default();
    let root = line
        .strip_prefix(b"root ")
        .and_then(|rest| rest.get(..64))
        .and_then(Hash::parse)
        .ok_or_else(|| Error::corrupt(path, "names no root"))?;
    if encode(root) != text {
        return Err(Error::corrupt(path, "does not match its own checksum"));
    }
    Ok(root)
}

#[cfg(test)]
mod tests {
    use super::{check_name, decode, encode};
    use crate::error::ErrorKind;
    use crate::hash::Hash;

    #[test]
    fn every_changed_byte_is_noticed() {
        let root = Hash::of(b"root");
        let text = encode(root);
        assert_eq!(decode("r", &text).unwrap(), root);
        for place in 0..text.len() {
            let mut bad = text.clone();
            bad[place] ^= 1;
            assert!(decode("r", &bad).is_err(), "{place}");
            assert!(decode("r", &text[..place]).is_err(), "{place}");
        }
        let other = String::from_utf8(text)
            .unwrap()
            .replace("snapshot 1", "snapshot 2");
        let error = decode("r", other.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Version);
    }

    #[test]
    fn names() {
        for good in ["a", "v1.2", "A_b-c+d", &"n".repeat(128)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            ".a",
            "a/b",
            "a b",
            "ä",
            "a\0",
            &"n".repeat(129),
        ] {
            let error = check_name(bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BadName, "{bad}");
        }
    }
}
