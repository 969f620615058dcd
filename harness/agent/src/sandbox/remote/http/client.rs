//! One request and its answer: address, token, TLS, and a bound on what is read.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::super::SandboxError;
use super::wire;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How much of an answer that is no JSON a message quotes.
const QUOTED_CHARS: usize = 200;

/// How much of a failure's own words a message holds.
const SAID_CHARS: usize = 4000;

/// A client for one server.
pub(super) struct Http {
    client: Client,
    base: Url,
    token: String,
    /// Most bytes of an answer that are read.
    pub(super) answer_bytes: usize,
}

impl Http {
    pub(super) fn new(base: &str, token: &str) -> Result<Http, SandboxError> {
        let url = Url::parse(base).map_err(|error| {
            SandboxError::Setup(format!(
                "the address of the sandboxes is none ({error}); write one as https://host/path"
            ))
        })?;
        // The address itself may hold a secret, its host does not.
        let host = url.host_str().unwrap_or(url.scheme());
        let setup = |message: String| SandboxError::Setup(format!("{host}: {message}"));
        let parts = [url.username(), url.password().unwrap_or_default()];
        if !parts.concat().is_empty() || url.query().is_some() || url.fragment().is_some() {
            return Err(setup(
                "the address must not hold a user, a password, `?` or `#`; the token goes in \
                 a header of its own"
                    .into(),
            ));
        }
        let local = is_this_machine(&url);
        match url.scheme() {
            "https" => {}
            "http" if local => {}
            "http" => {
                return Err(setup(
                    "the token would cross the network in the clear; use https, \
                     or http to this machine only"
                        .into(),
                ));
            }
            scheme => {
                return Err(setup(format!("{scheme} is no way to a sandbox; use https")));
            }
        }
        let tls = tls(url.scheme() == "https").map_err(|error| {
            setup(format!(
                "TLS is not available ({error}); install the system's certificates"
            ))
        })?;
        let mut client = Client::builder()
            .tls_backend_preconfigured(tls)
            // A redirect would carry the token to an address nobody named.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT);
        if local {
            client = client.no_proxy();
        }
        Ok(Http {
            client: client.build().map_err(|error| setup(told(error)))?,
            base: url,
            token: token.to_owned(),
            answer_bytes: 256 << 20,
        })
    }

    pub(super) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// Sends a request below the base, and reads its answer.
    pub(super) async fn post<A: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<A, SandboxError> {
        let mut url = self.base.clone();
        match url.path_segments_mut() {
            Ok(mut segments) => drop(segments.pop_if_empty().push("v1").extend(path)),
            Err(()) => {
                return Err(SandboxError::Setup(
                    "the address of the sandboxes has no room for a path".to_owned(),
                ));
            }
        }
        let answer = self
            .client
            .post(url)
            .bearer_auth(&self.token)
            .json(body)
            .send()
            .await
            .map_err(|error| SandboxError::Transport(self.unreachable(error)))?;
        let status = answer.status();
        let bytes = self.read(answer).await?;
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|error| {
                SandboxError::Transport(format!(
                    "{} answered what the protocol does not know ({error}): {}",
                    self.host(),
                    self.quoted(&bytes)
                ))
            });
        }
        Err(match serde_json::from_slice::<wire::Failure>(&bytes) {
            Ok(mut failure) => {
                failure.error.clean(|text| self.without_token(text));
                failure.error.into()
            }
            Err(_) => self.refused(status, &bytes),
        })
    }

    async fn read(&self, mut answer: Response) -> Result<Vec<u8>, SandboxError> {
        let mut bytes = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() <= self.answer_bytes => {
                    bytes.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => {
                    return Err(SandboxError::Transport(format!(
                        "the answer of {} is longer than {} bytes; \
                         HttpConnector::answer_bytes allows more",
                        self.host(),
                        self.answer_bytes
                    )));
                }
                Ok(None) => return Ok(bytes),
                Err(error) => return Err(SandboxError::Transport(self.unreachable(error))),
            }
        }
    }

    fn unreachable(&self, error: reqwest::Error) -> String {
        format!("{}: {}", self.host(), told(error))
    }

    /// What the other side says, without the token and no longer than anybody reads.
    fn without_token(&self, text: &str) -> String {
        let text = match self.token.as_str() {
            "" => text.to_owned(),
            token => text.replace(token, "[token]"),
        };
        match text.char_indices().nth(SAID_CHARS) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text,
        }
    }

    fn quoted(&self, bytes: &[u8]) -> String {
        let text = self.without_token(&String::from_utf8_lossy(bytes));
        format!("{:?}", text.chars().take(QUOTED_CHARS).collect::<String>())
    }

    /// What an answer means that is not in the protocol's own words.
    fn refused(&self, status: StatusCode, bytes: &[u8]) -> SandboxError {
        let host = self.host();
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => SandboxError::Setup(format!(
                "{host} does not accept the token ({status}); check the one that was given"
            )),
            StatusCode::GONE => SandboxError::Died(format!("{host} says that it is gone")),
            _ => {
                SandboxError::Transport(format!("{host} answered {status}: {}", self.quoted(bytes)))
            }
        }
    }
}

fn tls(verified: bool) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    // An address of this machine without TLS needs no certificates to be there.
    let mut config = if verified {
        builder.with_platform_verifier()?.with_no_client_auth()
    } else {
        builder
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth()
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The error with its causes, which reqwest's own text leaves out, and without the
/// address.
fn told(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
