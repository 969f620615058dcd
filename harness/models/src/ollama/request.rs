//! A request as Ollama wants it.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::{Message, Part, Request, Role, ThinkingLevel, ToolSpec, arguments, opaque};

/// The body of a request.
pub(super) fn body(model: &str, request: &Request) -> Value {
    let mut body = Map::new();
    body.insert("model".to_owned(), model.into());
    body.insert("stream".to_owned(), true.into());
    if let Some(think) = think(model, request.thinking) {
        body.insert("think".to_owned(), think);
    }
    if let Some(limit) = request.max_output_tokens {
        body.insert("options".to_owned(), json!({ "num_predict": limit }));
    }
    if !request.tools.is_empty() {
        let tools: Vec<Value> = request.tools.iter().map(tool).collect();
        body.insert("tools".to_owned(), tools.into());
    }
    let mut messages = Vec::new();
    if !request.system.trim().is_empty() {
        messages.push(json!({"role": "system", "content": request.system}));
    }
    let mut names = HashMap::new();
    for message in &request.messages {
        match message.role {
            Role::User => user(message, &names, &mut messages),
            Role::Assistant => messages.extend(assistant(model, message)),
        }
        names.extend(message.parts.iter().filter_map(|part| match part {
            Part::ToolCall { id, name, .. } => Some((id.as_str(), name.as_str())),
            _ => None,
        }));
    }
    body.insert("messages".to_owned(), messages.into());
    Value::Object(body)
}

/// A model that cannot think refuses to be asked, and one that can does so
/// unasked: only less than that is said, and how much where levels are known.
fn think(model: &str, level: ThinkingLevel) -> Option<Value> {
    let name = model.rsplit('/').next().unwrap_or(model);
    if name.starts_with("gpt-oss") {
        let level = match level {
            ThinkingLevel::Off | ThinkingLevel::Minimal | ThinkingLevel::Low => "low",
            ThinkingLevel::Medium => "medium",
            ThinkingLevel::High | ThinkingLevel::Xhigh => "high",
        };
        return Some(level.into());
    }
    (level == ThinkingLevel::Off).then_some(Value::Bool(false))
}

fn tool(tool: &ToolSpec) -> Value {
    json!({
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        },
    })
}

fn images(parts: &[Part]) -> Vec<Value> {
    let data = parts.iter().filter_map(|part| match part {
        Part::Image { data, .. } => Some(data.clone().into()),
        _ => None,
    });
    data.collect()
}

fn user(message: &Message, names: &HashMap<&str, &str>, out: &mut Vec<Value>) {
    let mut shown = images(&message.parts);
    for part in &message.parts {
        let Part::ToolResult {
            call_id, content, ..
        } = part
        else {
            continue;
        };
        out.push(json!({
            "role": "tool",
            "tool_name": names.get(call_id.as_str()).copied().unwrap_or("unknown"),
            "tool_call_id": call_id,
            "content": Part::joined_text(content),
        }));
        shown.extend(images(content));
    }
    let text = message.text();
    if text.is_empty() && shown.is_empty() {
        return;
    }
    let mut said = json!({"role": "user", "content": text});
    if let Some(said) = said.as_object_mut()
        && !shown.is_empty()
    {
        said.insert("images".to_owned(), shown.into());
    }
    out.push(said);
}

/// None for a message of which nothing may be sent.
fn assistant(model: &str, message: &Message) -> Option<Value> {
    let mut thoughts = String::new();
    let mut calls = Vec::new();
    for part in &message.parts {
        match part {
            Part::Thinking { text, opaque }
                if opaque::own(opaque.as_ref(), "ollama", model, "field").is_some() =>
            {
                thoughts.push_str(text);
            }
            Part::ToolCall {
                id,
                name,
                arguments,
            } => calls.push(json!({
                "id": id,
                "function": {"name": name, "arguments": arguments::object(arguments)},
            })),
            _ => {}
        }
    }
    let text = message.text();
    if text.is_empty() && calls.is_empty() {
        return None;
    }
    let mut said = Map::new();
    said.insert("role".to_owned(), "assistant".into());
    said.insert("content".to_owned(), text.into());
    if !thoughts.is_empty() {
        said.insert("thinking".to_owned(), thoughts.into());
    }
    if !calls.is_empty() {
        said.insert("tool_calls".to_owned(), calls.into());
    }
    Some(Value::Object(said))
}
