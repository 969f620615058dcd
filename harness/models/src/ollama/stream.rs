//! Ollama's stream: each line is a piece of the message; the last one is done.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::{Decoder, Fault, in_stream};
use crate::{Event, Part, Reply, StopReason, TokenUsage, arguments, opaque};

/// A message that is arriving.
pub(super) struct Stream {
    model: String,
    /// How many messages came before, for identifiers that no other call has.
    turn: usize,
    thinking: String,
    text: String,
    calls: Vec<Part>,
}

#[derive(Deserialize)]
struct Piece {
    message: Option<Said>,
    #[serde(default)]
    done: bool,
    done_reason: Option<String>,
    #[serde(default)]
    prompt_eval_count: u64,
    #[serde(default)]
    eval_count: u64,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Said {
    content: Option<String>,
    thinking: Option<String>,
    tool_calls: Option<Vec<Call>>,
}

#[derive(Deserialize)]
struct Call {
    id: Option<String>,
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    arguments: Option<Value>,
}

impl Stream {
    pub(super) fn new(model: &str, turn: usize) -> Stream {
        Stream {
            model: model.to_owned(),
            turn,
            thinking: String::new(),
            text: String::new(),
            calls: Vec::new(),
        }
    }

    fn grow(&mut self, said: Said, out: &mut VecDeque<Event>) {
        if let Some(thought) = said.thinking.filter(|thought| !thought.is_empty()) {
            self.thinking.push_str(&thought);
            out.push_back(Event::ThinkingDelta(thought));
        }
        if let Some(text) = said.content.filter(|text| !text.is_empty()) {
            self.text.push_str(&text);
            out.push_back(Event::TextDelta(text));
        }
        for call in said.tool_calls.into_iter().flatten() {
            let id = call.id.filter(|id| !id.is_empty());
            let id = id.unwrap_or_else(|| format!("call_{}_{}", self.turn, self.calls.len()));
            let name = call.function.name;
            out.push_back(Event::ToolCallStarted {
                id: id.clone(),
                name: name.clone(),
            });
            let arguments = match call.function.arguments {
                None | Some(Value::Null) => json!({}),
                Some(object @ Value::Object(_)) => object,
                Some(Value::String(text)) => arguments::parse(&text),
                Some(other) => Value::String(other.to_string()),
            };
            self.calls.push(Part::ToolCall {
                id,
                name,
                arguments,
            });
        }
    }

    fn parts(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        let thinking = std::mem::take(&mut self.thinking);
        if !thinking.is_empty() {
            parts.push(Part::Thinking {
                text: thinking,
                opaque: Some(opaque::mark(
                    "ollama",
                    &self.model,
                    "field",
                    "thinking".into(),
                )),
            });
        }
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() {
            parts.push(Part::text(text));
        }
        parts.append(&mut self.calls);
        parts
    }
}

impl Decoder for Stream {
    fn piece(&mut self, data: &str, out: &mut VecDeque<Event>) -> Result<(), Fault> {
        let piece: Piece =
            serde_json::from_str(data).map_err(|error| Fault::malformed(&error, data))?;
        if let Some(error) = piece.error {
            return Err(in_stream(&json!({ "error": error })));
        }
        if let Some(said) = piece.message {
            self.grow(said, out);
        }
        if piece.done {
            let stop = match piece.done_reason.as_deref() {
                Some("length") => StopReason::MaxTokens,
                _ if !self.calls.is_empty() => StopReason::ToolCalls,
                _ => StopReason::EndTurn,
            };
            out.push_back(Event::Finished(Reply {
                parts: self.parts(),
                stop,
                usage: TokenUsage {
                    input_tokens: piece.prompt_eval_count,
                    output_tokens: piece.eval_count,
                    ..TokenUsage::default()
                },
            }));
        }
        Ok(())
    }

    fn end(&mut self, _: &mut VecDeque<Event>) -> Result<(), Fault> {
        Err(Fault::cut("a line with `\"done\": true`"))
    }
}
