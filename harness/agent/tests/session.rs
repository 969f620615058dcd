//! Structured results, skills, tasks, recorded commands, compaction.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use support::*;
use wardian_agent::events::SessionEvent;
use wardian_agent::models::{ModelErrorKind, Part, Reply, Request, Role};
use wardian_agent::sandbox::{ExecOptions, ExecOutput};
use wardian_agent::skills::Skill;
use wardian_agent::tools::{Tool, ToolOutput};
use wardian_agent::{Agent, AgentError, BudgetKind, Budgets, CompactionPolicy};

#[derive(Deserialize, JsonSchema, Debug, PartialEq)]
struct Verdict {
    /// From 1 to 5.
    #[schemars(range(min = 1, max = 5))]
    grade: u8,
    reasons: Vec<String>,
}

#[tokio::test]
async fn structured_results_are_checked_and_asked_for_again() {
    let script = Script::new([
        Step::Reply(calls([("finish", json!({"grade": 9, "reasons": ["x"]}))])),
        Step::Reply(say("It is good.")),
        Step::Reply(calls([
            ("bash", json!({"command": "echo x"})),
            ("finish", json!({"grade": 4, "reasons": []})),
        ])),
    ]);
    let agent = agent(&script).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let verdict = session.prompt_for::<Verdict>("Grade it.").await.unwrap();
    let wanted = Verdict {
        grade: 4,
        reasons: vec![],
    };
    assert_eq!((verdict.value, verdict.outcome.turns), (wanted, 3));
    let tools = script.request(0).tools;
    let finish = tools.iter().find(|tool| tool.name == "finish").unwrap();
    assert_eq!(
        finish.parameters["properties"]["grade"]["maximum"],
        json!(5)
    );
    assert_eq!(finish.parameters["required"], json!(["grade", "reasons"]));
    let told = result_texts(script.request(1).messages.last().unwrap());
    assert!(
        told[0].contains("at /grade: 9 is greater than the maximum of 5"),
        "{told:?}"
    );
    let reminded = script.request(2).messages.last().unwrap().text();
    assert!(reminded.contains("call `finish`"), "{reminded}");
    // The conversation ends with results, and goes on.
    assert_eq!(result_texts(session.messages().last().unwrap()).len(), 2);
    // Without a goal the tools are not there.
    assert!(session.prompt("x").await.is_err());
    assert!(
        script
            .request(3)
            .tools
            .iter()
            .all(|tool| tool.name != "finish")
    );
}

#[tokio::test]
async fn structured_results_that_never_come() {
    let script = Script::new([
        Step::Reply(calls([("finish", json!("{\"gra"))])),
        Step::Reply(say("no")),
        Step::Reply(calls([("give_up", json!({"reason": "too dark"}))])),
        Step::Reply(calls([("finish", json!({"result": [1, 2]}))])),
        Step::Reply(calls([(
            "finish",
            json!({"result": [{"left": {"left": null}}]}),
        )])),
    ]);
    let agent = agent(&script).result_attempts(2).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let failed = session.prompt_for::<Verdict>("a").await.unwrap_err();
    assert_eq!(
        failed.to_string(),
        "no valid result after 2 attempts, 2 allowed: the model stopped without calling `finish`"
    );
    let given_up = session.prompt_for::<Verdict>("b").await.unwrap_err();
    assert_eq!(given_up.to_string(), "the model gave up: too dark");
    // What is no object is wrapped in one, with references that still lead somewhere.
    let list = session.prompt_for::<Vec<u32>>("c").await.unwrap();
    assert_eq!(list.value, [1, 2]);
    let trees = session.prompt_for::<Vec<Tree>>("d").await.unwrap();
    assert!(trees.value[0].left.as_ref().unwrap().left.is_none());
    let schema = json!({"type": "object", "properties": {"x": {"type": "nonsense"}}});
    let refused = session.prompt_for_schema("e", schema).await.unwrap_err();
    assert!(matches!(refused, AgentError::Definition(_)), "{refused}");
}

#[derive(Deserialize, JsonSchema, Debug)]
struct Tree {
    left: Option<Box<Tree>>,
}

const SKILL: &str = "---\nname: release\ndescription: Makes\n  releases.\n---\nRun the tests.\n";

#[tokio::test]
async fn skills_of_the_host_and_of_the_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let release = folder.path().join("release");
    std::fs::create_dir_all(release.join("notes")).unwrap();
    std::fs::write(release.join("SKILL.md"), SKILL).unwrap();
    std::fs::write(release.join("notes/steps.txt"), "one\ntwo\n").unwrap();
    std::fs::write(release.join(".env"), "TOKEN=1").unwrap();
    std::fs::write(release.join("deploy.pem"), "KEY").unwrap();
    let script = Script::new([
        Step::Reply(calls([
            ("activate_skill", json!({"name": "release"})),
            ("activate_skill", json!({"name": "lint"})),
            ("activate_skill", json!({"name": "dance"})),
            (
                "read_skill_resource",
                json!({"path": "/.wardian/skills/release/notes/steps.txt", "offset": 2}),
            ),
            (
                "read_skill_resource",
                json!({"path": "/home/user/.agents/skills/lint/rules"}),
            ),
            (
                "read_skill_resource",
                json!({"path": "/home/user/.agents/skills/lint/../../../f"}),
            ),
        ])),
        Step::Reply(say("ok")),
        Step::Reply(say("released")),
    ]);
    let sandbox = MemorySandbox::new()
        .file("f", "not for skills")
        .file(
            ".agents/skills/lint/SKILL.md",
            "---\nname: lint\ndescription: Lints.\n---\nLint!",
        )
        .file(".agents/skills/lint/rules", "rule 1")
        .file(".agents/skills/bad/SKILL.md", "no front matter")
        .file("AGENTS.md", "Be kind to the tests.");
    let agent = agent_in(&script, &sandbox)
        .instructions("You release software.")
        .skills(Skill::all_in(folder.path()).unwrap())
        .build()
        .unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    session.prompt("go").await.unwrap();
    let request = script.request(1);
    let parts = [
        "You release software.\n\n",
        "Be kind to the tests.\n\n## Available Skills\n\n- release: Makes releases.\n- lint: Lints.\n",
        "bad/SKILL.md: it has to begin with YAML",
        "## Available Agents\n\n- general:",
        "Date: 2026-03-01\nWorking directory: /home/user\nDirectory structure:\n- .agents/\n- AGENTS.md\n- f",
    ];
    let mut rest = request.system.as_str();
    for part in parts {
        let at = rest
            .find(part)
            .unwrap_or_else(|| panic!("{part} in {rest}"));
        rest = &rest[at..];
    }
    let results = result_texts(&request.messages[2]);
    assert!(results[0].contains("Run the tests.") && results[0].contains("notes/steps.txt"));
    assert!(
        !results[0].contains(".env") && !results[0].contains("pem"),
        "{}",
        results[0]
    );
    assert!(results[1].contains("Lint!") && results[1].contains("/home/user/.agents/skills/lint"));
    assert_eq!(
        results[2],
        "ERROR there is no skill `dance`; the skills are release, lint"
    );
    assert_eq!(
        (results[3].as_str(), results[4].as_str()),
        ("two", "rule 1")
    );
    assert!(
        results[5].starts_with("ERROR No skill has a file"),
        "{}",
        results[5]
    );

    let outcome = session.skill("release", "Version 2.").await.unwrap();
    assert_eq!(outcome.text, "released");
    let asked = script.request(2).messages.last().unwrap().text();
    assert!(
        asked.contains("Run the tests.") && asked.ends_with("Version 2."),
        "{asked}"
    );
    let unknown = session.skill("dance", "").await.unwrap_err();
    assert!(
        matches!(unknown, AgentError::UnknownSkill { .. }),
        "{unknown}"
    );
}

#[tokio::test]
async fn tasks_have_their_own_context_and_the_same_files() {
    let parent = Script::new([
        Step::Reply(calls([
            (
                "task",
                json!({"agent": "scout", "prompt": "Look.", "description": "a look"}),
            ),
            ("task", json!({"agent": "nobody", "prompt": "Look."})),
        ])),
        Step::Reply(say("ok")),
    ]);
    let child = Script::new([
        Step::Reply(calls([("write", json!({"path": "seen", "content": "a"}))])),
        Step::Reply(say("I saw it.")),
    ]);
    let sandbox = MemorySandbox::new();
    let scout = Agent::builder()
        .name("scout")
        .description("Looks\naround.")
        .model(child.clone());
    let scout = scout.cwd("below").build().unwrap();
    let agent = agent_in(&parent, &sandbox).subagent(scout).build().unwrap();
    let harness = agent.init_with("i").await.unwrap();
    let session = harness.session().await.unwrap();
    let mut events = session.events();
    let outcome = session.prompt("go").await.unwrap();
    // The parent pays for both.
    assert_eq!((outcome.turns, outcome.usage.output_tokens), (2, 20));
    assert!(
        parent
            .request(0)
            .system
            .contains("- scout: Looks around.\n- general:")
    );
    let results = result_texts(&parent.request(1).messages[2]);
    assert_eq!(results[0], "I saw it.");
    assert_eq!(
        results[1],
        "ERROR The task failed: there is no agent `nobody`; the agents are scout, general"
    );
    assert_eq!(sandbox.text("below/seen").unwrap(), "a");
    assert_eq!(child.request(0).messages.len(), 1);
    let list = harness.store().list().await.unwrap();
    let task = list
        .iter()
        .find(|summary| summary.agent == "scout")
        .unwrap();
    assert_eq!(task.parent.as_deref(), Some("i/main"));
    assert!(task.id.starts_with("i/main/task-"));
    // Who listens to the session hears of the task and from it.
    let mut of_task = 0;
    let mut started = false;
    while let Some(record) = events.try_next() {
        of_task += usize::from(record.session == task.id);
        started |= matches!(&record.event, SessionEvent::TaskStarted { agent, prompt, .. }
            if agent == "scout" && prompt == "a look");
    }
    assert!(started && of_task > 4, "{of_task}");
}

#[tokio::test]
async fn tasks_are_shown_images() {
    let parent = Script::new([
        Step::Reply(calls([("paint", json!({}))])),
        Step::Reply(calls([
            (
                "task",
                json!({"agent": "general", "prompt": "Look.", "images": [2, 1]}),
            ),
            (
                "task",
                json!({"agent": "general", "prompt": "Look.", "images": [3]}),
            ),
        ])),
        Step::Reply(say("I see two.")),
        Step::Reply(say("ok")),
        Step::Reply(say("I see one.")),
    ]);
    let image = |data: &str| Part::Image {
        media_type: "image/png".into(),
        data: data.into(),
    };
    let painted = image("BBBB");
    let paint = Tool::new("paint", "Paints.", move |_: BTreeMap<String, String>, _| {
        let content = vec![Part::text("here"), painted.clone()];
        async move {
            ToolOutput {
                content,
                is_error: false,
            }
        }
    });
    let agent = agent_in(&parent, &MemorySandbox::new());
    let agent = agent.tool(paint).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let call = session.prompt("look").image("image/png", "AAAA");
    call.await.unwrap();
    let shown = &parent.request(2).messages[0].parts;
    assert_eq!(shown[1..], [image("BBBB"), image("AAAA")]);
    let results = result_texts(&parent.request(3).messages[4]);
    assert_eq!(results[0], "I see two.");
    assert!(results[1].contains("images go from 1 to 2"), "{results:?}");

    // The embedder shows images too, but only such as a model can see.
    let call = session.task("general", "Look.").image("image/png", "CCCC");
    assert_eq!(call.await.unwrap().text, "I see one.");
    assert_eq!(parent.request(4).messages[0].parts[1], image("CCCC"));
    let before = session.messages();
    let call = session.prompt("look").image("image/tiff", "AAAA");
    let error = call.await.unwrap_err().to_string();
    assert!(
        error.contains("image 1 of the call: its type is `image/tiff`"),
        "{error}"
    );
    assert_eq!(session.messages(), before);
}

#[tokio::test]
async fn tasks_in_forks_leave_the_files_alone() {
    let parent = Script::new([Step::Reply(say("unused"))]);
    let child = Script::new([
        Step::Reply(calls([(
            "write",
            json!({"path": "f", "content": "changed"}),
        )])),
        Step::Reply(calls([("read", json!({"path": "f"}))])),
        Step::Reply(say("tried it")),
    ]);
    let sandbox = MemorySandbox::new().file("f", "as it was");
    let taster = Agent::builder()
        .name("taster")
        .model(child.clone())
        .forks_sandbox(true);
    let agent = agent_in(&parent, &sandbox)
        .subagent(taster.build().unwrap())
        .build()
        .unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let outcome = session.task("taster", "Try it.").await.unwrap();
    assert_eq!(outcome.text, "tried it");
    assert_eq!(result_texts(&child.request(2).messages[4]), ["changed"]);
    assert_eq!(sandbox.text("f").unwrap(), "as it was");
    assert_eq!(sandbox.forks.load(Ordering::SeqCst), 1);
    // The conversation knows nothing of it.
    assert!(session.messages().is_empty());
}

#[tokio::test]
async fn tasks_go_four_deep_and_spend_their_parents_budget() {
    let script = Arc::new(Script::always(|request| {
        let has_results = request
            .messages
            .iter()
            .any(|message| !result_texts(message).is_empty());
        if has_results {
            say(&result_texts(request.messages.last().unwrap()).concat())
        } else {
            calls([("task", json!({"agent": "general", "prompt": "deeper"}))])
        }
    }));
    let agent = agent(&script).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let outcome = session.prompt("go").await.unwrap();
    assert!(
        outcome.text.contains("depth 4") && outcome.text.contains("4 levels"),
        "{}",
        outcome.text
    );
    assert_eq!(script.request_count(), 10);

    let script = Arc::new(Script::always(|request| {
        match request.messages[0].text().as_str() {
            "go" => calls([("task", json!({"agent": "general", "prompt": "dig"}))]),
            _ => calls([("bash", json!({"command": "echo x"}))]),
        }
    }));
    let budgets = Budgets {
        tokens: 70,
        ..Budgets::default()
    };
    let agent = support::agent(&script).budgets(budgets).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let ended = session.prompt("go").await.unwrap_err();
    let AgentError::Budget(reached) = ended else {
        panic!("{ended}");
    };
    // 15 tokens of the parent's turn, then the task's until 70 are reached.
    assert_eq!(
        (reached.kind, script.request_count()),
        (BudgetKind::Tokens, 5)
    );
}

#[tokio::test]
async fn a_cancel_reaches_tasks() {
    let script = Script::new([
        Step::Reply(calls([(
            "task",
            json!({"agent": "general", "prompt": "hang"}),
        )])),
        Step::Reply(calls([("bash", json!({"command": "hang"}))])),
    ]);
    let sandbox = MemorySandbox::new();
    let agent = agent_in(&script, &sandbox).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let mut events = session.events();
    let running = session.prompt("go").start();
    sandbox.started.notified().await;
    running.abort();
    assert_eq!(running.await.unwrap_err(), AgentError::Cancelled);
    // The task's own conversation is whole too, a moment later.
    loop {
        let record = events.next().await.unwrap();
        if record.session != session.id()
            && matches!(
                record.event,
                SessionEvent::OperationEnded { error: Some(_), .. }
            )
        {
            break;
        }
    }
}

#[tokio::test]
async fn commands_of_the_embedder() {
    let sandbox = MemorySandbox::with_commands(|command| ExecOutput {
        stdout: format!("{command}: the key is s3cret\n").into(),
        exit_code: 2,
        ..ExecOutput::default()
    });
    let script = Script::new([Step::Reply(say("I see."))]);
    let harness = agent_in(&script, &sandbox)
        .build()
        .unwrap()
        .init()
        .await
        .unwrap();
    let session = harness.session().await.unwrap();
    harness
        .shell("unseen", ExecOptions::default())
        .await
        .unwrap();
    let options = ExecOptions {
        env: vec![("KEY".into(), "s3cret".into())],
        ..ExecOptions::default()
    };
    let output = session.shell("login --key s3cret", options).await.unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("s3cret"));
    session.prompt("Go on.").await.unwrap();
    let request = script.request(0);
    assert_eq!(request.messages.len(), 1);
    let said = request.messages[0].text();
    assert!(
        said.contains("$ KEY=<redacted> login --key <redacted>\n")
            && said.contains("the key is <redacted>")
            && said.contains("exited with code 2"),
        "{said}"
    );
    let record = harness.store().events(session.id(), 0, 100).await.unwrap();
    assert!(!said.contains("s3cret") && !format!("{record:?}").contains("s3cret"));
    assert!(!said.contains("unseen"));
}

/// Writes summaries when asked for one, counts tokens, and otherwise does what it
/// is told.
fn summarising(work: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Script {
    Script::always(move |request| {
        let mut reply = if request.tools.is_empty() {
            say("They want the sum of all files.")
        } else {
            work(request)
        };
        let text = serde_json::to_string(&request.messages).unwrap();
        reply.usage.input_tokens = text.len() as u64 / 4;
        reply
    })
}

#[tokio::test]
async fn long_conversations_go_on_from_a_summary() {
    let mut script = summarising(|request| {
        let asked = request.messages.last().unwrap();
        if asked.role == Role::User && asked.text().ends_with("stop") {
            return say("stopped");
        }
        calls([("read", json!({"path": "big"}))])
    });
    script.context = Some(2000);
    let script = Arc::new(script);
    let sandbox = MemorySandbox::new().file("big", &"words ".repeat(300));
    let budgets = Budgets {
        turns: 12,
        ..Budgets::default()
    };
    let agent = agent_in(&script, &sandbox)
        .budgets(budgets)
        .build()
        .unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    let mut events = session.events();
    assert!(matches!(
        session.prompt("start").await,
        Err(AgentError::Budget(_))
    ));
    assert_eq!(session.prompt("stop").await.unwrap().text, "stopped");
    let (mut compactions, mut after) = (0, 0);
    while let Some(record) = events.try_next() {
        if let SessionEvent::CompactionEnded { tokens, error } = &record.event {
            assert_eq!(*error, None);
            (compactions, after) = (compactions + 1, after.max(*tokens));
        }
    }
    assert!(compactions >= 2 && after < 1500, "{compactions} {after}");
    let requests = script.requests.lock().unwrap();
    for request in requests.iter() {
        assert!(
            request
                .messages
                .windows(2)
                .all(|pair| pair[0].role != pair[1].role)
        );
        assert_eq!(request.messages[0].role, Role::User);
        // Results are never without their calls.
        for (number, message) in request.messages.iter().enumerate() {
            assert!(result_texts(message).is_empty() || number > 0);
        }
    }
    let summarised = requests
        .iter()
        .rfind(|request| !request.tools.is_empty())
        .unwrap();
    let first = summarised.messages[0].text();
    assert!(
        first.contains("the sum of all files") && first.contains("Files read: big"),
        "{first}"
    );
    let transcript = requests
        .iter()
        .find(|request| request.tools.is_empty())
        .unwrap();
    assert!(
        transcript.messages[0]
            .text()
            .contains("Agent calls read: {\"path\":\"big\"}")
    );
}

#[tokio::test]
async fn compaction_on_request_and_after_the_provider_says_so() {
    let script = Script::new([
        Step::Reply(say("Hello.")),
        Step::Reply(say("We greeted each other.")),
        Step::Fail(ModelErrorKind::ContextTooLong),
        Step::Reply(say("Still greeting.")),
        Step::Reply(say("Here.")),
        Step::Reply(say("   ")),
    ]);
    let policy = CompactionPolicy {
        keep_recent_tokens: 0,
        ..CompactionPolicy::default()
    };
    let sandbox = MemorySandbox::new();
    let agent = agent_in(&script, &sandbox)
        .compaction(Some(policy))
        .build()
        .unwrap();
    let harness = agent.init_with("i").await.unwrap();
    let session = harness.session().await.unwrap();
    session.prompt("Hi.").await.unwrap();
    harness.fs().write_file("new", "x").await.unwrap();
    session.compact().await.unwrap();
    assert_eq!(session.messages().len(), 1);
    let outcome = session.prompt("Still there?").await.unwrap();
    assert_eq!(outcome.text, "Here.");
    let last = script.request(4);
    assert!(last.messages[0].text().contains("Still greeting."));
    // The system prompt is new after a summary, and only then.
    assert!(
        script.request(2).system.contains("- new") && !script.request(0).system.contains("- new")
    );
    // A summary that is none changes nothing.
    let before = session.messages();
    assert!(
        session
            .compact()
            .await
            .unwrap_err()
            .to_string()
            .contains("no summary")
    );
    assert_eq!(session.messages(), before);
    // What was said stays in the store.
    let stored = harness.store().load("i/main").await.unwrap().unwrap();
    assert!(
        serde_json::to_string(&stored.entries)
            .unwrap()
            .contains("Hello.")
    );
}

#[tokio::test]
async fn a_workspace_cannot_fill_the_prompt() {
    let script = Script::new([Step::Reply(say("ok"))]);
    let mut sandbox = MemorySandbox::new().file("AGENTS.md", &"x".repeat(65_537));
    for number in 0..101 {
        let text = format!("---\nname: s{number:03}\ndescription: Does it.\n---\n");
        sandbox = sandbox.file(&format!(".agents/skills/s{number:03}/SKILL.md"), &text);
    }
    sandbox = sandbox.file(".agents/skills/s042/SKILL.md", &"y".repeat((1 << 20) + 1));
    for number in 0..250 {
        sandbox = sandbox.file(&format!("f{number:03}"), "");
    }
    let agent = agent_in(&script, &sandbox).build().unwrap();
    let session = agent.init().await.unwrap().session().await.unwrap();
    session.prompt("go").await.unwrap();
    let system = script.request(0).system;
    for words in [
        "[Cut: 65536 of 65537 bytes are shown",
        "- s099: Does it.",
        "s042/SKILL.md: 1048577 bytes, 1048576 are allowed",
        "more)",
    ] {
        assert!(system.contains(words), "{words}");
    }
    assert!(!system.contains("- s100:") && system.len() < 90_000);
}

#[test]
fn the_files_of_a_skill_have_a_size() {
    for (files, bytes) in [(1, (1 << 20) + 1), (9, 1 << 20)] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("SKILL.md"), SKILL).unwrap();
        for number in 0..files {
            let file = std::fs::File::create(folder.path().join(number.to_string()));
            file.unwrap().set_len(bytes).unwrap();
        }
        let error = Skill::from_folder(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("1048576 bytes are allowed for one, 8388608 for all"),
            "{error}"
        );
    }
}
