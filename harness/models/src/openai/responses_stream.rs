//! The stream of OpenAI's responses: items begin, grow and are done; a last event
//! says that the response is complete.

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::{Decoder, Fault, in_stream};
use crate::{Event, Part, Reply, StopReason, TokenUsage, arguments, opaque};

/// A response that is arriving.
pub(super) struct Stream {
    model: String,
    /// What is done, by its place.
    items: BTreeMap<u64, Value>,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Piece {
    #[serde(rename = "response.output_item.added")]
    Added { item: Value },
    #[serde(rename = "response.output_item.done")]
    Done { output_index: u64, item: Value },
    #[serde(
        rename = "response.output_text.delta",
        alias = "response.refusal.delta"
    )]
    Text { delta: String },
    #[serde(
        rename = "response.reasoning_summary_text.delta",
        alias = "response.reasoning_text.delta"
    )]
    Thought { delta: String },
    #[serde(rename = "response.reasoning_summary_part.added")]
    NextThought { summary_index: Option<u64> },
    #[serde(rename = "response.completed", alias = "response.incomplete")]
    Ended { response: Response },
    #[serde(rename = "response.failed")]
    Failed { response: Response },
    #[serde(rename = "error")]
    Error,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    output: Vec<Value>,
    usage: Option<Usage>,
    incomplete_details: Option<Incomplete>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Incomplete {
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
    input_tokens_details: Option<InputDetails>,
}

#[derive(Deserialize)]
struct InputDetails {
    cached_tokens: Option<u64>,
}

/// An item that is done.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item {
    Message {
        #[serde(default)]
        content: Vec<Content>,
    },
    FunctionCall {
        call_id: String,
        name: String,
        #[serde(default)]
        arguments: String,
    },
    Reasoning {
        id: Option<String>,
        #[serde(default)]
        summary: Vec<Summary>,
        encrypted_content: Option<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Content {
    OutputText {
        text: String,
    },
    Refusal {
        refusal: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Summary {
    #[serde(default)]
    text: String,
}

impl Stream {
    pub(super) fn new(model: &str) -> Stream {
        Stream {
            model: model.to_owned(),
            items: BTreeMap::new(),
        }
    }

    fn reply(&mut self, response: Response) -> Result<Reply, Fault> {
        let mut items: Vec<Value> = std::mem::take(&mut self.items).into_values().collect();
        if items.is_empty() {
            items = response.output;
        }
        let mut parts = Vec::new();
        let mut refused = false;
        let mut called = false;
        for value in items {
            let item = Item::deserialize(&value)
                .map_err(|error| Fault::malformed(&error, &value.to_string()))?;
            match item {
                Item::Message { content } => {
                    for content in content {
                        let text = match content {
                            Content::OutputText { text } => text,
                            Content::Refusal { refusal } => {
                                refused = true;
                                refusal
                            }
                            Content::Other => continue,
                        };
                        if !text.is_empty() {
                            parts.push(Part::text(text));
                        }
                    }
                }
                Item::FunctionCall {
                    call_id,
                    name,
                    arguments,
                } => {
                    called = true;
                    parts.push(Part::ToolCall {
                        id: call_id,
                        name,
                        arguments: arguments::parse(&arguments),
                    });
                }
                Item::Reasoning {
                    id,
                    summary,
                    encrypted_content,
                } => parts.extend(self.thought(id, &summary, encrypted_content)),
                Item::Other => {}
            }
        }
        let incomplete = response.incomplete_details.and_then(|why| why.reason);
        let stop = match incomplete.as_deref() {
            Some("content_filter") => StopReason::Refusal,
            Some(_) => StopReason::MaxTokens,
            None if refused => StopReason::Refusal,
            None if called => StopReason::ToolCalls,
            None => StopReason::EndTurn,
        };
        Ok(Reply {
            parts,
            stop,
            usage: response.usage.map(usage).unwrap_or_default(),
        })
    }

    fn thought(
        &self,
        id: Option<String>,
        summary: &[Summary],
        encrypted: Option<String>,
    ) -> Option<Part> {
        let texts: Vec<&str> = summary.iter().map(|part| part.text.as_str()).collect();
        let text = texts.join("\n\n");
        // Without what is encrypted it cannot go back, for nobody keeps it.
        let opaque = encrypted.map(|encrypted| {
            let summary: Vec<Value> = texts
                .iter()
                .map(|text| json!({"type": "summary_text", "text": text}))
                .collect();
            let mut item = Map::new();
            item.insert("type".to_owned(), "reasoning".into());
            if let Some(id) = id {
                item.insert("id".to_owned(), id.into());
            }
            item.insert("summary".to_owned(), summary.into());
            item.insert("encrypted_content".to_owned(), encrypted.into());
            opaque::mark("openai", &self.model, "item", item.into())
        });
        (!text.is_empty() || opaque.is_some()).then_some(Part::Thinking { text, opaque })
    }
}

fn usage(usage: Usage) -> TokenUsage {
    let details = usage.input_tokens_details;
    let cached = details
        .and_then(|details| details.cached_tokens)
        .unwrap_or(0);
    TokenUsage {
        input_tokens: usage.input_tokens.saturating_sub(cached),
        output_tokens: usage.output_tokens,
        cache_read_tokens: cached,
        cache_write_tokens: 0,
    }
}

impl Decoder for Stream {
    fn piece(&mut self, data: &str, out: &mut VecDeque<Event>) -> Result<(), Fault> {
        // Some servers add the last line of chat completions.
        if data.trim() == "[DONE]" {
            return Ok(());
        }
        let piece = serde_json::from_str(data).map_err(|error| Fault::malformed(&error, data))?;
        match piece {
            Piece::Added { item } => {
                if let Ok(Item::FunctionCall { call_id, name, .. }) = Item::deserialize(&item) {
                    out.push_back(Event::ToolCallStarted { id: call_id, name });
                }
            }
            Piece::Done { output_index, item } => {
                self.items.insert(output_index, item);
            }
            Piece::Text { delta } => out.push_back(Event::TextDelta(delta)),
            Piece::Thought { delta } => out.push_back(Event::ThinkingDelta(delta)),
            Piece::NextThought { summary_index } => {
                if summary_index.is_some_and(|index| index > 0) {
                    out.push_back(Event::ThinkingDelta("\n\n".to_owned()));
                }
            }
            Piece::Ended { response } => {
                let reply = self.reply(response)?;
                out.push_back(Event::Finished(reply));
            }
            Piece::Failed { response } => {
                let error = response.error.unwrap_or_default();
                return Err(in_stream(&json!({ "error": error })));
            }
            Piece::Error => {
                let body = serde_json::from_str(data).unwrap_or_default();
                return Err(in_stream(&body));
            }
            Piece::Other => {}
        }
        Ok(())
    }

    fn end(&mut self, _: &mut VecDeque<Event>) -> Result<(), Fault> {
        Err(Fault::cut("`response.completed`"))
    }
}
