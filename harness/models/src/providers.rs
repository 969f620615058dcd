//! Which providers there are, where their keys and addresses come from, and how
//! a `provider/name` becomes a model.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use crate::anthropic::Anthropic;
use crate::google::Google;
use crate::http::{Fault, HttpModel, Shared, Wire, client};
use crate::known::Known;
use crate::ollama::{self, Ollama};
use crate::openai::OpenAi;
use crate::{ApiKey, Model, ModelError, ModelErrorKind, Replay, Retry, Scripted};

/// A model as `provider/name`, with keys and addresses from the environment; see
/// [`Providers::from_env`] for the variables and [`Providers::connect`] for the
/// names.
///
/// # Errors
/// As [`Providers::connect`].
pub fn connect(model: &str) -> Result<Arc<dyn Model>, ModelError> {
    Providers::from_env().connect(model)
}

/// A provider of models over HTTP.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Provider {
    /// Anthropic's messages.
    Anthropic,
    /// OpenAI, and whoever is compatible with it: by chat completions, or by
    /// responses for those of OpenAI's own models that need them.
    OpenAi,
    /// Google's Gemini.
    Google,
    /// Ollama.
    Ollama,
}

/// What there is to know of a provider.
struct Facts {
    provider: Provider,
    /// In `provider/name`; the first is its own name.
    names: &'static [&'static str],
    /// Where its key is looked for, in this order.
    key_variables: &'static [&'static str],
    /// Where another address is looked for, in this order.
    base_variables: &'static [&'static str],
    base: &'static str,
    /// Whether its own address takes nobody without a key. Another address may
    /// be a server on this machine, which needs none.
    needs_key: bool,
    /// The header of the key, and what stands before it.
    key_header: (&'static str, &'static str),
    /// Headers of every request.
    headers: &'static [(&'static str, &'static str)],
}

const PROVIDERS: &[Facts] = &[
    Facts {
        provider: Provider::Anthropic,
        names: &["anthropic"],
        key_variables: &["ANTHROPIC_API_KEY"],
        base_variables: &["ANTHROPIC_BASE_URL"],
        base: "https://api.anthropic.com",
        needs_key: true,
        key_header: ("x-api-key", ""),
        headers: &[("anthropic-version", "2023-06-01")],
    },
    Facts {
        provider: Provider::OpenAi,
        names: &["openai"],
        key_variables: &["OPENAI_API_KEY"],
        base_variables: &["OPENAI_BASE_URL"],
        base: "https://api.openai.com/v1",
        needs_key: true,
        key_header: ("authorization", "Bearer "),
        headers: &[],
    },
    Facts {
        provider: Provider::OpenAi,
        names: &["openai-responses"],
        key_variables: &["OPENAI_API_KEY"],
        base_variables: &["OPENAI_BASE_URL"],
        base: "https://api.openai.com/v1",
        needs_key: true,
        key_header: ("authorization", "Bearer "),
        headers: &[],
    },
    Facts {
        provider: Provider::Google,
        names: &["google", "gemini"],
        key_variables: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        base_variables: &["GEMINI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"],
        base: "https://generativelanguage.googleapis.com",
        needs_key: true,
        key_header: ("x-goog-api-key", ""),
        headers: &[],
    },
    Facts {
        provider: Provider::Ollama,
        names: &["ollama"],
        key_variables: &["OLLAMA_API_KEY"],
        base_variables: &["OLLAMA_HOST"],
        base: "http://127.0.0.1:11434",
        needs_key: false,
        key_header: ("authorization", "Bearer "),
        headers: &[],
    },
];

/// What a model is named that needs no provider, and what follows the slash.
const FILES: &[&str] = &["scripted/PATH", "replay/PATH"];

/// Keys, addresses and patience, from which models are made.
///
/// | default | value |
/// |---|---|
/// | keys and addresses | none, and the providers' own |
/// | attempts | as [`Retry::default`] |
/// | wait for a connection | 30 s |
/// | wait for the next piece of an answer | 300 s |
#[derive(Clone, Debug)]
pub struct Providers {
    keys: BTreeMap<Provider, ApiKey>,
    bases: BTreeMap<Provider, String>,
    retry: Retry,
    connect_timeout: Duration,
    idle_timeout: Duration,
}

impl Default for Providers {
    fn default() -> Providers {
        Providers {
            keys: BTreeMap::new(),
            bases: BTreeMap::new(),
            retry: Retry::default(),
            connect_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(300),
        }
    }
}

impl Providers {
    /// With what the environment holds now; it is not read again.
    ///
    /// | provider | key | address |
    /// |---|---|---|
    /// | `anthropic` | `ANTHROPIC_API_KEY` | `ANTHROPIC_BASE_URL` |
    /// | `openai` | `OPENAI_API_KEY` | `OPENAI_BASE_URL`, with its `/v1` |
    /// | `google` | `GEMINI_API_KEY`, else `GOOGLE_API_KEY` | `GEMINI_BASE_URL`, else `GOOGLE_GEMINI_BASE_URL` |
    /// | `ollama` | `OLLAMA_API_KEY`, mostly none | `OLLAMA_HOST` |
    pub fn from_env() -> Providers {
        Providers::from_variables(|name| std::env::var(name).ok())
    }

    /// The same with another source of variables.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Providers {
        let first = |names: &[&str]| {
            let values = names.iter().filter_map(|name| variable(name));
            values
                .map(|value| value.trim().to_owned())
                .find(|value| !value.is_empty())
        };
        let mut providers = Providers::default();
        for facts in PROVIDERS {
            if let Some(key) = first(facts.key_variables) {
                providers = providers.with_key(facts.provider, ApiKey::new(key));
            }
            if let Some(base) = first(facts.base_variables) {
                let base = match facts.provider {
                    Provider::Ollama => ollama::address(&base),
                    _ => base,
                };
                providers = providers.with_base_url(facts.provider, base);
            }
        }
        providers
    }

    /// With this key.
    pub fn with_key(mut self, provider: Provider, key: ApiKey) -> Providers {
        if key.is_empty() {
            self.keys.remove(&provider);
        } else {
            self.keys.insert(provider, key);
        }
        self
    }

    /// With this address, to which the provider's paths are added.
    pub fn with_base_url(mut self, provider: Provider, base: impl Into<String>) -> Providers {
        self.bases.insert(provider, base.into());
        self
    }

    /// With these attempts.
    pub fn with_retry(mut self, retry: Retry) -> Providers {
        self.retry = retry;
        self
    }

    /// With this longest wait for a connection.
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Providers {
        self.connect_timeout = timeout;
        self
    }

    /// With this longest wait for the next piece of an answer; a model that
    /// thinks may be silent for long.
    pub fn with_idle_timeout(mut self, timeout: Duration) -> Providers {
        self.idle_timeout = timeout;
        self
    }

    /// The model `provider/name`: one of `anthropic`, `openai`, `google` (or
    /// `gemini`) and `ollama` with the provider's name of the model,
    /// `openai-responses` for a compatible server that is to be asked by responses
    /// and not by chat completions, or `scripted/PATH` for [`Scripted`] and `replay/PATH` for [`Replay`]. Nothing
    /// is sent yet.
    ///
    /// # Errors
    /// `UnknownModel` for a name of another shape or a provider that is not
    /// known, `MissingKey` naming the variable, `BadRequest` for an address that
    /// is none, a file that cannot be read, or no TLS on this machine.
    pub fn connect(&self, model: &str) -> Result<Arc<dyn Model>, ModelError> {
        let fail = |fault: Fault| ModelError {
            model: model.to_owned(),
            kind: fault.kind,
            message: fault.message,
        };
        let (provider, name) = model.split_once('/').unwrap_or((model, ""));
        if name.is_empty() {
            return Err(fail(unknown(format!(
                "a model is named provider/name, such as anthropic/claude-sonnet-5; {}",
                known_providers()
            ))));
        }
        match provider {
            "scripted" => return Ok(Arc::new(Scripted::open(Path::new(name))?)),
            "replay" => return Ok(Arc::new(Replay::open(Path::new(name))?)),
            _ => {}
        }
        let facts = PROVIDERS
            .iter()
            .find(|facts| facts.names.contains(&provider))
            .ok_or_else(|| {
                fail(unknown(format!(
                    "there is no provider {provider:?}; {}",
                    known_providers()
                )))
            })?;
        let model = self.http_model(facts, name).map_err(fail)?;
        Ok(Arc::new(Shared(Arc::new(model))))
    }

    fn http_model(&self, facts: &Facts, name: &str) -> Result<HttpModel, Fault> {
        let own_name = facts.names.first().copied().unwrap_or_default();
        let variables = facts.key_variables.join(" or ");
        let key = self.keys.get(&facts.provider);
        let other_base = self.bases.get(&facts.provider);
        if key.is_none() && facts.needs_key && other_base.is_none() {
            return Err(Fault::new(
                ModelErrorKind::MissingKey,
                format!("no key: set {variables} to a key of the provider {own_name}"),
            ));
        }
        let (header, prefix) = facts.key_header;
        let header = match key {
            Some(key) => Some((
                header,
                key.header(prefix).ok_or_else(|| bad_key(&variables))?,
            )),
            None => None,
        };
        let base = base(facts, other_base)?;
        let client = client(&base, self.connect_timeout, self.idle_timeout)
            .map_err(|problem| Fault::new(ModelErrorKind::BadRequest, problem))?;
        let model = name.to_owned();
        let wire: Box<dyn Wire> = match facts.provider {
            Provider::Anthropic => Box::new(Anthropic { base, model }),
            Provider::OpenAi if own_name == "openai-responses" => {
                Box::new(OpenAi::by_responses(base, model))
            }
            Provider::OpenAi => Box::new(OpenAi::new(base, model)),
            Provider::Google => Box::new(Google { base, model }),
            Provider::Ollama => Box::new(Ollama { base, model }),
        };
        Ok(HttpModel {
            name: format!("{own_name}/{name}"),
            known: Known::of(facts.provider, name),
            client,
            wire,
            headers: HttpModel::headers(header, facts.headers),
            key: key.cloned(),
            key_help: format!("check {variables}"),
            base_help: format!("the base URL ({})", facts.base_variables.join(" or ")),
            retry: self.retry,
            idle_timeout: self.idle_timeout,
        })
    }
}

fn base(facts: &Facts, other: Option<&String>) -> Result<Url, Fault> {
    let text = other.map_or(facts.base, String::as_str);
    let variables = facts.base_variables.join(" or ");
    let bad = |problem: &str| {
        // The address itself may hold a password.
        let message = format!("the base URL ({variables}) {problem}");
        Fault::new(ModelErrorKind::BadRequest, message)
    };
    let url = Url::parse(text).map_err(|error| bad(&format!("is none: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(bad("must begin with http:// or https:// and name a host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("must not hold a user or password; keys go in headers"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("must not hold `?` or `#`"));
    }
    Ok(url)
}

fn bad_key(variables: &str) -> Fault {
    Fault::new(
        ModelErrorKind::MissingKey,
        format!(
            "the key ({variables}) holds characters that no key has, such as a line break; set it again"
        ),
    )
}

fn unknown(message: String) -> Fault {
    Fault::new(ModelErrorKind::UnknownModel, message)
}

fn known_providers() -> String {
    let names = PROVIDERS.iter().filter_map(|facts| facts.names.first());
    let mut names: Vec<String> = names.map(|name| format!("{name}/NAME")).collect();
    names.extend(FILES.iter().map(|&name| name.to_owned()));
    format!("known are {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(providers: &Providers, model: &str) -> (ModelErrorKind, String) {
        match providers.connect(model) {
            Ok(model) => panic!("{} was made", model.name()),
            Err(error) => (error.kind.clone(), error.to_string()),
        }
    }

    fn with(variables: &'static [(&str, &str)]) -> Providers {
        Providers::from_variables(|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_missing_key_names_its_variable() {
        for (model, variable) in [
            ("anthropic/claude-sonnet-5", "ANTHROPIC_API_KEY"),
            ("openai/gpt-5", "OPENAI_API_KEY"),
            ("google/gemini-2.5-pro", "GEMINI_API_KEY or GOOGLE_API_KEY"),
        ] {
            let (kind, message) = kind(&with(&[]), model);
            assert_eq!(kind, ModelErrorKind::MissingKey);
            assert!(message.contains(variable), "{message}");
        }
    }

    #[test]
    fn an_empty_variable_is_no_key() {
        let providers = with(&[("GEMINI_API_KEY", " "), ("GOOGLE_API_KEY", "k")]);
        assert!(providers.connect("gemini/gemini-2.5-pro").is_ok());
        let providers = with(&[("OPENAI_API_KEY", "")]);
        assert_eq!(kind(&providers, "openai/x").0, ModelErrorKind::MissingKey);
    }

    #[test]
    fn another_address_needs_no_key() {
        let providers = with(&[("OPENAI_BASE_URL", "http://127.0.0.1:8000/v1")]);
        let model = providers.connect("openai/meta/llama").unwrap();
        assert_eq!(model.name(), "openai/meta/llama");
        assert!(providers.connect("ollama/llama").is_ok());
    }

    #[test]
    fn what_is_unknown_is_told_what_is_known() {
        for model in ["", "gpt-5", "openai/", "nobody/gpt-5"] {
            let (kind, message) = kind(&Providers::default(), model);
            assert_eq!(kind, ModelErrorKind::UnknownModel, "{model}");
            for name in ["anthropic/", "openai/", "google/", "ollama/", "scripted/"] {
                assert!(message.contains(name), "{message}");
            }
        }
    }

    #[test]
    fn a_bad_address_is_refused_and_not_repeated() {
        for base in [
            "nonsense",
            "ftp://host",
            "http://user:secret@host",
            "http://host/?key=secret",
        ] {
            let providers = Providers::default().with_base_url(Provider::Anthropic, base);
            let (kind, message) = kind(&providers, "anthropic/claude-sonnet-5");
            assert_eq!(kind, ModelErrorKind::BadRequest, "{base}");
            assert!(message.contains("ANTHROPIC_BASE_URL"), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn debug_output_hides_keys() {
        let providers = with(&[("ANTHROPIC_API_KEY", "sk-secret")]);
        assert!(!format!("{providers:?}").contains("secret"));
        let providers = Providers::default().with_key(Provider::OpenAi, ApiKey::new("a\nb"));
        let (kind, message) = kind(&providers, "openai/gpt-5");
        assert_eq!(kind, ModelErrorKind::MissingKey);
        assert!(!message.contains("a\nb"), "{message}");
    }

    #[test]
    fn defaults_are_those_in_the_documentation() {
        let providers = Providers::default();
        assert!(providers.keys.is_empty() && providers.bases.is_empty());
        assert_eq!(providers.retry, Retry::default());
        assert_eq!(providers.connect_timeout, Duration::from_secs(30));
        assert_eq!(providers.idle_timeout, Duration::from_secs(300));
    }
}
