//! Gemini: what is sent, and what is made of what comes back.

mod asking;

use asking::{KEY, ask, question, request, served, tool};
use serde_json::json;
use wardian_models::testing::Answer;
use wardian_models::{
    Message, ModelErrorKind, Part, Provider, Role, StopReason, ThinkingLevel, TokenUsage,
};

const NAME: &str = "google/gemini-3-flash-preview";

fn answer() -> Answer {
    Answer::server_events([
        r#"{"candidates":[{"content":{"role":"model","parts":[{"text":"Ich ","thought":true}]}}]}"#,
        r#"{"candidates":[{"content":{"role":"model","parts":[{"text":"denke.","thought":true}]}}]}"#,
        r#"{"candidates":[{"content":{"role":"model","parts":[{"text":"Grö"}]}}]}"#,
        r#"{"candidates":[{"content":{"role":"model","parts":[{"text":"ße"}]}}]}"#,
        r#"{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"read","args":{"path":"a"}},"thoughtSignature":"sig-a"},{"functionCall":{"id":"their-own","name":"list"}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":7,"thoughtsTokenCount":3,"cachedContentTokenCount":40}}"#,
    ])
}

fn last() -> Answer {
    Answer::server_events([
        r#"{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}]}"#,
    ])
}

#[tokio::test]
async fn a_conversation_goes_there_and_back() {
    let answers = [answer().in_pieces(1), last()];
    let (server, model) = served(Provider::Google, NAME, answers).await;
    let mut asked = question();
    asked.tools = vec![tool("read")];
    asked.thinking = ThinkingLevel::High;
    asked.max_output_tokens = Some(99);
    let heard = ask(&*model, asked.clone()).await;
    assert_eq!((&*heard.thinking, &*heard.text), ("Ich denke.", "Größe"));
    let reply = heard.end.unwrap();
    assert_eq!(reply.stop, StopReason::ToolCalls);
    let usage = TokenUsage {
        input_tokens: 60,
        output_tokens: 10,
        cache_read_tokens: 40,
        cache_write_tokens: 0,
    };
    assert_eq!(reply.usage, usage);

    let received = &server.requests()[0];
    let path = "/v1beta/models/gemini-3-flash-preview:streamGenerateContent?alt=sse";
    assert_eq!(received.path, path);
    assert_eq!(received.header("x-goog-api-key"), Some(KEY));
    assert_eq!(
        received.body,
        json!({
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "tools": [{"functionDeclarations": [{
                "name": "read",
                "description": "Does read.",
                "parametersJsonSchema":
                    {"type": "object", "properties": {"path": {"type": "string"}}},
            }]}],
            "generationConfig": {
                "maxOutputTokens": 99,
                "thinkingConfig": {"includeThoughts": true, "thinkingLevel": "high"},
            },
            "contents": [{"role": "user", "parts": [{"text": "Hello?"}]}],
        })
    );

    let [first, second] = heard.calls.as_slice() else {
        panic!("{:?}", heard.calls);
    };
    assert_eq!((&*first.1, &*second.0), ("read", "their-own"));
    let image = Part::Image {
        media_type: "image/png".to_owned(),
        data: "QUJD".to_owned(),
    };
    asked.messages.push(Message::assistant(reply.parts));
    asked.messages.push(Message {
        role: Role::User,
        parts: vec![
            Part::ToolResult {
                call_id: first.0.clone(),
                content: vec![Part::text("one"), image],
                is_error: false,
            },
            Part::ToolResult {
                call_id: second.0.clone(),
                content: vec![Part::text("no")],
                is_error: true,
            },
        ],
    });
    ask(&*model, asked).await.end.unwrap();
    assert_eq!(
        server.requests()[1].body["contents"],
        json!([
            {"role": "user", "parts": [{"text": "Hello?"}]},
            {"role": "model", "parts": [
                {"text": "Größe"},
                {"functionCall": {"name": "read", "args": {"path": "a"}},
                 "thoughtSignature": "sig-a"},
                {"functionCall": {"id": "their-own", "name": "list", "args": {}}},
            ]},
            {"role": "user", "parts": [
                {"functionResponse": {"name": "read", "response": {"output": "one"}}},
                {"functionResponse":
                    {"id": "their-own", "name": "list", "response": {"error": "no"}}},
                {"inlineData": {"mimeType": "image/png", "data": "QUJD"}},
            ]},
        ])
    );
}

#[tokio::test]
async fn a_call_that_another_model_made_gets_a_stand_in_for_its_signature() {
    let (server, model) = served(Provider::Google, NAME, [last()]).await;
    let call = Part::ToolCall {
        id: "toolu_1".to_owned(),
        name: "read".to_owned(),
        arguments: json!({}),
    };
    ask(&*model, request([Message::assistant(vec![call])]))
        .await
        .end
        .unwrap();
    let part = &server.requests()[0].body["contents"][0]["parts"][0];
    assert_eq!(part["thoughtSignature"], "skip_thought_signature_validator");
}

#[tokio::test]
async fn ends_have_reasons() {
    let ended = |reason: &str| {
        let body = json!({"candidates": [{"finishReason": reason}]}).to_string();
        Answer::server_events([body.as_str()])
    };
    let blocked = Answer::server_events([r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#]);
    for (answer, want) in [
        (ended("STOP"), StopReason::EndTurn),
        (ended("MAX_TOKENS"), StopReason::MaxTokens),
        (ended("PROHIBITED_CONTENT"), StopReason::Refusal),
        (blocked, StopReason::Refusal),
    ] {
        let (_server, model) = served(Provider::Google, NAME, [answer]).await;
        assert_eq!(ask(&*model, question()).await.end.unwrap().stop, want);
    }
    // A stumble, and then a whole reply.
    let answers = [ended("MALFORMED_FUNCTION_CALL"), last()];
    let (_server, model) = served(Provider::Google, NAME, answers).await;
    let heard = ask(&*model, question()).await;
    assert_eq!(heard.retried[0].kind, ModelErrorKind::Unavailable);
    assert_eq!(heard.end.unwrap().parts, [Part::text("x")]);
}
