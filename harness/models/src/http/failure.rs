//! What a provider's refusal means: its status and its words become one of our
//! kinds, with what to do about it.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::date::{parse as parse_date, wait_until};
use crate::ModelErrorKind;
use crate::key::CUT;

/// The longest text of a provider that an error quotes, in characters.
const MAX_QUOTE: usize = 600;

/// A [`crate::ModelError`] that does not know its model yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: ModelErrorKind,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(kind: ModelErrorKind, message: impl Into<String>) -> Fault {
        let message = message.into();
        Fault { kind, message }
    }

    /// The provider said what its documentation does not.
    pub(crate) fn protocol(message: impl Into<String>) -> Fault {
        Fault::new(ModelErrorKind::Protocol, message)
    }

    /// The body ended before the reply did.
    pub(crate) fn cut(what_was_missing: &str) -> Fault {
        Fault::new(
            ModelErrorKind::Connection,
            format!(
                "the answer was cut short: it ended before {what_was_missing}; nothing of it \
                 was kept, ask again"
            ),
        )
    }

    /// A piece of the stream is not what the documentation says.
    pub(crate) fn malformed(error: &serde_json::Error, data: &str) -> Fault {
        Fault::protocol(format!(
            "the provider sent a malformed piece ({error}): {}",
            quoted(data)
        ))
    }
}

/// What a provider says of an error, wherever in its JSON.
#[derive(Default)]
struct Complaint {
    message: String,
    /// Its codes and types, joined by spaces.
    codes: String,
}

impl Complaint {
    fn read(body: &Value) -> Option<Complaint> {
        // Some gateways wrap the object in a list.
        let body = body.get(0).unwrap_or(body);
        let error = body.get("error").unwrap_or(body);
        if let Some(text) = error.as_str() {
            return Some(Complaint {
                message: text.to_owned(),
                codes: String::new(),
            });
        }
        let message = error.get("message")?.as_str()?.to_owned();
        let mut codes: Vec<&str> = ["type", "code", "status"]
            .iter()
            .filter_map(|name| error.get(name)?.as_str())
            .collect();
        let details = error.get("details").and_then(Value::as_array);
        codes.extend(
            details
                .into_iter()
                .flatten()
                .filter_map(|detail| detail.get("reason")?.as_str()),
        );
        Some(Complaint {
            message,
            codes: codes.join(" "),
        })
    }

    fn has(&self, codes: &[&str]) -> bool {
        codes.iter().any(|code| self.codes.contains(code))
    }

    /// Providers have a code for this at best; the words are all there is.
    fn is_context(&self) -> bool {
        const PHRASES: [&str; 9] = [
            "prompt is too long",
            "exceed context limit",
            "maximum context length",
            "exceeds the context window",
            "context window exceeded",
            "exceeds the maximum number of tokens",
            "exceeds the available context size",
            "input is too long",
            "maximum prompt length",
        ];
        let message = self.message.to_lowercase();
        self.has(&[
            "context_length_exceeded",
            "exceed_context_size",
            "request_too_large",
        ]) || PHRASES.iter().any(|phrase| message.contains(phrase))
    }
}

/// The fault in an answer that is no success. `key_help` says where the key
/// comes from.
pub(crate) fn refused(status: u16, headers: &HeaderMap, body: &str, key_help: &str) -> Fault {
    let json = serde_json::from_str::<Value>(body).ok();
    let complaint = json.as_ref().and_then(Complaint::read);
    let said = match &complaint {
        Some(complaint) => quoted(&complaint.message),
        None => quoted(body),
    };
    let complaint = complaint.unwrap_or_default();
    let kind = kind(status, &complaint, || {
        retry_after(headers).or_else(|| json.as_ref().and_then(retry_delay))
    });
    let message = match &kind {
        // Not quoted: some providers repeat parts of the key.
        ModelErrorKind::Unauthorized if status != 403 => {
            format!("the provider did not accept the key (HTTP {status}); {key_help}")
        }
        ModelErrorKind::Unauthorized => {
            format!("the key may not do this (HTTP {status}); {key_help}: {said}")
        }
        ModelErrorKind::UnknownModel => format!(
            "the provider does not know this model (HTTP {status}); check the name and the base URL: {said}"
        ),
        ModelErrorKind::ContextTooLong => format!(
            "the conversation is longer than the model's context (HTTP {status}); shorten or compact it: {said}"
        ),
        ModelErrorKind::RateLimited { retry_after } => {
            let when = match retry_after {
                Some(wait) => format!("; it asks to wait {:.1} s", wait.as_secs_f64()),
                None => String::new(),
            };
            format!("too many requests (HTTP {status}){when}: {said}")
        }
        ModelErrorKind::Unavailable => {
            format!("the provider is overloaded or broken (HTTP {status}); try again later: {said}")
        }
        ModelErrorKind::Protocol => {
            let to = headers
                .get("location")
                .and_then(|to| to.to_str().ok())
                .unwrap_or("nowhere");
            format!(
                "the answer was HTTP {status} to {}, which is not followed; set the base URL to where the provider is",
                quoted(to)
            )
        }
        _ => format!("the provider refused the request (HTTP {status}): {said}"),
    };
    Fault { kind, message }
}

/// The fault that a provider reports inside a stream which began well.
pub(crate) fn in_stream(body: &Value) -> Fault {
    let complaint = Complaint::read(body).unwrap_or_else(|| Complaint {
        message: body.to_string(),
        codes: String::new(),
    });
    let status = if complaint.has(&["rate_limit", "RESOURCE_EXHAUSTED"]) {
        429
    } else if complaint.has(&["invalid_request", "invalid_prompt", "INVALID_ARGUMENT"]) {
        400
    } else if complaint.has(&["authentication", "permission"]) {
        403
    } else {
        // Overload and the like: whatever fails after a good start is theirs.
        500
    };
    let kind = kind(status, &complaint, || retry_delay(body));
    Fault::new(
        kind,
        format!(
            "the provider broke off with an error: {}",
            quoted(&complaint.message)
        ),
    )
}

fn kind(
    status: u16,
    complaint: &Complaint,
    retry_after: impl FnOnce() -> Option<Duration>,
) -> ModelErrorKind {
    // No wait mends an empty account.
    let unpaid = complaint.has(&["insufficient_quota", "billing"]);
    match status {
        401 | 403 if complaint.has(&["model_not_found"]) => ModelErrorKind::UnknownModel,
        401 | 403 => ModelErrorKind::Unauthorized,
        400 if complaint.has(&["API_KEY_INVALID"]) => ModelErrorKind::Unauthorized,
        300..=399 => ModelErrorKind::Protocol,
        408 | 409 | 425 | 500..=599 if complaint.is_context() => ModelErrorKind::ContextTooLong,
        408 | 409 | 425 | 500..=599 => ModelErrorKind::Unavailable,
        429 if unpaid => ModelErrorKind::BadRequest,
        429 => ModelErrorKind::RateLimited {
            retry_after: retry_after(),
        },
        413 => ModelErrorKind::ContextTooLong,
        _ if complaint.is_context() => ModelErrorKind::ContextTooLong,
        404 => ModelErrorKind::UnknownModel,
        _ if complaint.has(&["model_not_found"]) => ModelErrorKind::UnknownModel,
        _ => ModelErrorKind::BadRequest,
    }
}

/// The wait that headers ask for.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| {
        let text = headers.get(name)?.to_str().ok()?;
        let number: f64 = text.trim().parse().ok()?;
        Some(number).filter(|number| (0.0..1e9).contains(number))
    };
    let date = |name: &str| parse_date(headers.get(name)?.to_str().ok()?);
    let milliseconds = number("retry-after-ms").map(|ms| ms / 1000.0);
    match milliseconds.or_else(|| number("retry-after")) {
        Some(seconds) => Some(Duration::from_secs_f64(seconds)),
        None => Some(wait_until(date("retry-after")?, date("date"))),
    }
}

/// The wait that Google writes into the body, such as `"34.5s"`.
fn retry_delay(body: &Value) -> Option<Duration> {
    let body = body.get(0).unwrap_or(body);
    let details = body.get("error")?.get("details")?.as_array()?;
    let delay = details
        .iter()
        .find_map(|detail| detail.get("retryDelay")?.as_str())?;
    let seconds: f64 = delay.strip_suffix('s')?.parse().ok()?;
    (0.0..1e9)
        .contains(&seconds)
        .then(|| Duration::from_secs_f64(seconds))
}

/// `text` on one line and not too long.
pub(crate) fn quoted(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return "(it gives no reason)".to_owned();
    }
    let mut line: String = text
        .chars()
        .take(MAX_QUOTE)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(MAX_QUOTE).is_some() {
        line.push(CUT);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, want: ModelErrorKind) {
        let fault = refused(status, &HeaderMap::new(), body, "check SOME_KEY");
        assert_eq!(fault.kind, want, "{status} {body}: {}", fault.message);
    }

    #[test]
    fn refusals_have_kinds() {
        use ModelErrorKind::*;
        let limited = RateLimited { retry_after: None };
        check(401, "", Unauthorized);
        check(403, "{}", Unauthorized);
        check(404, "<html>", UnknownModel);
        check(429, "", limited);
        check(
            529,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            Unavailable,
        );
        check(503, "<html>", Unavailable);
        check(302, "", Protocol);
        check(
            400,
            r#"{"error":{"message":"prompt is too long: 2 > 1","type":"invalid_request_error"}}"#,
            ContextTooLong,
        );
        check(
            400,
            r#"{"error":{"message":"x","code":"context_length_exceeded"}}"#,
            ContextTooLong,
        );
        check(
            400,
            r#"{"error":{"message":"bad schema","type":"invalid_request_error"}}"#,
            BadRequest,
        );
        check(
            429,
            r#"{"error":{"message":"x","code":"insufficient_quota"}}"#,
            BadRequest,
        );
        check(
            400,
            r#"{"error":{"message":"no","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
            Unauthorized,
        );
        check(404, r#"{"error":"model 'x' not found"}"#, UnknownModel);
        check(413, "", ContextTooLong);
    }

    #[test]
    fn a_refused_key_is_not_repeated() {
        let body = r#"{"error":{"message":"Incorrect API key provided: sk-abc***xyz"}}"#;
        let fault = refused(401, &HeaderMap::new(), body, "check OPENAI_API_KEY");
        assert!(!fault.message.contains("sk-abc"), "{}", fault.message);
        assert!(fault.message.contains("OPENAI_API_KEY"));
    }

    #[test]
    fn waits_are_read_from_headers_and_bodies() {
        let check = |name: &'static str, value: &'static str, want: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            let want = want.map(Duration::from_millis);
            assert_eq!(retry_after(&headers), want, "{name}: {value}");
        };
        check("retry-after", "2", Some(2000));
        check("retry-after", "0.5", Some(500));
        check("retry-after", "-1", None);
        check("retry-after", "soon", None);
        check("retry-after", "1e300", None);
        check("retry-after-ms", "70", Some(70));
        let mut headers = HeaderMap::new();
        headers.insert("date", "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        let then = "Sun, 06 Nov 1994 08:50:07 GMT".parse().unwrap();
        headers.insert("retry-after", then);
        assert_eq!(retry_after(&headers), Some(Duration::from_secs(30)));
        let body = serde_json::json!({"error": {"details": [{"retryDelay": "1.5s"}]}});
        assert_eq!(retry_delay(&body), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn quotes_are_short_lines() {
        assert_eq!(quoted(" a\nb "), "a b");
        assert_eq!(quoted(&"x".repeat(700)).chars().count(), MAX_QUOTE + 1);
    }
}
