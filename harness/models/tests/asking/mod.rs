//! Asking a model in a test: one request, and all that came back.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use wardian_models::testing::{Answer, ModelServer};
use wardian_models::{
    ApiKey, Event, Message, Model, ModelError, Provider, Providers, Reply, Request, Retry,
    ThinkingLevel, ToolSpec,
};

/// All that came back.
#[derive(Debug)]
pub struct Heard {
    pub text: String,
    pub thinking: String,
    /// Identifier and name of each call.
    pub calls: Vec<(String, String)>,
    /// The errors after which it was tried again.
    pub retried: Vec<ModelError>,
    pub end: Result<Reply, ModelError>,
}

pub async fn ask(model: &dyn Model, request: Request) -> Heard {
    let mut events = model.send(request);
    let mut heard = Heard {
        text: String::new(),
        thinking: String::new(),
        calls: Vec::new(),
        retried: Vec::new(),
        end: Err(ModelError {
            model: String::new(),
            kind: wardian_models::ModelErrorKind::Protocol,
            message: "the stream ended without an end".to_owned(),
        }),
    };
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::TextDelta(text)) => heard.text.push_str(&text),
            Ok(Event::ThinkingDelta(text)) => heard.thinking.push_str(&text),
            Ok(Event::ToolCallStarted { id, name }) => heard.calls.push((id, name)),
            Ok(Event::Retrying { attempt, error }) => {
                heard.retried.push(error);
                assert_eq!(attempt as usize, heard.retried.len());
                heard.text.clear();
                heard.thinking.clear();
                heard.calls.clear();
            }
            Ok(Event::Finished(reply)) => {
                heard.end = Ok(reply);
                assert!(events.next().await.is_none(), "something follows the end");
                break;
            }
            Err(error) => {
                heard.end = Err(error);
                assert!(events.next().await.is_none(), "something follows the end");
                break;
            }
        }
    }
    heard
}

pub const KEY: &str = "test-key-0123456789";

/// A server with these answers and a model of this name that talks to it.
pub async fn served(
    provider: Provider,
    name: &str,
    answers: impl IntoIterator<Item = Answer>,
) -> (ModelServer, Arc<dyn Model>) {
    let server = ModelServer::start(answers).await.unwrap();
    let base = match provider {
        Provider::OpenAi => format!("{}/v1", server.base_url()),
        _ => server.base_url(),
    };
    let model = Providers::default()
        .with_key(provider, ApiKey::new(KEY))
        .with_base_url(provider, base)
        .with_retry(Retry {
            first_wait: Duration::ZERO,
            ..Retry::default()
        })
        .connect(name)
        .unwrap();
    (server, model)
}

pub fn request(messages: impl IntoIterator<Item = Message>) -> Request {
    Request {
        system: "Be brief.".to_owned(),
        messages: messages.into_iter().collect(),
        tools: Vec::new(),
        thinking: ThinkingLevel::Off,
        max_output_tokens: None,
    }
}

pub fn question() -> Request {
    request([Message::user("Hello?")])
}

pub fn tool(name: &str) -> ToolSpec {
    ToolSpec {
        name: name.to_owned(),
        description: format!("Does {name}."),
        parameters: json!({"type": "object", "properties": {"path": {"type": "string"}}}),
    }
}
