//! One question and its answer over HTTP: ask, read the stream, and ask again
//! when that may help.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, Url};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::Fault;
use super::failure::{quoted, refused};
use super::lines::{BadLine, Lines, MAX_LINE};
use super::retry::{Retry, random};
use super::sse::ServerEvents;
use crate::known::Known;
use crate::{ApiKey, Event, Events, Model, ModelError, ModelErrorKind, Request, TokenUsage};

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 256 << 20;
/// The longest refusal that is read, in bytes.
const MAX_REFUSAL: usize = 64 << 10;

/// How one provider writes questions and answers.
pub(crate) trait Wire: Send + Sync + 'static {
    /// Where to send what.
    fn call(&self, request: &Request) -> Call;

    /// Reads the answer to this request.
    fn decoder(&self, request: &Request) -> Box<dyn Decoder>;
}

/// A request over HTTP; the key is added to it.
pub(crate) struct Call {
    pub(crate) url: Url,
    pub(crate) body: Value,
    /// Whether the answer is server-sent events; else it is lines of JSON.
    pub(crate) server_events: bool,
}

/// Makes events of the pieces of an answer.
pub(crate) trait Decoder: Send {
    /// One piece: the data of a server-sent event, or a line.
    fn piece(&mut self, data: &str, out: &mut VecDeque<Event>) -> Result<(), Fault>;

    /// The body has ended properly, and nothing said before that the reply was
    /// whole.
    fn end(&mut self, out: &mut VecDeque<Event>) -> Result<(), Fault>;
}

/// A model behind HTTP.
pub(crate) struct HttpModel {
    /// `provider/name`.
    pub(crate) name: String,
    pub(crate) known: Option<&'static Known>,
    pub(crate) client: reqwest::Client,
    pub(crate) wire: Box<dyn Wire>,
    pub(crate) headers: HeaderMap,
    pub(crate) key: Option<ApiKey>,
    /// What to do when the key is refused.
    pub(crate) key_help: String,
    /// Where the address comes from.
    pub(crate) base_help: String,
    pub(crate) retry: Retry,
    pub(crate) idle_timeout: Duration,
}

impl HttpModel {
    /// Headers with the key in one of them.
    pub(crate) fn headers(
        key: Option<(&'static str, HeaderValue)>,
        fixed: &[(&'static str, &'static str)],
    ) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fixed {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        if let Some((name, value)) = key {
            headers.insert(HeaderName::from_static(name), value);
        }
        headers
    }

    fn error(&self, fault: Fault) -> ModelError {
        let message = match &self.key {
            Some(key) => key.hide_in(&fault.message),
            None => fault.message,
        };
        ModelError {
            model: self.name.clone(),
            kind: fault.kind,
            message,
        }
    }
}

/// A handle that can be given to a stream that outlives the call.
pub(crate) struct Shared(pub(crate) Arc<HttpModel>);

impl Model for Shared {
    fn name(&self) -> &str {
        &self.0.name
    }

    fn context_tokens(&self) -> Option<u64> {
        self.0.known.map(|known| known.context_tokens)
    }

    fn cost(&self, usage: &TokenUsage) -> Option<f64> {
        self.0.known?.cost(usage)
    }

    fn send(&self, request: Request) -> Events {
        let run = Run {
            call: self.0.wire.call(&request),
            model: self.0.clone(),
            request,
            attempt: 1,
            phase: Phase::Ask,
            ready: VecDeque::new(),
        };
        stream::unfold(run, |mut run| async move {
            let event = run.next().await?;
            Some((event, run))
        })
        .boxed()
    }
}

/// An exchange under way.
struct Run {
    model: Arc<HttpModel>,
    request: Request,
    call: Call,
    /// The attempt that is being made, from 1.
    attempt: u32,
    phase: Phase,
    ready: VecDeque<Event>,
}

enum Phase {
    Ask,
    Read(Box<Reading>),
    /// What was read before it is still to be given out.
    Failed(Fault),
    Wait(Duration),
    Over,
}

struct Reading {
    response: Response,
    lines: Lines,
    events: ServerEvents,
    decoder: Box<dyn Decoder>,
    taken: usize,
}

impl Run {
    async fn next(&mut self) -> Option<Result<Event, ModelError>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                if matches!(event, Event::Finished(_)) {
                    self.phase = Phase::Over;
                    self.ready.clear();
                }
                return Some(Ok(event));
            }
            self.phase = match std::mem::replace(&mut self.phase, Phase::Over) {
                Phase::Over => return None,
                Phase::Wait(wait) => {
                    tokio::time::sleep(wait).await;
                    self.attempt += 1;
                    Phase::Ask
                }
                Phase::Ask => match self.ask().await {
                    Ok(reading) => Phase::Read(Box::new(reading)),
                    Err(fault) => Phase::Failed(fault),
                },
                Phase::Read(mut reading) => match self.read(&mut reading).await {
                    Ok(()) => Phase::Read(reading),
                    Err(fault) => Phase::Failed(fault),
                },
                Phase::Failed(fault) => return Some(self.failed(fault)),
            };
        }
    }

    /// Another attempt, or the end.
    fn failed(&mut self, fault: Fault) -> Result<Event, ModelError> {
        let asked = match fault.kind {
            ModelErrorKind::RateLimited { retry_after } => retry_after,
            _ => None,
        };
        let mut error = self.model.error(fault);
        let wait = self.model.retry.wait(self.attempt, asked, random());
        match wait {
            Some(wait) if error.is_transient() => {
                self.phase = Phase::Wait(wait);
                Ok(Event::Retrying {
                    attempt: self.attempt,
                    error,
                })
            }
            _ => {
                if self.attempt > 1 {
                    let tries = format!(" (attempt {}, the last)", self.attempt);
                    error.message.push_str(&tries);
                }
                Err(error)
            }
        }
    }

    async fn ask(&mut self) -> Result<Reading, Fault> {
        let asking = self
            .model
            .client
            .post(self.call.url.clone())
            .headers(self.model.headers.clone())
            .json(&self.call.body)
            .send();
        let mut response = asking.await.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        if !status.is_success() {
            let headers = response.headers().clone();
            let body = refusal(&mut response).await;
            return Err(refused(
                status.as_u16(),
                &headers,
                &body,
                &self.model.key_help,
            ));
        }
        Ok(Reading {
            response,
            lines: Lines::default(),
            events: ServerEvents::default(),
            decoder: self.model.wire.decoder(&self.request),
            taken: 0,
        })
    }

    /// Takes what has come.
    async fn read(&mut self, reading: &mut Reading) -> Result<(), Fault> {
        let piece = reading.response.chunk().await;
        let ended = match piece.map_err(|error| self.broken(error))? {
            Some(bytes) => {
                reading.taken = reading.taken.saturating_add(bytes.len());
                if reading.taken > MAX_ANSWER {
                    return Err(Fault::protocol(format!(
                        "the answer is longer than {MAX_ANSWER} bytes"
                    )));
                }
                reading.lines.push(&bytes);
                false
            }
            None => true,
        };
        while !self.is_whole() {
            match reading.lines.next_line().map_err(bad_line)? {
                Some(line) => self.line(reading, &line)?,
                None if ended => break,
                None => return Ok(()),
            }
        }
        if ended && !self.is_whole() && !self.call.server_events {
            // A last line of JSON may lack its end, but nothing else.
            if let Ok(Some(line)) = reading.lines.rest()
                && serde_json::from_str::<IgnoredAny>(&line).is_ok()
            {
                self.line(reading, &line)?;
            }
        }
        if ended && !self.is_whole() {
            reading.decoder.end(&mut self.ready)?;
        }
        Ok(())
    }

    fn line(&mut self, reading: &mut Reading, line: &str) -> Result<(), Fault> {
        if !self.call.server_events {
            return match line.trim() {
                "" => Ok(()),
                line => reading.decoder.piece(line, &mut self.ready),
            };
        }
        let too_long = |_| bad_line(BadLine::TooLong);
        match reading.events.line(line).map_err(too_long)? {
            Some(event) => reading.decoder.piece(&event.data, &mut self.ready),
            None => Ok(()),
        }
    }

    fn is_whole(&self) -> bool {
        matches!(self.ready.back(), Some(Event::Finished(_)))
    }

    fn host(&self) -> String {
        let url = &self.call.url;
        let host = url.host_str().unwrap_or_default();
        match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    fn unreachable(&self, error: reqwest::Error) -> Fault {
        if error.is_timeout() && !error.is_connect() {
            return self.silent();
        }
        let host = self.host();
        let cause = root_cause(&error.without_url());
        Fault::new(
            ModelErrorKind::Connection,
            format!(
                "{host} could not be reached: {cause}; check the network and {}",
                self.model.base_help
            ),
        )
    }

    fn broken(&self, error: reqwest::Error) -> Fault {
        if error.is_timeout() {
            return self.silent();
        }
        let host = self.host();
        let cause = root_cause(&error.without_url());
        Fault::new(
            ModelErrorKind::Connection,
            format!(
                "the connection to {host} broke off before the answer was whole: {cause}; \
                 nothing of it was kept, ask again"
            ),
        )
    }

    fn silent(&self) -> Fault {
        let seconds = self.model.idle_timeout.as_secs_f64();
        Fault::new(
            ModelErrorKind::Connection,
            format!(
                "{} was silent for {seconds} s; Providers::with_idle_timeout allows more",
                self.host()
            ),
        )
    }
}

/// What a refusal says, or as much as came.
async fn refusal(response: &mut Response) -> String {
    let mut body = Vec::new();
    while body.len() < MAX_REFUSAL {
        match response.chunk().await {
            Ok(Some(bytes)) => body.extend_from_slice(&bytes),
            Ok(None) | Err(_) => break,
        }
    }
    body.truncate(MAX_REFUSAL);
    String::from_utf8_lossy(&body).into_owned()
}

fn bad_line(bad: BadLine) -> Fault {
    Fault::protocol(match bad {
        BadLine::TooLong => format!("the provider sent a line of more than {MAX_LINE} bytes"),
        BadLine::NotUtf8 => "the provider sent bytes that are not UTF-8".to_owned(),
    })
}

/// The innermost cause: the outer ones only say that something failed.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    quoted(&cause.to_string())
}
