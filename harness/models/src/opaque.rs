//! The opaque half of a thought: who made it, so that it goes back to its maker
//! and to nobody else.

use serde_json::{Map, Value};

/// Marks what a provider wants to see again as its own.
pub(crate) fn mark(provider: &str, model: &str, field: &str, value: Value) -> Value {
    let mut object = Map::new();
    object.insert("provider".to_owned(), provider.into());
    object.insert("model".to_owned(), model.into());
    object.insert(field.to_owned(), value);
    Value::Object(object)
}

/// The field of a mark, if this model made it. A thought is bound to the model
/// that had it: another one refuses it.
pub(crate) fn own<'a>(
    opaque: Option<&'a Value>,
    provider: &str,
    model: &str,
    field: &str,
) -> Option<&'a Value> {
    let opaque = opaque?;
    let is = |name: &str, want: &str| opaque.get(name).and_then(Value::as_str) == Some(want);
    if is("provider", provider) && is("model", model) {
        opaque.get(field)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_by_its_maker_only() {
        let made = mark("anthropic", "claude", "signature", "s".into());
        let read = |provider, model, field| own(Some(&made), provider, model, field).is_some();
        assert!(read("anthropic", "claude", "signature"));
        assert!(!read("anthropic", "claude", "redacted"));
        assert!(!read("anthropic", "other", "signature"));
        assert!(!read("google", "claude", "signature"));
        assert_eq!(own(None, "anthropic", "claude", "signature"), None);
    }
}
