//! A request as chat completions want it.

use serde_json::{Map, Value, json};

use super::effort::effort;
use crate::{Message, Part, Request, Role, ToolSpec, arguments, opaque};

/// The body of a request. `is_openai` tells OpenAI itself from those that are
/// compatible with it, and with its older fields at that.
pub(super) fn body(model: &str, is_openai: bool, request: &Request) -> Value {
    let effort = effort(model, request.thinking, !request.tools.is_empty());
    let mut body = Map::new();
    body.insert("model".to_owned(), model.into());
    body.insert("stream".to_owned(), true.into());
    body.insert("stream_options".to_owned(), json!({"include_usage": true}));
    if let Some(limit) = request.max_output_tokens {
        let name = if is_openai || effort.is_some() {
            "max_completion_tokens"
        } else {
            "max_tokens"
        };
        body.insert(name.to_owned(), limit.into());
    }
    if let Some(effort) = effort {
        body.insert("reasoning_effort".to_owned(), effort.into());
    }
    if !request.tools.is_empty() {
        let tools: Vec<Value> = request.tools.iter().map(tool).collect();
        body.insert("tools".to_owned(), tools.into());
    }
    let mut messages = Vec::new();
    if !request.system.trim().is_empty() {
        messages.push(json!({"role": "system", "content": request.system}));
    }
    for message in &request.messages {
        match message.role {
            Role::User => user(message, &mut messages),
            Role::Assistant => messages.extend(assistant(model, message)),
        }
    }
    body.insert("messages".to_owned(), messages.into());
    Value::Object(body)
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

/// One message becomes several: each result of a tool has its own, and what it
/// shows follows in a message of the user, for a result may hold text only.
fn user(message: &Message, out: &mut Vec<Value>) {
    let mut said = Vec::new();
    let mut shown = Vec::new();
    for part in &message.parts {
        match part {
            Part::ToolResult {
                call_id, content, ..
            } => {
                out.push(json!({
                    "role": "tool",
                    "tool_call_id": call_id,
                    "content": Part::joined_text(content),
                }));
                let images: Vec<Value> = content.iter().filter_map(image).collect();
                if !images.is_empty() {
                    let text = format!("What the tool call {call_id} shows:");
                    shown.push(json!({"type": "text", "text": text}));
                    shown.extend(images);
                }
            }
            Part::Text { text } if !text.is_empty() => {
                said.push(json!({"type": "text", "text": text}));
            }
            part => said.extend(image(part)),
        }
    }
    shown.append(&mut said);
    match shown.as_slice() {
        [] => {}
        // Not every server understands a list.
        [only] if only["type"] == "text" => {
            out.push(json!({"role": "user", "content": only["text"]}));
        }
        _ => out.push(json!({"role": "user", "content": shown})),
    }
}

fn image(part: &Part) -> Option<Value> {
    match part {
        Part::Image { media_type, data } => Some(json!({
            "type": "image_url",
            "image_url": {"url": format!("data:{media_type};base64,{data}")},
        })),
        _ => None,
    }
}

/// None for a message of which nothing may be sent.
fn assistant(model: &str, message: &Message) -> Option<Value> {
    let text = message.text();
    let mut calls = Vec::new();
    let mut object = Map::new();
    object.insert("role".to_owned(), "assistant".into());
    object.insert("content".to_owned(), Value::Null);
    for part in &message.parts {
        match part {
            Part::ToolCall {
                id,
                name,
                arguments,
            } => calls.push(json!({
                "id": id,
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": arguments::object(arguments).to_string(),
                },
            })),
            Part::Thinking { text, opaque } => {
                let own = |field| opaque::own(opaque.as_ref(), "openai", model, field);
                if let Some(details) = own("reasoning_details") {
                    object.insert("reasoning_details".to_owned(), details.clone());
                }
                if let Some(field) = own("field").and_then(Value::as_str) {
                    object.insert(field.to_owned(), text.clone().into());
                }
            }
            _ => {}
        }
    }
    if text.is_empty() && calls.is_empty() {
        return None;
    }
    if !text.is_empty() {
        object.insert("content".to_owned(), text.into());
    }
    if !calls.is_empty() {
        object.insert("tool_calls".to_owned(), calls.into());
    }
    Some(Value::Object(object))
}
