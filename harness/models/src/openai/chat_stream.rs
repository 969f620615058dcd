//! The stream of chat completions: changes to one message, why it ended, what
//! it took, and a last line.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::{Decoder, Fault, in_stream};
use crate::{Event, Part, Reply, StopReason, TokenUsage, arguments, opaque};

/// The most calls of tools in one reply.
const MAX_CALLS: usize = 1_000;

/// The most details of thinking in one reply: each piece is looked for among them.
const MAX_DETAILS: usize = 1_000;

/// A message that is arriving.
pub(super) struct Stream {
    model: String,
    /// How many messages came before, for identifiers that no other call has.
    turn: usize,
    text: String,
    thinking: String,
    /// The field in which thoughts came, for there is no standard.
    thinking_field: Option<&'static str>,
    thinking_details: Vec<Value>,
    calls: Vec<Call>,
    refused: bool,
    stop: Option<StopReason>,
    usage: TokenUsage,
}

struct Call {
    index: Option<u64>,
    id: String,
    name: String,
    arguments: String,
}

#[derive(Deserialize)]
struct Piece {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Usage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct Delta {
    content: Option<String>,
    refusal: Option<String>,
    reasoning_content: Option<String>,
    reasoning: Option<String>,
    reasoning_details: Option<Vec<Value>>,
    tool_calls: Option<Vec<CallDelta>>,
}

#[derive(Deserialize)]
struct CallDelta {
    index: Option<u64>,
    id: Option<String>,
    function: Option<FunctionDelta>,
}

#[derive(Deserialize)]
struct FunctionDelta {
    name: Option<String>,
    arguments: Option<Value>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

impl Stream {
    pub(super) fn new(model: &str, turn: usize) -> Stream {
        Stream {
            model: model.to_owned(),
            turn,
            text: String::new(),
            thinking: String::new(),
            thinking_field: None,
            thinking_details: Vec::new(),
            calls: Vec::new(),
            refused: false,
            stop: None,
            usage: TokenUsage::default(),
        }
    }

    fn grow(&mut self, delta: Delta, out: &mut VecDeque<Event>) -> Result<(), Fault> {
        // Servers that send both fields send the same in them.
        let thought = match (delta.reasoning_content, delta.reasoning) {
            (Some(thought), _) if !thought.is_empty() => Some(("reasoning_content", thought)),
            (_, Some(thought)) if !thought.is_empty() => Some(("reasoning", thought)),
            _ => None,
        };
        if let Some((field, thought)) = thought {
            self.thinking_field = Some(field);
            self.thinking.push_str(&thought);
            out.push_back(Event::ThinkingDelta(thought));
        }
        for detail in delta.reasoning_details.into_iter().flatten() {
            add_detail(&mut self.thinking_details, detail)?;
        }
        self.refused |= delta.refusal.as_ref().is_some_and(|said| !said.is_empty());
        for text in [delta.content, delta.refusal].into_iter().flatten() {
            if !text.is_empty() {
                self.text.push_str(&text);
                out.push_back(Event::TextDelta(text));
            }
        }
        for call in delta.tool_calls.into_iter().flatten() {
            self.call(call, out)?;
        }
        Ok(())
    }

    fn call(&mut self, delta: CallDelta, out: &mut VecDeque<Event>) -> Result<(), Fault> {
        let id = delta.id.filter(|id| !id.is_empty());
        let (name, piece) = match delta.function {
            Some(function) => (function.name, function.arguments),
            None => (None, None),
        };
        let position = self.position(delta.index, id.as_deref());
        if position.is_none() {
            let Some(name) = name.filter(|name| !name.is_empty()) else {
                return Err(Fault::protocol(
                    "the provider sent part of a tool call that it never began",
                ));
            };
            if self.calls.len() == MAX_CALLS {
                return Err(Fault::protocol(format!(
                    "the provider sent more than {MAX_CALLS} tool calls"
                )));
            }
            let id = id.unwrap_or_else(|| format!("call_{}_{}", self.turn, self.calls.len()));
            out.push_back(Event::ToolCallStarted {
                id: id.clone(),
                name: name.clone(),
            });
            self.calls.push(Call {
                index: delta.index,
                id,
                name,
                arguments: String::new(),
            });
        }
        let position = position.unwrap_or(self.calls.len().saturating_sub(1));
        if let Some(call) = self.calls.get_mut(position) {
            match piece {
                Some(Value::String(piece)) => call.arguments.push_str(&piece),
                // Some servers send the object itself.
                Some(object @ Value::Object(_)) => call.arguments = object.to_string(),
                _ => {}
            }
        }
        Ok(())
    }

    /// The call that is meant. Some servers give every call the same index, or
    /// none; a new identifier is a new call.
    fn position(&self, index: Option<u64>, id: Option<&str>) -> Option<usize> {
        match (index, id) {
            (_, Some(id)) => {
                let known = self.calls.iter().position(|call| call.id == id);
                known.or_else(|| {
                    // Begun without an identifier, which was made up here.
                    let made_up = format!("call_{}_", self.turn);
                    self.calls.iter().position(|call| {
                        index.is_some() && call.index == index && call.id.starts_with(&made_up)
                    })
                })
            }
            (Some(_), None) => self.calls.iter().rposition(|call| call.index == index),
            (None, None) => self.calls.len().checked_sub(1),
        }
    }

    fn reply(&mut self, stop: StopReason) -> Reply {
        let mut parts = Vec::new();
        if let Some(thinking) = self.thinking() {
            parts.push(thinking);
        }
        if !self.text.is_empty() {
            parts.push(Part::text(std::mem::take(&mut self.text)));
        }
        let calls = std::mem::take(&mut self.calls);
        // Some servers say that they stopped when they wait for tools.
        let stop = match stop {
            _ if self.refused => StopReason::Refusal,
            StopReason::EndTurn if !calls.is_empty() => StopReason::ToolCalls,
            stop => stop,
        };
        parts.extend(calls.into_iter().map(|call| Part::ToolCall {
            id: call.id,
            name: call.name,
            arguments: arguments::parse(&call.arguments),
        }));
        Reply {
            parts,
            stop,
            usage: self.usage,
        }
    }

    fn thinking(&mut self) -> Option<Part> {
        let details = std::mem::take(&mut self.thinking_details);
        let text = std::mem::take(&mut self.thinking);
        let opaque = if !details.is_empty() {
            Some(("reasoning_details", Value::Array(details)))
        } else {
            self.thinking_field.map(|field| ("field", field.into()))
        };
        let (field, value) = opaque?;
        Some(Part::Thinking {
            text,
            opaque: Some(opaque::mark("openai", &self.model, field, value)),
        })
    }
}

/// Pieces of one detail have the same index and type; their texts belong
/// together.
fn add_detail(details: &mut Vec<Value>, piece: Value) -> Result<(), Fault> {
    let same = |known: &Value| {
        let equal = |field| known.get(field) == piece.get(field);
        piece.get("index").is_some() && equal("index") && equal("type")
    };
    let Some(known) = details.iter_mut().find(|known| same(known)) else {
        if details.len() == MAX_DETAILS {
            return Err(Fault::protocol(format!(
                "the provider sent more than {MAX_DETAILS} details of thinking"
            )));
        }
        details.push(piece);
        return Ok(());
    };
    let (Some(known), Value::Object(piece)) = (known.as_object_mut(), piece) else {
        return Ok(());
    };
    for (field, value) in piece {
        let grows = matches!(field.as_str(), "text" | "summary" | "data");
        match (known.get_mut(&field), value) {
            (Some(Value::String(text)), Value::String(more)) if grows => text.push_str(&more),
            (_, Value::Null) => {}
            (_, value) => {
                known.insert(field, value);
            }
        }
    }
    Ok(())
}

impl Decoder for Stream {
    fn piece(&mut self, data: &str, out: &mut VecDeque<Event>) -> Result<(), Fault> {
        if data.trim() == "[DONE]" {
            let stop = self.stop.ok_or_else(|| Fault::cut("a `finish_reason`"))?;
            let reply = self.reply(stop);
            out.push_back(Event::Finished(reply));
            return Ok(());
        }
        let piece: Piece =
            serde_json::from_str(data).map_err(|error| Fault::malformed(&error, data))?;
        if let Some(error) = piece.error.filter(|error| !error.is_null()) {
            let mut body = Map::new();
            body.insert("error".to_owned(), error);
            return Err(in_stream(&Value::Object(body)));
        }
        if let Some(usage) = piece.usage {
            let details = usage.prompt_tokens_details;
            let cached = details.and_then(|d| d.cached_tokens).unwrap_or(0);
            self.usage = TokenUsage {
                input_tokens: usage.prompt_tokens.saturating_sub(cached),
                output_tokens: usage.completion_tokens,
                cache_read_tokens: cached,
                cache_write_tokens: 0,
            };
        }
        // Only one was asked for.
        let Some(choice) = piece.choices.into_iter().next() else {
            return Ok(());
        };
        self.grow(choice.delta.unwrap_or_default(), out)?;
        if let Some(reason) = choice.finish_reason {
            self.stop = Some(stop(&reason)?);
        }
        Ok(())
    }

    fn end(&mut self, out: &mut VecDeque<Event>) -> Result<(), Fault> {
        // The last line is missing at some servers; the reason is not.
        let stop = self
            .stop
            .ok_or_else(|| Fault::cut("a `finish_reason` and `[DONE]`"))?;
        let reply = self.reply(stop);
        out.push_back(Event::Finished(reply));
        Ok(())
    }
}

fn stop(reason: &str) -> Result<StopReason, Fault> {
    Ok(match reason {
        "tool_calls" | "function_call" => StopReason::ToolCalls,
        "length" => StopReason::MaxTokens,
        "content_filter" => StopReason::Refusal,
        // A router's word for a failure of the model behind it.
        "error" => {
            let body = json!({"error": "the model failed while it answered"});
            return Err(in_stream(&body));
        }
        _ => StopReason::EndTurn,
    })
}
