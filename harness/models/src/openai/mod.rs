//! OpenAI's chat completions, which many others speak too.

mod chat;
mod effort;
mod stream;

use reqwest::Url;

use crate::Request;
use crate::http::{Call, Decoder, Wire, join};

/// Speaks to OpenAI, or to a server that is compatible with it.
pub(crate) struct OpenAi {
    pub(crate) base: Url,
    pub(crate) model: String,
}

impl Wire for OpenAi {
    fn call(&self, request: &Request) -> Call {
        let is_openai = self.base.host_str() == Some("api.openai.com");
        Call {
            url: join(&self.base, &["chat", "completions"]),
            body: chat::body(&self.model, is_openai, request),
            server_events: true,
        }
    }

    fn decoder(&self, request: &Request) -> Box<dyn Decoder> {
        Box::new(stream::Stream::new(&self.model, request.messages.len()))
    }
}
