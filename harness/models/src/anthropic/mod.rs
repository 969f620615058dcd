//! Anthropic's messages interface.

mod request;
mod stream;
mod thinking;

use reqwest::Url;

use crate::Request;
use crate::http::{Call, Decoder, Wire, join};

/// Speaks to Anthropic.
pub(crate) struct Anthropic {
    pub(crate) base: Url,
    pub(crate) model: String,
}

impl Wire for Anthropic {
    fn call(&self, request: &Request) -> Call {
        // Some set the base with the version, as is usual for others.
        let path: &[&str] = if self.base.path().trim_end_matches('/').ends_with("/v1") {
            &["messages"]
        } else {
            &["v1", "messages"]
        };
        Call {
            url: join(&self.base, path),
            body: request::body(&self.model, request),
            server_events: true,
        }
    }

    fn decoder(&self, _: &Request) -> Box<dyn Decoder> {
        Box::new(stream::Stream::new(&self.model))
    }
}
