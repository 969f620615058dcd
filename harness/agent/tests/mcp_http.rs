//! Tools of a server over streamable HTTP on this machine.
#![cfg(feature = "mcp")]

mod support;

use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use support::*;
use wardian_agent::mcp::McpServer;

async fn handle(headers: HeaderMap, Json(request): Json<Value>) -> axum::response::Response {
    if headers
        .get("authorization")
        .is_none_or(|token| token != "Bearer secret")
    {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Some(id) = request.get("id") else {
        return StatusCode::ACCEPTED.into_response();
    };
    let result = mcp_answer(&request).unwrap_or(Value::Null);
    Json(json!({"jsonrpc": "2.0", "id": id, "result": result})).into_response()
}

#[tokio::test]
async fn tools_over_http() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let router = Router::new().route("/mcp", post(handle));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    let script = Script::new([
        Step::Reply(calls([("mcp__remote_1__echo", json!({"text": "hi"}))])),
        Step::Reply(say("ok")),
    ]);
    let remote = McpServer::http("remote 1", &url)
        .bearer_token("secret")
        .allow(["echo"]);
    let agent = agent(&script).mcp_server(remote).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    session.prompt("go").await.unwrap();
    let results = result_texts(&script.request(1).messages[2]);
    assert_eq!(results, ["hello hi"]);

    // Wrong tokens are told; plain HTTP to elsewhere is no place for them.
    for (url, said) in [
        (url.as_str(), "did not come up"),
        ("http://mcp.example/", "use https"),
    ] {
        let server = McpServer::http("remote", url).bearer_token("wrong");
        let agent = support::agent(&script).mcp_server(server).build().unwrap();
        let error = agent.init().await.unwrap_err().to_string();
        assert!(error.contains(said) && !error.contains("wrong"), "{error}");
    }
    for (url, said) in [
        ("https://mcp.example/?key=sesame", "did not come up"),
        ("http://mcp.example/?key=sesame", "mcp.example"),
        ("https://[sesame", "its address is none"),
    ] {
        let server = McpServer::http("remote", url)
            .bearer_token("sesame")
            .start_timeout(std::time::Duration::from_secs(10));
        let agent = support::agent(&script).mcp_server(server).build().unwrap();
        let error = agent.init().await.unwrap_err().to_string();
        assert!(error.contains(said) && !error.contains("sesame"), "{error}");
    }
    server.abort();
}

/// An answer that never ends, as one object or as events.
async fn endless(headers: HeaderMap) -> axum::response::Response {
    let kind = headers.get("x-kind").unwrap().clone();
    let block = || Ok::<_, std::io::Error>(vec![b'x'; 64 << 10]);
    let blocks = futures_util::stream::repeat_with(block);
    let body = axum::body::Body::from_stream(blocks);
    ([("content-type", kind)], body).into_response()
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let router = Router::new().route("/mcp", post(endless));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let script = Script::new([]);
    for kind in ["application/json", "text/event-stream", "text/html"] {
        let remote = McpServer::http("remote", &url).header("x-kind", kind);
        let agent = support::agent(&script).mcp_server(remote).build().unwrap();
        let error = agent.init().await.unwrap_err().to_string();
        assert!(error.contains("16777216 bytes"), "{kind}: {error}");
    }
    let remote = McpServer::http("remote", &url).header("accept", "x");
    let agent = support::agent(&script).mcp_server(remote).build().unwrap();
    let error = agent.init().await.unwrap_err().to_string();
    assert!(error.contains("protocol's own"), "{error}");
    server.abort();
}
