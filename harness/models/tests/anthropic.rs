//! Anthropic: what is sent, and what is made of what comes back.

mod asking;

use asking::{KEY, ask, question, request, served, tool};
use serde_json::{Value, json};
use wardian_models::testing::{Answer, anthropic};
use wardian_models::{
    Message, Part, Provider, Role, StopReason, ThinkingLevel, TokenUsage, Turn, TurnCall,
};

const NAME: &str = "anthropic/claude-sonnet-4-5";

fn rich_turn() -> Turn {
    Turn {
        thinking: "Grüße bedenken 🦀".to_owned(),
        opaque: Some("sig-1".into()),
        text: "Größe: naïve 🦀".to_owned(),
        tool_calls: vec![
            TurnCall {
                id: "toolu_1".to_owned(),
                name: "read".to_owned(),
                arguments: json!({"path": "ä.md", "n": 1.5}),
            },
            TurnCall {
                id: "toolu_2".to_owned(),
                name: "list".to_owned(),
                arguments: json!({}),
            },
        ],
        usage: Some(TokenUsage {
            input_tokens: 11,
            output_tokens: 22,
            cache_read_tokens: 33,
            cache_write_tokens: 44,
        }),
        ..Turn::default()
    }
}

#[tokio::test]
async fn text_streams_and_the_request_is_exact() {
    let answer = anthropic(&Turn::text("Hello you."));
    let (server, model) = served(Provider::Anthropic, NAME, [answer]).await;
    assert_eq!(model.name(), NAME);
    assert_eq!(model.context_tokens(), Some(200_000));
    let heard = ask(&*model, question()).await;
    assert_eq!(heard.text, "Hello you.");
    let reply = heard.end.unwrap();
    assert_eq!(reply.parts, [Part::text("Hello you.")]);
    assert_eq!(reply.stop, StopReason::EndTurn);

    let received = &server.requests()[0];
    assert_eq!(
        (&*received.method, &*received.path),
        ("POST", "/v1/messages")
    );
    assert_eq!(received.header("x-api-key"), Some(KEY));
    assert_eq!(received.header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert_eq!(received.header("authorization"), None);
    let marked = json!({"type": "ephemeral"});
    assert_eq!(
        received.body,
        json!({
            "model": "claude-sonnet-4-5",
            "max_tokens": 64_000,
            "stream": true,
            "system": [{"type": "text", "text": "Be brief.", "cache_control": marked}],
            "messages": [{"role": "user", "content": [
                {"type": "text", "text": "Hello?", "cache_control": marked},
            ]}],
        })
    );
}

#[tokio::test]
async fn thoughts_and_parallel_calls_arrive_however_the_bytes_are_cut() {
    let turn = rich_turn();
    let whole = anthropic(&turn);
    for answer in [
        whole.clone(),
        whole.clone().in_pieces(1),
        whole.in_pieces(7),
    ] {
        let (_server, model) = served(Provider::Anthropic, NAME, [answer]).await;
        let heard = ask(&*model, question()).await;
        assert_eq!(heard.thinking, turn.thinking);
        assert_eq!(heard.text, turn.text);
        let call = |id: &str, name: &str| (id.to_owned(), name.to_owned());
        assert_eq!(
            heard.calls,
            [call("toolu_1", "read"), call("toolu_2", "list")]
        );
        let reply = heard.end.unwrap();
        assert_eq!(reply.stop, StopReason::ToolCalls);
        assert_eq!(Some(reply.usage), turn.usage);
        let cost = model.cost(&reply.usage).unwrap();
        let want = (11.0 * 3.0 + 22.0 * 15.0 + 33.0 * 0.3 + 44.0 * 3.75) / 1e6;
        assert!((cost - want).abs() < 1e-12, "{cost}");
        let arguments = |part: &Part| match part {
            Part::ToolCall { arguments, .. } => arguments.clone(),
            other => panic!("{other:?} is no call"),
        };
        assert_eq!(reply.parts.len(), 4);
        assert_eq!(
            arguments(&reply.parts[2]),
            json!({"path": "ä.md", "n": 1.5})
        );
        assert_eq!(arguments(&reply.parts[3]), json!({}));
    }
}

#[tokio::test]
async fn thoughts_results_and_images_go_back_unchanged() {
    let turns = [anthropic(&rich_turn()), anthropic(&Turn::text("Done."))];
    let (server, model) = served(Provider::Anthropic, NAME, turns).await;
    let mut asked = request([Message::user("Read.")]);
    asked.tools = vec![tool("list"), tool("read")];
    asked.thinking = ThinkingLevel::Low;
    asked.max_output_tokens = Some(9_000);
    let reply = ask(&*model, asked.clone()).await.end.unwrap();
    asked.messages.push(Message::assistant(reply.parts));
    let image = Part::Image {
        media_type: "image/png".to_owned(),
        data: "QUJD".to_owned(),
    };
    let result = |call_id: &str, content: Vec<Part>, is_error| Part::ToolResult {
        call_id: call_id.to_owned(),
        content,
        is_error,
    };
    asked.messages.push(Message {
        role: Role::User,
        parts: vec![
            Part::text("Go on."),
            result("toolu_1", vec![Part::text("text"), image], false),
            result("toolu_2", vec![], true),
        ],
    });
    ask(&*model, asked).await.end.unwrap();

    let body = &server.requests()[1].body;
    let marked = json!({"type": "ephemeral"});
    assert_eq!(
        body["thinking"],
        json!({"type": "enabled", "budget_tokens": 4096})
    );
    assert_eq!(body["max_tokens"], 9_000);
    let schema = json!({"type": "object", "properties": {"path": {"type": "string"}}});
    assert_eq!(
        body["tools"],
        json!([
            {"name": "list", "description": "Does list.", "input_schema": schema},
            {"name": "read", "description": "Does read.", "input_schema": schema,
             "cache_control": marked},
        ])
    );
    assert_eq!(
        body["messages"],
        json!([
            {"role": "user", "content": [
                {"type": "text", "text": "Read.", "cache_control": marked},
            ]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Grüße bedenken 🦀", "signature": "sig-1"},
                {"type": "text", "text": "Größe: naïve 🦀"},
                {"type": "tool_use", "id": "toolu_1", "name": "read",
                 "input": {"path": "ä.md", "n": 1.5}},
                {"type": "tool_use", "id": "toolu_2", "name": "list", "input": {}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": [
                    {"type": "text", "text": "text"},
                    {"type": "image", "source":
                        {"type": "base64", "media_type": "image/png", "data": "QUJD"}},
                ]},
                {"type": "tool_result", "tool_use_id": "toolu_2", "is_error": true},
                {"type": "text", "text": "Go on.", "cache_control": marked},
            ]},
        ])
    );
    // The provider allows no more.
    assert_eq!(body.to_string().matches("cache_control").count(), 4);
}

#[tokio::test]
async fn no_more_than_four_marks_and_those_on_the_last_turns() {
    let (server, model) = served(Provider::Anthropic, NAME, [anthropic(&Turn::text("x"))]).await;
    let turns = (0..4).flat_map(|n| {
        [
            Message::user(format!("q{n}")),
            Message::assistant(vec![Part::text(format!("a{n}"))]),
        ]
    });
    let mut asked = request(turns.chain([Message::user("last")]));
    asked.tools = vec![tool("read")];
    ask(&*model, asked).await.end.unwrap();
    let body = &server.requests()[0].body;
    assert_eq!(body.to_string().matches("cache_control").count(), 4);
    let messages = body["messages"].as_array().unwrap();
    let marked: Vec<&Value> = messages
        .iter()
        .map(|message| &message["content"][0])
        .filter(|block| block.get("cache_control").is_some())
        .map(|block| &block["text"])
        .collect();
    assert_eq!(marked, ["q3", "last"]);
}

#[tokio::test]
async fn hidden_thoughts_go_back_and_those_of_others_do_not() {
    let answer = Answer::server_events([
        r#"{"type":"message_start","message":{"usage":{"input_tokens":1,"output_tokens":1}}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking","data":"ENCRYPTED"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"something_new","index":0}"#,
        r#"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Yes."}}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}"#,
        r#"{"type":"message_stop"}"#,
    ]);
    let answers = [answer, anthropic(&Turn::text("x"))];
    let (server, model) = served(Provider::Anthropic, NAME, answers).await;
    let mut parts = ask(&*model, question()).await.end.unwrap().parts;
    parts.push(Part::text("\n\n"));
    parts.push(Part::Thinking {
        text: "of another".to_owned(),
        opaque: Some(json!({"provider": "anthropic", "model": "claude-x", "signature": "s"})),
    });
    parts.push(Part::Thinking {
        text: "of nobody".to_owned(),
        opaque: None,
    });
    let asked = request([
        Message::user("q"),
        Message::assistant(parts),
        Message::user("q2"),
    ]);
    ask(&*model, asked).await.end.unwrap();
    assert_eq!(
        server.requests()[1].body["messages"][1]["content"],
        json!([
            {"type": "redacted_thinking", "data": "ENCRYPTED"},
            {"type": "text", "text": "Yes."},
        ])
    );
}

#[tokio::test]
async fn arguments_that_are_no_json_are_kept_as_they_were_written() {
    let turn = Turn::call("read", json!(r#"{"path": "a"#));
    let answers = [anthropic(&turn), anthropic(&Turn::text("x"))];
    let (server, model) = served(Provider::Anthropic, NAME, answers).await;
    let parts = ask(&*model, question()).await.end.unwrap().parts;
    let [Part::ToolCall { arguments, .. }] = parts.as_slice() else {
        panic!("{parts:?}");
    };
    assert_eq!(arguments, &json!(r#"{"path": "a"#));
    ask(&*model, request([Message::assistant(parts)]))
        .await
        .end
        .unwrap();
    let input = &server.requests()[1].body["messages"][0]["content"][0]["input"];
    assert_eq!(input, &json!({"malformed_arguments": r#"{"path": "a"#}));
}

#[tokio::test]
async fn newer_models_are_asked_for_an_effort() {
    let name = "anthropic/claude-opus-4-8";
    let (server, model) = served(Provider::Anthropic, name, [anthropic(&Turn::text("x"))]).await;
    let mut asked = question();
    asked.thinking = ThinkingLevel::Xhigh;
    ask(&*model, asked).await.end.unwrap();
    let body = &server.requests()[0].body;
    assert_eq!(
        body["thinking"],
        json!({"type": "adaptive", "display": "summarized"})
    );
    assert_eq!(body["output_config"], json!({"effort": "max"}));
}
