//! A model that follows a script and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures_util::{StreamExt, stream};
use serde_json::Value;
use wardian_agent::models::{
    Event, Events, Message, Model, ModelError, ModelErrorKind, Part, Reply, Request, StopReason,
    TokenUsage,
};

/// What the model does at one request.
pub enum Step {
    Reply(Reply),
    /// It thinks, says something, is cut off and starts again with the reply.
    Retried(Reply),
    Fail(ModelErrorKind),
    /// It never answers.
    Hang,
    /// It depends.
    Decide(Box<dyn Fn(&Request) -> Reply + Send>),
    /// It panics.
    Panic,
}

type Always = dyn Fn(&Request) -> Reply + Send + Sync;

pub struct Script {
    steps: Mutex<VecDeque<Step>>,
    /// What it does when the steps are over.
    always: Option<Box<Always>>,
    pub requests: Mutex<Vec<Request>>,
    pub context: Option<u64>,
    pub price: Option<f64>,
}

impl Script {
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Arc<Script> {
        Arc::new(Script::of(steps))
    }

    pub fn of(steps: impl IntoIterator<Item = Step>) -> Script {
        Script {
            steps: Mutex::new(steps.into_iter().collect()),
            always: None,
            requests: Mutex::default(),
            context: None,
            price: None,
        }
    }

    pub fn always(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Script {
        Script {
            always: Some(Box::new(reply)),
            ..Script::of([])
        }
    }

    pub fn request(&self, number: usize) -> Request {
        self.requests.lock().unwrap()[number].clone()
    }

    pub fn request_count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

impl Model for Script {
    fn name(&self) -> &str {
        "script/test"
    }

    fn context_tokens(&self) -> Option<u64> {
        self.context
    }

    fn cost(&self, usage: &TokenUsage) -> Option<f64> {
        Some(usage.output_tokens as f64 * self.price?)
    }

    fn send(&self, request: Request) -> Events {
        let step = match (self.steps.lock().unwrap().pop_front(), &self.always) {
            (Some(step), _) => step,
            (None, Some(always)) => Step::Reply(always(&request)),
            (None, None) => Step::Fail(ModelErrorKind::ScriptEnded),
        };
        let step = match step {
            Step::Decide(decide) => Step::Reply(decide(&request)),
            step => step,
        };
        self.requests.lock().unwrap().push(request);
        let events = match step {
            Step::Reply(reply) => spoken(reply),
            Step::Retried(reply) => {
                let retry = Event::Retrying {
                    attempt: 1,
                    error: error(ModelErrorKind::Unavailable),
                };
                let void = [Ok(Event::TextDelta("void".into())), Ok(retry)];
                void.into_iter().chain(spoken(reply)).collect()
            }
            Step::Fail(kind) => vec![Err(error(kind))],
            Step::Hang => return stream::pending().boxed(),
            Step::Panic => panic!("the model's code is broken"),
            Step::Decide(_) => unreachable!(),
        };
        stream::iter(events).boxed()
    }
}

fn error(kind: ModelErrorKind) -> ModelError {
    ModelError {
        model: "script/test".into(),
        kind,
        message: "as scripted".into(),
    }
}

fn spoken(reply: Reply) -> Vec<Result<Event, ModelError>> {
    let mut events = Vec::new();
    for part in &reply.parts {
        match part {
            Part::Text { text } => events.push(Ok(Event::TextDelta(text.clone()))),
            Part::Thinking { text, .. } => events.push(Ok(Event::ThinkingDelta(text.clone()))),
            Part::ToolCall { id, name, .. } => events.push(Ok(Event::ToolCallStarted {
                id: id.clone(),
                name: name.clone(),
            })),
            _ => {}
        }
    }
    events.push(Ok(Event::Finished(reply)));
    events
}

/// The model says something and is done. Every reply takes 10 tokens in, 5 out.
pub fn say(text: &str) -> Reply {
    Reply {
        parts: vec![Part::text(text)],
        stop: StopReason::EndTurn,
        usage: TokenUsage {
            input_tokens: 10,
            output_tokens: 5,
            ..TokenUsage::default()
        },
    }
}

/// The model calls tools: `c1`, `c2`...
pub fn calls<const N: usize>(list: [(&str, Value); N]) -> Reply {
    let parts = list
        .into_iter()
        .enumerate()
        .map(|(number, (name, arguments))| Part::ToolCall {
            id: format!("c{}", number + 1),
            name: name.into(),
            arguments,
        });
    Reply {
        parts: parts.collect(),
        stop: StopReason::ToolCalls,
        ..say("")
    }
}

/// The texts of the results in a message, errors marked.
pub fn result_texts(message: &Message) -> Vec<String> {
    let results = message.parts.iter().filter_map(|part| match part {
        Part::ToolResult {
            content, is_error, ..
        } => {
            let mark = if *is_error { "ERROR " } else { "" };
            Some(format!("{mark}{}", Part::joined_text(content)))
        }
        _ => None,
    });
    results.collect()
}
