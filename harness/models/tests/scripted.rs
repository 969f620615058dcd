//! Scripts, and recordings of what models said.

mod asking;

use std::path::Path;
use std::sync::Arc;

use asking::{ask, question, request};
use serde_json::json;
use wardian_models::{
    Message, Model, ModelErrorKind, Part, Recorder, Replay, Role, Scripted, StopReason, TokenUsage,
    Turn, connect,
};

const SCRIPT: &str = r#"
// A comment, and an empty line.

{"thinking": "Look.", "opaque": {"signature": "s"}, "text": "I look.", "tool_calls": [{"name": "read", "arguments": {"path": "a"}}, {"id": "own", "name": "list"}]}
{"expect": "Once", "text": "A tale.", "stop": "max_tokens", "usage": {"input_tokens": 9, "output_tokens": 5, "cache_read_tokens": 1}}
{"when": "You summarise", "text": "In short."}
{"when": "You summarise", "text": "Shorter."}
{"text": "half", "fault": {"kind": "connection"}}
"#;

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn result(text: &str) -> Message {
    Message {
        role: Role::User,
        parts: vec![Part::ToolResult {
            call_id: "own".to_owned(),
            content: vec![Part::text(text)],
            is_error: false,
        }],
    }
}

#[tokio::test]
async fn a_script_is_followed_reply_by_reply() {
    let file = file(SCRIPT);
    let model = connect(&format!("scripted/{}", file.path().display())).unwrap();
    let heard = ask(&*model, question()).await;
    assert_eq!((&*heard.thinking, &*heard.text), ("Look.", "I look."));
    let first = heard.end.unwrap();
    assert_eq!(first.stop, StopReason::ToolCalls);
    let call = |id: &str, name: &str, arguments| Part::ToolCall {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments,
    };
    let thought = Part::Thinking {
        text: "Look.".to_owned(),
        opaque: Some(json!({"signature": "s"})),
    };
    let want = [
        thought,
        Part::text("I look."),
        call("call_1_0", "read", json!({"path": "a"})),
        call("own", "list", json!({})),
    ];
    assert_eq!(first.parts, want);

    let mut messages = vec![Message::user("Hello?"), Message::assistant(first.parts)];
    let unexpected = [messages.clone(), vec![result("Twice")]].concat();
    let error = ask(&*model, request(unexpected)).await.end.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::BadRequest);
    assert!(error.message.contains("Twice"), "{error}");

    messages.push(result("Once upon"));
    let second = ask(&*model, request(messages.clone())).await.end.unwrap();
    assert_eq!(second.stop, StopReason::MaxTokens);
    let usage = TokenUsage {
        input_tokens: 9,
        output_tokens: 5,
        cache_read_tokens: 1,
        cache_write_tokens: 0,
    };
    assert_eq!(second.usage, usage);

    // The third of those turns that are for any conversation.
    messages.push(Message::assistant(second.parts));
    let heard = ask(&*model, request(messages.clone())).await;
    assert_eq!(heard.text, "half");
    assert_eq!(heard.end.unwrap_err().kind, ModelErrorKind::Connection);

    messages.push(Message::assistant(vec![]));
    let error = ask(&*model, request(messages)).await.end.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::ScriptEnded);
    assert!(error.message.contains("no turn 4"), "{error}");
}

#[tokio::test]
async fn conversations_have_their_own_turns() {
    let file = file(SCRIPT);
    let model = Scripted::open(file.path()).unwrap();
    let mut asked = request([Message::user("Sum up.")]);
    asked.system = "You summarise talks.".to_owned();
    assert_eq!(ask(&model, asked.clone()).await.text, "In short.");
    asked.messages.push(Message::assistant(vec![]));
    asked.messages.push(Message::user("again"));
    assert_eq!(ask(&model, asked.clone()).await.text, "Shorter.");
    asked.messages.push(Message::assistant(vec![]));
    let error = ask(&model, asked).await.end.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::ScriptEnded);
    // The words count in the first message too, not in a later one.
    let first = request([Message::user("You summarise this")]);
    assert_eq!(ask(&model, first).await.text, "In short.");
    let later = request([Message::user("a"), Message::user("You summarise")]);
    assert_eq!(ask(&model, later).await.text, "I look.");
}

#[tokio::test]
async fn a_fault_may_pass() {
    let mut turn = Turn::text("Hello.").and_fault("rate_limited", "slow down");
    turn.fault.as_mut().unwrap().retries = 2;
    let model = Scripted::from_turns([turn]);
    let heard = ask(&model, question()).await;
    assert_eq!(heard.retried.len(), 2);
    assert_eq!(heard.retried[0].message, "slow down");
    assert_eq!(heard.text, "Hello.");
    heard.end.unwrap();
}

#[test]
fn a_bad_script_names_its_line() {
    for (text, problem) in [
        ("{}\n{\"txet\": \"\"}", "line 2"),
        ("\n\n{", "line 3"),
        (r#"{"fault": {"kind": "none"}}"#, "\"none\""),
    ] {
        let file = file(text);
        let Err(error) = Scripted::open(file.path()) else {
            panic!("{text} is a script");
        };
        assert_eq!(error.kind, ModelErrorKind::BadRequest);
        assert!(error.message.contains(problem), "{error}");
    }
    let missing = Scripted::open(Path::new("/nowhere/script.jsonl"))
        .err()
        .unwrap();
    assert!(
        missing.message.contains("/nowhere/script.jsonl"),
        "{missing}"
    );
}

#[tokio::test]
async fn a_recording_says_again_what_was_said() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("talk.jsonl");
    let script = Arc::new(Scripted::from_turns([
        Turn::call("read", json!({"path": "a"})),
        Turn::default().and_fault("context_too_long", "too much"),
    ]));
    let recorder = Recorder::new(script, &path).unwrap();
    assert_eq!(recorder.name(), "scripted/turns");
    let first = question();
    let reply = ask(&recorder, first.clone()).await.end.unwrap();
    let second = request([
        Message::user("Hello?"),
        Message::assistant(reply.parts.clone()),
    ]);
    let error = ask(&recorder, second.clone()).await.end.unwrap_err();

    let replay = connect(&format!("replay/{}", path.display())).unwrap();
    assert_eq!(replay.name(), "scripted/turns");
    // In another order, and more than once.
    for _ in 0..2 {
        assert_eq!(ask(&*replay, second.clone()).await.end.unwrap_err(), error);
        let heard = ask(&*replay, first.clone()).await;
        assert_eq!(heard.calls.len(), 1);
        assert_eq!(heard.end.unwrap(), reply);
    }
    let mut other = first;
    other.messages[0] = Message::user("Hello!");
    let error = ask(&*replay, other).await.end.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::ScriptEnded);
    let want = "messages[0].parts[0].text from character 0: recorded \"Hello?\", now \"Hello!\"";
    assert!(error.message.contains(want), "{error}");
}

#[tokio::test]
async fn what_was_answered_differently_is_answered_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("talk.jsonl");
    for text in ["one", "two"] {
        let script = Arc::new(Scripted::from_turns([Turn::text(text)]));
        let recorder = Recorder::new(script, &path).unwrap();
        ask(&recorder, question()).await.end.unwrap();
    }
    let replay = Replay::open(&path).unwrap();
    for text in ["one", "two", "two"] {
        assert_eq!(ask(&replay, question()).await.text, text);
    }
}

#[test]
fn a_file_that_is_no_recording_is_refused() {
    for text in ["", "{}", "not json"] {
        let file = file(text);
        let error = Replay::open(file.path()).err().unwrap();
        assert_eq!(error.kind, ModelErrorKind::BadRequest, "{error}");
    }
}

#[test]
fn a_script_has_a_length() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len((16 << 20) + 1).unwrap();
    // What does not say how long it is, is not read without end either.
    for path in [file.path(), Path::new("/dev/zero")] {
        let error = Scripted::open(path).err().unwrap();
        assert_eq!(error.kind, ModelErrorKind::BadRequest);
        assert!(
            error.message.contains("longer than 16777216 bytes"),
            "{error}"
        );
    }
}
