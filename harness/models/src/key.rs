//! A provider's key: it goes into one header and nowhere else.

use std::fmt;

use reqwest::header::HeaderValue;

/// What marks the place where a quoted text was cut.
pub(crate) const CUT: char = '…';

/// Shorter starts of a key stand in other words too, and tell nothing.
const SHORTEST_START: usize = 4;

/// A key of a provider. It does not show itself: neither in debug output nor in
/// an error.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// A key. White space around it, which files and shells leave there, is cut.
    pub fn new(key: impl AsRef<str>) -> ApiKey {
        ApiKey(key.as_ref().trim().to_owned())
    }

    /// The value of a header with the key after `prefix`; none if the key holds
    /// characters that no header may have.
    pub(crate) fn header(&self, prefix: &str) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("{prefix}{}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// `text` without the key, should a provider repeat it; nor with the start of
    /// it, where what the provider says was cut in the middle of the key.
    pub(crate) fn hide_in(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_owned();
        }
        let whole = text.replace(&self.0, "[key]");
        let mut pieces = whole.split(CUT);
        let mut hidden = String::with_capacity(whole.len());
        let mut piece = pieces.next().unwrap_or_default();
        for after in pieces {
            hidden.push_str(self.without_start(piece));
            hidden.push(CUT);
            piece = after;
        }
        hidden + piece
    }

    /// The text, but for the start of the key that it ends with.
    fn without_start<'a>(&self, text: &'a str) -> &'a str {
        let mut starts = self.0.char_indices().filter_map(|(at, _)| self.0.get(..at));
        let longest = starts.rfind(|start| start.len() >= SHORTEST_START && text.ends_with(start));
        longest
            .and_then(|start| text.strip_suffix(start))
            .unwrap_or(text)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::ApiKey;

    #[test]
    fn a_key_does_not_show_itself() {
        let key = ApiKey::new(" sk-secret\n");
        assert_eq!(format!("{key:?}"), "ApiKey(hidden)");
        let header = key.header("Bearer ").unwrap();
        assert_eq!(header, "Bearer sk-secret");
        assert!(!format!("{header:?}").contains("secret"));
        assert_eq!(key.hide_in("no sk-secret here"), "no [key] here");
    }

    #[test]
    fn nor_does_the_start_of_a_key_that_was_cut() {
        let key = ApiKey::new("sk-secret-1");
        for (text, wanted) in [
            ("you sent sk-secr…", "you sent …"),
            ("you sent sk-…", "you sent sk-…"),
            ("no sk-secret… and sk-secret-1… no", "no … and [key]… no"),
            ("sk-secret", "sk-secret"),
        ] {
            assert_eq!(key.hide_in(text), wanted);
        }
    }

    #[test]
    fn a_key_with_a_line_break_is_no_header() {
        assert!(ApiKey::new("sk\nsecret").header("").is_none());
    }
}
