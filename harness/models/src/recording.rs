//! A recorder that writes down what a model is asked and answers, and a model
//! that answers from such a file.

mod difference;
mod recorder;
mod replay;

pub use recorder::Recorder;
pub use replay::Replay;

use serde::{Deserialize, Serialize};

use crate::{Reply, Request, TurnFault};

/// A line of a recording.
#[derive(Serialize, Deserialize)]
struct Entry {
    model: String,
    request: Request,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply: Option<Reply>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<TurnFault>,
}

/// What two equal requests have in common.
fn key(request: &Request) -> String {
    // A request is made of strings, numbers and JSON: this cannot fail.
    serde_json::to_string(request).unwrap_or_default()
}
