//! Anthropic's stream: blocks begin, grow and end; a last event says that the
//! message is whole.

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;
use serde_json::Value;

use crate::http::{Decoder, Fault, in_stream};
use crate::{Event, Part, Reply, StopReason, TokenUsage, arguments, opaque};

/// A message that is arriving.
pub(super) struct Stream {
    model: String,
    blocks: BTreeMap<u32, Block>,
    stop: Option<StopReason>,
    usage: TokenUsage,
}

enum Block {
    Text(String),
    Thinking {
        text: String,
        signature: String,
    },
    Redacted(Value),
    Call {
        id: String,
        name: String,
        input: String,
    },
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Piece {
    MessageStart {
        message: Start,
    },
    ContentBlockStart {
        index: u32,
        content_block: BlockStart,
    },
    ContentBlockDelta {
        index: u32,
        delta: Delta,
    },
    MessageDelta {
        delta: MessageDelta,
        usage: Option<Usage>,
    },
    MessageStop,
    Error,
    /// Pings, ends of blocks, and what may come to be.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Start {
    usage: Option<Usage>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum BlockStart {
    Text {
        #[serde(default)]
        text: String,
    },
    Thinking {
        #[serde(default)]
        thinking: String,
        #[serde(default)]
        signature: String,
    },
    RedactedThinking {
        data: Value,
    },
    ToolUse {
        id: String,
        name: String,
        #[serde(default)]
        input: Value,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(clippy::enum_variant_names, reason = "the provider's names")]
enum Delta {
    TextDelta {
        text: String,
    },
    ThinkingDelta {
        thinking: String,
    },
    SignatureDelta {
        signature: String,
    },
    InputJsonDelta {
        partial_json: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct MessageDelta {
    stop_reason: Option<String>,
}

/// Totals so far; what is not named has not changed.
#[derive(Deserialize)]
struct Usage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
}

impl Stream {
    pub(super) fn new(model: &str) -> Stream {
        Stream {
            model: model.to_owned(),
            blocks: BTreeMap::new(),
            stop: None,
            usage: TokenUsage::default(),
        }
    }

    fn count(&mut self, usage: Option<Usage>) {
        let Some(usage) = usage else { return };
        let set = |total: &mut u64, value: Option<u64>| {
            if let Some(value) = value {
                *total = value;
            }
        };
        set(&mut self.usage.input_tokens, usage.input_tokens);
        set(&mut self.usage.output_tokens, usage.output_tokens);
        set(
            &mut self.usage.cache_read_tokens,
            usage.cache_read_input_tokens,
        );
        set(
            &mut self.usage.cache_write_tokens,
            usage.cache_creation_input_tokens,
        );
    }

    fn start(&mut self, index: u32, start: BlockStart, out: &mut VecDeque<Event>) {
        let block = match start {
            BlockStart::Text { text } => {
                if !text.is_empty() {
                    out.push_back(Event::TextDelta(text.clone()));
                }
                Block::Text(text)
            }
            BlockStart::Thinking {
                thinking,
                signature,
            } => {
                if !thinking.is_empty() {
                    out.push_back(Event::ThinkingDelta(thinking.clone()));
                }
                Block::Thinking {
                    text: thinking,
                    signature,
                }
            }
            BlockStart::RedactedThinking { data } => Block::Redacted(data),
            BlockStart::ToolUse { id, name, input } => {
                out.push_back(Event::ToolCallStarted {
                    id: id.clone(),
                    name: name.clone(),
                });
                // Usually empty here, and written in the pieces that follow.
                let input = match &input {
                    Value::Object(object) if !object.is_empty() => input.to_string(),
                    _ => String::new(),
                };
                Block::Call { id, name, input }
            }
            BlockStart::Other => return,
        };
        self.blocks.insert(index, block);
    }

    fn grow(&mut self, index: u32, delta: Delta, out: &mut VecDeque<Event>) -> Result<(), Fault> {
        if matches!(delta, Delta::Other) {
            return Ok(());
        }
        let Some(block) = self.blocks.get_mut(&index) else {
            // Part of a block of a kind that we do not know.
            return Ok(());
        };
        match (block, delta) {
            (Block::Text(text), Delta::TextDelta { text: more }) => {
                text.push_str(&more);
                out.push_back(Event::TextDelta(more));
            }
            (Block::Thinking { text, .. }, Delta::ThinkingDelta { thinking }) => {
                text.push_str(&thinking);
                out.push_back(Event::ThinkingDelta(thinking));
            }
            (Block::Thinking { signature, .. }, Delta::SignatureDelta { signature: more }) => {
                signature.push_str(&more);
            }
            (Block::Call { input, .. }, Delta::InputJsonDelta { partial_json }) => {
                input.push_str(&partial_json);
            }
            _ => {
                return Err(Fault::protocol(format!(
                    "the provider sent a piece of another kind for block {index}"
                )));
            }
        }
        Ok(())
    }

    fn reply(&mut self) -> Result<Reply, Fault> {
        let blocks = std::mem::take(&mut self.blocks);
        let parts = blocks.into_values().filter_map(|block| self.part(block));
        let parts: Vec<Part> = parts.collect();
        let Some(stop) = self.stop else {
            return Err(Fault::protocol(
                "the provider ended the message without a reason",
            ));
        };
        Ok(Reply {
            parts,
            stop,
            usage: self.usage,
        })
    }

    fn part(&self, block: Block) -> Option<Part> {
        let mark = |field, value| Some(opaque::mark("anthropic", &self.model, field, value));
        Some(match block {
            Block::Text(text) if text.is_empty() => return None,
            Block::Text(text) => Part::Text { text },
            Block::Thinking { text, signature } => Part::Thinking {
                text,
                opaque: mark("signature", signature.into()),
            },
            Block::Redacted(data) => Part::Thinking {
                text: String::new(),
                opaque: mark("redacted", data),
            },
            Block::Call { id, name, input } => Part::ToolCall {
                id,
                name,
                arguments: arguments::parse(&input),
            },
        })
    }
}

impl Decoder for Stream {
    fn piece(&mut self, data: &str, out: &mut VecDeque<Event>) -> Result<(), Fault> {
        let piece = serde_json::from_str(data).map_err(|error| Fault::malformed(&error, data))?;
        match piece {
            Piece::MessageStart { message } => self.count(message.usage),
            Piece::ContentBlockStart {
                index,
                content_block,
            } => self.start(index, content_block, out),
            Piece::ContentBlockDelta { index, delta } => self.grow(index, delta, out)?,
            Piece::MessageDelta { delta, usage } => {
                self.count(usage);
                if let Some(reason) = delta.stop_reason {
                    self.stop = Some(stop(&reason));
                }
            }
            Piece::MessageStop => {
                let reply = self.reply()?;
                out.push_back(Event::Finished(reply));
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
        Err(Fault::cut("`message_stop`"))
    }
}

fn stop(reason: &str) -> StopReason {
    match reason {
        "tool_use" => StopReason::ToolCalls,
        "max_tokens" | "model_context_window_exceeded" => StopReason::MaxTokens,
        "refusal" => StopReason::Refusal,
        // `end_turn`, `stop_sequence`, and `pause_turn` of tools that we do not
        // ask for.
        _ => StopReason::EndTurn,
    }
}
