//! A request as OpenAI's responses want it. Nothing is kept there: thoughts come
//! encrypted and go back with the conversation.

use serde_json::{Map, Value, json};

use super::effort::effort;
use crate::{Message, Part, Request, Role, ThinkingLevel, ToolSpec, arguments, opaque};

/// The body of a request.
pub(super) fn body(model: &str, request: &Request) -> Value {
    let mut body = Map::new();
    body.insert("model".to_owned(), model.into());
    body.insert("stream".to_owned(), true.into());
    body.insert("store".to_owned(), false.into());
    if let Some(limit) = request.max_output_tokens {
        body.insert("max_output_tokens".to_owned(), limit.into());
    }
    if let Some(effort) = effort(model, request.thinking, false) {
        let mut reasoning = Map::new();
        reasoning.insert("effort".to_owned(), effort.into());
        if request.thinking != ThinkingLevel::Off {
            reasoning.insert("summary".to_owned(), "auto".into());
        }
        body.insert("reasoning".to_owned(), reasoning.into());
        let include = json!(["reasoning.encrypted_content"]);
        body.insert("include".to_owned(), include);
    }
    if !request.tools.is_empty() {
        let tools: Vec<Value> = request.tools.iter().map(tool).collect();
        body.insert("tools".to_owned(), tools.into());
    }
    if !request.system.trim().is_empty() {
        body.insert("instructions".to_owned(), request.system.clone().into());
    }
    let mut input = Vec::new();
    for message in &request.messages {
        match message.role {
            Role::User => user(message, &mut input),
            Role::Assistant => assistant(model, message, &mut input),
        }
    }
    body.insert("input".to_owned(), input.into());
    Value::Object(body)
}

fn tool(tool: &ToolSpec) -> Value {
    json!({
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        // Strict ones take only part of JSON schema.
        "strict": false,
    })
}

fn content(parts: &[Part]) -> Vec<Value> {
    let content = parts.iter().filter_map(|part| match part {
        Part::Text { text } if !text.is_empty() => {
            Some(json!({"type": "input_text", "text": text}))
        }
        Part::Image { media_type, data } => Some(json!({
            "type": "input_image",
            "image_url": format!("data:{media_type};base64,{data}"),
        })),
        _ => None,
    });
    content.collect()
}

fn user(message: &Message, out: &mut Vec<Value>) {
    for part in &message.parts {
        if let Part::ToolResult {
            call_id, content, ..
        } = part
        {
            let shows = content
                .iter()
                .any(|part| matches!(part, Part::Image { .. }));
            let output: Value = if shows {
                self::content(content).into()
            } else {
                Part::joined_text(content).into()
            };
            out.push(json!({
                "type": "function_call_output",
                "call_id": call_id,
                "output": output,
            }));
        }
    }
    let content = content(&message.parts);
    if !content.is_empty() {
        out.push(json!({"type": "message", "role": "user", "content": content}));
    }
}

fn assistant(model: &str, message: &Message, out: &mut Vec<Value>) {
    // A thought is refused unless what it led to follows.
    let mut thoughts = Vec::new();
    for part in &message.parts {
        let item = match part {
            Part::Thinking { opaque, .. } => {
                let item = opaque::own(opaque.as_ref(), "openai", model, "item");
                thoughts.extend(item.cloned());
                continue;
            }
            Part::Text { text } if !text.is_empty() => json!({
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": text}],
            }),
            Part::ToolCall {
                id,
                name,
                arguments,
            } => json!({
                "type": "function_call",
                "call_id": id,
                "name": name,
                "arguments": arguments::object(arguments).to_string(),
            }),
            _ => continue,
        };
        out.append(&mut thoughts);
        out.push(item);
    }
}
