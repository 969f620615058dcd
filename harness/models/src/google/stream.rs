//! Gemini's stream: each event is a part of one candidate; the last one says why
//! it ended, and nothing follows.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::Value;

use super::MADE_UP;
use crate::http::{Decoder, Fault, in_stream};
use crate::{Event, ModelErrorKind, Part, Reply, StopReason, TokenUsage, opaque};

/// A reply that is arriving.
pub(super) struct Stream {
    model: String,
    /// How many messages came before, for identifiers that no other call has.
    turn: usize,
    parts: Vec<Part>,
    calls: usize,
    stop: Option<StopReason>,
    usage: TokenUsage,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Piece {
    #[serde(default)]
    candidates: Vec<Candidate>,
    prompt_feedback: Option<Feedback>,
    usage_metadata: Option<Usage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
    finish_message: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    parts: Vec<GooglePart>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GooglePart {
    text: Option<String>,
    #[serde(default)]
    thought: bool,
    thought_signature: Option<String>,
    function_call: Option<FunctionCall>,
}

#[derive(Deserialize)]
struct FunctionCall {
    id: Option<String>,
    name: String,
    args: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    #[serde(default)]
    prompt_token_count: u64,
    #[serde(default)]
    candidates_token_count: u64,
    #[serde(default)]
    thoughts_token_count: u64,
    #[serde(default)]
    cached_content_token_count: u64,
}

impl Stream {
    pub(super) fn new(model: &str, turn: usize) -> Stream {
        Stream {
            model: model.to_owned(),
            turn,
            parts: Vec::new(),
            calls: 0,
            stop: None,
            usage: TokenUsage::default(),
        }
    }

    fn part(&mut self, part: GooglePart, out: &mut VecDeque<Event>) {
        let signature = part
            .thought_signature
            .map(|signature| opaque::mark("google", &self.model, "signature", signature.into()));
        if part.thought {
            self.thought(part.text.unwrap_or_default(), signature, out);
            return;
        }
        let signed = signature.is_some();
        if signed {
            self.parts.push(Part::Thinking {
                text: String::new(),
                opaque: signature,
            });
        }
        if let Some(call) = part.function_call {
            self.call(call, out);
        } else if let Some(text) = part.text.filter(|text| !text.is_empty()) {
            match self.parts.last_mut() {
                Some(Part::Text { text: before }) => before.push_str(&text),
                _ => self.parts.push(Part::text(text.clone())),
            }
            out.push_back(Event::TextDelta(text));
        }
    }

    fn thought(&mut self, text: String, signature: Option<Value>, out: &mut VecDeque<Event>) {
        match self.parts.last_mut() {
            Some(Part::Thinking {
                text: before,
                opaque: opaque @ None,
            }) => {
                before.push_str(&text);
                *opaque = signature;
            }
            _ if text.is_empty() && signature.is_none() => {}
            _ => self.parts.push(Part::Thinking {
                text: text.clone(),
                opaque: signature,
            }),
        }
        if !text.is_empty() {
            out.push_back(Event::ThinkingDelta(text));
        }
    }

    fn call(&mut self, call: FunctionCall, out: &mut VecDeque<Event>) {
        let id = call.id.filter(|id| !id.is_empty());
        let id = id.unwrap_or_else(|| format!("{MADE_UP}{}-{}", self.turn, self.calls));
        self.calls += 1;
        out.push_back(Event::ToolCallStarted {
            id: id.clone(),
            name: call.name.clone(),
        });
        let arguments = match call.args {
            None | Some(Value::Null) => Value::Object(serde_json::Map::new()),
            Some(object @ Value::Object(_)) => object,
            Some(other) => Value::String(other.to_string()),
        };
        self.parts.push(Part::ToolCall {
            id,
            name: call.name,
            arguments,
        });
    }
}

impl Decoder for Stream {
    fn piece(&mut self, data: &str, out: &mut VecDeque<Event>) -> Result<(), Fault> {
        let piece: Piece =
            serde_json::from_str(data).map_err(|error| Fault::malformed(&error, data))?;
        if piece.error.is_some() {
            let body = serde_json::from_str(data).unwrap_or_default();
            return Err(in_stream(&body));
        }
        if let Some(usage) = piece.usage_metadata {
            let cached = usage.cached_content_token_count;
            self.usage = TokenUsage {
                input_tokens: usage.prompt_token_count.saturating_sub(cached),
                output_tokens: usage
                    .candidates_token_count
                    .saturating_add(usage.thoughts_token_count),
                cache_read_tokens: cached,
                cache_write_tokens: 0,
            };
        }
        if piece
            .prompt_feedback
            .is_some_and(|f| f.block_reason.is_some())
        {
            self.stop = Some(StopReason::Refusal);
        }
        // Only one was asked for.
        let Some(candidate) = piece.candidates.into_iter().next() else {
            return Ok(());
        };
        for part in candidate.content.into_iter().flat_map(|c| c.parts) {
            self.part(part, out);
        }
        if let Some(reason) = candidate.finish_reason {
            let said = candidate.finish_message.unwrap_or_default();
            self.stop = Some(stop(&reason, &said)?);
        }
        Ok(())
    }

    fn end(&mut self, out: &mut VecDeque<Event>) -> Result<(), Fault> {
        let stop = self.stop.ok_or_else(|| Fault::cut("a `finishReason`"))?;
        let stop = match stop {
            StopReason::EndTurn if self.calls > 0 => StopReason::ToolCalls,
            stop => stop,
        };
        out.push_back(Event::Finished(Reply {
            parts: std::mem::take(&mut self.parts),
            stop,
            usage: self.usage,
        }));
        Ok(())
    }
}

fn stop(reason: &str, said: &str) -> Result<StopReason, Fault> {
    Ok(match reason {
        "STOP" | "FINISH_REASON_UNSPECIFIED" => StopReason::EndTurn,
        "MAX_TOKENS" => StopReason::MaxTokens,
        // The model stumbled over its own call, or does not say; another attempt
        // usually succeeds.
        "MALFORMED_FUNCTION_CALL" | "UNEXPECTED_TOOL_CALL" | "OTHER" => {
            return Err(Fault::new(
                ModelErrorKind::Unavailable,
                format!("the model broke off its reply ({reason}) {said}")
                    .trim_end()
                    .to_owned(),
            ));
        }
        // Safety, recitation, prohibited content and their like.
        _ => StopReason::Refusal,
    })
}
