//! The name of a directory entry: bytes, stored in place when short.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::{Errno, Quota};

/// Longest name stored without an allocation.
const INLINE: usize = 22;

/// The name of a directory entry. Any bytes; no encoding is assumed.
#[derive(Clone)]
pub struct Name(Repr);

#[derive(Clone)]
enum Repr {
    Inline { length: u8, bytes: [u8; INLINE] },
    Shared(Arc<[u8]>),
}

impl Name {
    /// Copies `name`.
    #[must_use]
    pub fn new(name: &[u8]) -> Name {
        let mut bytes = [0; INLINE];
        match (bytes.get_mut(..name.len()), u8::try_from(name.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(name);
                Name(Repr::Inline { length, bytes })
            }
            _ => Name(Repr::Shared(Arc::from(name))),
        }
    }

    /// The bytes of the name.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or(bytes),
            Repr::Shared(bytes) => bytes,
        }
    }
}

/// Checks a name that is to enter a directory.
///
/// # Errors
/// `ENOENT`: empty. `EINVAL`: holds a `/` or NUL. `ENAMETOOLONG`: too long.
pub(crate) fn check(name: &[u8], quota: &Quota) -> Result<(), Errno> {
    if name.is_empty() {
        Err(Errno::Noent)
    } else if name.len() > quota.name_bytes as usize {
        Err(Errno::Nametoolong)
    } else if name.iter().any(|byte| matches!(byte, b'/' | 0)) {
        Err(Errno::Inval)
    } else {
        Ok(())
    }
}

/// Whether a name is none of an entry of its own: `.`, `..`, or `/` for a path
/// that is nothing but slashes.
pub(crate) fn is_special(name: &[u8]) -> bool {
    matches!(name, b"." | b".." | b"/")
}

impl Deref for Name {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsRef<[u8]> for Name {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Name) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_bytes().escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::{INLINE, Name};

    #[test]
    fn keeps_bytes_of_every_length() {
        for length in [0, 1, INLINE - 1, INLINE, INLINE + 1, 255, 300] {
            let bytes = vec![0xfe; length];
            assert_eq!(Name::new(&bytes).as_bytes(), bytes);
        }
    }

    #[test]
    fn is_three_words_and_orders_by_bytes() {
        assert_eq!(size_of::<Option<Name>>(), 24);
        assert!(Name::new(b"a") < Name::new(b"ab"));
        assert!(Name::new(&[b'a'; 40]) < Name::new(b"b"));
        assert_eq!(format!("{:?}", Name::new(b"a\xff")), "\"a\\xff\"");
    }
}
