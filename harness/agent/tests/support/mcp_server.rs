//! What a little MCP server answers.

use serde_json::{Value, json};

/// The result for a request; none when it never answers.
pub fn mcp_answer(request: &Value) -> Option<Value> {
    let parameters = &request["params"];
    Some(match request["method"].as_str().unwrap() {
        "initialize" => json!({
            "protocolVersion": parameters["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "little", "version": "1"},
        }),
        "tools/list" => {
            let tools = ["echo", "fail", "hang", "die"].map(|name| {
                json!({
                    "name": name,
                    "description": "A tool.",
                    "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}},
                })
            });
            json!({"tools": tools})
        }
        "tools/call" => match parameters["name"].as_str().unwrap() {
            "echo" => {
                let greeting = std::env::var("GREETING").unwrap_or("hello".into());
                let text = parameters["arguments"]["text"].as_str().unwrap();
                json!({"content": [{"type": "text", "text": format!("{greeting} {text}")}]})
            }
            "fail" => json!({
                "content": [{"type": "text", "text": "it cannot be"}],
                "isError": true,
            }),
            "die" => std::process::exit(0),
            _ => return None,
        },
        _ => json!({}),
    })
}
