//! Arguments of a tool call, between a provider's text and our value.

use serde_json::{Map, Value, json};

/// The arguments that a model wrote: an object, or the text when it is none.
/// No text at all stands for no arguments.
pub(crate) fn parse(text: &str) -> Value {
    if text.trim().is_empty() {
        return Value::Object(Map::new());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Value::Object(object),
        _ => Value::String(text.to_owned()),
    }
}

/// The arguments as providers want them back: always an object, though what the
/// model wrote was none.
pub(crate) fn object(arguments: &Value) -> Value {
    match arguments {
        Value::Object(_) => arguments.clone(),
        other => json!({ "malformed_arguments": other }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_are_arguments() {
        assert_eq!(parse(r#"{"a": 1}"#), json!({"a": 1}));
        assert_eq!(parse(""), json!({}));
        assert_eq!(parse(r#"{"a": "#), json!(r#"{"a": "#));
        assert_eq!(parse("[1]"), json!("[1]"));
        assert_eq!(object(&json!({"a": 1})), json!({"a": 1}));
        assert_eq!(object(&json!("{")), json!({"malformed_arguments": "{"}));
    }
}
