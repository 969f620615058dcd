//! A provider's key: it goes into one header and nowhere else.

use std::fmt;

use reqwest::header::HeaderValue;

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

    /// `text` without the key, should a provider repeat it.
    pub(crate) fn hide_in(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_owned();
        }
        text.replace(&self.0, "[key]")
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
    fn a_key_with_a_line_break_is_no_header() {
        assert!(ApiKey::new("sk\nsecret").header("").is_none());
    }
}
