//! A request as Gemini wants it.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::MADE_UP;
use crate::{Message, Part, Request, Role, ThinkingLevel, ToolSpec, arguments, opaque};

/// Stands for the signature of a call that another model made, as Google's
/// documentation has it; without one, newer models refuse the call.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// The body of a request.
pub(super) fn body(model: &str, request: &Request) -> Value {
    let mut body = Map::new();
    if !request.system.trim().is_empty() {
        let system = json!({"parts": [{"text": request.system}]});
        body.insert("systemInstruction".to_owned(), system);
    }
    if !request.tools.is_empty() {
        let tools: Vec<Value> = request.tools.iter().map(tool).collect();
        let tools = json!([{"functionDeclarations": tools}]);
        body.insert("tools".to_owned(), tools);
    }
    let mut config = Map::new();
    if let Some(limit) = request.max_output_tokens {
        config.insert("maxOutputTokens".to_owned(), limit.into());
    }
    if let Some(thinking) = thinking(model, request.thinking) {
        config.insert("thinkingConfig".to_owned(), thinking);
    }
    if !config.is_empty() {
        body.insert("generationConfig".to_owned(), config.into());
    }
    // A result names its function; only the call knows it.
    let mut names = HashMap::new();
    let mut contents = Vec::new();
    for message in &request.messages {
        let (role, parts) = match message.role {
            Role::User => ("user", user(message, &names)),
            Role::Assistant => ("model", assistant(model, message)),
        };
        names.extend(message.parts.iter().filter_map(|part| match part {
            Part::ToolCall { id, name, .. } => Some((id.as_str(), name.as_str())),
            _ => None,
        }));
        if !parts.is_empty() {
            contents.push(json!({"role": role, "parts": parts}));
        }
    }
    body.insert("contents".to_owned(), contents.into());
    Value::Object(body)
}

fn tool(tool: &ToolSpec) -> Value {
    json!({
        "name": tool.name,
        "description": tool.description,
        "parametersJsonSchema": tool.parameters,
    })
}

fn thinking(model: &str, level: ThinkingLevel) -> Option<Value> {
    let rest = model.strip_prefix("gemini-")?;
    let (version, variant) = rest.split_once('-').unwrap_or((rest, ""));
    let version: f32 = version.parse().ok()?;
    let show = level != ThinkingLevel::Off;
    if version < 2.5 {
        return None;
    }
    let is_pro = variant.starts_with("pro");
    if version < 3.0 {
        let budget = match level {
            ThinkingLevel::Off if is_pro => 128,
            ThinkingLevel::Off => 0,
            ThinkingLevel::Minimal => 512,
            ThinkingLevel::Low => 2_048,
            ThinkingLevel::Medium => 8_192,
            ThinkingLevel::High => 16_384,
            ThinkingLevel::Xhigh if is_pro => 32_768,
            ThinkingLevel::Xhigh => 24_576,
        };
        return Some(json!({"includeThoughts": show, "thinkingBudget": budget}));
    }
    let knows_minimal = version == 3.0 && variant.starts_with("flash");
    let knows_medium = !(version == 3.0 && is_pro);
    let name = match level {
        ThinkingLevel::Off | ThinkingLevel::Minimal if knows_minimal => "minimal",
        ThinkingLevel::Off | ThinkingLevel::Minimal | ThinkingLevel::Low => "low",
        ThinkingLevel::Medium if knows_medium => "medium",
        ThinkingLevel::Medium | ThinkingLevel::High | ThinkingLevel::Xhigh => "high",
    };
    Some(json!({"includeThoughts": show, "thinkingLevel": name}))
}

fn image(part: &Part) -> Option<Value> {
    match part {
        Part::Image { media_type, data } => {
            Some(json!({"inlineData": {"mimeType": media_type, "data": data}}))
        }
        _ => None,
    }
}

fn user(message: &Message, names: &HashMap<&str, &str>) -> Vec<Value> {
    let mut results = Vec::new();
    let mut rest = Vec::new();
    for part in &message.parts {
        match part {
            Part::ToolResult {
                call_id,
                content,
                is_error,
            } => {
                let key = if *is_error { "error" } else { "output" };
                let mut response = Map::new();
                response.insert(key.to_owned(), Part::joined_text(content).into());
                let mut result = Map::new();
                if !call_id.starts_with(MADE_UP) {
                    result.insert("id".to_owned(), call_id.clone().into());
                }
                let name = names.get(call_id.as_str()).copied().unwrap_or("unknown");
                result.insert("name".to_owned(), name.into());
                result.insert("response".to_owned(), response.into());
                results.push(json!({ "functionResponse": result }));
                rest.extend(content.iter().filter_map(image));
            }
            Part::Text { text } if !text.is_empty() => rest.push(json!({ "text": text })),
            part => rest.extend(image(part)),
        }
    }
    results.append(&mut rest);
    results
}

fn assistant(model: &str, message: &Message) -> Vec<Value> {
    let must_sign = model
        .strip_prefix("gemini-")
        .is_some_and(|rest| !rest.starts_with(['1', '2']));
    let mut parts: Vec<Value> = Vec::new();
    // A signature stands before the part that it signs.
    let mut signature = None;
    let mut has_call = false;
    for part in &message.parts {
        let mut value = match part {
            Part::Thinking { text, opaque } => {
                let own = opaque::own(opaque.as_ref(), "google", model, "signature");
                let Some(own) = own else { continue };
                if text.is_empty() {
                    signature = Some(own.clone());
                } else {
                    parts.push(json!({"text": text, "thought": true, "thoughtSignature": own}));
                }
                continue;
            }
            Part::Text { text } if !text.is_empty() => json!({ "text": text }),
            Part::ToolCall {
                id,
                name,
                arguments,
            } => {
                let mut call = Map::new();
                if !id.starts_with(MADE_UP) {
                    call.insert("id".to_owned(), id.clone().into());
                }
                call.insert("name".to_owned(), name.clone().into());
                call.insert("args".to_owned(), arguments::object(arguments));
                // Of parallel calls only the first is signed.
                if must_sign && !has_call && signature.is_none() {
                    signature = Some(NO_SIGNATURE.into());
                }
                has_call = true;
                json!({ "functionCall": call })
            }
            _ => continue,
        };
        if let (Some(signature), Some(object)) = (signature.take(), value.as_object_mut()) {
            object.insert("thoughtSignature".to_owned(), signature);
        }
        parts.push(value);
    }
    if let Some(signature) = signature {
        parts.push(json!({"text": "", "thoughtSignature": signature}));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use ThinkingLevel::{High, Medium, Minimal, Off, Xhigh};

    #[test]
    fn each_family_is_asked_in_its_way() {
        let check = |model, level, want: Option<Value>| {
            assert_eq!(thinking(model, level), want, "{model} {level:?}");
        };
        let level = |show: bool, level: &str| {
            Some(json!({"includeThoughts": show, "thinkingLevel": level}))
        };
        let budget = |show: bool, budget: u32| {
            Some(json!({"includeThoughts": show, "thinkingBudget": budget}))
        };
        check("gemini-2.0-flash", High, None);
        check("gemma-3-27b-it", High, None);
        check("gemini-2.5-flash", Off, budget(false, 0));
        check("gemini-2.5-pro", Off, budget(false, 128));
        check("gemini-2.5-pro", Xhigh, budget(true, 32_768));
        check("gemini-3-pro-preview", Medium, level(true, "high"));
        check("gemini-3-flash-preview", Minimal, level(true, "minimal"));
        check("gemini-3.5-flash", Off, level(false, "low"));
        check("gemini-3.1-pro", Medium, level(true, "medium"));
    }
}
