//! What goes wrong between us and a provider, and what is made of it: the same
//! for Anthropic and OpenAI.

mod asking;

use std::time::Duration;

use asking::{KEY, ask, question, served};
use futures_util::StreamExt;
use wardian_models::ModelErrorKind::{
    self, BadRequest, Connection, ContextTooLong, Protocol, Unauthorized, Unavailable, UnknownModel,
};
use wardian_models::testing::{
    Answer, ModelServer, anthropic, anthropic_error, openai, openai_error,
};
use wardian_models::{ApiKey, Event, Part, Provider, Providers, Recorder, Retry, Turn};

const ANTHROPIC: (Provider, &str) = (Provider::Anthropic, "anthropic/claude-sonnet-4-5");
const OPENAI: (Provider, &str) = (Provider::OpenAi, "openai/gpt-5");

fn limited(retry_after: Option<u64>) -> ModelErrorKind {
    ModelErrorKind::RateLimited {
        retry_after: retry_after.map(Duration::from_secs),
    }
}

/// Asks once; the answer is no success and must become this, after so many
/// attempts.
async fn check(
    (provider, name): (Provider, &str),
    answer: Answer,
    want: ModelErrorKind,
    attempts: usize,
) -> String {
    let answers = vec![answer; attempts];
    let (server, model) = served(provider, name, answers).await;
    let heard = ask(&*model, question()).await;
    let error = heard.end.unwrap_err();
    assert_eq!(error.kind, want, "{error}");
    assert_eq!(error.model, name);
    assert!(!error.to_string().contains(KEY), "{error}");
    assert_eq!(server.requests().len(), attempts, "{error}");
    assert_eq!(heard.retried.len(), attempts - 1);
    assert!(heard.retried.iter().all(|error| error.kind == want));
    error.to_string()
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let a = anthropic_error;
    let o = openai_error;
    check(
        ANTHROPIC,
        a(404, "not_found_error", "model: claude-x"),
        UnknownModel,
        1,
    )
    .await;
    check(
        ANTHROPIC,
        a(
            400,
            "invalid_request_error",
            "prompt is too long: 210000 tokens > 200000 maximum",
        ),
        ContextTooLong,
        1,
    )
    .await;
    check(
        ANTHROPIC,
        a(413, "request_too_large", "Request exceeds the maximum size"),
        ContextTooLong,
        1,
    )
    .await;
    check(
        ANTHROPIC,
        a(400, "invalid_request_error", "messages: at least one"),
        BadRequest,
        1,
    )
    .await;
    check(
        ANTHROPIC,
        a(403, "permission_error", "not yours"),
        Unauthorized,
        1,
    )
    .await;
    check(
        ANTHROPIC,
        a(529, "overloaded_error", "Overloaded"),
        Unavailable,
        4,
    )
    .await;
    check(ANTHROPIC, a(500, "api_error", "Internal"), Unavailable, 4).await;
    check(
        ANTHROPIC,
        a(429, "rate_limit_error", "slow down"),
        limited(None),
        4,
    )
    .await;
    check(
        OPENAI,
        o(404, "model_not_found", "The model does not exist"),
        UnknownModel,
        1,
    )
    .await;
    check(
        OPENAI,
        o(400, "context_length_exceeded", "too long"),
        ContextTooLong,
        1,
    )
    .await;
    check(OPENAI, o(400, "invalid_value", "bad"), BadRequest, 1).await;
    check(
        OPENAI,
        o(429, "insufficient_quota", "You exceeded your current quota"),
        BadRequest,
        1,
    )
    .await;
    check(OPENAI, o(503, "", "busy"), Unavailable, 4).await;
    check(
        OPENAI,
        Answer::status(502, "text/html", "<html>bad gateway"),
        Unavailable,
        4,
    )
    .await;
}

#[tokio::test]
async fn a_refused_key_names_its_variable_and_is_not_repeated() {
    let message = format!("invalid x-api-key {KEY}");
    let answer = anthropic_error(401, "authentication_error", &message);
    let error = check(ANTHROPIC, answer, Unauthorized, 1).await;
    assert!(error.contains("ANTHROPIC_API_KEY"), "{error}");
    let answer = openai_error(
        401,
        "invalid_api_key",
        "Incorrect API key provided: test-***789",
    );
    let error = check(OPENAI, answer, Unauthorized, 1).await;
    assert!(error.contains("OPENAI_API_KEY"), "{error}");
    assert!(!error.contains("***789"), "{error}");
    // Nor where a provider repeats it for another reason.
    let answer = openai_error(400, "x", &format!("what is {KEY}?"));
    let error = check(OPENAI, answer, BadRequest, 1).await;
    assert!(error.contains("what is [key]?"), "{error}");
    // Nor the start of it, where the quotation ends.
    for more in [1, 6, KEY.len() - 1] {
        let message = format!("{}{KEY}", "x".repeat(600 - more));
        let error = check(OPENAI, openai_error(400, "x", &message), BadRequest, 1).await;
        assert!(!error.contains(&KEY[..4]), "{error}");
    }
}

#[tokio::test]
async fn a_key_is_in_no_recording() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording.jsonl");
    let refusal = openai_error(400, "x", &format!("what is {KEY}?"));
    let (server, model) = served(OPENAI.0, OPENAI.1, [refusal]).await;
    let recorder = Recorder::new(model, &path).unwrap();
    ask(&recorder, question()).await.end.unwrap_err();
    assert_eq!(server.requests().len(), 1);
    let recorded = std::fs::read_to_string(path).unwrap();
    assert!(
        recorded.contains("what is [key]?") && !recorded.contains(KEY),
        "{recorded}"
    );
}

#[tokio::test]
async fn what_went_wrong_says_what_to_do() {
    let model = "openai/gpt-5";
    let Err(error) = Providers::default().connect(model) else {
        panic!("there is no key");
    };
    assert!(error.to_string().contains("set OPENAI_API_KEY"), "{error}");
    let wrong = openai_error(404, "model_not_found", "no such model");
    let cut = openai(&Turn::text("Hello you there."));
    let half = cut.body_length() / 2;
    for (answer, kind, attempts, words) in [
        (wrong, UnknownModel, 1, "check the name and the base URL"),
        (
            cut.clone().cut_after(half),
            Connection,
            4,
            "ask again (attempt 4, the last)",
        ),
        (
            cut.ended_after(half),
            Connection,
            4,
            "ask again (attempt 4, the last)",
        ),
        (
            openai_error(503, "x", "busy"),
            Unavailable,
            4,
            "try again later",
        ),
        (
            openai_error(401, "x", "no"),
            Unauthorized,
            1,
            "check OPENAI_API_KEY",
        ),
    ] {
        let error = check(OPENAI, answer, kind, attempts).await;
        assert!(error.contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_limit_may_end_at_a_date() {
    let limit = openai_error(429, "rate_limit_error", "x")
        .with_header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
        .with_header("retry-after", "Sun, 06 Nov 1994 09:49:37 GMT");
    check(OPENAI, limit, limited(Some(3600)), 1).await;
}

#[tokio::test]
async fn a_limited_request_is_made_again_when_the_provider_says() {
    for ((provider, name), reply) in [
        (ANTHROPIC, anthropic(&Turn::text("Hello."))),
        (OPENAI, openai(&Turn::text("Hello."))),
    ] {
        let limit = anthropic_error(429, "rate_limit_error", "x").with_header("retry-after", "0");
        let busy = anthropic_error(529, "overloaded_error", "x");
        let (server, model) = served(provider, name, [limit, busy, reply]).await;
        let heard = ask(&*model, question()).await;
        assert_eq!(heard.text, "Hello.");
        heard.end.unwrap();
        let kinds: Vec<_> = heard.retried.into_iter().map(|error| error.kind).collect();
        assert_eq!(kinds, [limited(Some(0)), Unavailable]);
        let requests = server.requests();
        assert_eq!(requests.len(), 3);
        assert!(
            requests
                .iter()
                .all(|request| request.body == requests[0].body)
        );
    }
}

#[tokio::test]
async fn a_long_wait_is_left_to_the_caller() {
    let answer = anthropic_error(429, "rate_limit_error", "x").with_header("retry-after", "3600");
    check(ANTHROPIC, answer, limited(Some(3600)), 1).await;
}

#[tokio::test]
async fn a_cut_stream_is_never_taken_for_a_reply() {
    for (who, whole) in [
        (ANTHROPIC, anthropic(&Turn::text("Hello you there."))),
        (OPENAI, openai(&Turn::text("Hello you there."))),
    ] {
        let length = whole.body_length();
        // Within the first event, in the middle, and just before the last.
        for at in [0, 10, length / 2, length - 1 - "data: [DONE]\n\n".len()] {
            check(who, whole.clone().cut_after(at), Connection, 4).await;
        }
        // A body that ends properly with half of the reply in it.
        check(who, whole.clone().ended_after(0), Connection, 4).await;
        check(who, whole.clone().ended_after(length / 2), Connection, 4).await;
    }
}

#[tokio::test]
async fn no_beginning_of_a_stream_is_taken_for_the_whole() {
    let turn = Turn::text("Größe 🦀").and_call("read", serde_json::json!({"path": "ä"}));
    for ((provider, name), whole) in [(ANTHROPIC, anthropic(&turn)), (OPENAI, openai(&turn))] {
        let server = ModelServer::start([whole.clone()]).await.unwrap();
        let model = Providers::default()
            .with_base_url(provider, server.base_url())
            .with_retry(Retry::never())
            .connect(name)
            .unwrap();
        let reply = ask(&*model, question()).await.end.unwrap();
        let mut wholes = 0;
        for length in 0..whole.body_length() {
            server.push(whole.clone().ended_after(length));
            match ask(&*model, question()).await.end {
                // What comes after the reason to stop may be missing.
                Ok(got) => {
                    assert_eq!(got.parts, reply.parts, "after {length} bytes");
                    wholes += 1;
                }
                Err(error) => assert_eq!(error.kind, Connection, "{error}"),
            }
        }
        assert!(wholes < 400, "{name}: {wholes}");
    }
}

#[tokio::test]
async fn dropping_the_events_ends_the_request() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_exact(&mut [0; 16]).await.unwrap();
        let begun = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n";
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let answer = format!("{head}{:x}\r\n{begun}\r\n", begun.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        // Ends when the client is gone.
        let _gone = stream.read_to_end(&mut rest).await;
    });
    let providers = Providers::default().with_base_url(OPENAI.0, base);
    let model = providers.connect(OPENAI.1).unwrap();
    let mut events = model.send(question());
    let first = events.next().await.unwrap().unwrap();
    assert_eq!(first, Event::TextDelta("x".to_owned()));
    drop(events);
    server.await.unwrap();
}

#[tokio::test]
async fn a_stream_that_breaks_once_is_begun_again() {
    let whole = anthropic(&Turn::text("Hello you there."));
    let half = whole.clone().cut_after(whole.body_length() * 3 / 4);
    let (_server, model) = served(ANTHROPIC.0, ANTHROPIC.1, [half, whole]).await;
    let heard = ask(&*model, question()).await;
    assert_eq!(heard.retried[0].kind, Connection);
    assert_eq!(heard.text, "Hello you there.");
    assert_eq!(heard.end.unwrap().parts, [Part::text("Hello you there.")]);
}

#[tokio::test]
async fn an_error_within_a_stream_has_its_kind() {
    let begun = r#"{"type":"message_start","message":{}}"#;
    let overloaded =
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    let answer = Answer::server_events([begun, overloaded]);
    check(ANTHROPIC, answer, Unavailable, 4).await;
    let limit = r#"{"type":"error","error":{"type":"rate_limit_error","message":"x"}}"#;
    check(
        ANTHROPIC,
        Answer::server_events([begun, limit]),
        limited(None),
        4,
    )
    .await;
    let bad = r#"{"error":{"type":"invalid_request_error","message":"x"}}"#;
    check(OPENAI, Answer::server_events([bad]), BadRequest, 1).await;
}

#[tokio::test]
async fn garbage_is_a_fault_of_the_provider() {
    for who in [ANTHROPIC, OPENAI] {
        for data in ["{oops", "42", "\u{0}"] {
            check(who, Answer::server_events([data]), Protocol, 1).await;
        }
        let bytes = b"data: \xff\xfe\n\n".to_vec();
        check(who, Answer::ok("text/event-stream", bytes), Protocol, 1).await;
        // A page where events should be has no event in it.
        check(
            who,
            Answer::ok("text/html", "<html>Welcome</html>\n\n"),
            Connection,
            4,
        )
        .await;
    }
    let unfinished = [
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{"}}"#,
    ];
    check(ANTHROPIC, Answer::server_events(unfinished), Protocol, 1).await;
    let nameless =
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}}]}"#;
    check(OPENAI, Answer::server_events([nameless]), Protocol, 1).await;
}

#[tokio::test]
async fn a_line_has_a_longest_length() {
    let body = vec![b'x'; (16 << 20) + 2];
    check(
        ANTHROPIC,
        Answer::ok("text/event-stream", body),
        Protocol,
        1,
    )
    .await;
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_key() {
    let answer =
        Answer::status(307, "text/plain", "").with_header("location", "http://elsewhere.example/");
    let error = check(ANTHROPIC, answer, Protocol, 1).await;
    assert!(error.contains("http://elsewhere.example/"), "{error}");
}

#[tokio::test]
async fn silence_has_an_end() {
    let whole = anthropic(&Turn::text("Hello."));
    let half = whole.body_length() / 2;
    let server = ModelServer::start([whole.ended_after(half).then_silent()])
        .await
        .unwrap();
    let model = Providers::default()
        .with_base_url(Provider::Anthropic, server.base_url())
        .with_retry(Retry::never())
        .with_idle_timeout(Duration::from_millis(300))
        .connect(ANTHROPIC.1)
        .unwrap();
    let error = ask(&*model, question()).await.end.unwrap_err();
    assert_eq!(error.kind, Connection, "{error}");
    assert!(error.message.contains("was silent for 0.3 s"), "{error}");
}

#[tokio::test]
async fn nobody_there_is_a_connection_error() {
    let gone = ModelServer::start([]).await.unwrap().base_url();
    let model = Providers::default()
        .with_key(Provider::Anthropic, ApiKey::new(KEY))
        .with_base_url(Provider::Anthropic, gone.clone())
        .with_retry(Retry::never())
        .connect(ANTHROPIC.1)
        .unwrap();
    let heard = ask(&*model, question()).await;
    let error = heard.end.unwrap_err();
    assert_eq!(error.kind, Connection, "{error}");
    assert!(
        error.message.contains(gone.trim_start_matches("http://")),
        "{error}"
    );
    assert!(
        error
            .message
            .contains("check the network and the base URL (ANTHROPIC_BASE_URL)"),
        "{error}"
    );
    assert!(heard.retried.is_empty());
}
