//! Tools of a server that is a child process: this program, called with `serve`.

mod support;

use std::io::{BufRead, Write};
use std::time::Duration;

use serde_json::{Value, json};
use support::*;
use wardian_agent::mcp::McpServer;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("serve") => serve(),
        Some("broken") => {
            eprintln!("no licence");
            std::process::exit(3);
        }
        Some("leaks") => {
            eprintln!("wrong password: {}", std::env::var("PASSWORD").unwrap());
            std::process::exit(3);
        }
        Some("floods") => flood(),
        Some("once") => {
            let marker = std::env::var("MARKER").unwrap();
            if std::fs::exists(&marker).unwrap() {
                eprintln!("only one licence");
                std::process::exit(3);
            }
            std::fs::write(&marker, "").unwrap();
            serve();
        }
        Some("endless") => endless(),
        Some("silent") => drop(std::io::stdin().lines().last()),
        _ => test(),
    }
}

/// Speaks the protocol line by line.
fn serve() {
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let Some(id) = request.get("id") else {
            continue;
        };
        let Some(result) = support::mcp_answer(&request) else {
            continue;
        };
        let answer = json!({"jsonrpc": "2.0", "id": id, "result": result});
        writeln!(out, "{answer}").unwrap();
        out.flush().unwrap();
    }
}

/// Says hello, and then something that never ends.
fn flood() {
    let mut lines = std::io::stdin().lines();
    let request: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let result = support::mcp_answer(&request);
    println!(
        "{}",
        json!({"jsonrpc": "2.0", "id": request["id"], "result": result})
    );
    let block = [b'x'; 1 << 20];
    while std::io::stdout().write_all(&block).is_ok() {}
}

/// Has one more tool whenever it is asked for more.
fn endless() {
    for line in std::io::stdin().lines() {
        let request: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let Some(id) = request.get("id") else {
            continue;
        };
        let result = match request["method"].as_str() {
            Some("tools/list") => {
                let tool = json!({"name": "more", "inputSchema": {"type": "object"}});
                json!({"tools": [tool], "nextCursor": "on"})
            }
            _ => support::mcp_answer(&request).unwrap(),
        };
        let answer = json!({"jsonrpc": "2.0", "id": id, "result": result});
        println!("{answer}");
    }
}

fn server(mode: &str) -> McpServer {
    let program = std::env::current_exe().unwrap();
    McpServer::stdio("notes", program, [mode]).start_timeout(Duration::from_secs(20))
}

#[tokio::main]
async fn test() {
    // What the calls give.
    let script = Script::new([
        Step::Reply(calls([
            ("mcp__notes__echo", json!({"text": "hi"})),
            ("mcp__notes__fail", json!({})),
            ("mcp__notes__echo", json!("{\"tex")),
        ])),
        Step::Reply(calls([("mcp__notes__hang", json!({}))])),
        Step::Reply(calls([("mcp__notes__die", json!({}))])),
        Step::Reply(calls([(
            "mcp__notes__echo",
            json!({"text": "still there?"}),
        )])),
        Step::Reply(say("ok")),
    ]);
    let notes = server("serve")
        .env("GREETING", "hello")
        .timeout(Duration::from_secs(3));
    let agent = agent(&script).mcp_server(notes).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    session.prompt("go").await.unwrap();
    let request = script.request(4);
    let results: Vec<Vec<String>> = request.messages.iter().map(result_texts).collect();
    assert_eq!(results[2][0], "hello hi");
    assert_eq!(results[2][1], "ERROR it cannot be");
    assert!(results[2][2].contains("no JSON object"), "{results:?}");
    assert!(
        results[4][0].contains("did not answer within 3 seconds"),
        "{results:?}"
    );
    assert!(
        results[6][0].starts_with("ERROR The server notes"),
        "{results:?}"
    );
    assert!(results[6][0].contains("starts it again"), "{results:?}");
    // The next call did so.
    assert_eq!(results[8][0], "hello still there?");

    // Which tools there are.
    let names = |script: &Script| -> Vec<String> {
        let tools = script.request(0).tools;
        let names = tools.into_iter().map(|tool| tool.name);
        names.filter(|name| name.starts_with("mcp__")).collect()
    };
    assert_eq!(
        names(&script),
        [
            "mcp__notes__echo",
            "mcp__notes__fail",
            "mcp__notes__hang",
            "mcp__notes__die"
        ]
    );
    let script = Script::new([Step::Reply(say("ok"))]);
    let some = support::agent(&script).mcp_server(server("serve").allow(["fail"]));
    let session = some
        .build()
        .unwrap()
        .init()
        .await
        .unwrap()
        .session()
        .await
        .unwrap();
    session.prompt("go").await.unwrap();
    assert_eq!(names(&script), ["mcp__notes__fail"]);

    // One that does not come back.
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("marker");
    let die = || Step::Reply(calls([("mcp__notes__die", json!({}))]));
    let script = Script::new([die(), die(), Step::Reply(say("ok"))]);
    let once = server("once").env("MARKER", marker.to_str().unwrap());
    let agent = support::agent(&script).mcp_server(once).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    session.prompt("go").await.unwrap();
    let told = result_texts(&script.request(2).messages[4]).concat();
    for words in ["did not come back", "only one licence", "Nothing was done"] {
        assert!(told.contains(words), "{told}");
    }

    // Two with one name have the same tools.
    let agent = support::agent(&script)
        .mcp_server(server("serve"))
        .mcp_server(server("serve"));
    let error = agent.build().unwrap().init().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("two tools are called `mcp__notes__echo`"),
        "{error}"
    );

    // Servers that do not come up.
    for (server, said) in [
        (server("serve").allow(["unknown"]), "no tool `unknown`"),
        (server("broken"), "no licence"),
        (
            server("leaks").env("PASSWORD", "sesame"),
            "wrong password: [secret]",
        ),
        (server("floods"), "a message of more than 16777216 bytes"),
        (server("endless"), "more than 100 answers"),
        (
            server("silent").start_timeout(Duration::from_millis(200)),
            "within 0.2 seconds",
        ),
        (
            McpServer::stdio("notes", "/no/such/program", [""; 0]),
            "cannot be started",
        ),
    ] {
        let agent = support::agent(&script).mcp_server(server).build().unwrap();
        let error = agent.init().await.unwrap_err().to_string();
        assert!(
            error.contains(said) && error.starts_with("MCP server notes"),
            "{error}"
        );
    }
    println!("MCP over stdin and stdout: ok");
}
