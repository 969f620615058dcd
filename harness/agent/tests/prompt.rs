//! A prompt from start to end: turns, tools, errors, cancels, budgets.

mod support;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use support::*;
use wardian_agent::events::SessionEvent;
use wardian_agent::models::{ModelErrorKind, Part, Role, StopReason};
use wardian_agent::tools::{Tool, ToolOutput};
use wardian_agent::{AgentError, BudgetKind, Budgets};

#[tokio::test]
async fn the_first_example() {
    let script = Script::new([
        Step::Reply(calls([("read", json!({"path": "document.md"}))])),
        Step::Reply(calls([(
            "write",
            json!({"path": "review.md", "content": "Fine.\n"}),
        )])),
        Step::Reply(say("Done.")),
    ]);
    let reviewer = agent(&script).cwd("/home/user/review").build().unwrap();

    let harness = reviewer.init().await.unwrap();
    harness
        .fs()
        .write_file("document.md", "Text.")
        .await
        .unwrap();
    let session = harness.session().await.unwrap();
    let outcome = session
        .prompt("Review document.md and write your findings to review.md")
        .await
        .unwrap();

    assert_eq!(
        harness.fs().read_text("review.md").await.unwrap(),
        "Fine.\n"
    );
    assert_eq!((outcome.text.as_str(), outcome.turns), ("Done.", 3));
    assert_eq!(
        (outcome.usage.input_tokens, outcome.usage.output_tokens),
        (30, 15)
    );
    let second = script.request(1);
    assert_eq!(result_texts(&second.messages[2]), ["Text."]);
    assert!(
        second
            .system
            .contains("Working directory: /home/user/review")
    );
    assert!(second.system.contains("Date: 2026-03-01"));
    assert!(second.system.contains("- document.md"));
    assert_eq!(second.system, script.request(2).system);
    let tools: Vec<String> = second.tools.into_iter().map(|tool| tool.name).collect();
    assert_eq!(
        tools,
        ["read", "write", "edit", "bash", "grep", "glob", "task"]
    );
    assert_eq!(
        harness
            .fs()
            .stat("/home/user/review/review.md")
            .await
            .unwrap()
            .size_bytes,
        Some(6)
    );
}

#[derive(Deserialize, JsonSchema)]
struct Count {
    /// How many.
    count: u32,
}

/// One call of one tool, and what the model is told.
async fn answer(tool: Tool, name: &str, arguments: Value) -> String {
    let script = Script::new([
        Step::Reply(calls([(name, arguments)])),
        Step::Reply(say("ok")),
    ]);
    let agent = agent(&script).tool(tool).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    session.prompt("go").await.unwrap();
    result_texts(&script.request(1).messages[2]).remove(0)
}

#[tokio::test(start_paused = true)]
async fn custom_tools_and_their_errors() {
    let tool = || {
        Tool::new("count", "Counts.", |args: Count, ctx| async move {
            match args.count {
                0 => Err(format!("nothing to count in {}", ctx.call_id())),
                1 => panic!("cannot count to one"),
                2 => Ok("x".repeat(100_000)),
                3 => {
                    tokio::time::sleep(Duration::from_secs(600)).await;
                    Ok(String::new())
                }
                4 => Ok(String::new()),
                count => Ok(format!("{count}, of {}", ctx.session_id())),
            }
        })
        .timeout(Duration::from_millis(20))
    };
    for (name, arguments, wanted) in [
        ("count", json!({"count": 7}), "7, of "),
        ("count", json!({"count": 0}), "ERROR nothing to count in c1"),
        ("count", json!({"count": 1}), "crashed: cannot count to one"),
        (
            "count",
            json!({"count": 2}),
            "the first 65536 of 100000 bytes",
        ),
        ("count", json!({"count": 3}), "within the 0.02 seconds"),
        ("count", json!({"count": 4}), "(no output)"),
        (
            "count",
            json!({}),
            "ERROR The arguments of `count` do not fit: missing field `count`",
        ),
        ("count", json!({"count": "x"}), "\"count\""),
        ("count", json!("{\"count\": "), "are no JSON object (EOF"),
        (
            "discount",
            json!({}),
            "ERROR There is no tool `discount`. The tools are: read, write",
        ),
    ] {
        let said = answer(tool(), name, arguments.clone()).await;
        assert!(said.contains(wanted), "{arguments}: {said}");
    }
}

#[tokio::test]
async fn tools_of_a_turn_run_at_the_same_time() {
    let meeting = Arc::new(tokio::sync::Barrier::new(3));
    let tool = Tool::new("meet", "Waits for the others.", move |_: Value, _| {
        let meeting = meeting.clone();
        async move { meeting.wait().await.is_leader().to_string() }
    });
    let script = Script::new([
        Step::Reply(calls([
            ("meet", json!({})),
            ("meet", json!({})),
            ("meet", json!({})),
        ])),
        Step::Reply(say("ok")),
    ]);
    let agent = agent(&script).tool(tool).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    session.prompt("go").await.unwrap();
    let mut results = result_texts(&script.request(1).messages[2]);
    results.sort();
    assert_eq!(results, ["false", "false", "true"]);
}

#[tokio::test]
async fn a_turn_of_many_calls_does_not_run_them_all_at_once() {
    let (now, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (running, seen) = (now.clone(), most.clone());
    let tool = Tool::new("count", "Counts who is there.", move |_: Value, _| {
        let (now, most) = (now.clone(), most.clone());
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            now.fetch_sub(1, Ordering::SeqCst);
        }
    });
    let script = Script::new([
        Step::Reply(calls([0; 100].map(|_| ("count", json!({}))))),
        Step::Reply(say("ok")),
    ]);
    let agent = agent(&script).tool(tool).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    session.prompt("go").await.unwrap();
    assert_eq!(
        result_texts(&script.request(1).messages[2]),
        vec!["(done)"; 100]
    );
    assert_eq!(
        (running.load(Ordering::SeqCst), seen.load(Ordering::SeqCst)),
        (0, 32)
    );
}

#[tokio::test]
async fn nothing_is_no_prompt() {
    let script = Script::new([Step::Reply(say("a picture"))]);
    let harness = agent(&script).build().unwrap().init().await.unwrap();
    let session = harness.session().await.unwrap();
    for text in ["", " \n"] {
        let error = session.prompt(text).await.unwrap_err();
        assert_eq!(error, AgentError::EmptyPrompt);
    }
    assert!(session.messages().is_empty());
    session.prompt("").image("image/png", "AAAA").await.unwrap();
    assert_eq!(script.request(0).messages[0].parts.len(), 1);
}

#[tokio::test]
async fn a_turn_has_a_most_of_calls() {
    let script = Script::new([
        Step::Reply(calls(
            [0; 300].map(|_| ("bash", json!({"command": "echo x"}))),
        )),
        Step::Reply(say("ok")),
    ]);
    let sandbox = MemorySandbox::new();
    let agent = agent_in(&script, &sandbox).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    session.prompt("go").await.unwrap();
    let results = result_texts(&script.request(1).messages[2]);
    assert_eq!(results.len(), 300);
    assert!(results[..256].iter().all(|result| result == "x"));
    assert!(
        results[256..]
            .iter()
            .all(|result| result.contains("More than 256 calls"))
    );
    assert_eq!(sandbox.executed.lock().unwrap().len(), 256);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn edits_of_one_file_keep_their_order() {
    let step = |number: usize| {
        let (old, new) = (format!("<{number}>"), format!("<{}>", number + 1));
        ("edit", json!({"path": "f", "oldText": old, "newText": new}))
    };
    let script = Script::new([
        Step::Reply(calls([
            step(0),
            step(1),
            step(2),
            step(3),
            step(4),
            step(5),
        ])),
        Step::Reply(say("ok")),
    ]);
    let sandbox = MemorySandbox::new().file("f", "<0>");
    let session = agent_in(&script, &sandbox)
        .build()
        .unwrap()
        .init()
        .await
        .unwrap()
        .session()
        .await
        .unwrap();
    session.prompt("go").await.unwrap();
    assert_eq!(sandbox.text("f").unwrap(), "<6>");
}

#[tokio::test]
async fn a_cancel_during_tools_returns_at_once_and_leaves_a_whole_conversation() {
    let sandbox = MemorySandbox::new();
    let script = Script::new([
        Step::Reply(calls([
            ("bash", json!({"command": "echo quick"})),
            ("bash", json!({"command": "hang"})),
            ("stuck", json!({})),
        ])),
        Step::Reply(say("Again at work.")),
    ]);
    let stuck = Tool::new("stuck", "Never ends.", |_: Value, _| {
        std::future::pending::<String>()
    });
    let agent = agent_in(&script, &sandbox).tool(stuck).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let (running, mut events) = session.prompt("go").start_streaming();
    loop {
        let record = events.next().await.unwrap();
        if matches!(&record.event, SessionEvent::ToolEnded { .. }) {
            break;
        }
    }
    sandbox.started.notified().await;
    let before = Instant::now();
    running.abort();
    assert_eq!(running.await.unwrap_err(), AgentError::Cancelled);
    // Ten times the promise, for a machine that is busy elsewhere.
    assert!(
        before.elapsed() < Duration::from_millis(500),
        "{:?}",
        before.elapsed()
    );

    let results = result_texts(session.messages().last().unwrap());
    assert_eq!(results[0], "quick");
    assert!(
        results[1].contains("cancelled") && results[2].contains("cancelled"),
        "{results:?}"
    );
    let outcome = session.prompt("and now?").await.unwrap();
    assert_eq!(outcome.text, "Again at work.");
    let roles: Vec<Role> = script.request(1).messages.iter().map(|m| m.role).collect();
    assert_eq!(roles, [Role::User, Role::Assistant, Role::User]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_prompt_is_cancelled_and_the_next_one_waits_for_its_end() {
    let script = Script::new([Step::Hang, Step::Reply(say("Here."))]);
    let agent = agent(&script).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let late = tokio::time::timeout(Duration::from_millis(5), async {
        session.prompt("first").await
    });
    assert!(late.await.is_err());
    let outcome = session.prompt("second").await.unwrap();
    assert_eq!(outcome.text, "Here.");
    // What was said twice in a row is said in one message.
    assert_eq!(script.request(1).messages.len(), 1);
    assert_eq!(script.request(1).messages[0].text(), "firstsecond");
}

#[tokio::test]
async fn one_operation_at_a_time() {
    let script = Script::new([Step::Hang]);
    let harness = agent(&script).build().unwrap().init().await.unwrap();
    let session = harness.session().await.unwrap();
    let running = session.prompt("first").start();
    let same = harness.session().await.unwrap();
    let refused = same.prompt("second").await.unwrap_err();
    assert!(
        matches!(
            &refused,
            AgentError::SessionBusy {
                operation: "prompt",
                ..
            }
        ),
        "{refused}"
    );
    assert!(refused.to_string().contains("await or abort"));
    assert!(same.name_snapshot("s").await.is_err());
    running.abort();
    assert_eq!(running.await.unwrap_err(), AgentError::Cancelled);
    same.name_snapshot("s").await.unwrap();
    // An outer token ends it as well, before its start too.
    let token = wardian_agent::sandbox::CancellationToken::new();
    token.cancel();
    let refused = session.prompt("third").cancel_on(token).await;
    assert_eq!(refused.unwrap_err(), AgentError::Cancelled);
}

#[tokio::test]
async fn a_model_that_never_stops_is_stopped_by_each_budget() {
    let endless = || {
        let mut script = Script::always(|_| calls([("bash", json!({"command": "echo x"}))]));
        script.price = Some(0.01);
        Arc::new(script)
    };
    let least = Budgets::default();
    for (budgets, kind, turns) in [
        (Budgets { turns: 3, ..least }, BudgetKind::Turns, 3),
        (
            Budgets {
                tokens: 31,
                ..least
            },
            BudgetKind::Tokens,
            3,
        ),
        (
            Budgets {
                dollars: 0.06,
                ..least
            },
            BudgetKind::Dollars,
            2,
        ),
    ] {
        let script = endless();
        let agent = agent(&script).budgets(budgets).build().unwrap();
        let session = agent.init().await.unwrap().session().await.unwrap();
        let (running, mut events) = session.prompt("go").start_streaming();
        let Err(AgentError::Budget(reached)) = running.await else {
            panic!("{kind:?} ends it");
        };
        assert_eq!((reached.kind, script.request_count()), (kind, turns));
        assert!(reached.to_string().contains("set `Budgets::"), "{reached}");
        let mut seen = Vec::new();
        while let Some(record) = events.try_next() {
            seen.push(record.event.clone());
        }
        assert!(seen.contains(&SessionEvent::BudgetReached(reached)));
        // The conversation is whole, and the next prompt has a fresh budget.
        assert_eq!(result_texts(session.messages().last().unwrap()).len(), 1);
        assert!(matches!(
            session.prompt("more").await,
            Err(AgentError::Budget(_))
        ));
        assert_eq!(script.request_count(), 2 * turns);
    }
}

#[tokio::test(start_paused = true)]
async fn wall_time_ends_a_tool_that_hangs() {
    let sandbox = MemorySandbox::new();
    let script = Script::new([
        Step::Reply(calls([("bash", json!({"command": "hang"}))])),
        Step::Reply(say("fine")),
    ]);
    let session = agent_in(&script, &sandbox).build().unwrap();
    let session = session.init().await.unwrap().session().await.unwrap();
    let budgets = Budgets {
        wall_time: Duration::from_secs(30),
        ..Budgets::default()
    };
    let ended = session.prompt("go").budgets(budgets).await.unwrap_err();
    let AgentError::Budget(reached) = &ended else {
        panic!("{ended}");
    };
    assert_eq!(reached.kind, BudgetKind::WallTime);
    assert!(ended.to_string().contains("of 30 seconds"), "{ended}");
    let results = result_texts(session.messages().last().unwrap());
    assert!(results[0].contains("cancelled"), "{results:?}");
    assert_eq!(session.prompt("again").await.unwrap().text, "fine");
}

#[tokio::test]
async fn ends_of_replies() {
    let cut = |mut reply: wardian_agent::models::Reply| {
        reply.stop = StopReason::MaxTokens;
        reply
    };
    let mut refused = say("No.");
    refused.stop = StopReason::Refusal;
    let mut nothing = say("");
    nothing.parts.clear();
    let script = Script::new([
        Step::Reply(cut(say("half a sent"))),
        Step::Reply(cut(calls([("write", json!("{\"path\": \"f\", \"cont"))]))),
        Step::Reply(say("smaller")),
        Step::Reply(refused),
        Step::Reply(nothing),
        Step::Fail(ModelErrorKind::Unauthorized),
        Step::Panic,
        Step::Reply(say("still here")),
    ]);
    let agent = agent(&script).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let outcome = session.prompt("a").await.unwrap();
    assert_eq!(
        (outcome.text.as_str(), outcome.stop),
        ("half a sent", StopReason::MaxTokens)
    );
    session.prompt("b").await.unwrap();
    let told = result_texts(script.request(2).messages.last().unwrap());
    assert!(told[0].contains("limit of output tokens"), "{told:?}");
    let refused = session.prompt("c").await.unwrap_err();
    assert_eq!(refused.to_string(), "the model refused to answer: No.");
    assert_eq!(session.prompt("d").await.unwrap().text, "");
    let failed = session.prompt("e").await.unwrap_err();
    assert!(matches!(failed, AgentError::Model(_)), "{failed}");
    let crashed = session.prompt("f").await.unwrap_err();
    assert!(matches!(crashed, AgentError::Crashed(_)), "{crashed}");
    assert_eq!(session.prompt("g").await.unwrap().text, "still here");
    // No message is empty, and speakers alternate.
    let last = script.request(script.request_count() - 1);
    assert!(
        last.messages
            .windows(2)
            .all(|pair| pair[0].role != pair[1].role)
    );
    assert!(
        last.messages
            .iter()
            .all(|message| !message.parts.is_empty())
    );
}

#[tokio::test]
async fn a_dead_sandbox_ends_the_prompt() {
    let script = Script::new([Step::Reply(calls([
        ("bash", json!({"command": "die"})),
        ("bash", json!({"command": "hang"})),
    ]))]);
    let agent = agent(&script).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let died = session.prompt("go");
    let died = tokio::time::timeout(Duration::from_secs(20), died).await;
    let died = died.expect("calls that still run are ended").unwrap_err();
    assert_eq!(died.to_string(), "the sandbox died: it was told to");
    assert_eq!(result_texts(session.messages().last().unwrap()).len(), 2);
}

#[tokio::test]
async fn events_tell_all_in_order() {
    let mut thinking = calls([("bash", json!({"command": "echo hello"}))]);
    let thought = Part::Thinking {
        text: "hm".into(),
        opaque: None,
    };
    thinking.parts.insert(0, thought);
    let script = Script::new([Step::Retried(thinking), Step::Reply(say("Bye."))]);
    let agent = agent(&script).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let (running, mut events) = session.prompt("go").start_streaming();
    running.await.unwrap();
    let mut names = Vec::new();
    while let Some(record) = events.try_next() {
        let value = serde_json::to_value(&record.event).unwrap();
        names.push(value["type"].as_str().unwrap().to_owned());
        if let SessionEvent::ToolEnded {
            tool,
            preview,
            is_error,
            ..
        } = &record.event
        {
            assert_eq!(
                (tool.as_str(), preview.as_str(), *is_error),
                ("bash", "hello", false)
            );
        }
    }
    assert_eq!(
        names,
        [
            "operation_started",
            "turn_started",
            "text_delta",
            "retry",
            "thinking_delta",
            "tool_requested",
            "turn_ended",
            "tool_started",
            "command_ended",
            "tool_ended",
            "turn_started",
            "text_delta",
            "turn_ended",
            "operation_ended",
        ]
    );
}

#[tokio::test]
async fn options_of_one_call() {
    let used = Arc::new(AtomicU32::new(0));
    let counted = used.clone();
    let tool = Tool::new("read", "Another reader.", move |_: Value, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { ToolOutput::text("mine") }
    });
    let script = Script::new([
        Step::Reply(calls([("read", json!({"path": "x"}))])),
        Step::Reply(say("ok")),
    ]);
    let agent = agent(&script)
        .without_tool("bash")
        .without_tool("task")
        .build()
        .unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let call = session.prompt("look").image("image/png", "AAAA").tool(tool);
    call.thinking(wardian_agent::models::ThinkingLevel::High)
        .await
        .unwrap();
    let request = script.request(0);
    assert_eq!(request.thinking, wardian_agent::models::ThinkingLevel::High);
    assert!(matches!(&request.messages[0].parts[1], Part::Image { data, .. } if data == "AAAA"));
    let names: Vec<&str> = request
        .tools
        .iter()
        .map(|tool| tool.name.as_str())
        .collect();
    assert_eq!(names, ["write", "edit", "grep", "glob", "read"]);
    assert_eq!(used.load(Ordering::SeqCst), 1);
    assert!(!request.system.contains("Available Agents"));
}

#[tokio::test]
async fn descriptions_that_cannot_work() {
    let script = Script::new([]);
    let tool = |name: &str| Tool::new(name, "", |_: Value, _| async { "" });
    for (builder, said) in [
        (
            agent(&script).tool(tool("finish")),
            "`finish`: Wardian has one",
        ),
        (agent(&script).tool(tool("a b")), "letters, digits"),
        (
            agent(&script).tool(tool("a")).tool(tool("a")),
            "two tools are called `a`",
        ),
    ] {
        let error = builder.build().unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let nameless = agent(&script).model("script/x").build().unwrap();
    let error = nameless.init().await.unwrap_err().to_string();
    assert!(
        error.contains("`script/x`") && error.contains("AgentBuilder::connector"),
        "{error}"
    );
    let asked = Arc::new(Mutex::new(String::new()));
    let (noted, found) = (asked.clone(), script.clone());
    let named = agent(&script).model("script/x").connector(move |name| {
        *noted.lock().unwrap() = name.to_owned();
        Ok(found.clone())
    });
    named.build().unwrap().init().await.unwrap();
    assert_eq!(*asked.lock().unwrap(), "script/x");
}
