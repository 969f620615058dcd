//! OpenAI: chat completions, which many others speak too, and responses, which
//! its newer models need to think and use tools at once.

mod chat;
mod chat_stream;
mod effort;
mod responses;
mod responses_stream;

use reqwest::Url;

use crate::Request;
use crate::http::{Call, Decoder, Wire, join};

/// Speaks to OpenAI, or to a server that is compatible with it.
pub(crate) struct OpenAi {
    base: Url,
    model: String,
    interface: Interface,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Interface {
    Chat,
    Responses,
}

impl OpenAi {
    /// By responses where OpenAI itself asks for it, else by chat completions.
    pub(crate) fn new(base: Url, model: String) -> OpenAi {
        let interface = if is_openai(&base) && effort::needs_responses(&model) {
            Interface::Responses
        } else {
            Interface::Chat
        };
        OpenAi {
            base,
            model,
            interface,
        }
    }

    /// By responses, whoever it is.
    pub(crate) fn by_responses(base: Url, model: String) -> OpenAi {
        OpenAi {
            base,
            model,
            interface: Interface::Responses,
        }
    }
}

fn is_openai(base: &Url) -> bool {
    base.host_str() == Some("api.openai.com")
}

impl Wire for OpenAi {
    fn call(&self, request: &Request) -> Call {
        let (path, body): (&[&str], _) = match self.interface {
            Interface::Chat => {
                let body = chat::body(&self.model, is_openai(&self.base), request);
                (&["chat", "completions"], body)
            }
            Interface::Responses => (&["responses"], responses::body(&self.model, request)),
        };
        Call {
            url: join(&self.base, path),
            body,
            server_events: true,
        }
    }

    fn decoder(&self, request: &Request) -> Box<dyn Decoder> {
        match self.interface {
            Interface::Chat => Box::new(chat_stream::Stream::new(
                &self.model,
                request.messages.len(),
            )),
            Interface::Responses => Box::new(responses_stream::Stream::new(&self.model)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_openai_itself_is_asked_by_responses() {
        let interface = |base: &str, model: &str| {
            OpenAi::new(Url::parse(base).unwrap(), model.to_owned()).interface
        };
        let openai = "https://api.openai.com/v1";
        assert!(interface(openai, "gpt-5.5") == Interface::Responses);
        assert!(interface(openai, "gpt-5-codex") == Interface::Responses);
        assert!(interface(openai, "gpt-5-mini") == Interface::Chat);
        assert!(interface("http://127.0.0.1:1/v1", "gpt-5.5") == Interface::Chat);
    }
}
