//! OpenAI's responses: what is sent, and what is made of what comes back.

mod asking;

use asking::{ask, question, request, served, tool};
use serde_json::json;
use wardian_models::testing::Answer;
use wardian_models::{
    Message, ModelErrorKind, Part, Provider, Role, StopReason, ThinkingLevel, TokenUsage,
};

const NAME: &str = "openai-responses/gpt-5.4";

fn answer() -> Answer {
    Answer::server_events([
        r#"{"type":"response.created","response":{"id":"resp_1"}}"#,
        r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}"#,
        r#"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0}"#,
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"Erst "}"#,
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"das."}"#,
        r#"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":1}"#,
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"Dann Größe."}"#,
        r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Erst das."},{"type":"summary_text","text":"Dann Größe."}],"encrypted_content":"ENC"}}"#,
        r#"{"type":"response.output_item.added","output_index":1,"item":{"type":"message","id":"msg_1","content":[]}}"#,
        r#"{"type":"response.output_text.delta","output_index":1,"delta":"Ich "}"#,
        r#"{"type":"response.output_text.delta","output_index":1,"delta":"lese."}"#,
        r#"{"type":"response.output_item.done","output_index":1,"item":{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Ich lese.","annotations":[]}]}}"#,
        r#"{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","id":"fc_1","call_id":"call_a","name":"read","arguments":""}}"#,
        r#"{"type":"response.output_item.added","output_index":3,"item":{"type":"function_call","id":"fc_2","call_id":"call_b","name":"list","arguments":""}}"#,
        r#"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{\"path\":"}"#,
        r#"{"type":"response.output_item.done","output_index":3,"item":{"type":"function_call","id":"fc_2","call_id":"call_b","name":"list","arguments":"oops"}}"#,
        r#"{"type":"response.output_item.done","output_index":2,"item":{"type":"function_call","id":"fc_1","call_id":"call_a","name":"read","arguments":"{\"path\":\"a\"}"}}"#,
        r#"{"type":"response.completed","response":{"output":[],"usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":60},"output_tokens":9}}}"#,
    ])
}

fn text(text: &str, kind: &str, details: serde_json::Value) -> Answer {
    let item = json!({"type": "message", "content": [{"type": "output_text", "text": text}]});
    let event = json!({
        "type": kind,
        "response": {"output": [item], "incomplete_details": details},
    });
    Answer::server_events([event.to_string().as_str()])
}

#[tokio::test]
async fn a_conversation_goes_there_and_back() {
    let last = text(
        "x",
        "response.incomplete",
        json!({"reason": "max_output_tokens"}),
    );
    let (server, model) = served(Provider::OpenAi, NAME, [answer().in_pieces(1), last]).await;
    assert_eq!(model.context_tokens(), Some(1_050_000));
    let mut asked = question();
    asked.tools = vec![tool("read")];
    asked.thinking = ThinkingLevel::High;
    asked.max_output_tokens = Some(77);
    let heard = ask(&*model, asked.clone()).await;
    assert_eq!(heard.thinking, "Erst das.\n\nDann Größe.");
    assert_eq!(heard.text, "Ich lese.");
    let call = |id: &str, name: &str| (id.to_owned(), name.to_owned());
    assert_eq!(
        heard.calls,
        [call("call_a", "read"), call("call_b", "list")]
    );
    let reply = heard.end.unwrap();
    assert_eq!(reply.stop, StopReason::ToolCalls);
    let usage = TokenUsage {
        input_tokens: 40,
        output_tokens: 9,
        cache_read_tokens: 60,
        cache_write_tokens: 0,
    };
    assert_eq!(reply.usage, usage);
    let Some(Part::ToolCall { arguments, .. }) = reply.parts.last() else {
        panic!("{:?}", reply.parts);
    };
    assert_eq!(arguments, &json!("oops"));

    let received = &server.requests()[0];
    assert_eq!(received.path, "/v1/responses");
    assert_eq!(
        received.body,
        json!({
            "model": "gpt-5.4",
            "stream": true,
            "store": false,
            "max_output_tokens": 77,
            "reasoning": {"effort": "high", "summary": "auto"},
            "include": ["reasoning.encrypted_content"],
            "tools": [{
                "type": "function",
                "name": "read",
                "description": "Does read.",
                "parameters": {"type": "object", "properties": {"path": {"type": "string"}}},
                "strict": false,
            }],
            "instructions": "Be brief.",
            "input": [{"type": "message", "role": "user", "content": [
                {"type": "input_text", "text": "Hello?"},
            ]}],
        })
    );

    let result = |call_id: &str, content| Part::ToolResult {
        call_id: call_id.to_owned(),
        content,
        is_error: false,
    };
    let image = Part::Image {
        media_type: "image/png".to_owned(),
        data: "QUJD".to_owned(),
    };
    asked.messages.push(Message::assistant(reply.parts));
    asked.messages.push(Message {
        role: Role::User,
        parts: vec![
            result("call_a", vec![Part::text("one"), image]),
            result("call_b", vec![Part::text("two")]),
        ],
    });
    let reply = ask(&*model, asked).await.end.unwrap();
    assert_eq!(reply.parts, [Part::text("x")]);
    assert_eq!(reply.stop, StopReason::MaxTokens);
    let input = server.requests()[1].body["input"].clone();
    assert_eq!(
        input.as_array().unwrap()[1..],
        [
            json!({"type": "reasoning", "id": "rs_1", "summary": [
                {"type": "summary_text", "text": "Erst das."},
                {"type": "summary_text", "text": "Dann Größe."},
            ], "encrypted_content": "ENC"}),
            json!({"type": "message", "role": "assistant", "content": [
                {"type": "output_text", "text": "Ich lese."},
            ]}),
            json!({"type": "function_call", "call_id": "call_a", "name": "read",
                   "arguments": "{\"path\":\"a\"}"}),
            json!({"type": "function_call", "call_id": "call_b", "name": "list",
                   "arguments": "{\"malformed_arguments\":\"oops\"}"}),
            json!({"type": "function_call_output", "call_id": "call_a", "output": [
                {"type": "input_text", "text": "one"},
                {"type": "input_image", "image_url": "data:image/png;base64,QUJD"},
            ]}),
            json!({"type": "function_call_output", "call_id": "call_b", "output": "two"}),
        ]
    );
}

#[tokio::test]
async fn a_thought_that_led_to_nothing_does_not_go_back() {
    let answers = [text("x", "response.completed", json!(null))];
    let (server, model) = served(Provider::OpenAi, NAME, answers).await;
    let opaque = json!({"provider": "openai", "model": "gpt-5.4", "item": {"type": "reasoning"}});
    let thought = Part::Thinking {
        text: String::new(),
        opaque: Some(opaque),
    };
    let asked = request([Message::user("q"), Message::assistant(vec![thought])]);
    ask(&*model, asked).await.end.unwrap();
    let input = &server.requests()[0].body["input"];
    assert_eq!(input.as_array().unwrap().len(), 1, "{input}");
}

#[tokio::test]
async fn failures_have_kinds() {
    let failed = |code: &str| {
        let error = json!({"code": code, "message": "m"});
        let event = json!({"type": "response.failed", "response": {"error": error}});
        Answer::server_events([event.to_string().as_str()])
    };
    let error = r#"{"type":"error","code":"context_length_exceeded","message":"m"}"#;
    let whole = answer();
    let cut = whole.clone().ended_after(whole.body_length() / 2);
    for (answer, want, attempts) in [
        (failed("server_error"), ModelErrorKind::Unavailable, 4),
        (failed("invalid_prompt"), ModelErrorKind::BadRequest, 1),
        (
            Answer::server_events([error]),
            ModelErrorKind::ContextTooLong,
            1,
        ),
        (cut, ModelErrorKind::Connection, 4),
    ] {
        let (server, model) = served(Provider::OpenAi, NAME, vec![answer; attempts]).await;
        let error = ask(&*model, question()).await.end.unwrap_err();
        assert_eq!(error.kind, want, "{error}");
        assert_eq!(server.requests().len(), attempts);
    }
}
