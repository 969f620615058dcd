//! OpenAI and compatible servers: what is sent, and what is made of what comes
//! back.

mod asking;

use asking::{KEY, ask, question, request, served, tool};
use serde_json::json;
use wardian_models::testing::{Answer, openai};
use wardian_models::{
    Message, Part, Provider, Role, StopReason, ThinkingLevel, TokenUsage, Turn, TurnCall,
};

const NAME: &str = "openai/gpt-5-mini";

fn call(id: &str, name: &str, arguments: serde_json::Value) -> TurnCall {
    TurnCall {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments,
    }
}

#[tokio::test]
async fn text_streams_and_the_request_is_exact() {
    let mut turn = Turn::text("Hello you.");
    turn.usage = Some(TokenUsage {
        input_tokens: 10,
        output_tokens: 3,
        cache_read_tokens: 90,
        cache_write_tokens: 0,
    });
    let (server, model) = served(Provider::OpenAi, NAME, [openai(&turn)]).await;
    let mut asked = question();
    asked.tools = vec![tool("read")];
    asked.thinking = ThinkingLevel::Medium;
    asked.max_output_tokens = Some(500);
    let heard = ask(&*model, asked).await;
    assert_eq!(heard.text, "Hello you.");
    let reply = heard.end.unwrap();
    assert_eq!(reply.parts, [Part::text("Hello you.")]);
    assert_eq!(reply.stop, StopReason::EndTurn);
    assert_eq!(Some(reply.usage), turn.usage);

    let received = &server.requests()[0];
    assert_eq!(received.path, "/v1/chat/completions");
    let bearer = format!("Bearer {KEY}");
    assert_eq!(received.header("authorization"), Some(bearer.as_str()));
    assert_eq!(
        received.body,
        json!({
            "model": "gpt-5-mini",
            "stream": true,
            "stream_options": {"include_usage": true},
            "max_completion_tokens": 500,
            "reasoning_effort": "medium",
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
}

#[tokio::test]
async fn thoughts_and_parallel_calls_arrive_and_go_back() {
    let turn = Turn {
        thinking: "Höchst 🦀".to_owned(),
        text: "Größe".to_owned(),
        tool_calls: vec![
            call("c1", "read", json!({"path": "ä"})),
            call("c2", "list", json!("not json")),
        ],
        ..Turn::default()
    };
    let answers = [openai(&turn).in_pieces(1), openai(&Turn::text("x"))];
    let (server, model) = served(Provider::OpenAi, NAME, answers).await;
    let heard = ask(&*model, question()).await;
    assert_eq!((&*heard.thinking, &*heard.text), ("Höchst 🦀", "Größe"));
    assert_eq!(heard.calls.len(), 2);
    let reply = heard.end.unwrap();
    assert_eq!(reply.stop, StopReason::ToolCalls);
    let result = |call_id: &str, content| Part::ToolResult {
        call_id: call_id.to_owned(),
        content,
        is_error: false,
    };
    let image = Part::Image {
        media_type: "image/png".to_owned(),
        data: "QUJD".to_owned(),
    };
    let asked = request([
        Message::user("Hello?"),
        Message::assistant(reply.parts),
        Message {
            role: Role::User,
            parts: vec![
                Part::text("And?"),
                result("c1", vec![Part::text("one"), image]),
                result("c2", vec![Part::text("two")]),
            ],
        },
    ]);
    ask(&*model, asked).await.end.unwrap();
    assert_eq!(
        server.requests()[1].body["messages"],
        json!([
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello?"},
            {
                "role": "assistant",
                "content": "Größe",
                "reasoning_content": "Höchst 🦀",
                "tool_calls": [
                    {"id": "c1", "type": "function",
                     "function": {"name": "read", "arguments": "{\"path\":\"ä\"}"}},
                    {"id": "c2", "type": "function", "function": {
                        "name": "list",
                        "arguments": "{\"malformed_arguments\":\"not json\"}",
                    }},
                ],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "one"},
            {"role": "tool", "tool_call_id": "c2", "content": "two"},
            {"role": "user", "content": [
                {"type": "text", "text": "What the tool call c1 shows:"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}},
                {"type": "text", "text": "And?"},
            ]},
        ])
    );
}

/// What compatible servers do otherwise.
#[tokio::test]
async fn compatible_servers_may_differ() {
    let calls = |reply: &[Part]| -> Vec<(String, serde_json::Value)> {
        let calls = reply.iter().filter_map(|part| match part {
            Part::ToolCall { id, arguments, .. } => Some((id.clone(), arguments.clone())),
            _ => None,
        });
        calls.collect()
    };
    let pair = |id: &str, value: i32| (id.to_owned(), json!({ "n": value }));
    // No identifiers, no last line, `stop` in spite of calls.
    let first = [
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"a","arguments":"{\"n\":1}"}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"name":"a","arguments":{"n":2}}}]}}]}"#,
        r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
    ];
    // One index for all calls.
    let second = [
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"x","function":{"name":"a","arguments":"{\"n\":1}"}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"y","function":{"name":"a","arguments":"{\"n\""}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":":2}"}}]}}]}"#,
        r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#,
        "[DONE]",
    ];
    for (data, want) in [
        (first.as_slice(), [pair("call_1_0", 1), pair("call_1_1", 2)]),
        (second.as_slice(), [pair("x", 1), pair("y", 2)]),
    ] {
        let answer = Answer::server_events(data.iter().copied());
        let (_server, model) = served(Provider::OpenAi, "openai/local", [answer]).await;
        let reply = ask(&*model, question()).await.end.unwrap();
        assert_eq!(calls(&reply.parts), want);
        assert_eq!(reply.stop, StopReason::ToolCalls);
    }
}

#[tokio::test]
async fn a_server_that_is_not_openai_gets_the_older_fields() {
    let (server, model) = served(
        Provider::OpenAi,
        "openai/llama-3",
        [openai(&Turn::text("x"))],
    )
    .await;
    let mut asked = question();
    asked.max_output_tokens = Some(7);
    asked.thinking = ThinkingLevel::High;
    ask(&*model, asked).await.end.unwrap();
    let body = &server.requests()[0].body;
    assert_eq!(body["max_tokens"], 7);
    assert_eq!(body.get("max_completion_tokens"), None);
    assert_eq!(body.get("reasoning_effort"), None);
}

#[tokio::test]
async fn a_routers_details_of_thoughts_go_back_whole() {
    let answer = Answer::server_events([
        r#"{"choices":[{"delta":{"reasoning":"a","reasoning_details":[{"type":"reasoning.text","index":0,"text":"a"}]}}]}"#,
        r#"{"choices":[{"delta":{"reasoning":"b","reasoning_details":[{"type":"reasoning.text","index":0,"text":"b","signature":"s"}]}}]}"#,
        r#"{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}"#,
        "[DONE]",
    ]);
    let answers = [answer, openai(&Turn::text("x"))];
    let (server, model) = served(Provider::OpenAi, "openai/a/b", answers).await;
    let heard = ask(&*model, question()).await;
    assert_eq!(heard.thinking, "ab");
    let parts = heard.end.unwrap().parts;
    ask(&*model, request([Message::assistant(parts)]))
        .await
        .end
        .unwrap();
    assert_eq!(
        server.requests()[1].body["messages"][1],
        json!({
            "role": "assistant",
            "content": "x",
            "reasoning_details": [
                {"type": "reasoning.text", "index": 0, "text": "ab", "signature": "s"},
            ],
        })
    );
}
