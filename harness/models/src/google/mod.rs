//! Google's Gemini, by `streamGenerateContent`.

mod request;
mod stream;

use reqwest::Url;

use crate::Request;
use crate::http::{Call, Decoder, Wire, join};

/// Speaks to Gemini.
pub(crate) struct Google {
    pub(crate) base: Url,
    pub(crate) model: String,
}

/// Identifiers of calls that Google gave none begin with this; they do not go
/// back to it.
const MADE_UP: &str = "made-up-";

impl Wire for Google {
    fn call(&self, request: &Request) -> Call {
        let method = format!("{}:streamGenerateContent", self.model);
        let mut url = join(&self.base, &["v1beta", "models", &method]);
        url.set_query(Some("alt=sse"));
        Call {
            url,
            body: request::body(&self.model, request),
            server_events: true,
        }
    }

    fn decoder(&self, request: &Request) -> Box<dyn Decoder> {
        Box::new(stream::Stream::new(&self.model, request.messages.len()))
    }
}
