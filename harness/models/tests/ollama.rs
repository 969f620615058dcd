//! Ollama: what is sent, and what is made of what comes back.

mod asking;

use asking::{ask, question, served, tool};
use serde_json::json;
use wardian_models::testing::Answer;
use wardian_models::{
    Message, ModelErrorKind, Part, Provider, Role, StopReason, ThinkingLevel, TokenUsage,
};

const NAME: &str = "ollama/qwen3:8b";

fn lines(lines: &[&str]) -> Answer {
    Answer::ok("application/x-ndjson", lines.join("\n"))
}

#[tokio::test]
async fn a_conversation_goes_there_and_back() {
    let first = lines(&[
        r#"{"model":"qwen3:8b","message":{"role":"assistant","content":"","thinking":"Höchst "},"done":false}"#,
        r#"{"model":"qwen3:8b","message":{"role":"assistant","content":"","thinking":"wichtig"},"done":false}"#,
        r#"{"message":{"role":"assistant","content":"Größe 🦀"},"done":false}"#,
        r#"{"message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"read","arguments":{"path":"a"}}},{"function":{"name":"list","arguments":{}}}]},"done":false}"#,
        r#"{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":26,"eval_count":29}"#,
    ]);
    let second = lines(&[
        r#"{"message":{"role":"assistant","content":"x"},"done":true,"done_reason":"length"}"#,
    ]);
    let (server, model) = served(Provider::Ollama, NAME, [first.in_pieces(1), second]).await;
    let mut asked = question();
    asked.tools = vec![tool("read")];
    asked.max_output_tokens = Some(5);
    let heard = ask(&*model, asked.clone()).await;
    assert_eq!(
        (&*heard.thinking, &*heard.text),
        ("Höchst wichtig", "Größe 🦀")
    );
    let reply = heard.end.unwrap();
    assert_eq!(reply.stop, StopReason::ToolCalls);
    let usage = TokenUsage {
        input_tokens: 26,
        output_tokens: 29,
        ..TokenUsage::default()
    };
    assert_eq!(reply.usage, usage);
    assert_eq!(model.cost(&usage), None);

    asked.messages.push(Message::assistant(reply.parts));
    let result = Part::ToolResult {
        call_id: heard.calls[1].0.clone(),
        content: vec![
            Part::text("two"),
            Part::Image {
                media_type: "image/png".to_owned(),
                data: "QUJD".to_owned(),
            },
        ],
        is_error: false,
    };
    asked.messages.push(Message {
        role: Role::User,
        parts: vec![result],
    });
    asked.thinking = ThinkingLevel::High;
    let reply = ask(&*model, asked).await.end.unwrap();
    assert_eq!(reply.stop, StopReason::MaxTokens);

    let requests = server.requests();
    assert_eq!(requests[0].path, "/api/chat");
    assert_eq!(
        requests[0].body,
        json!({
            "model": "qwen3:8b",
            "stream": true,
            "think": false,
            "options": {"num_predict": 5},
            "tools": [{"type": "function", "function": {
                "name": "read",
                "description": "Does read.",
                "parameters": {"type": "object", "properties": {"path": {"type": "string"}}},
            }}],
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Hello?"},
            ],
        })
    );
    assert_eq!(requests[1].body.get("think"), None);
    let messages = requests[1].body["messages"].as_array().unwrap();
    assert_eq!(
        messages[2..],
        [
            json!({
                "role": "assistant",
                "content": "Größe 🦀",
                "thinking": "Höchst wichtig",
                "tool_calls": [
                    {"id": "call_1_0", "function": {"name": "read", "arguments": {"path": "a"}}},
                    {"id": "call_1_1", "function": {"name": "list", "arguments": {}}},
                ],
            }),
            json!({"role": "tool", "tool_name": "list", "tool_call_id": "call_1_1",
                   "content": "two"}),
            json!({"role": "user", "content": "", "images": ["QUJD"]}),
        ]
    );
}

#[tokio::test]
async fn failures_have_kinds() {
    let missing = Answer::status(
        404,
        "application/json",
        r#"{"error":"model 'x' not found"}"#,
    );
    let broken = || lines(&[r#"{"error":"an error was encountered while running the model"}"#]);
    let cut = || lines(&[r#"{"message":{"role":"assistant","content":"half"},"done":false}"#]);
    for (answers, want) in [
        (vec![missing], ModelErrorKind::UnknownModel),
        (
            vec![broken(), broken(), broken(), broken()],
            ModelErrorKind::Unavailable,
        ),
        (vec![cut(), cut(), cut(), cut()], ModelErrorKind::Connection),
        (vec![lines(&["{oops", ""])], ModelErrorKind::Protocol),
        (
            vec![lines(&["{\"done\": tr"]); 4],
            ModelErrorKind::Connection,
        ),
    ] {
        let attempts = answers.len();
        let (server, model) = served(Provider::Ollama, NAME, answers).await;
        let error = ask(&*model, question()).await.end.unwrap_err();
        assert_eq!(error.kind, want, "{error}");
        assert_eq!(server.requests().len(), attempts, "{error}");
    }
}
