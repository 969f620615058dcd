//! A request as Anthropic wants it, with marks where its cache may begin anew.

use serde_json::{Map, Value, json};

use super::thinking;
use crate::{Message, Part, Request, Role, ToolSpec, arguments, opaque};

/// The body of a request.
pub(super) fn body(model: &str, request: &Request) -> Value {
    let max_tokens = request
        .max_output_tokens
        .unwrap_or_else(|| thinking::max_tokens(model));
    let (thinking, output_config) = thinking::fields(model, request.thinking, max_tokens);
    let mut body = Map::new();
    body.insert("model".to_owned(), model.into());
    body.insert("max_tokens".to_owned(), max_tokens.into());
    body.insert("stream".to_owned(), true.into());
    let mut insert = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    insert("thinking", thinking);
    insert("output_config", output_config);
    // The cache holds a prefix in this order: tools, system, messages. What
    // rarely changes is marked, and so are the last two turns of the user: the
    // one is read from the cache, the other written for the next request.
    insert("tools", tools(&request.tools));
    insert("system", system(&request.system));
    let mut messages: Vec<Value> = request
        .messages
        .iter()
        .filter_map(|message| self::message(model, message))
        .collect();
    let users = messages
        .iter_mut()
        .rev()
        .filter(|message| message["role"] == "user");
    for message in users.take(2) {
        if let Some(last) = message["content"].as_array_mut().and_then(|c| c.last_mut()) {
            mark(last);
        }
    }
    body.insert("messages".to_owned(), messages.into());
    Value::Object(body)
}

fn mark(block: &mut Value) {
    if let Some(block) = block.as_object_mut() {
        block.insert("cache_control".to_owned(), json!({"type": "ephemeral"}));
    }
}

fn system(text: &str) -> Option<Value> {
    // An empty block is refused.
    if text.trim().is_empty() {
        return None;
    }
    let mut block = json!({"type": "text", "text": text});
    mark(&mut block);
    Some(json!([block]))
}

fn tools(tools: &[ToolSpec]) -> Option<Value> {
    let mut tools: Vec<Value> = tools
        .iter()
        .map(|tool| {
            json!({
                "name": tool.name,
                "description": tool.description,
                "input_schema": tool.parameters,
            })
        })
        .collect();
    mark(tools.last_mut()?);
    Some(tools.into())
}

/// None for a message of which nothing may be sent.
fn message(model: &str, message: &Message) -> Option<Value> {
    let mut content: Vec<Value> = message
        .parts
        .iter()
        .filter_map(|part| block(model, part))
        .collect();
    if content.is_empty() {
        return None;
    }
    let role = match message.role {
        Role::User => {
            // Results must come before anything else that the user says.
            content.sort_by_key(|block| block["type"] != "tool_result");
            "user"
        }
        Role::Assistant => "assistant",
    };
    Some(json!({"role": role, "content": content}))
}

fn block(model: &str, part: &Part) -> Option<Value> {
    let own = |opaque, field| opaque::own(opaque, "anthropic", model, field);
    Some(match part {
        // Models write lines of nothing before a call, and may not read them.
        Part::Text { text } if text.trim().is_empty() => return None,
        Part::Text { text } => json!({"type": "text", "text": text}),
        Part::Image { media_type, data } => json!({
            "type": "image",
            "source": {"type": "base64", "media_type": media_type, "data": data},
        }),
        Part::Thinking { text, opaque } => {
            let opaque = opaque.as_ref();
            if let Some(data) = own(opaque, "redacted") {
                json!({"type": "redacted_thinking", "data": data})
            } else {
                // Without its signature a thought is refused.
                let signature = own(opaque, "signature")?;
                json!({"type": "thinking", "thinking": text, "signature": signature})
            }
        }
        Part::ToolCall {
            id,
            name,
            arguments,
        } => json!({
            "type": "tool_use",
            "id": id,
            "name": name,
            "input": arguments::object(arguments),
        }),
        Part::ToolResult {
            call_id,
            content,
            is_error,
        } => {
            let content: Vec<Value> = content
                .iter()
                .filter_map(|part| block(model, part))
                .collect();
            let mut result = json!({"type": "tool_result", "tool_use_id": call_id});
            if let Some(result) = result.as_object_mut() {
                if !content.is_empty() {
                    result.insert("content".to_owned(), content.into());
                }
                if *is_error {
                    result.insert("is_error".to_owned(), true.into());
                }
            }
            result
        }
    })
}
