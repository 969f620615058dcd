//! What is left of an agent's work when its program has ended, or was ended.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardian"));
    command
        .args(arguments)
        .env("WARDIAN_HOME", home)
        .env_remove("WARDIAN_MODEL")
        .stdin(Stdio::null());
    command
}

fn wardian(home: &Path, arguments: &[&str]) -> Output {
    command(home, arguments).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

#[track_caller]
fn fine(output: &Output) -> &str {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// A model that follows these lines.
fn script(folder: &Path, lines: &[&str]) -> String {
    let path = folder.join("script.jsonl");
    std::fs::write(&path, lines.join("\n")).expect("a script");
    format!("scripted/{}", path.display())
}

#[test]
fn an_overlay_is_kept_for_diff_and_apply() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let repository = folder.path().join("repository");
    std::fs::create_dir(&repository).expect("a folder");
    std::fs::write(repository.join("old"), "one\n").expect("a file");
    let model = script(
        folder.path(),
        &[
            r#"{"tool_calls": [{"name": "bash", "arguments": {"command": "sed -i s/one/two/ old; echo x > new"}}]}"#,
            r#"{"text": "changed"}"#,
            r#"{"tool_calls": [{"name": "bash", "arguments": {"command": "cat old"}}]}"#,
            r#"{"expect": "one", "text": "it is as it was"}"#,
        ],
    );
    let mount = format!("{}:/workspace:overlay", repository.display());
    let file = folder.path().join("work.wardian");
    let file = file.to_str().expect("text");
    let base = [
        "agent", "--model", &model, "--mount", &mount, "--json", "-m", "Go",
    ];

    let output = wardian(&home, &[&base[..], &["--save", file]].concat());
    let answer: serde_json::Value = serde_json::from_str(fine(&output)).expect("JSON");
    let said = text(&output.stderr);
    assert!(said.contains("overlay sandbox"), "{said}");
    assert!(
        said.contains("files outside of mounted folders are not kept"),
        "{said}"
    );
    assert!(!said.contains("--save FILE"), "{said}");
    assert_eq!(
        std::fs::read_to_string(repository.join("old")).unwrap(),
        "one\n"
    );

    let listed = wardian(&home, &["diff", "--list", file]);
    assert_eq!(text(&listed.stdout), "A new\nM old\n");
    let diff = wardian(&home, &["diff", file]);
    assert!(text(&diff.stdout).contains("-one\n+two\n"), "{diff:?}");

    // The session goes on with its conversation, over the folder as it is.
    let session = answer["session"].as_str().expect("a session");
    let arguments = [
        "agent",
        "--session",
        session,
        "--mount",
        &mount,
        "-m",
        "Look",
    ];
    let output = wardian(&home, &arguments);
    assert_eq!(fine(&output), "it is as it was\n");
    assert!(text(&output.stderr).contains("no files of this session were kept"));

    assert_eq!(fine(&wardian(&home, &["apply", file])), "A new\nM old\n");
    assert_eq!(
        std::fs::read_to_string(repository.join("old")).unwrap(),
        "two\n"
    );
    assert_eq!(
        std::fs::read_to_string(repository.join("new")).unwrap(),
        "x\n"
    );
}

#[test]
fn what_is_not_kept_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let repository = folder.path().join("repository");
    std::fs::create_dir(&repository).expect("a folder");
    let model = script(
        folder.path(),
        &[
            r#"{"tool_calls": [{"name": "bash", "arguments": {"command": "echo a > a; echo b > b"}}]}"#,
            r#"{"text": "written"}"#,
        ],
    );
    let mount = format!("{}:/workspace:overlay", repository.display());
    let base = ["agent", "--model", &model, "-m", "Go"];
    let output = wardian(&home, &[&base[..], &["--mount", &mount]].concat());
    fine(&output);
    let said = text(&output.stderr);
    assert!(
        said.contains("2 changes in the overlay /workspace are gone; --save FILE"),
        "{said}"
    );
    // With --save there has to be something to save.
    let output = wardian(&home, &[&base[..], &["--save", "x"]].concat());
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("need exactly one --mount HOST:GUEST:overlay"));
}

#[test]
fn a_killed_program_leaves_a_session_that_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let model = script(
        folder.path(),
        &[
            r#"{"tool_calls": [{"name": "bash", "arguments": {"command": "echo kept > note"}}]}"#,
            r#"{"tool_calls": [{"name": "bash", "arguments": {"command": "echo going; while :; do :; done"}}]}"#,
            r#"{"expect": "The outcome of this call is unknown", "tool_calls": [{"name": "bash", "arguments": {"command": "cat note"}}]}"#,
            r#"{"expect": "kept", "text": "read"}"#,
        ],
    );
    let arguments = ["agent", "--model", &model, "-m", "Write"];
    let mut child = command(&home, &arguments)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let stderr = BufReader::new(child.stderr.take().expect("piped"));
    let mut lines = stderr.lines().map(|line| line.expect("text"));
    assert!(lines.any(|line| line.starts_with("$ echo going")));
    // The files of the turn before are being saved meanwhile.
    let start = Instant::now();
    while !text(&wardian(&home, &["snapshot", "ls"]).stdout).contains("session-") {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "nothing was saved"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it runs still");
    child.wait().expect("it ends");

    let listed = wardian(&home, &["session", "ls"]);
    let session = fine(&listed)
        .split_whitespace()
        .next()
        .expect("a session")
        .to_owned();
    let output = wardian(&home, &["agent", "--session", &session, "-q", "-m", "Read"]);
    assert_eq!(fine(&output), "read\n");
    let shown = wardian(&home, &["session", "show", &session]);
    assert!(fine(&shown).contains("The outcome of this call is unknown"));

    // Nothing of it is left afterwards.
    fine(&wardian(&home, &["session", "rm", &session]));
    assert_eq!(fine(&wardian(&home, &["snapshot", "ls"])), "");
}

#[test]
fn ctrl_c_ends_the_turn_and_not_the_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let model = script(
        folder.path(),
        &[
            r#"{"tool_calls": [{"name": "bash", "arguments": {"command": "echo busy; while :; do :; done"}}]}"#,
            r#"{"expect": "The user cancelled the operation", "text": "I see."}"#,
        ],
    );
    let mut child = command(&home, &["agent", "--model", &model, "-m", "Write"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let stderr = BufReader::new(child.stderr.take().expect("piped"));
    let mut lines = stderr.lines().map(|line| line.expect("text"));
    assert!(lines.any(|line| line.starts_with("$ echo busy")));
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &pid]).status();
    assert!(sent.expect("there is a kill").success());
    let rest: Vec<String> = lines.collect();
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let told = rest.last().expect("a last line");
    let (_, after) = told.split_once("agent --session ").expect(told);
    let session = after.split('`').next().expect("a session");
    let output = wardian(&home, &["agent", "--session", session, "-m", "Read"]);
    assert_eq!(fine(&output), "I see.\n");
}

#[test]
fn words_of_a_model_do_not_drive_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let model = script(
        folder.path(),
        &["{\"text\": \"no\\u001b[2J\\u009b31m\\u202e\", \"stop\": \"refusal\"}"],
    );
    let output = wardian(&home, &["agent", "--model", &model, "-m", "Go"]);
    let said = text(&output.stderr);
    assert!(said.contains("refused to answer: no31m"), "{said:?}");
    assert!(!said.contains(['\x1b', '\u{9b}', '\u{202e}']), "{said:?}");
    let listed = wardian(&home, &["session", "ls", "--json"]);
    assert!(!fine(&listed).contains(['\x1b', '\u{9b}']));
}
