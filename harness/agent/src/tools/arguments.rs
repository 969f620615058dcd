//! From what a model wrote to what a function takes.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{ToolError, first_characters};

/// The JSON schema of a type, with as few references as can be: not every
/// provider follows them.
pub(crate) fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    if let Some(object) = schema.as_object_mut() {
        // The type's own name and comment are ours, not the model's.
        object.remove("title");
        object.remove("description");
        if object.get("type").is_some_and(|kind| kind == "object") {
            object
                .entry("properties")
                .or_insert_with(|| Value::Object(serde_json::Map::new()));
        }
    }
    schema
}

/// The arguments of a call, or what is wrong with them and what is right.
pub(super) fn parse<A: DeserializeOwned>(
    tool: &str,
    parameters: &Value,
    arguments: Value,
) -> Result<A, ToolError> {
    let arguments = match arguments {
        // A tool without arguments is often called with none at all.
        Value::Null => Value::Object(serde_json::Map::new()),
        Value::String(malformed) => return Err(not_json(tool, parameters, &malformed)),
        arguments => arguments,
    };
    serde_json::from_value(arguments).map_err(|error| {
        ToolError::Failed(format!(
            "The arguments of `{tool}` do not fit: {error}. They have to match this \
             schema: {parameters}"
        ))
    })
}

fn not_json(tool: &str, parameters: &Value, malformed: &str) -> ToolError {
    let problem = match serde_json::from_str::<Value>(malformed) {
        Err(error) => error.to_string(),
        Ok(_) => "a JSON object is wanted".to_owned(),
    };
    let start = first_characters(malformed, 200);
    ToolError::Failed(format!(
        "The arguments of `{tool}` are no JSON object ({problem}): {start}\nNothing was \
         done. They have to match this schema: {parameters}"
    ))
}
