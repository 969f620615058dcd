//! Ollama's `/api/chat`, which answers in lines of JSON.

mod request;
mod stream;

use reqwest::Url;

use crate::Request;
use crate::http::{Call, Decoder, Wire, join};

/// Speaks to Ollama.
pub(crate) struct Ollama {
    pub(crate) base: Url,
    pub(crate) model: String,
}

impl Wire for Ollama {
    fn call(&self, request: &Request) -> Call {
        Call {
            url: join(&self.base, &["api", "chat"]),
            body: request::body(&self.model, request),
            server_events: false,
        }
    }

    fn decoder(&self, request: &Request) -> Box<dyn Decoder> {
        Box::new(stream::Stream::new(&self.model, request.messages.len()))
    }
}

/// The address in `OLLAMA_HOST`, which Ollama itself reads: a host, a host with
/// a port, or a URL. A server that listens everywhere is reached on this
/// machine.
pub(crate) fn address(host: &str) -> String {
    let host = host.trim().trim_end_matches('/');
    let (scheme, rest) = match host.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, host),
    };
    let (authority, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, ""),
    };
    let authority = match authority.strip_prefix("0.0.0.0") {
        Some(port) => format!("127.0.0.1{port}"),
        None if authority.starts_with(':') => format!("127.0.0.1{authority}"),
        None => authority.to_owned(),
    };
    let after_brackets = authority.rsplit(']').next().unwrap_or_default();
    let port = if scheme.is_some() || after_brackets.contains(':') {
        ""
    } else {
        ":11434"
    };
    format!("{}://{authority}{port}{path}", scheme.unwrap_or("http"))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn hosts_become_addresses() {
        for (host, want) in [
            ("localhost", "http://localhost:11434"),
            ("0.0.0.0", "http://127.0.0.1:11434"),
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            (":8080", "http://127.0.0.1:8080"),
            ("[::1]", "http://[::1]:11434"),
            ("[::1]:99", "http://[::1]:99"),
            ("https://ollama.example/", "https://ollama.example"),
            ("http://10.0.0.2:1/path", "http://10.0.0.2:1/path"),
        ] {
            assert_eq!(address(host), want, "{host}");
        }
    }
}
