//! Turns and errors in the wire formats of Anthropic and OpenAI.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::Answer;
use crate::{Part, Reply, StopReason, TokenUsage, Turn};

/// This turn as Anthropic streams it: text, thoughts and arguments in two pieces
/// each. A string as `opaque` is the signature of the thoughts.
pub fn anthropic(turn: &Turn) -> Answer {
    let reply = reply(turn);
    let TokenUsage {
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_tokens,
    } = reply.usage;
    let mut events = vec![
        json!({"type": "message_start", "message": {
            "id": "msg_1", "type": "message", "role": "assistant", "content": [],
            "model": "test", "stop_reason": null, "stop_sequence": null,
            "usage": {
                "input_tokens": input_tokens, "output_tokens": 1,
                "cache_read_input_tokens": cache_read_tokens,
                "cache_creation_input_tokens": cache_write_tokens,
            },
        }}),
        json!({"type": "ping"}),
    ];
    for (index, part) in reply.parts.iter().enumerate() {
        let (start, deltas) = anthropic_block(part);
        events.push(json!({"type": "content_block_start", "index": index, "content_block": start}));
        events.extend(
            deltas.into_iter().map(
                |delta| json!({"type": "content_block_delta", "index": index, "delta": delta}),
            ),
        );
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    let stop = match reply.stop {
        StopReason::EndTurn => "end_turn",
        StopReason::ToolCalls => "tool_use",
        StopReason::MaxTokens => "max_tokens",
        StopReason::Refusal => "refusal",
    };
    events.push(json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop, "stop_sequence": null},
        "usage": {"output_tokens": output_tokens},
    }));
    events.push(json!({"type": "message_stop"}));
    let body: String = events
        .iter()
        .map(|event| {
            let name = event["type"].as_str().unwrap_or_default();
            format!("event: {name}\ndata: {event}\n\n")
        })
        .collect();
    Answer::ok("text/event-stream; charset=utf-8", body)
}

/// An error as Anthropic answers it, such as `(529, "overloaded_error", ...)`.
pub fn anthropic_error(status: u16, kind: &str, message: &str) -> Answer {
    let error = json!({"type": kind, "message": message});
    let body = json!({"type": "error", "error": error, "request_id": "req_1"});
    Answer::status(status, "application/json", body.to_string())
}

/// This turn as OpenAI streams it: text, thoughts and arguments in two pieces
/// each. Thoughts come as `reasoning_content`, as compatible servers send them.
pub fn openai(turn: &Turn) -> Answer {
    let reply = reply(turn);
    let chunk = |delta: Value, stop: Option<&str>| {
        json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "test",
            "choices": [{"index": 0, "delta": delta, "finish_reason": stop}],
            "usage": null,
        })
    };
    let mut chunks = vec![chunk(json!({"role": "assistant", "content": ""}), None)];
    chunks.extend(
        openai_deltas(&reply)
            .into_iter()
            .map(|delta| chunk(delta, None)),
    );
    let stop = match reply.stop {
        StopReason::EndTurn => "stop",
        StopReason::ToolCalls => "tool_calls",
        StopReason::MaxTokens => "length",
        StopReason::Refusal => "content_filter",
    };
    chunks.push(chunk(json!({}), Some(stop)));
    let usage = reply.usage;
    chunks.push(json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "test",
        "choices": [],
        "usage": {
            "prompt_tokens": usage.input_tokens + usage.cache_read_tokens,
            "completion_tokens": usage.output_tokens,
            "prompt_tokens_details": {"cached_tokens": usage.cache_read_tokens},
        },
    }));
    let mut data: Vec<String> = chunks.iter().map(Value::to_string).collect();
    data.push("[DONE]".to_owned());
    Answer::server_events(data.iter().map(String::as_str))
}

/// An error as OpenAI answers it, such as `(404, "model_not_found", ...)`.
pub fn openai_error(status: u16, code: &str, message: &str) -> Answer {
    let error =
        json!({"message": message, "type": "invalid_request_error", "param": null, "code": code});
    Answer::status(
        status,
        "application/json",
        json!({ "error": error }).to_string(),
    )
}

/// The reply, with identifiers that no call in another one has.
fn reply(turn: &Turn) -> Reply {
    static REPLIES: AtomicUsize = AtomicUsize::new(0);
    turn.reply(REPLIES.fetch_add(1, Ordering::Relaxed))
}

fn anthropic_block(part: &Part) -> (Value, Vec<Value>) {
    match part {
        Part::Thinking { text, opaque } => {
            let mut deltas: Vec<Value> = halves(text)
                .map(|half| json!({"type": "thinking_delta", "thinking": half}))
                .collect();
            let signature = opaque.as_ref().and_then(Value::as_str);
            deltas.extend(
                signature
                    .map(|signature| json!({"type": "signature_delta", "signature": signature})),
            );
            let start = json!({"type": "thinking", "thinking": "", "signature": ""});
            (start, deltas)
        }
        Part::ToolCall {
            id,
            name,
            arguments,
        } => {
            let deltas = halves(&written(arguments))
                .map(|half| json!({"type": "input_json_delta", "partial_json": half}))
                .collect();
            let start = json!({"type": "tool_use", "id": id, "name": name, "input": {}});
            (start, deltas)
        }
        part => {
            let deltas = halves(&Part::joined_text(std::slice::from_ref(part)))
                .map(|half| json!({"type": "text_delta", "text": half}))
                .collect();
            (json!({"type": "text", "text": ""}), deltas)
        }
    }
}

fn openai_deltas(reply: &Reply) -> Vec<Value> {
    let mut deltas = Vec::new();
    let mut calls = 0;
    for part in &reply.parts {
        match part {
            Part::Thinking { text, .. } => {
                deltas.extend(halves(text).map(|half| json!({"reasoning_content": half})));
            }
            Part::ToolCall {
                id,
                name,
                arguments,
            } => {
                let function = json!({"name": name, "arguments": ""});
                deltas.push(json!({"tool_calls": [
                    {"index": calls, "id": id, "type": "function", "function": function},
                ]}));
                deltas.extend(halves(&written(arguments)).map(|half| {
                    json!({"tool_calls": [{"index": calls, "function": {"arguments": half}}]})
                }));
                calls += 1;
            }
            part => deltas.extend(
                halves(&Part::joined_text(std::slice::from_ref(part)))
                    .map(|half| json!({"content": half})),
            ),
        }
    }
    deltas
}

/// As a model writes them: a string is what it wrote, malformed as it is.
fn written(arguments: &Value) -> String {
    match arguments {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn halves(text: &str) -> impl Iterator<Item = String> + use<> {
    let middle = text.chars().count() / 2;
    let (left, right): (Vec<_>, Vec<_>) = text
        .chars()
        .enumerate()
        .partition(|(number, _)| *number < middle);
    let join = |half: Vec<(usize, char)>| half.into_iter().map(|(_, c)| c).collect::<String>();
    [join(left), join(right)]
        .into_iter()
        .filter(|half| !half.is_empty())
}
