//! One reply of a scripted model, as it is written in a script.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Event, ModelErrorKind, Part, Reply, StopReason, TokenUsage};

/// What a scripted model says once. Everything is optional; thinking comes
/// first, then text, then calls of tools. [`crate::Scripted`] documents the
/// fields as they stand in a file.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Turn {
    /// Only conversations that contain this, in the system prompt or in the
    /// first message, have this turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What the last message must contain, in its text or in a result of a
    /// tool; else the request fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<String>,
    /// Thoughts.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub thinking: String,
    /// What goes back unchanged with the thoughts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opaque: Option<Value>,
    /// Text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Calls of tools, all at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<TurnCall>,
    /// Why it ends: without this, for its tools if it calls any, else because
    /// all is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopReason>,
    /// What it took; nothing without this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<TokenUsage>,
    /// What goes wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<TurnFault>,
}

/// A call of a tool in a script.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnCall {
    /// Names the call; one that no other call has when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The tool.
    pub name: String,
    /// An object; a string stands for arguments that are malformed.
    #[serde(default)]
    pub arguments: Value,
}

/// What goes wrong with a turn: everything before is said, and then this.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnFault {
    /// `missing_key`, `unauthorized`, `unknown_model`, `bad_request`,
    /// `context_too_long`, `rate_limited`, `unavailable`, `connection` (a cut
    /// stream), `protocol` or `script_ended`.
    pub kind: String,
    /// What the error says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// When a limited caller may come back, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// How many times the turn is tried again before it succeeds; it never does
    /// when 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Turn {
    /// A turn that says this.
    pub fn text(text: impl Into<String>) -> Turn {
        Turn {
            text: text.into(),
            ..Turn::default()
        }
    }

    /// A turn that calls this tool.
    pub fn call(name: impl Into<String>, arguments: Value) -> Turn {
        Turn::default().and_call(name, arguments)
    }

    /// The turn with another call.
    pub fn and_call(mut self, name: impl Into<String>, arguments: Value) -> Turn {
        self.tool_calls.push(TurnCall {
            id: String::new(),
            name: name.into(),
            arguments,
        });
        self
    }

    /// The turn with this fault at its end, such as `("connection", "")`.
    pub fn and_fault(mut self, kind: impl Into<String>, message: impl Into<String>) -> Turn {
        self.fault = Some(TurnFault {
            kind: kind.into(),
            message: message.into(),
            ..TurnFault::default()
        });
        self
    }

    /// The turn for conversations that contain this only.
    pub fn when(mut self, text: impl Into<String>) -> Turn {
        self.when = Some(text.into());
        self
    }

    /// The whole reply. `turn` is the number of messages before it, for
    /// identifiers that no other call has.
    pub(crate) fn reply(&self, turn: usize) -> Reply {
        let mut parts = Vec::new();
        if !self.thinking.is_empty() || self.opaque.is_some() {
            parts.push(Part::Thinking {
                text: self.thinking.clone(),
                opaque: self.opaque.clone(),
            });
        }
        if !self.text.is_empty() {
            parts.push(Part::text(self.text.clone()));
        }
        for (number, call) in self.tool_calls.iter().enumerate() {
            let id = match call.id.as_str() {
                "" => format!("call_{turn}_{number}"),
                id => id.to_owned(),
            };
            let arguments = match &call.arguments {
                Value::Null => Value::Object(serde_json::Map::new()),
                arguments => arguments.clone(),
            };
            parts.push(Part::ToolCall {
                id,
                name: call.name.clone(),
                arguments,
            });
        }
        let natural = match self.tool_calls.is_empty() {
            true => StopReason::EndTurn,
            false => StopReason::ToolCalls,
        };
        Reply {
            parts,
            stop: self.stop.unwrap_or(natural),
            usage: self.usage.unwrap_or_default(),
        }
    }
}

impl TurnFault {
    /// The kind of error that this names; none for a name that is none.
    pub(crate) fn kind(&self) -> Option<ModelErrorKind> {
        Some(match self.kind.as_str() {
            "missing_key" => ModelErrorKind::MissingKey,
            "unauthorized" => ModelErrorKind::Unauthorized,
            "unknown_model" => ModelErrorKind::UnknownModel,
            "bad_request" => ModelErrorKind::BadRequest,
            "context_too_long" => ModelErrorKind::ContextTooLong,
            "rate_limited" => ModelErrorKind::RateLimited {
                retry_after: self.retry_after_ms.map(Duration::from_millis),
            },
            "unavailable" => ModelErrorKind::Unavailable,
            "connection" => ModelErrorKind::Connection,
            "protocol" => ModelErrorKind::Protocol,
            "script_ended" => ModelErrorKind::ScriptEnded,
            _ => return None,
        })
    }

    /// The fault that an error is.
    pub(crate) fn of(kind: &ModelErrorKind, message: &str) -> TurnFault {
        let mut retry_after_ms = None;
        let name = match kind {
            ModelErrorKind::MissingKey => "missing_key",
            ModelErrorKind::Unauthorized => "unauthorized",
            ModelErrorKind::UnknownModel => "unknown_model",
            ModelErrorKind::BadRequest => "bad_request",
            ModelErrorKind::ContextTooLong => "context_too_long",
            ModelErrorKind::RateLimited { retry_after } => {
                retry_after_ms =
                    retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
                "rate_limited"
            }
            ModelErrorKind::Unavailable => "unavailable",
            ModelErrorKind::Connection => "connection",
            ModelErrorKind::Protocol => "protocol",
            ModelErrorKind::ScriptEnded => "script_ended",
        };
        TurnFault {
            kind: name.to_owned(),
            message: message.to_owned(),
            retry_after_ms,
            retries: 0,
        }
    }
}

/// The events with which a model would have said this, each part at once.
pub(crate) fn deltas(parts: &[Part]) -> Vec<Event> {
    let deltas = parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(Event::TextDelta(text.clone())),
        Part::Thinking { text, .. } if !text.is_empty() => Some(Event::ThinkingDelta(text.clone())),
        Part::ToolCall { id, name, .. } => Some(Event::ToolCallStarted {
            id: id.clone(),
            name: name.clone(),
        }),
        _ => None,
    });
    deltas.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name() {
        use ModelErrorKind::*;
        let retry_after = Some(Duration::from_millis(70));
        for kind in [
            MissingKey,
            Unauthorized,
            UnknownModel,
            BadRequest,
            ContextTooLong,
            RateLimited { retry_after },
            RateLimited { retry_after: None },
            Unavailable,
            Connection,
            Protocol,
            ScriptEnded,
        ] {
            assert_eq!(TurnFault::of(&kind, "m").kind(), Some(kind));
        }
    }
}
