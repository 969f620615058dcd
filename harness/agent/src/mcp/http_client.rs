//! The HTTP of a server: as rmcp wants it, but with a bound on what is read, and
//! without addresses in errors, for they may hold secrets.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use rmcp::model::{ClientJsonRpcMessage, JsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::{
    SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse,
};
use sse_stream::{Sse, SseStream};

use super::limit::{Counter, End, MAX_MESSAGE};

const EVENTS: &str = "text/event-stream";
const JSON: &str = "application/json";
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

/// Headers that are the protocol's own to set.
pub(super) const RESERVED: [HeaderName; 4] = [ACCEPT, CONTENT_TYPE, SESSION, LAST_EVENT];

/// How much of a refusal is read, in bytes, and how much of it is told, in
/// characters.
const REFUSAL: (usize, usize) = (64 << 10, 500);

type Failure = StreamableHttpError<reqwest::Error>;
type ServerEvents = BoxStream<'static, Result<Sse, SseError>>;

/// A client that reads no more than it has to.
#[derive(Clone)]
pub(super) struct BoundedClient {
    client: reqwest::Client,
    too_long: Arc<AtomicBool>,
}

impl BoundedClient {
    pub(super) fn new(client: reqwest::Client) -> BoundedClient {
        BoundedClient {
            client,
            too_long: Arc::default(),
        }
    }

    /// What says that a message was too long, which rmcp does not pass on.
    pub(super) fn too_long(&self) -> Arc<AtomicBool> {
        self.too_long.clone()
    }

    /// The events of an answer, each no longer than a message may be.
    fn server_events(&self, response: Response) -> ServerEvents {
        let mut counter = Counter::new(End::EmptyLine, MAX_MESSAGE);
        let too_long = self.too_long.clone();
        let bytes = response.bytes_stream().map(move |piece| {
            let piece = piece.map_err(|error| std::io::Error::other(error.without_url()))?;
            counter.take(&piece).map_err(|problem| {
                too_long.store(true, Ordering::Relaxed);
                std::io::Error::other(problem)
            })?;
            Ok::<_, std::io::Error>(piece)
        });
        until_failure(SseStream::from_bytes_stream(bytes.boxed()))
    }
}

impl StreamableHttpClient for BoundedClient {
    type Error = reqwest::Error;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        token: Option<String>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Failure> {
        let request = self.client.post(&*uri).json(&message);
        let response = send(request, session.as_deref(), token, headers).await?;
        let status = response.status();
        let wants_answer = matches!(message, JsonRpcMessage::Request(_));
        if matches!(status, StatusCode::ACCEPTED | StatusCode::NO_CONTENT) {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        if status == StatusCode::NOT_FOUND && session.is_some() {
            return Err(StreamableHttpError::SessionExpired);
        }
        let opened = response.headers().get(SESSION);
        let opened = opened
            .and_then(|name| name.to_str().ok())
            .map(str::to_owned);
        if !status.is_success() {
            return refused(response, opened).await;
        }
        if is_of_type(&response, EVENTS) {
            let events = self.server_events(response);
            return Ok(StreamableHttpPostResponse::Sse(events, opened));
        }
        let is_json = is_of_type(&response, JSON);
        let kind = response.headers().get(CONTENT_TYPE).cloned();
        let body = read(response, MAX_MESSAGE).await?;
        match serde_json::from_slice::<ServerJsonRpcMessage>(&body) {
            Ok(message) if is_json => Ok(StreamableHttpPostResponse::Json(message, opened)),
            // There is nothing to say to what asked for nothing.
            _ if !wants_answer => Ok(StreamableHttpPostResponse::Accepted),
            Err(error) if is_json => Err(error.into()),
            _ => Err(StreamableHttpError::UnexpectedContentType(kind.map(
                |kind| String::from_utf8_lossy(kind.as_bytes()).into_owned(),
            ))),
        }
    }

    async fn delete_session(
        &self,
        uri: Arc<str>,
        session: Arc<str>,
        token: Option<String>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), Failure> {
        let request = self.client.delete(&*uri);
        let response = send(request, Some(&session), token, headers).await?;
        if response.status() == StatusCode::METHOD_NOT_ALLOWED {
            // A server need not let its sessions be deleted.
            return Ok(());
        }
        response.error_for_status().map_err(failed)?;
        Ok(())
    }

    async fn get_stream(
        &self,
        uri: Arc<str>,
        session: Arc<str>,
        last_event: Option<String>,
        token: Option<String>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<ServerEvents, Failure> {
        let mut request = self.client.get(&*uri);
        if let Some(last_event) = last_event {
            request = request.header(LAST_EVENT, last_event);
        }
        let response = send(request, Some(&session), token, headers).await?;
        if response.status() == StatusCode::METHOD_NOT_ALLOWED {
            return Err(StreamableHttpError::ServerDoesNotSupportSse);
        }
        let response = response.error_for_status().map_err(failed)?;
        if !is_of_type(&response, EVENTS) {
            return Err(StreamableHttpError::UnexpectedContentType(None));
        }
        Ok(self.server_events(response))
    }
}

async fn send(
    request: RequestBuilder,
    session: Option<&str>,
    token: Option<String>,
    headers: HashMap<HeaderName, HeaderValue>,
) -> Result<Response, Failure> {
    let headers: HeaderMap = headers.into_iter().collect();
    let mut request = request
        .header(ACCEPT, format!("{EVENTS}, {JSON}"))
        .headers(headers);
    if let Some(session) = session {
        request = request.header(SESSION, session);
    }
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.map_err(failed)
}

/// What an answer that is no success means: an error of the protocol's own in its
/// body, or its status and its words.
async fn refused(
    response: Response,
    opened: Option<String>,
) -> Result<StreamableHttpPostResponse, Failure> {
    let status = response.status();
    let is_json = is_of_type(&response, JSON);
    let (most, told) = REFUSAL;
    let body = read(response, most).await.unwrap_or_default();
    if is_json && let Ok(message @ JsonRpcMessage::Error(_)) = serde_json::from_slice(&body) {
        return Ok(StreamableHttpPostResponse::Json(message, opened));
    }
    let said: String = String::from_utf8_lossy(&body)
        .chars()
        .take(told)
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    let help = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => " (check the token)",
        _ => "",
    };
    Err(unexpected(format!("HTTP {status}{help}: {said}")))
}

async fn read(mut response: Response, most: usize) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(failed)? {
        if body.len() + piece.len() > most {
            return Err(unexpected(format!("it is longer than {most} bytes")));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// The events until the first failure: nothing sensible follows one.
fn until_failure(
    events: impl Stream<Item = Result<Sse, SseError>> + Send + 'static,
) -> ServerEvents {
    events
        .scan(false, |failed, event| {
            let ended = std::mem::replace(failed, event.is_err());
            std::future::ready((!ended).then_some(event))
        })
        .boxed()
}

fn is_of_type(response: &Response, media_type: &str) -> bool {
    let found = response.headers().get(CONTENT_TYPE);
    found.is_some_and(|found| found.as_bytes().starts_with(media_type.as_bytes()))
}

fn failed(error: reqwest::Error) -> Failure {
    StreamableHttpError::Client(error.without_url())
}

fn unexpected(message: String) -> Failure {
    StreamableHttpError::UnexpectedServerResponse(Cow::Owned(message))
}
